"""``dataset.toml`` read as a value: what a dataset is called, where its IRIs begin, which IRI plays which part.

A dataset of a few files states only ``[dataset]``; everything else has a default under its own vocabulary.
It refuses unknown keys, because a key that is spelled wrong would otherwise silently do nothing.
"""

from publisher.dataset.manifest.keys import FILE
from publisher.dataset.manifest.read import read_manifest
from publisher.dataset.manifest.toml import place_of
from publisher.dataset.manifest.values import Agent, Certainty, Manifest, Rollup

__all__ = ["FILE", "Agent", "Certainty", "Manifest", "Rollup", "place_of", "read_manifest"]
