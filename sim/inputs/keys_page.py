"""The table of keys as a page for people, `docs/scenario-keys.md`, and as a JSON Schema.

With the schema, editors complete keys and underline mistakes while somebody types. It knows what a single key allows; what fits
together only the reader knows.
After a change, make the page and `scenarios/scenario.schema.json` anew (the tests say how).
"""

import textwrap
from collections.abc import Iterator
from typing import Any

from sim.inputs.by_level import MayDepend
from sim.inputs.durations import FAMILIES, Duration
from sim.inputs.field_types import AnyField, AnyKind, AnyRecord, Either, Listing, Names, Record, Scalar, Schema
from sim.inputs.fields import LAYER_FIELDS, SCENARIO
from sim.inputs.overrides import OWN_KEYS
from sim.inputs.problems import capital

PATH = r"^[A-Za-z][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)*$"


def json_schema() -> Schema:
    """The JSON Schema (2020-12) of a scenario file."""
    whole = _record(SCENARIO)
    whole["properties"]["sweep"] |= {"maxProperties": 2}
    layer = {field.key: _field(field) for field in LAYER_FIELDS}
    layer["change"] |= {"type": "object", "propertyNames": {"pattern": PATH}}
    layer["add"] |= {"type": "object", "propertyNames": {"pattern": PATH}}
    definitions = {record.title.replace(" ", "_"): _record(record) for record in records()}
    _let_shared_journeys_be_parts(definitions["group"], definitions["visit"])
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A scenario of discharge and reablement bed flow",
        "type": "object",
        "properties": {**whole["properties"], **layer},
        "additionalProperties": False,
        "if": {"required": ["extends"]},
        "then": {"propertyNames": {"enum": [*OWN_KEYS, *layer]}},
        "else": {"required": whole["required"]},
        "$defs": definitions,
    }


def _let_shared_journeys_be_parts(group: dict[str, Any], visit: dict[str, Any]) -> None:
    """With `journey_like`, a group's journey says only what differs; without it, each visit is whole, or by a trait."""
    whole = {"anyOf": [{"required": visit.pop("required")}, {"required": ["by"]}]}
    group["required"].remove("journey")
    group["if"] = {"required": ["journey_like"]}
    group["else"] = {
        "required": ["journey"],
        "properties": {"journey": {"anyOf": [{"required": ["by"]}, {"additionalProperties": whole}]}},
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


# -- the same as a page ------------------------------------------------------------------------------------------------


HEAD = """\
# Every key of the scenario language

This page is made from the table of keys in `sim/inputs/fields.py`; change it there. [language.md](language.md) shows
how the keys are used. Write numbers as `1,200`, shares as `40%`, money as `£150`, dates as `2026-04-06` and times of
day as `09:30`.

† marks values that may depend on a trait: `{by: need, high: 9, else: 5}`, with a value for each level, or `else` for
levels that are not named. Such values can be nested.
"""


def keys_page() -> str:
    """The whole page."""
    whole: AnyRecord = Record(SCENARIO.title, SCENARIO.meaning, (*SCENARIO.fields, *LAYER_FIELDS))
    return "\n".join([HEAD, *(line for record in (whole, *records()) for line in _section(record))])


def _section(record: AnyRecord) -> Iterator[str]:
    yield f"## {capital(record.title)}"
    if record.meaning:
        yield "\n" + textwrap.fill(f"{capital(record.meaning)}.", 119)
    if record.exactly_one:
        yield f"\nExactly one of {', '.join(f'`{key}`' for key in record.exactly_one)}."
    yield "\n| key | written as | unit | if left out | meaning |\n|---|---|---|---|---|"
    for field in record.fields[:1] if record.alike else record.fields:
        cells = (_keys(field, record), _written(field.kind), _unit(field.kind), _left_out(field, record), field.meaning)
        yield f"| {' | '.join(cells)} |"
    yield ""


def _keys(field: AnyField, record: AnyRecord) -> str:
    return ", ".join(f"`{one.key}`" for one in record.fields) if record.alike else f"`{field.key}`"


def _written(kind: AnyKind) -> str:
    """How a value is written, with a link where it has keys of its own."""
    if isinstance(kind, MayDepend):
        return f"{_written(kind.value)} †"
    if isinstance(kind, Record):
        return f"a share, or a {_link(kind)}" if kind.short else _link(kind)
    if isinstance(kind, Duration):
        return f"a number or a {_link(FAMILIES)}"
    if isinstance(kind, Names):
        key = kind.refers if kind.refers else f"{kind.declares} name of your choice"
        return f"for each {key}: {_written(kind.value)}"
    if isinstance(kind, Listing):
        return f"list: {_written(kind.item)}"
    if isinstance(kind, Either):
        return ", or ".join(_written(part) for part in kind.parts())
    return kind.words


def _link(record: AnyRecord) -> str:
    return f"[{record.title}](#{record.title.replace(' ', '-')})"


def _unit(kind: AnyKind) -> str:
    kind = kind.plain()
    if isinstance(kind, Scalar | Duration):
        return kind.unit
    return next(filter(None, map(_unit, kind.parts())), "") if isinstance(kind, Either | Listing) else ""


def _left_out(field: AnyField, record: AnyRecord) -> str:
    if field.required:
        return "needed"
    if field.key in (*record.exactly_one, *record.at_most_one):
        return ""
    return f"`{field.default}`" if field.default not in (None, "{}") else field.missing


if __name__ == "__main__":
    print(keys_page(), end="")
