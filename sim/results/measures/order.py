"""The one order of rows in every result file: by service, measure, kind of part and part."""

from collections.abc import Callable, Iterable, Sequence
from itertools import compress
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from sim.inputs.scenario import ALL_HOSPITALS, OUT, OUTSIDE, REASONS, WEEKDAYS, Scenario
from sim.model.records import NONE
from sim.results.measure_table import BANDS, BY, COST_PARTS, ENDINGS, LACKS, PATHWAYS, measures
from sim.results.split import group_names, level_names, trait_names
from sim.results.window import Block, Key

T = TypeVar("T")
YEARS = [str(year) for year in range(1, 101)]  # since people became ready
MeasureKey = tuple[str, str, str, str]  # service, measure, by, item
SortKey = tuple[int, int, int, int, str]


def canonical(*scenarios: Scenario) -> Callable[[MeasureKey], SortKey]:
    """A sorting key for rows of these scenarios; what only a later one has comes behind."""
    destinations = _merged(scenario.destinations for scenario in scenarios)
    services = _merged((destinations, (OUT, OUTSIDE, ALL_HOSPITALS, "all")))
    most_bays = max(len(service.bays) for scenario in scenarios for service in scenario.services)
    items = {
        "": [""],
        "reason": list(REASONS),
        "next_service": destinations,
        "cause": [*_causes(scenarios), *destinations],
        "payer": _merged(scenario.costs.payers for scenario in scenarios),
        "contributor": _merged(scenario.costs.contributors for scenario in scenarios),
        "budget": _merged((budget.name for budget in scenario.costs.budgets) for scenario in scenarios),
        "programme": _merged(_programmes(scenario) for scenario in scenarios),
        "part": list(COST_PARTS),
        "pathway": list(PATHWAYS),
        "group": _merged(group_names(scenario.people) for scenario in scenarios),
        "band": list(BANDS),
        "weekday": list(WEEKDAYS),
        "team": _merged((team.name for team in scenario.teams) for scenario in scenarios),
        "ending": list(ENDINGS),
        "lack": list(LACKS),
        "waited_on": destinations,
        "came_from": [*destinations, OUTSIDE],
        "reason_and_lack": [f"{reason}, {lack}" for reason in REASONS for lack in LACKS],
        "year": YEARS,
        "bay": [str(number) for number in range(1, 1 + most_bays)],
    }
    items["payer_and_year"] = [f"{payer}, {year}" for payer in items["payer"] for year in YEARS]
    traits = _merged(trait_names(scenario.people) for scenario in scenarios)
    items |= {trait: _merged(level_names(scenario.people, trait) for scenario in scenarios) for trait in traits}
    of_service, of_measure, of_by = _numbered(services), _numbered(measures()), _numbered((*BY, *traits))
    of_item = {by: _numbered(names) for by, names in items.items()}

    def place(key: MeasureKey) -> SortKey:
        service, measure, by, item = key
        last = len(of_item[by])
        return of_service[service], of_measure[measure], of_by[by], of_item[by].get(item, last), item

    return place


class RowOrder:
    """Every key that was met in a scenario's replications, in the canonical order: each is put in its place once."""

    def __init__(self, place: Callable[[MeasureKey], SortKey]) -> None:
        self._place = place
        self._keys: tuple[Key, ...] = ()
        self._number: dict[Key, int] = {}  # in the order
        # Of blocks of keys that stay the same objects, known by who they are:
        self._blocks: dict[tuple[int, ...], tuple[tuple[Key, ...], ...]] = {}
        self._places: dict[tuple[int, ...], NDArray[np.intp]] = {}

    def sorted(self, blocks: Sequence[Block]) -> tuple[tuple[Key, ...], NDArray[np.float64]]:
        """The keys and values of all that is reported in these blocks."""
        *constant, rows = blocks
        same = tuple(id(one.keys) for one in constant)
        numbers = [self._number.get(key, NONE) for key in rows.keys]
        if same not in self._places or NONE in numbers:
            self._meet(constant, rows.keys)
            numbers = [self._number[key] for key in rows.keys]
        values = np.full(len(self._keys), np.nan)
        values[self._places[same]] = np.concatenate([one.values for one in constant])
        values[numbers] = rows.values
        is_reported = ~np.isnan(values)
        return tuple(compress(self._keys, is_reported.tolist())), values[is_reported]

    def _meet(self, constant: Sequence[Block], others: Sequence[Key]) -> None:
        """Put new keys in their places; the numbers of all others change with them."""
        these = tuple(block.keys for block in constant)
        self._blocks[tuple(map(id, these))] = these
        met = dict.fromkeys((*self._keys, *(key for keys in these for key in keys), *others))
        self._keys = tuple(sorted(met, key=lambda key: self._place(key[:4])))
        self._number = _numbered(self._keys)
        for same, blocks in self._blocks.items():
            numbers = [self._number[key] for keys in blocks for key in keys]
            self._places[same] = np.array(numbers, dtype=np.intp)


def _causes(scenarios: Iterable[Scenario]) -> list[str]:
    found = list(scenarios)
    teams = _merged((f"team {team.name}" for team in scenario.teams) for scenario in found)
    steps = _merged((f"step {step.name}" for step in scenario.steps) for scenario in found)
    return [*teams, *steps, "hours"]


def _programmes(scenario: Scenario) -> Iterable[str]:
    return (price.of for price in scenario.costs.prices if price.per == "year")


def _merged(lists: Iterable[Iterable[str]]) -> list[str]:
    return list(dict.fromkeys(name for names in lists for name in names))


def _numbered(names: Iterable[T]) -> dict[T, int]:
    return {name: number for number, name in enumerate(names)}
