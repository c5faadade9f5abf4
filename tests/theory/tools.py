"""What the theory tests share: small scenarios written as YAML, what was seen in each replication, and how agreement is judged.

A test states the half-width it judges by. Four standard errors, from independent replications with fixed seeds, must be no
wider than that, and the exact value must lie within them: so a test can fail for either reason, too little precision or a
wrong engine. Everything is counted here from the ledger, without the project's own measures.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from sim.inputs.loading import read_scenario
from sim.inputs.scenario import SECONDS_PER_DAY, Scenario
from sim.model.records import ADMITTED, GAVE_UP, NEVER, OUTSIDE, TURNED_AWAY, Ledger
from tests.engines import replications

STANDARD_ERRORS = 4.0

# Nine times the replications in CI, and a third of the width.
QUICK_AND_SLOW = pytest.mark.parametrize("times", [1, pytest.param(9, marks=pytest.mark.slow)])
Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Estimate:
    """A mean over independent replications, give or take four standard errors."""

    mean: float
    half_width: float

    def agrees_with(self, exact: float) -> bool:
        return abs(self.mean - exact) <= self.half_width


def estimate(values: Iterable[float]) -> Estimate:
    """The mean of one value per replication."""
    sample = np.array(list(values), dtype=float)
    return Estimate(float(sample.mean()), STANDARD_ERRORS * float(sample.std(ddof=1)) / math.sqrt(len(sample)))


def assert_agrees(values: Iterable[float], exact: float, width: float) -> None:
    """The replications' mean is `exact`, and is known to within `width`."""
    found = estimate(values)
    assert found.half_width <= width, f"known only to +-{found.half_width:.4g}, not +-{width:g} (mean {found.mean:.5g})"
    assert found.agrees_with(exact), f"{found.mean:.5g} +- {found.half_width:.2g} is not {exact:.5g}"


def assert_rejects(values: Iterable[float], wrong: float) -> None:
    """A planted wrong parameter's exact value lies outside the interval: the test is sharp enough to see it."""
    found = estimate(values)
    assert not found.agrees_with(wrong), f"{found.mean:.5g} +- {found.half_width:.2g} cannot tell {wrong:.5g}"


@dataclass(frozen=True)
class Seen:
    """One replication and what can be counted in its window, in days."""

    scenario: Scenario
    ledger: Ledger

    @property
    def window(self) -> tuple[int, int]:
        return self.scenario.calendar.window

    @property
    def days(self) -> float:
        first, end = self.window
        return (end - first) / SECONDS_PER_DAY

    def _place(self, name: str) -> int:
        return OUTSIDE if name == "outside" else self.scenario.destinations.index(name)

    def _mean_number(self, begins: NDArray[np.int64], ends: NDArray[np.int64]) -> float:
        first, end = self.window
        overlap = np.minimum(ends, end) - np.maximum(begins, first)
        return float(np.maximum(overlap, 0).sum()) / (end - first)

    def occupied(self, service: str) -> float:
        """People in a service, on average over the window."""
        stays = self.ledger.stays
        here = stays["service"] == self._place(service)
        return self._mean_number(stays["admitted"][here], stays["left"][here])

    def delayed(self, service: str) -> float:
        """People ready and still there, on average over the window."""
        stays = self.ledger.stays
        here = stays["service"] == self._place(service)
        return self._mean_number(stays["ready"][here], stays["left"][here])

    def waiting(self, service: str, held: str | None = None) -> float:
        """People in the queue for a service (held: only those who wait there), on average over the window."""
        waits = self.ledger.waits
        mine = waits["to"] == self._place(service)
        if held is not None:
            mine &= waits["held"] == self._place(held)
        return self._mean_number(waits["joined"][mine], waits["ended"][mine])

    def _joined(self, service: str, group: str | None) -> NDArray[np.bool_]:
        waits, (first, end) = self.ledger.waits, self.window
        mine = (waits["to"] == self._place(service)) & (waits["joined"] >= first) & (waits["joined"] < end)
        if group is not None:
            number = [one.name for one in self.scenario.people].index(group)
            mine &= self.ledger.people["group"][waits["person"]] == number
        return mine

    def wait_days(self, service: str, group: str | None = None) -> Numbers:
        """How long those waited who joined in the window, the end of the run cutting the last of them short."""
        waits = self.ledger.waits
        mine = self._joined(service, group)
        ended = np.minimum(waits["ended"][mine], self.ledger.until)
        return (ended - waits["joined"][mine]) / SECONDS_PER_DAY

    def ended_as(self, service: str, ending: int) -> float:
        """The share of those who joined in the window whose wait ended so."""
        mine = self._joined(service, None)
        return float((self.ledger.waits["ending"][mine] == ending).mean())

    def gave_up(self, service: str) -> float:
        return self.ended_as(service, GAVE_UP)

    def turned_away(self, service: str) -> float:
        return self.ended_as(service, TURNED_AWAY)

    def admitted_waits(self, service: str) -> Numbers:
        """The waits of those who got in."""
        waits = self.ledger.waits
        mine = self._joined(service, None) & (waits["ending"] == ADMITTED)
        return (waits["ended"][mine] - waits["joined"][mine]) / SECONDS_PER_DAY

    def number_at(self, service: str, days: Sequence[float]) -> Numbers:
        """People in a service at given days from the start of the run, after that instant's moves."""
        stays = self.ledger.stays
        here = stays["service"] == self._place(service)
        admitted, left = np.sort(stays["admitted"][here]), np.sort(stays["left"][here])
        at = np.round(np.array(days) * SECONDS_PER_DAY).astype(np.int64)
        return (np.searchsorted(admitted, at, "right") - np.searchsorted(left, at, "right")).astype(float)

    def stays_of(self, service: str, group: str | None = None) -> dict[str, NDArray[np.int64]]:
        """The stays in a service that began in the window."""
        stays, (first, end) = self.ledger.stays, self.window
        mine = (stays["service"] == self._place(service)) & (stays["admitted"] >= first) & (stays["admitted"] < end)
        if group is not None:
            number = [one.name for one in self.scenario.people].index(group)
            mine &= self.ledger.people["group"][stays["person"]] == number
        return {name: column[mine] for name, column in stays.items()}

    def left_to(self, service: str, to: str) -> float:
        """The share of those admitted in the window, and gone, who left for a destination."""
        stays = self.stays_of(service)
        gone = stays["left"] < NEVER
        return float((stays["to"][gone] == self._place(to)).mean())

    def leavers_per_day(self, service: str) -> float:
        stays, (first, end) = self.ledger.stays, self.window
        here = stays["service"] == self._place(service)
        return float(((stays["left"][here] >= first) & (stays["left"][here] < end)).sum()) / self.days


def replicate(tmp_path: Path, text: str, count: int) -> list[Seen]:
    """A scenario written as YAML, read as any other, and run `count` times."""
    path = tmp_path / "theory.yaml"
    path.write_text(text, encoding="utf-8")
    scenario = read_scenario(path)
    return [Seen(scenario, ledger) for ledger in replications(scenario, count)]


def each(seen: list[Seen], value: Callable[[Seen], float]) -> list[float]:
    """One value per replication."""
    return [value(one) for one in seen]


def calendar(warm_up_days: int, measured_days: int, seed: int = 1) -> str:
    """The head of a theory scenario: it starts on a Monday."""
    return (
        "name: theory\n"
        f"calendar: {{start: 2026-04-06, warm_up_days: {warm_up_days}, measured_days: {measured_days}}}\n"
        f"replications: 1\nseed: {seed}\n"
    )
