"""Which replications of a run the store has already, and which cross-checks by the SimPy model were made before.

Rows of real people never reach the store: a scenario with a starting census, or with arrivals one by one, is run anew every time, because what
became of each person is in a block. Of its cross-check only the verdict is kept, under a hash.

What may be changed here: freely, as long as a kept verdict is of the same scenario, seed, replication, engines and packages.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sim.inputs.scenario import Scenario
from sim.results.measures.periods import Divisions, Period
from sim.runs.engines import Engines
from sim.runs.meaning import has_rows_of_people, name_of_results, name_of_verdict, short_hash
from sim.runs.piece import Task
from sim.runs.store import Store

FIRST = 0  # the replication that is cross-checked


@dataclass(frozen=True, slots=True)
class PackedPiece:
    """What one replication found, packed; that of each period beside it, and how long the stages took."""

    task: Task
    data: bytes
    periods: Mapping[Period, bytes]
    seconds: Mapping[str, float]


class FinishedWork:
    """What the store holds of the replications of some scenarios."""

    def __init__(self, store: Store, scenarios: Sequence[Scenario], engines: Engines, divisions: Divisions) -> None:
        self._store, self._divisions = store, divisions
        self._ids = [one.id for one in scenarios]
        self._results = [None if has_rows_of_people(one) else name_of_results(one, engines.name) for one in scenarios]
        asked = [engines.is_cross_checked(number, FIRST) for number in range(len(scenarios))]
        self._verdicts = [
            name_of_verdict(one, FIRST) if is_asked else None for one, is_asked in zip(scenarios, asked, strict=True)
        ]
        self.proved = {
            number: day for number, name in enumerate(self._verdicts) if name and (day := self._day_of(name))
        }

    def load(self, task: Task) -> PackedPiece | None:
        """A replication that was finished before, with every period that is wanted; None if it must be run."""
        results = self._results[task.scenario]
        must_be_checked = task.replication == FIRST and self._verdicts[task.scenario] is not None
        if results is None or (must_be_checked and task.scenario not in self.proved):
            return None
        data = self._store.read(_name(results, task))
        periods = {
            one: self._store.read(self._period_name(results, task, one))
            for one in self._divisions.periods_of(task.scenario)
        }
        found = {period: part for period, part in periods.items() if part is not None}
        return None if data is None or len(found) < len(periods) else PackedPiece(task, data, found, {})

    def keep(self, piece: PackedPiece) -> None:
        """Keeps a replication that has just been run, and that both engines agreed on it."""
        results, verdict = self._results[piece.task.scenario], self._verdicts[piece.task.scenario]
        if results:
            self._store.write(_name(results, piece.task), piece.data)
            for period, data in piece.periods.items():
                self._store.write(self._period_name(results, piece.task, period), data)
        if verdict and piece.task.replication == FIRST and piece.task.scenario not in self.proved:
            today = datetime.now(UTC).date().isoformat()
            self._store.write(f"verdicts/{verdict}", json.dumps({"equal in every cell": today}).encode())

    def tell(self, taken: int) -> None:
        """Notes at the store what this run has from it, for whoever reports on the run."""
        self._store.taken += taken
        self._store.proved |= {self._ids[number]: day for number, day in self.proved.items()}

    def _day_of(self, verdict: str) -> str | None:
        """The day on which both engines recorded the same; None where nobody has tried."""
        data = self._store.read(f"verdicts/{verdict}")
        return str(json.loads(data)["equal in every cell"]) if data else None

    def _period_name(self, results: str, task: Task, period: Period) -> str:
        """Periods of one division were found to come to the whole, so they are kept, and believed, together."""
        together = [[(one.first_day, one.end_day) for one in it.periods] for it in self._divisions.of(task.scenario)]
        return f"{_name(results, task)}-{period.first_day}-{period.end_day}-of-{short_hash(repr(together))}"


def _name(results: str, task: Task) -> str:
    return f"{results}/{task.replication:06}"
