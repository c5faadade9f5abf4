"""What stays show of a period: as targets for `calibrate` people there, people delayed, days to ready, length of stay; and arrivals.

The accepted range is the 95% interval of the figure over ten blocks of the period, as figures of neighbouring days are alike
(batch means). What may be changed here: with the worked example in the tests.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np

from sim.diagnostics.offered_load import admissions_per_day
from sim.inputs.files import TARGET_COLUMNS as COLUMNS
from sim.inputs.scenario import Group, Scenario
from sim.own_data.fitting import Floats
from sim.own_data.people_files import When
from sim.own_data.spells import Spell, Spells, began_before_anybody_left
from sim.results.files.writing import csv_bytes
from sim.results.words.labels import counted

BLOCKS = 10
LEAST_DAYS = 2 * BLOCKS


@dataclass(frozen=True, slots=True)
class Observed:
    """One figure of a period, with its 95% interval."""

    measure: str
    unit: str
    mean: float
    low: float
    high: float
    people: int  # that it rests on


def observed(spells: Spells, service: str, first: float, end: float) -> list[Observed]:
    """The figures of one service in [first, end), in days; ValueError for a period that is too short."""
    if end - first < LEAST_DAYS:
        raise ValueError(f"a period of {LEAST_DAYS} days or more is needed, not {end - first:g}")
    chosen = [one for one in spells.all if one.service == service]
    there = _stock(chosen, first, end, delayed=False)
    late = _stock(chosen, first, end, delayed=True)
    found = [_of_days("midnight_census_mean", there, len(chosen)), _of_days("midnight_delayed_mean", late, len(chosen))]
    gone = [one for one in chosen if one.left is not None and first <= one.left.days < end]
    leavers = np.bincount([int(one.left.days - first) for one in gone if one.left], minlength=int(end - first))
    found.append(_of_days("throughput_per_day", leavers.astype(np.float64), len(gone), "people a day"))
    ready = np.array([one.needed(spells.until)[0] for one in gone])
    stay = np.array([one.left.days - one.admitted.days for one in gone if one.left])
    return found + [
        _of_people(name, values) for name, values in (("days_to_ready_mean", ready), ("length_of_stay_mean_days", stay)) if len(values) > 1
    ]  # fmt: skip


def targets_csv(spells: Spells, service: str, first: float, end: float) -> bytes:
    """The figures as a file of targets."""
    rows = []
    for one in observed(spells, service, first, end):
        source = f"{spells.file}, {_when(spells, first)} to {_when(spells, end - 1)}: {counted(one.people, 'stay')}"
        cells = (f"{service}: {one.measure}", f"{service} {one.measure}", "", one.unit)
        rows.append((*cells, *(f"{value:.4g}" for value in (one.low, one.mean, one.high)), "yes", source, ""))
    return csv_bytes(COLUMNS, rows)


def _stock(spells: Sequence[Spell], first: float, end: float, *, delayed: bool) -> Floats:
    """People there, or of them those who were ready, at each midnight of the period."""
    midnights = np.arange(np.ceil(first), end)
    start = (
        [one.ready.days if one.ready else np.inf for one in spells] if delayed else [s.admitted.days for s in spells]
    )
    ends = [one.left.days if one.left else np.inf for one in spells]
    began = np.searchsorted(np.sort(np.array(start)), midnights, side="right")
    gone = np.searchsorted(
        np.sort(np.array([e for s, e in zip(start, ends, strict=True) if s < np.inf])), midnights, side="right"
    )
    return (began - gone).astype(np.float64)


def _of_days(measure: str, days: Floats, people: int, unit: str = "people") -> Observed:
    means = np.array([block.mean() for block in np.array_split(days, BLOCKS)])
    return _with_interval(measure, unit, float(days.mean()), float(means.std(ddof=1)) / sqrt(BLOCKS), BLOCKS, people)


def _of_people(measure: str, values: Floats) -> Observed:
    error = float(values.std(ddof=1)) / sqrt(len(values))
    return _with_interval(measure, "days", float(values.mean()), error, len(values), len(values))


def _with_interval(measure: str, unit: str, mean: float, error: float, number: int, people: int) -> Observed:
    from scipy.special import stdtrit  # slow to import

    half = float(stdtrit(number - 1, 0.975)) * error
    return Observed(measure, unit, mean, max(0.0, mean - half), mean + half, people)


# ---- who comes

LEAST_DAYS_OF_ARRIVALS = 14
ARRIVAL_COLUMNS = ("group", "service", "weekday", "admissions", "days", "a_day", "lower", "upper", "source", "as_of")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class Admissions:
    """How many people of a group were admitted, by weekday, on how many of each; day 1 of the calendar is a Monday."""

    group: str
    service: str
    first: float
    people: tuple[int, ...]
    days: tuple[int, ...]

    @property
    def a_day(self) -> float:
        """Admissions a day."""
        return sum(self.people) / sum(self.days)

    def interval(self, people: int, days: int) -> tuple[float, float]:
        """The 95% interval of admissions a day, as people who come by themselves come (Poisson)."""
        half = 1.96 * sqrt(people) / days
        return max(0.0, people / days - half), people / days + half

    @property
    def times(self) -> tuple[float, ...]:
        """By weekday, how many times as many as on an average day."""
        rates = [people / days if days else self.a_day for people, days in zip(self.people, self.days, strict=True)]
        mean = sum(rates) / len(rates)
        return tuple(rate / mean for rate in rates) if mean else (1.0,) * len(rates)


def admissions(spells: Spells) -> tuple[list[Admissions], str]:
    """Admissions of every group and service over the whole days that the file knows; and where it knows too little, why."""
    if spells.since is None and began_before_anybody_left(spells.all):
        return (
            [],
            "how many come a day: the file lacks short stays of its first days; give the day from which on it has everybody with --from",
        )
    first = spells.since if spells.since is not None else min(one.admitted.days for one in spells.all) // 1 + 1
    end = spells.until // 1
    if end - first < LEAST_DAYS_OF_ARRIVALS:
        return (
            [],
            f"how many come a day: {LEAST_DAYS_OF_ARRIVALS} whole days or more are needed, not {max(0, end - first):g}",
        )
    days = np.bincount(np.arange(int(first), int(end)) % 7, minlength=7)
    found = []
    for group, service in dict.fromkeys((one.group, one.service) for one in spells.all):
        came = [one.admitted.days for one in spells.all if (one.group, one.service) == (group, service)]
        people = np.bincount([int(one) % 7 for one in came if first <= one < end], minlength=7)
        found.append(Admissions(group, service, first, tuple(people.tolist()), tuple(days.tolist())))
    return found, ""


def admission_rows(spells: Spells, of: Admissions) -> list[tuple[object, ...]]:
    """The cells of ARRIVAL_COLUMNS: all days, then each weekday where the file has dates."""
    rows = [("", sum(of.people), sum(of.days))]
    rows += [] if spells.in_days else list(zip(WEEKDAYS, of.people, of.days, strict=True))
    source = (spells.file, spells.until_text)
    return [
        (of.group, of.service, name, people, days, people / days, *of.interval(people, days), *source)
        for name, people, days in rows
        if days
    ]


def come_from_outside(scenario: Scenario, group: Group, service: str) -> float:
    """Of the people a day who are admitted to a service, the arrivals from outside for each: below 1 where the model sends people back."""
    every = zip(group.journey, admissions_per_day(scenario, group), strict=True)
    admitted = sum(number for visit, number in every if visit.service == service)
    return group.arrivals_per_day / admitted if admitted else 0.0


def _when(spells: Spells, days: float) -> str:
    return f"day {days:g}" if spells.in_days else When(days, exact=True).date.isoformat()
