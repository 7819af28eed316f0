import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from ruamel.yaml import YAML

from publisher.dataset import Dataset
from publisher.dataset.schema import documents_schema, entities_schema, facts_schema, retired_schema, write_schemas


def read(path: Path) -> Any:
    """Give a YAML file as plain values."""
    return YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))


def test_the_second_dataset_fits_its_own_schemas(lighthouses: Dataset) -> None:
    """What is curated is valid by what the editor is told."""
    seeds = lighthouses.root / "seeds"
    jsonschema.Draft202012Validator(facts_schema(lighthouses)).validate(read(seeds / "facts" / "P1.yaml"))
    jsonschema.Draft202012Validator(facts_schema(lighthouses)).validate(read(seeds / "facts" / "P2.yaml"))
    jsonschema.Draft202012Validator(entities_schema(lighthouses)).validate(read(seeds / "entities.yaml"))
    jsonschema.Draft202012Validator(documents_schema(lighthouses)).validate(read(seeds / "documents.yaml"))
    jsonschema.Draft202012Validator(retired_schema(lighthouses)).validate(read(seeds / "retired.yaml"))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("certainty", "lv:sure"),
        ("subject", "lx:LX9999999"),
        ("predicate", "lv:bornIn"),
        ("id", "C1"),
        ("qualifiers", {"lv:colour": "red"}),
        ("surprise", 1),
    ],
)
def test_an_editor_marks_what_is_wrong(lighthouses: Dataset, key: str, value: object) -> None:
    """A wrong certainty, thing, property, id or key is invalid while it is typed."""
    facts = read(lighthouses.root / "seeds" / "facts" / "P1.yaml")
    facts["facts"][0][key] = value
    assert not jsonschema.Draft202012Validator(facts_schema(lighthouses)).is_valid(facts)


def test_schemas_are_written_and_are_schemas(lighthouses: Dataset, tmp_path: Path) -> None:
    """Each file written is a valid JSON Schema of 2020-12."""
    paths = write_schemas(lighthouses, tmp_path)
    assert sorted(path.name.partition(".")[0] for path in paths) == ["documents", "entities", "facts", "retired"]
    for path in paths:
        jsonschema.Draft202012Validator.check_schema(json.loads(path.read_text(encoding="utf-8")))
