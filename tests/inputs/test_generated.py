"""What is made from the table of keys is up to date: the JSON Schema and the page of keys."""

import json
from pathlib import Path

from sim.inputs.catalogue_page import shipped
from sim.inputs.containers import Record
from sim.inputs.fields import SCENARIO
from sim.inputs.keys_page import json_schema, keys_page, records, schema_text
from sim.results.measures.page import measures_page

ROOT = Path(__file__).parents[2]
REFRESH_SCHEMA = "refresh it: python3 run_sim.py schema > scenarios/scenario.schema.json"
REFRESH_PAGE = "refresh it: python3 -m sim.inputs.keys_page > docs/scenario-keys.md"


def test_the_schema_beside_the_scenarios_is_fresh() -> None:
    assert (ROOT / "scenarios/scenario.schema.json").read_text(encoding="utf-8") == schema_text(), REFRESH_SCHEMA


def test_the_page_of_keys_is_fresh() -> None:
    assert (ROOT / "docs/scenario-keys.md").read_text(encoding="utf-8") == keys_page(), REFRESH_PAGE


def test_every_shipped_scenario_points_editors_to_the_schema() -> None:
    for file in [file for file in shipped() if file.parent.name == "scenarios"]:
        first = file.read_text(encoding="utf-8").splitlines()[0]
        assert first == "# yaml-language-server: $schema=scenario.schema.json", file.name


def test_the_schema_knows_every_key_and_refers_only_to_what_it_defines() -> None:
    schema = json_schema()
    for record in records():
        definition = schema["$defs"][record.title.replace(" ", "_")]
        assert list(definition["properties"]) == [field.key for field in record.fields]
    assert _references(schema) <= {f"#/$defs/{name}" for name in schema["$defs"]}
    assert json.loads(schema_text()) == schema


def _references(part: object) -> set[str]:
    if isinstance(part, dict):
        own = {part["$ref"]} if "$ref" in part else set[str]()
        return own.union(*map(_references, part.values()))
    return set[str]().union(*map(_references, part)) if isinstance(part, list) else set()


def test_titles_of_records_are_unique() -> None:
    found: list[Record] = [SCENARIO, *records()]
    assert len({record.title for record in found}) == len(found)


def test_the_page_of_measures_is_fresh() -> None:
    refresh = "refresh it: python3 -m sim.results.measures.page > docs/measures.md"
    assert (ROOT / "docs/measures.md").read_text(encoding="utf-8") == measures_page(), refresh
