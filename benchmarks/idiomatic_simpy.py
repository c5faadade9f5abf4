"""The model as a SimPy textbook writes it: a process a person, a Resource a service, draws as it goes, a list of stays.

Neither slowed down nor tuned: no pre-drawn numbers, no trick with the garbage collector, no pool of our own. Draws come from NumPy's
generator, one at a time, as in the field's teaching material; the standard library's `random`, which SimPy's own documentation
uses and which is faster one number at a time, is measured beside it.
"""

import random
from bisect import bisect_right
from collections.abc import Callable, Generator
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import numpy as np
import simpy

from benchmarks.model import HOSPITAL, Luck, Model, Stays
from sim.inputs.scenario import HOME, OUT

NOT_YET = float("inf")


@dataclass
class Stay:
    """One row of the log."""

    person: int
    service: str
    joined: float
    admitted: float = NOT_YET
    ready: float = NOT_YET
    clear: float = NOT_YET
    left: float = NOT_YET
    to: str = ""


class StandardLibrary:
    """The standard library's generator, by the names of NumPy's verbs."""

    def __init__(self, seed: int) -> None:
        luck = random.Random(seed)
        self.lognormal, self.random = luck.lognormvariate, luck.random
        self._expovariate = luck.expovariate

    def exponential(self, mean: float) -> float:
        """An exponential length by its mean."""
        return self._expovariate(1 / mean)


class Hospital:
    """A hospital, the services that follow it, and everybody who comes."""

    def __init__(self, model: Model, luck: Luck) -> None:
        self.model = model
        self.env = simpy.Environment()
        self.luck = luck
        self.places = {name: simpy.Resource(self.env, number) for name, number in model.places.items()}
        self.shares = list(accumulate(way.share for way in model.ways[:-1]))
        self.log: list[Stay] = []

    def arrivals(self) -> Generator[Any, Any, None]:
        """People come one by one."""
        person = 0
        while True:
            yield self.env.timeout(self.luck.exponential(1 / self.model.arrivals_per_day))
            person += 1
            self.env.process(self.life(person))

    def life(self, person: int) -> Generator[Any, Any, None]:
        """Spell after spell, until one does not come back."""
        while True:
            goes_to, place = yield from self.in_hospital(person)
            if place is not None:
                goes_to = yield from self.in_community(person, goes_to, place)
            if goes_to != HOME:
                return
            yield from self.at_home(person)

    def in_hospital(self, person: int) -> Generator[Any, Any, tuple[str, simpy.Event | None]]:
        """A stay in hospital, until the next place is there; where they go, and the place they got."""
        stay = self.join(person, HOSPITAL)
        bed = self.places[HOSPITAL].request()
        yield bed
        stay.admitted = self.env.now
        way = self.model.ways[bisect_right(self.shares, self.luck.random())]
        yield self.env.timeout(way.stay.draw(self.luck))
        stay.ready = self.env.now
        if way.process:
            yield self.env.timeout(way.process.draw(self.luck))
        stay.clear = self.env.now
        place = None
        if way.to in self.places:
            place = self.places[way.to].request()
            yield place  # the bed is kept until then
        self.places[HOSPITAL].release(bed)
        stay.left, stay.to = self.env.now, way.to
        return way.to, place

    def in_community(self, person: int, service: str, place: simpy.Event) -> Generator[Any, Any, str]:
        """A stay in a place that they have; where they go."""
        stay = self.join(person, service)
        stay.admitted = self.env.now
        yield self.env.timeout(self.model.stay[service].draw(self.luck))
        self.places[service].release(place)
        stay.ready = stay.clear = stay.left = self.env.now
        stay.to = HOME if self.luck.random() < self.model.home_share else OUT
        return stay.to

    def at_home(self, person: int) -> Generator[Any, Any, None]:
        """At home, until they come back."""
        stay = self.join(person, HOME)
        stay.admitted = self.env.now
        yield self.env.timeout(self.model.stay[HOME].draw(self.luck))
        stay.ready = stay.clear = stay.left = self.env.now
        stay.to = HOSPITAL

    def join(self, person: int, service: str) -> Stay:
        """A new row of the log."""
        stay = Stay(person, service, self.env.now)
        self.log.append(stay)
        return stay


def run(model: Model, days: int, seed: int, luck: Callable[[int], Luck] = np.random.default_rng) -> list[Stay]:
    """One replication's log."""
    hospital = Hospital(model, luck(seed))
    hospital.env.process(hospital.arrivals())
    hospital.env.run(until=days)
    return hospital.log


def run_in_slices(
    model: Model, days: int, seed: int, luck: Callable[[int], Luck], slices: int
) -> Generator[None, None, list[Stay]]:
    """The same, with a pause after each slice of its days; returns the log."""
    hospital = Hospital(model, luck(seed))
    hospital.env.process(hospital.arrivals())
    for number in range(1, slices):
        hospital.env.run(until=days * number / slices)
        yield
    hospital.env.run(until=days)
    return hospital.log


def stays(model: Model, log: list[Stay]) -> Stays:
    """The log as columns; who never got in is left out."""
    number = {name: place for place, name in enumerate(model.services)}
    rows = [(number[one.service], one.admitted, one.clear, one.left) for one in log if one.admitted != NOT_YET]
    service, admitted, clear, left = np.array(rows, dtype=float).reshape(-1, 4).T
    return Stays(service.astype(int), admitted, clear, left)
