"""What results rest on: assumptions, prices that were turned into the price year, what has no price.

Report and workbook both take these lists from here. What may be changed here: freely.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from sim.inputs.scenario import HOME, Scenario
from sim.results.findings import Findings
from sim.results.wording import spoken

ASSUMPTION = "assumption"


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
