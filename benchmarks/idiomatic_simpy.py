"""The model as a SimPy textbook writes it: a process a person, a Resource a service, draws as it goes, a list of stays.

Neither slowed down nor tuned: no pre-drawn numbers, no trick with the garbage collector, no pool of our own.
"""

import random
from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

import numpy as np
import simpy

from benchmarks.model import HOME, HOSPITAL, Model, Stays

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


class Hospital:
    """A hospital, the services that follow it, and everybody who comes."""

    def __init__(self, model: Model, seed: int) -> None:
        self.model = model
        self.env = simpy.Environment()
        self.random = random.Random(seed)
        self.places = {name: simpy.Resource(self.env, number) for name, number in model.places.items()}
        self.shares = [way.share for way in model.ways]
        self.log: list[Stay] = []

    def arrivals(self) -> Generator[Any, Any, None]:
        """People come one by one."""
        person = 0
        while True:
            yield self.env.timeout(self.random.expovariate(self.model.arrivals_per_day))
            person += 1
            self.env.process(self.life(person))

    def life(self, person: int) -> Generator[Any, Any, None]:
        """Spell after spell, until one does not come back."""
        comes_back = True
        while comes_back:
            comes_back = yield from self.spell(person)

    def spell(self, person: int) -> Generator[Any, Any, bool]:
        """A stay in hospital and what follows; whether they will be back."""
        stay = self.join(person, HOSPITAL)
        bed = self.places[HOSPITAL].request()
        yield bed
        stay.admitted = self.env.now
        (way,) = self.random.choices(self.model.ways, self.shares)
        yield self.env.timeout(way.stay.draw(self.random))
        stay.ready = self.env.now
        if way.process:
            yield self.env.timeout(way.process.draw(self.random))
        stay.clear = self.env.now
        stay.to = way.to
        if way.to not in self.places:
            self.places[HOSPITAL].release(bed)
            stay.left = self.env.now
            goes_home = way.to == HOME
        else:
            after = self.join(person, way.to)
            place = self.places[way.to].request()
            yield place  # the bed is kept until it is there
            self.places[HOSPITAL].release(bed)
            stay.left = after.admitted = self.env.now
            yield self.env.timeout(self.model.stay[way.to].draw(self.random))
            after.ready = after.clear = after.left = self.env.now
            self.places[way.to].release(place)
            goes_home = self.random.random() < self.model.home_share
            after.to = HOME if goes_home else "out"
        if goes_home:
            home = self.join(person, HOME)
            home.admitted = self.env.now
            yield self.env.timeout(self.model.stay[HOME].draw(self.random))
            home.ready = home.clear = home.left = self.env.now
            home.to = HOSPITAL
        return goes_home

    def join(self, person: int, service: str) -> Stay:
        """A new row of the log."""
        stay = Stay(person, service, self.env.now)
        self.log.append(stay)
        return stay


def run(model: Model, days: int, seed: int) -> list[Stay]:
    """One replication's log."""
    hospital = Hospital(model, seed)
    hospital.env.process(hospital.arrivals())
    hospital.env.run(until=days)
    return hospital.log


def stays(model: Model, log: list[Stay]) -> Stays:
    """The log as columns; who never got in is left out."""
    number = {name: place for place, name in enumerate(model.services)}
    rows = [(number[one.service], one.admitted, one.clear, one.left) for one in log if one.admitted != NOT_YET]
    service, admitted, clear, left = np.array(rows, dtype=float).reshape(-1, 4).T
    return Stays(service.astype(int), admitted, clear, left)
