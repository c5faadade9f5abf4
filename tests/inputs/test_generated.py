"""What is made from the table of keys is up to date: the JSON Schema and the page of keys."""

import json
import re
from pathlib import Path
from typing import Any, ClassVar

import pytest
import yaml

from sim.inputs.catalogue_page import shipped
from sim.inputs.field_types import Record
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


class AsEditorsRead(yaml.SafeLoader):
    """YAML 1.2, as editors read it: a date is text, `yes` and `09:30` too."""

    yaml_implicit_resolvers: ClassVar = {}


for _tag, _pattern, _first in (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("int", r"[-+]?[0-9]+", "-+0123456789"),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", "-+.0123456789"),
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
):
    AsEditorsRead.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(f"^({_pattern})$"), list(_first))


def validator() -> Any:
    jsonschema = pytest.importorskip("jsonschema")  # comes with the desk's packages
    return jsonschema.Draft202012Validator(json_schema())


@pytest.mark.slow
def test_the_schema_allows_every_scenario_that_there_is() -> None:
    schema = validator()
    files = [
        *shipped(),
        *(ROOT / "tests/worked_examples").glob("*.yaml"),
        *(ROOT / "scenarios/validation").glob("*.yaml"),
    ]
    refused = [
        (file.name, problem.json_path, problem.message[:99])
        for file in files
        for problem in schema.iter_errors(yaml.load(file.read_text(encoding="utf-8"), AsEditorsRead))
    ]
    assert not refused and len(files) > 200


@pytest.mark.parametrize(
    ("group", "is_refused"),
    [
        ("journey: {ward: {stay_days: 3, then: {home: 100%}}}", False),
        ("journey: {ward: {stay_days: 3}}", True),
        ("journey: {by: need, high: {ward: {then: {home: 1}}}, low: {ward: {then: {home: 1}}}}", False),
        ("journey: {ward: {by: need, high: {then: {home: 1}}, low: {then: {home: 1}}}}", False),
        ("journey_like: others", False),
        ("journey_like: others, journey: {ward: {stay_days: 3}}", False),
        ("traits: {need: {high: 1, low: 0}}", True),
    ],
)
def test_the_schema_asks_for_a_whole_journey_unless_it_is_another_groups(group: str, is_refused: bool) -> None:
    text = f"{{name: A, calendar: {{start: '2026-01-05', warm_up_days: 1, measured_days: 1}}, services: {{ward: {{kind: acute, beds: 1}}}}, people: {{all: {{arrives_at: ward, arrivals_per_day: 1, {group}}}}}}}"
    problems = list(validator().iter_errors(yaml.load(text, AsEditorsRead)))
    assert bool(problems) is is_refused, problems
