"""The table of keys as a page for people: `docs/scenario-keys.md`.

What may be changed here: freely; refresh the page (the test says how).
"""

from collections.abc import Iterator

from sim.inputs.by_level import MayDepend
from sim.inputs.containers import Either, Listing, Names, Record
from sim.inputs.durations import FAMILIES, Duration
from sim.inputs.fields import LAYER_FIELDS, SCENARIO
from sim.inputs.kinds import Field, Kind, Scalar
from sim.inputs.schema import records

HEAD = """\
# Every key of the scenario language

Made from the table of keys in `sim/inputs/fields.py`; change it there. [language.md](language.md) shows the keys at
work. Numbers may be written `1,200`, shares `40%`, money `£150`, dates `2026-04-06`, times of day `09:30`.

† may depend on a trait of the people: `{by: need, high: 9, else: 5}`, with a value for each level or `else` for those
that are not named. Such values may stand in each other.
"""


def keys_page() -> str:
    """The whole page."""
    whole = Record(SCENARIO.title, SCENARIO.meaning, (*SCENARIO.fields, *LAYER_FIELDS))
    return "\n".join([HEAD, *(line for record in (whole, *records()) for line in _section(record))])


def _section(record: Record) -> Iterator[str]:
    yield f"## {record.title[:1].upper()}{record.title[1:]}"
    if record.meaning:
        yield f"\n{record.meaning[:1].upper()}{record.meaning[1:]}."
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


def _keys(field: Field, record: Record) -> str:
    return ", ".join(f"`{one.key}`" for one in record.fields) if record.alike else f"`{field.key}`"


def _written(kind: Kind) -> str:
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


def _link(record: Record) -> str:
    return f"[{record.title}](#{record.title.replace(' ', '-')})"


def _unit(kind: Kind) -> str:
    kind = kind.plain()
    if isinstance(kind, Scalar | Duration):
        return kind.unit
    return next(filter(None, map(_unit, kind.parts())), "") if isinstance(kind, Either | Listing) else ""


def _left_out(field: Field, record: Record) -> str:
    if field.required:
        return "needed"
    if field.key in (*record.exactly_one, *record.at_most_one):
        return ""
    return f"`{field.default}`" if field.default not in (None, "{}") else field.missing


if __name__ == "__main__":
    print(keys_page(), end="")
