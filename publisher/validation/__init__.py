"""Quads in, report out: SHACL, alignment, passages, reasoning and house rules; bad data never raises."""
