"""Quads in, report out: SHACL, alignment, passages, reasoning and house rules; bad data never raises."""

from publisher.validation.reasoning import inferred
from publisher.validation.report import Report
from publisher.validation.validate import validate, validate_file

__all__ = ["Report", "inferred", "validate", "validate_file"]
