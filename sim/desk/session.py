"""What runs behind the page: a warm engine, replications added in growing batches, comparisons on the same people.

Replication 7 is the same people with the same random numbers whoever asks for it, so what is added here is what the command line
finds: a comparison that has reached 30 replications holds the figures of `compare --replications 30`, to the last digit.

One desk serves one user's tabs: what was run for one of them is there for all, and one of them runs at a time.
What may be changed here: freely, as long as the figures are those of the command line.
"""

import time
from collections import OrderedDict
from dataclasses import dataclass, replace
from functools import cached_property
from threading import RLock

import numpy as np

from sim.inputs.scenario import Scenario
from sim.results.comparison.compare import Gathering, Keys, KeyTable, differences, summarise
from sim.results.comparison.findings import Findings
from sim.results.measures.order import canonical
from sim.results.measures.periods import UNDIVIDED
from sim.results.spill import Spill
from sim.runs.collecting import beside, changes_between, named_apart, nothing_to_compare, paired, warning_words
from sim.runs.engines import Engines
from sim.runs.experiment import Shared, run_packed
from sim.runs.piece import Task
from sim.runs.replications import SetAside
from sim.runs.store import FinishedWork, default_store, meaning

FIRST = 2  # replications before anything is shown: fewer have no interval
MOST_KEPT = 40  # scenarios whose replications stay at hand
SHOWN_BY = ("", "payer", "team", "cause")  # divisions of figures that the page tells
MOST_REPLICATIONS = 1_000
ITSELF = "the same file, as it stands"  # beside which a scenario is shown
PINNED = "pinned: "  # before the name of a pin


class Cannot(Exception):
    """What the desk cannot do, in words for the planner."""


class _Grown:
    """One scenario, and the replications that it has so far."""

    def __init__(self, scenario: Scenario, engines: Engines) -> None:
        watched = replace(engines, cross_check=False)  # what goes to outputs/ is cross-checked, as on the command line
        self._shared = Shared((scenario,), engines=watched)
        store = default_store()
        self._finished = FinishedWork(store, (scenario,), watched, UNDIVIDED) if store else None
        self._done = SetAside()
        self.replications = self._done.of(0, MOST_REPLICATIONS)  # each to be read once it is there

    def grow(self, count: int) -> None:
        """Has at least so many replications from now on."""
        for number in range(len(self._done), count):
            task = Task(0, number)
            found = self._finished.load(task) if self._finished else None
            piece = found or run_packed(self._shared, task)
            self._done.keep(piece)
            if self._finished and not found:
                self._finished.keep(piece)


class Engine:
    """The compiled engine, loaded once for the process, and the replications of the scenarios that were looked at last."""

    def __init__(self, engines: Engines) -> None:
        self.engines = engines
        self.lock = RLock()
        self._kept: OrderedDict[str, _Grown] = OrderedDict()

    def grown(self, scenario: Scenario, name: str) -> _Grown:
        """The replications of a scenario of this meaning."""
        with self.lock:
            if name not in self._kept:
                self._kept[name] = _Grown(scenario, self.engines)
            self._kept.move_to_end(name)
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
            return self._kept[name]


class Comparison:
    """Two scenarios on the same people, over more and more replications."""

    def __init__(self, engine: Engine, base: Scenario, other: Scenario) -> None:
        """Cannot says why they cannot be compared."""
        chosen, left_out = paired(named_apart([base, other]))
        if len(chosen) < 2:
            raise Cannot(nothing_to_compare(left_out))
        self._lock = engine.lock
        self.base, self.other = chosen
        self.replications = 0
        names = [meaning(one) for one in chosen]
        self.is_of_one = names[0] == names[1]  # nothing that decides a result differs
        self._grown = [engine.grown(one, name) for one, name in zip(chosen, names, strict=True)]
        self._pieces = beside(chosen, [one.replications for one in self._grown])
        self._tables = [Gathering(Spill()) for _ in chosen]
        self._keys = KeyTable()
        self._found: tuple[int, Findings] | None = None  # of so many replications

    @cached_property
    def warnings(self) -> tuple[str, ...]:
        """What to be careful about, known before any run."""
        return warning_words((self.base, self.other))

    def add(self, most: int, seconds: float) -> None:
        """More replications, for about so long and up to so many altogether; at first as many as have an interval."""
        ends = time.monotonic() + seconds
        while self.replications < min(most, MOST_REPLICATIONS):
            with self._lock:
                self._add_one()
            if self.replications >= FIRST and time.monotonic() > ends:
                break

    def _add_one(self) -> None:
        number = self.replications
        for grown in self._grown:
            grown.grow(number + 1)
        for table, theirs in zip(self._tables, self._pieces, strict=True):
            piece = theirs[number]
            keys = Keys.of(piece.keys, self._keys)
            self._keys = keys.table
            places = np.array([at for at, key in enumerate(piece.keys) if key[2] in SHOWN_BY])
            table.add(keys.at(places), piece.values[places])
        self.replications += 1

    def findings(self) -> Findings:
        """The figures that the page tells, in the form in which the terminal and the report take them; added up once."""
        if self._found is None or self._found[0] != self.replications:
            self._found = self.replications, self._findings()
        return self._found[1]

    def _findings(self) -> Findings:
        chosen = tuple(replace(one, replications=self.replications) for one in (self.base, self.other))
        place = canonical(*chosen)
        before, after = (table.table(one.id, place) for table, one in zip(self._tables, chosen, strict=True))
        return Findings(
            scenarios=chosen,
            compared=True,
            estimates=[*summarise(before), *summarise(after)],
            differences=differences(before, after, place),
            daily={},
            changes={chosen[1].id: changes_between(*chosen)},
            left_out=(),
            same_people=(),
            delayed={},
        )


@dataclass(frozen=True)
class Pin:
    """A result that was pinned, with the scenario that it is of and the one that it is beside."""

    name: str
    file: str  # the scenario file that was moved
    sets: tuple[str, ...]
    comparison: Comparison
