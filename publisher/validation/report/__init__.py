"""The report of a validation: findings in order, and the forms in which people and machines read them."""

from publisher.validation.report.values import FORMATS, Report

__all__ = ["FORMATS", "Report"]
