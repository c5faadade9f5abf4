"""The table of keys as a page for people: `docs/scenario-keys.md`.

What may be changed here: freely; refresh the page (the test says how).
"""

import textwrap
from collections.abc import Iterator

from sim.inputs.by_level import MayDepend
from sim.inputs.containers import AnyRecord, Either, Listing, Names, Record
from sim.inputs.durations import FAMILIES, Duration
from sim.inputs.field_types import AnyField, AnyKind, Scalar
from sim.inputs.fields import LAYER_FIELDS, SCENARIO
from sim.inputs.schema import records

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
    yield f"## {record.title[:1].upper()}{record.title[1:]}"
    if record.meaning:
        yield "\n" + textwrap.fill(f"{record.meaning[:1].upper()}{record.meaning[1:]}.", 119)
    if record.exactly_one:
        yield f"\nExactly one of {', '.join(f'`{key}`' for key in record.exactly_one)}."
    yield "\n| key | written as | unit | if left out | meaning |\n|---|---|---|---|---|"
    for field in record.fields[:1] if record.alike else record.fields:
        cells = (
            _keys(field, record),
            _written(field.kind),
            _unit(field.kind),
            _left_out(field, record),
            field.meaning,
        )
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
