"""Runs of one scenario at many settings, on the same people, and what they showed replication by replication.

Every point has the same seed, and so the same people and random numbers: differences between points are the settings' doing. What the store
holds is not run again, so a study that was stopped goes on where it was. Costs are reported beside one scenario, the base: what
it releases, and which fixed costs stay.

What may be changed here: freely, as long as no figure depends on the number of workers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from functools import cached_property

import numpy as np

from sim.inputs.scenario import Scenario
from sim.results.comparison.accounts import keeping_fixed_costs
from sim.results.comparison.compare import Estimate, PairedDifference, differences, summarise
from sim.results.comparison.table import Figures, Gathering, Keys, KeyTable, ReplicationTable
from sim.results.measures.order import MeasureKey, canonical
from sim.results.spill import Spill
from sim.runs.collecting import beside, nothing_to_compare, paired
from sim.runs.piece import Piece
from sim.runs.replications import Replications
from sim.runs.scenario_runs import HowToRun, ScenarioRuns, Work, batches
from sim.runs.store import meaning
from sim.studies.settings import Point, Settings


@dataclass(frozen=True)
class Measured:
    """What one scenario of a study showed: every figure that is not divided further, in every replication."""

    scenario: Scenario
    table: ReplicationTable

    @cached_property
    def _rows(self) -> Mapping[MeasureKey, int]:
        return {key: number for number, key in enumerate(self.table.keys)}

    def values(self, service: str, measure: str) -> Figures | None:
        """A figure over the replications, NaN where one has none; None where the results hold no such figure."""
        row = self._rows.get((service, measure, "", ""))
        return None if row is None else self.table.values[row]

    def estimate(self, service: str, measure: str) -> Estimate | None:
        """A figure with its 95% interval; None where no replication has it."""
        return next(iter(summarise(self._only(service, measure))), None)

    def minus(self, before: "Measured", service: str, measure: str) -> PairedDifference | None:
        """A figure less that of another scenario, on the same people; None where no replication has both."""
        pair = (before._only(service, measure), self._only(service, measure))
        return next(iter(differences(*pair, canonical(before.scenario, self.scenario))), None)

    @cached_property
    def estimates(self) -> list[Estimate]:
        """Every figure with its 95% interval."""
        return [row for row in summarise(self.table) if row.replications]

    def all_minus(self, before: "Measured") -> list[PairedDifference]:
        """Every figure less that of another scenario."""
        return differences(before.table, self.table, canonical(before.scenario, self.scenario))

    def _only(self, service: str, measure: str) -> ReplicationTable:
        """The table of one figure; of none where it is nowhere."""
        row = self._rows.get((service, measure, "", ""))
        values = None if row is None else self.table.values[row]
        if row is None or values is None or np.isnan(values).all():
            return ReplicationTable(self.scenario.id, (), (), np.zeros((0, self.scenario.replications)))
        return ReplicationTable(
            self.scenario.id, (self.table.keys[row],), (self.table.units[row],), values.reshape(1, -1)
        )


class PointRuns:
    """What the points of a study showed, each run once; `base` is what costs and differences are reported beside: the scenario as stated, unless named."""

    def __init__(self, settings: Settings, how: HowToRun, base: Scenario | None = None) -> None:
        """ValueError says why the base cannot be compared."""
        if base is not None and len(paired([base, settings.stated])[0]) < 2:
            raise ValueError(nothing_to_compare(paired([base, settings.stated])[1]))
        self._settings, self._run = settings, ScenarioRuns(how)
        self._base = settings.stated if base is None else base
        self._base_pieces: Replications | None = None
        self._known: dict[str, Measured] = {}
        self._spill = Spill()

    @property
    def base(self) -> Measured:
        """What the scenario that the others are reported beside showed."""
        return self._measured([self._base])[0]

    def __call__(self, points: Sequence[Point]) -> list[Measured]:
        """What each point showed, in order."""
        return self._measured(self._settings.scenarios(points))

    def work(self, points: Sequence[Point]) -> Work:
        """How much these points and the base are."""
        first, *others = self._distinct([self._base, *self._settings.scenarios(points)]).values()
        parts = self._run.work([first], checked=True), self._run.work(others)
        return Work(*(sum(numbers) for numbers in zip(*map(astuple, parts), strict=True)))

    def seconds_for(self, work: Work, processes: int = 1) -> float:
        """About how long that takes."""
        return self._run.seconds_for(self._settings.stated, work, processes)

    def _distinct(self, scenarios: Sequence[Scenario]) -> dict[str, Scenario]:
        """The scenarios that mean different things, each with the fixed costs that it keeps beside the base."""
        kept = [keeping_fixed_costs(self._base, one) for one in scenarios]
        return {meaning(one): one for one in kept}

    def _measured(self, scenarios: Sequence[Scenario]) -> list[Measured]:
        """What scenarios showed; what means the same is run once."""
        wanted = self._distinct([self._base, *scenarios])
        new = [name for name in wanted if name not in self._known]
        self._run.expect(sum(wanted[name].replications for name in new))
        if self._base_pieces is None:
            first, *new = new
            (self._base_pieces,) = self._run([self._base], checked=True)
            self._keep({first: self._base}, [])
        for some in batches(new):
            others = {name: wanted[name] for name in some}
            self._keep(others, self._run(list(others.values())))
        names = [meaning(keeping_fixed_costs(self._base, one)) for one in scenarios]
        return [replace(self._known[name], scenario=one) for name, one in zip(names, scenarios, strict=True)]

    def _keep(self, scenarios: Mapping[str, Scenario], pieces: Sequence[Replications]) -> None:
        """Puts together what scenarios showed, beside the base; of the base itself where no pieces of others are given."""
        assert self._base_pieces is not None
        found = beside([self._base, *scenarios.values()][: len(pieces) + 1], [self._base_pieces, *pieces])
        mine = found[1:] or found
        for (name, scenario), theirs in zip(scenarios.items(), mine, strict=True):
            self._known[name] = Measured(scenario, _undivided(scenario, theirs, self._spill))


def _undivided(scenario: Scenario, pieces: Sequence[Piece], spill: Spill) -> ReplicationTable:
    """Every figure that is not divided by anything, over the replications."""
    found, table = Gathering(spill), KeyTable()
    is_whole = np.zeros(0, dtype=bool)  # by number of a key
    for piece in pieces:
        keys = Keys.of(piece.keys, table)
        table = keys.table
        is_whole = np.append(is_whole, [not key[2] for key in table.keys[len(is_whole) :]]).astype(bool)
        places = np.flatnonzero(is_whole[keys.numbers])
        found.add(keys.at(places), piece.values[places])
    return found.table(scenario.id, canonical(scenario))
