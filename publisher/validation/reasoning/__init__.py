"""What follows from a dataset's quads and its ontology: by rule, and whether a reasoner finds a contradiction."""

from publisher.validation.reasoning.consistency import check_reasoning
from publisher.validation.reasoning.hermit import HermiT
from publisher.validation.reasoning.inference import inferred

__all__ = ["HermiT", "check_reasoning", "inferred"]
