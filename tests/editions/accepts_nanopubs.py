"""Asks the package ``nanopub`` whether it accepts each nanopublication of a TriG file; runs in its own environment.

``python accepts_nanopubs.py FILE`` prints how many it accepted, or says which it did not and ends with status 1.
"""

import logging
import sys
import warnings
from collections import defaultdict
from pathlib import Path

warnings.simplefilter("ignore")
logging.disable(logging.WARNING)

from nanopub import Nanopub  # noqa: E402 - the filter comes first, it warns while it is imported
from nanopub.trustyuri.rdf import RdfHasher, RdfUtils  # noqa: E402
from rdflib import ConjunctiveGraph, Dataset  # noqa: E402


def main(path: Path) -> int:
    """Check each publication as a whole, its trusty URI by both of the package's ways, and count."""
    everything = Dataset()
    everything.parse(path, format="trig")
    publications = defaultdict(list)
    for quad in everything.quads():
        if quad[3] is not None:
            publications[str(quad[3]).partition("#")[0]].append(quad)
    for iri, quads in publications.items():
        graph = ConjunctiveGraph()
        for subject, predicate, object_, name in quads:
            graph.get_context(name).add((subject, predicate, object_))
        code = iri[-45:]
        publication = Nanopub(rdf=graph)
        assert publication.is_valid, iri
        assert publication.has_valid_trusty, iri
        assert code == RdfHasher.make_hash(RdfUtils.get_quads(graph), code), iri
    sys.stdout.write(f"{len(publications)}\n")
    return 0 if publications else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
