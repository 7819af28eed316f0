"""Asks the package ``kgx`` what is wrong in nodes and edges; runs in its own environment, without the network.

``python accepts_kgx.py NODES EDGES PREFIXES`` prints one line for each error, then how many nodes and edges it read.
The Biolink Model is the copy that the package ``biolink-model`` holds. PREFIXES is a JSON object: the prefixes of the
dataset, which the model does not know. An identifier with a slash after its prefix is let pass, which W3C's CURIE
Syntax allows and this package does not.
"""

import json
import logging
import sys
from importlib import resources
from pathlib import Path

import bmt.toolkit

logging.disable(logging.WARNING)
MODEL = str(resources.files("biolink_model") / "schema" / "biolink_model.yaml")
# The defaults are addresses on the network; they are used as soon as the package is imported.
bmt.toolkit.Toolkit.__init__.__defaults__ = (MODEL, {"predicate mappings": []})

import kgx.prefix_manager  # noqa: E402 - see above
import kgx.validator  # noqa: E402
from kgx.graph.nx_graph import NxGraph  # noqa: E402


def main(nodes: Path, edges: Path, prefixes: Path) -> int:
    """Validate the graph and give the number of errors, at most 1."""
    own = json.loads(prefixes.read_text(encoding="utf-8"))
    model = bmt.toolkit.Toolkit().view.schema.prefixes
    context = own | {name: prefix.prefix_reference for name, prefix in model.items()}
    kgx.validator.get_jsonld_context = kgx.prefix_manager.get_jsonld_context = lambda *_: dict(context)
    graph = NxGraph()
    for line in nodes.read_text(encoding="utf-8").splitlines():
        node = json.loads(line)
        graph.add_node(node["id"], **node)
    for line in edges.read_text(encoding="utf-8").splitlines():
        edge = json.loads(line)
        graph.add_edge(edge["subject"], edge["object"], edge["id"], **edge)
    validator = kgx.validator.Validator()
    validator.validate(graph)
    errors = [
        f"{kind}: {message}: {each}"
        for kinds in validator.get_errors().values()
        for kind, messages in kinds.items()
        for message, things in messages.items()
        for each in sorted(set(things))
        if not ("CURIE" in message and "prefix" not in message and "/" in each)
    ]
    sys.stderr.write("".join(f"{error}\n" for error in errors))
    sys.stdout.write(f"\n{graph.number_of_nodes()} nodes, {graph.number_of_edges()} edges\n")
    return min(len(errors), 1)


if __name__ == "__main__":
    sys.exit(main(*(Path(name) for name in sys.argv[1:4])))
