"""What results rest on: assumptions, prices that were turned into the price year, what has no price.

Report and workbook both take these lists from here. What may be changed here: freely.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from sim.inputs.scenario import HOME, Scenario
from sim.results.comparison.findings import Findings
from sim.results.words.labels import spoken

ASSUMPTION = "assumption"
AMOUNT = re.compile(r"£?[\d,]*\.?\d+%?")
PARTS_WITH_AMOUNTS = ("services", "teams", "steps", "people", "census", "costs")


class Basis(NamedTuple):
    """One value that results rest on, and where it was written."""

    path: str
    text: str
    note: str
    place: str


def assumptions(findings: Findings, shown: Callable[[str], str] = str) -> list[Basis]:
    """Every value whose note calls it an assumption, each once, and what the program itself assumes."""
    found: dict[Basis, None] = {}
    for scenario in findings.scenarios:
        for value in scenario.values:
            if ASSUMPTION in value.note.lower():
                place = f"{shown(value.file)}:{value.line}" if value.line else value.file
                found[Basis(value.path, value.text, value.note, place)] = None
        for notice in scenario.notices:
            if ASSUMPTION in notice:
                found[Basis("(not written)", "", notice, "program")] = None
    return list(found)


def without_note(findings: Findings, shown: Callable[[str], str] = str) -> list[Basis]:
    """Every amount in a file with no word beside it, neither of a source nor that it is assumed; each once. Nought needs none."""
    found: dict[Basis, None] = {}
    for scenario in findings.scenarios:
        for value in scenario.values:
            is_amount = AMOUNT.fullmatch(value.text) and value.text.strip("£0.%")
            if is_amount and value.line and not value.note and value.path.split(".")[0] in PARTS_WITH_AMOUNTS:
                found[Basis(value.path, value.text, "", f"{shown(value.file)}:{value.line}")] = None
    return list(found)


def together(found: Iterable[Basis]) -> list[Basis]:
    """Values of one line of a file as one: what their paths share, and each value under what is left of its own."""
    lines: dict[tuple[str, str], list[Basis]] = {}
    for one in found:
        lines.setdefault((one.place, one.note), []).append(one)
    return [_joined(group) for group in lines.values()]


def _joined(group: Sequence[Basis]) -> Basis:
    if len(group) == 1:
        return group[0]
    paths = [one.path.split(".") for one in group]
    shared = 0
    while all(len(path) > shared + 1 for path in paths) and len({path[shared] for path in paths}) == 1:
        shared += 1
    parts = (f"{'.'.join(path[shared:])} {one.text}" for path, one in zip(paths, group, strict=True))
    return group[0]._replace(path=".".join(paths[0][:shared]), text=", ".join(parts))


def uplifted(findings: Findings) -> Iterator[tuple[str, ...]]:
    """Prices of other years: path, as written, its year, factor, price used; each once."""
    seen = set()
    for scenario in findings.scenarios:
        for one in scenario.costs.uplifts:
            if one not in seen:
                seen.add(one)
                year = scenario.costs.price_year or ""
                yield (
                    one.path,
                    f"£{one.written_gbp:,.2f}",
                    one.year,
                    f"{one.factor:g}",
                    f"£{one.gbp:,.2f} of {year}",
                )


def without_price(scenario: Scenario) -> list[str]:
    """Services that people use and that cost nothing here, because nobody gave a price."""
    if not scenario.costs.prices:
        return []
    priced = {price.of for price in scenario.costs.prices}
    return [spoken(one.name) for one in scenario.services if one.name not in priced and one.name != HOME]
