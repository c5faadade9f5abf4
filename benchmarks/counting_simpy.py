"""The same textbook model with its own counting, as such models are taught to monitor: lists while it runs, NumPy at the end.

A `Resource` notes how many hold and await a place at each change, an auditor looks at every midnight, and the list of stays gives
the rest. It counts the main measures of ours (docs/benchmarks.md says which), for everybody together, and tests nothing.
"""

from collections.abc import Callable, Generator
from typing import Any

import numpy as np
import simpy

from benchmarks.idiomatic_simpy import Hospital, Stay
from benchmarks.model import HOSPITAL, Luck, Model

Window = tuple[float, float]  # measured days [first, end)
PERCENTS = (5, 50, 95)


class MonitoredResource(simpy.Resource):
    """A Resource that notes, at each change, the time, how many places are held and how many people wait."""

    def __init__(self, env: simpy.Environment, capacity: int) -> None:
        super().__init__(env, capacity)
        self.noted: list[tuple[float, int, int]] = [(0.0, 0, 0)]

    def _trigger_put(self, get_event: Any) -> None:  # somebody asks for a place, or one has come free
        super()._trigger_put(get_event)
        self.note()

    def release(self, request: simpy.resources.resource.Request) -> simpy.resources.resource.Release:
        """Somebody gives one back."""
        given = super().release(request)
        self.note()
        return given

    def note(self) -> None:
        """One more row of the list."""
        self.noted.append((self._env.now, self.count, len(self.queue)))


class CountingHospital(Hospital):
    """The hospital with monitored places, and an auditor who counts at midnight."""

    def __init__(self, model: Model, luck: Luck) -> None:
        super().__init__(model, luck)
        self.places = {name: MonitoredResource(self.env, number) for name, number in model.places.items()}
        self.audits: dict[str, list[int]] = {name: [] for name in self.places}

    def auditor(self) -> Generator[Any, Any, None]:
        """People in each service, at every midnight."""
        while True:
            for name, places in self.places.items():
                self.audits[name].append(places.count)
            yield self.env.timeout(1)


def run_in_slices(
    model: Model, window: Window, seed: int, luck: Callable[[int], Luck], slices: int
) -> Generator[None, None, tuple[list[Stay], dict[tuple[str, str], float]]]:
    """One replication, with a pause after each slice of its days; the log and what was counted in the window."""
    hospital = CountingHospital(model, luck(seed))
    hospital.env.process(hospital.arrivals())
    hospital.env.process(hospital.auditor())
    for number in range(1, slices):
        hospital.env.run(until=window[1] * number / slices)
        yield
    hospital.env.run(until=window[1])
    return hospital.log, counted(hospital, window)


def counted(hospital: CountingHospital, window: Window) -> dict[tuple[str, str], float]:
    """Every measure by service and name."""
    found: dict[tuple[str, str], float] = {}
    for name in hospital.model.services:
        stays = [one for one in hospital.log if one.service == name]
        told = _stays(stays, window)
        if name in hospital.places:
            told |= _places(hospital, name, window) | _waits(stays, window)
        if name == HOSPITAL:
            told |= _delay(stays, window)
        found |= {(name, measure): value for measure, value in told.items()}
    return found


def _clipped(start: np.ndarray, end: np.ndarray, window: Window) -> np.ndarray:
    return np.clip(end, *window) - np.clip(start, *window)


def _places(hospital: CountingHospital, name: str, window: Window) -> dict[str, float]:
    """Occupancy and queue over time, and the midnight census."""
    places, (first, end) = hospital.places[name], window
    times, held, queue = np.array(places.noted).T
    weights = _clipped(times, np.append(times[1:], end), window)
    capacity, census = places.capacity, np.array(hospital.audits[name])[int(first) : int(end)]
    low, middle, high = np.percentile(census, PERCENTS)
    return {
        "available_bed_days": capacity * (end - first),
        "occupancy": float((held * weights).sum() / capacity / (end - first)),
        "queue_mean": float((queue * weights).sum() / (end - first)),
        "midnight_census_mean": float(census.mean()),
        "midnight_census_p05": float(low),
        "midnight_census_p50": float(middle),
        "midnight_census_p95": float(high),
        "days_above_85pct": float((census > 0.85 * capacity).mean()),
        "days_above_92pct": float((census > 0.92 * capacity).mean()),
        "days_full": float((census >= capacity).mean()),
    }


def _waits(stays: list[Stay], window: Window) -> dict[str, float]:
    """Of those who joined in the window; who waits still, up to its end."""
    first, end = window
    waits = np.array([min(one.admitted, end) - one.joined for one in stays if first <= one.joined < end])
    if not len(waits):
        return {}
    return {
        "wait_mean_days": float(waits.mean()),
        "wait_median_days": float(np.percentile(waits, 50)),
        "wait_p90_days": float(np.percentile(waits, 90)),
        "waited_share": float((waits > 0).mean()),
    }


def _stays(stays: list[Stay], window: Window) -> dict[str, float]:
    """Bed days, admissions, discharges and lengths of stay."""
    first, end = window
    admitted, left = (np.array([getattr(one, name) for one in stays]) for name in ("admitted", "left"))
    gone = (left >= first) & (left < end)
    lengths = left[gone] - admitted[gone]
    found = {
        "occupied_bed_days": float(_clipped(admitted, left, window).sum()),
        "admissions": float(((admitted >= first) & (admitted < end)).sum()),
        "leavers": float(gone.sum()),
        "throughput_per_day": float(gone.sum() / (end - first)),
    }
    if len(lengths):
        found["length_of_stay_mean_days"] = float(lengths.mean())
        found["length_of_stay_median_days"] = float(np.percentile(lengths, 50))
        found["length_of_stay_p90_days"] = float(np.percentile(lengths, 90))
    return found


def _delay(stays: list[Stay], window: Window) -> dict[str, float]:
    """From ready to left: days, nights, people, and how many of those who left were delayed."""
    first, end = window
    ready, left = (np.array([getattr(one, name) for one in stays]) for name in ("ready", "left"))
    days = float(_clipped(ready, left, window).sum())
    nights = float((np.ceil(np.clip(left, *window)) - np.ceil(np.clip(ready, *window))).sum())
    gone = (left >= first) & (left < end)
    of_each = np.floor(left[gone]) - np.floor(ready[gone])
    return {
        "delayed_bed_days": days,
        "delayed_people_mean": days / (end - first),
        "delayed_nights": nights,
        "midnight_delayed_mean": nights / (end - first),
        "delayed_share": float((of_each > 0).mean()) if len(of_each) else 0.0,
        "delay_mean_nights": float(of_each.mean()) if len(of_each) else 0.0,
    }
