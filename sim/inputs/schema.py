"""The scenario language as a JSON Schema, so that editors complete keys and underline mistakes while somebody types.

It is made from the table of keys and knows what a single key allows; what fits together only the reader knows.
What may be changed here: freely; refresh `scenarios/scenario.schema.json` (the test says how).
"""

from typing import Any

from sim.inputs.containers import AnyRecord, Record
from sim.inputs.field_types import AnyField, AnyKind, Schema
from sim.inputs.fields import LAYER_FIELDS, SCENARIO
from sim.inputs.overrides import OWN_KEYS

PATH = r"^[A-Za-z][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)*$"


def json_schema() -> Schema:
    """The JSON Schema (2020-12) of a scenario file."""
    whole = _record(SCENARIO)
    whole["properties"]["sweep"] |= {"maxProperties": 2}
    layer = {field.key: _field(field) for field in LAYER_FIELDS}
    layer["change"] |= {"type": "object", "propertyNames": {"pattern": PATH}}
    layer["add"] |= {"type": "object", "propertyNames": {"pattern": PATH}}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A scenario of discharge and reablement bed flow",
        "type": "object",
        "properties": {**whole["properties"], **layer},
        "additionalProperties": False,
        "if": {"required": ["extends"]},
        "then": {"propertyNames": {"enum": [*OWN_KEYS, *layer]}},
        "else": {"required": whole["required"]},
        "$defs": {record.title.replace(" ", "_"): _record(record) for record in records()},
    }


def schema_text() -> str:
    """The same as text, the content of `scenarios/scenario.schema.json`."""
    import json  # only here, and reading a scenario need not wait for it

    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


def records() -> tuple[AnyRecord, ...]:
    """Every kind of thing with known keys below the scenario itself, in the order of the table."""
    found: dict[str, AnyRecord] = {}
    _collect(SCENARIO, found)
    return tuple(found.values())[1:]


def _collect(kind: AnyKind, found: dict[str, AnyRecord]) -> None:
    if isinstance(kind, Record):
        if kind.title in found:
            return
        found[kind.title] = kind
    for part in kind.parts():
        _collect(part, found)


def _record(record: AnyRecord) -> Schema:
    described: dict[str, Any] = {
        "type": "object",
        "description": record.meaning,
        "properties": {field.key: _field(field) for field in record.fields},
        "required": [field.key for field in record.fields if field.required],
        "additionalProperties": False,
    }
    if record.exactly_one:
        described["oneOf"] = [{"required": [key]} for key in record.exactly_one]
    if record.at_most_one:
        described["not"] = {"required": list(record.at_most_one)}
    return described


def _field(field: AnyField) -> Schema:
    extra = f" (default {field.default})" if field.default not in (None, "{}") else ""
    missing = f" (without it: {field.missing})" if field.missing else ""
    return {**field.kind.schema(), "description": f"{field.meaning}{extra}{missing}"}
