"""What is open and free at each time: doors and discharge hours, and free places, as paths of 0 and 1.

What may be changed here: with new expected results (causes of delay and the identities look here).
"""

from functools import lru_cache, reduce

import numpy as np

from sim.inputs.scenario import Calendar, Hours, Service
from sim.inputs.timetable import opening_hours
from sim.model.records import Column
from sim.results.measures.occupancy import counts_hours, planned_and_held
from sim.results.step_functions import ALWAYS, StepFunction, both, column, either, is_first
from sim.results.window import Window


def door_over_time(window: Window, service: Service) -> StepFunction:
    """1 while people are admitted to a service, 0 while its door is closed."""
    return hours_over_time(window.scenario.calendar, service.admission_hours)


def own_hours_over_time(window: Window, service: Service) -> StepFunction:
    """1 while people may leave a service, 0 outside its discharge hours."""
    return hours_over_time(window.scenario.calendar, service.discharge_hours)


@lru_cache(maxsize=64)  # the same in every replication
def hours_over_time(calendar: Calendar, hours: Hours | None) -> StepFunction:
    """1 while these hours are open, 0 while they are closed."""
    days = opening_hours(calendar, hours)
    if days is None:
        return ALWAYS
    opens, closes = np.array(days.opens, dtype=np.int64), np.array(days.closes, dtype=np.int64)
    some = closes > opens
    times = np.stack((opens[some], closes[some]), axis=1).ravel()
    values = np.tile(column(1, 0), int(some.sum()))
    keep = np.ones(len(times), dtype=bool)
    keep[:-1] = times[1:] != times[:-1]  # closes at midnight and opens at once: stays open
    return StepFunction(times[keep], values[keep])


def free_over_time(window: Window, number: int) -> StepFunction:
    """1 while a destination has a free place, 0 while it has none (home and out always have one); a list, in any of its services.

    A service counted in hours has one while half of the people that it admitted would fit in.
    """
    if number in window.lists:
        return reduce(either, (free_over_time(window, member) for member in window.members[number]))
    if number >= window.home or window.declared[number].is_unlimited:
        return ALWAYS
    return window.cached("free", window.names[number], lambda: _free_over_time(window, number))


def open_to(window: Window, held: int, to: int) -> StepFunction:
    """1 while somebody who holds a place in one service may go to a destination, by the hours of both."""
    services = window.scenario.services
    door = door_over_time(window, services[to]) if to < len(services) else ALWAYS
    return both(door, own_hours_over_time(window, services[held]))


def _free_over_time(window: Window, number: int) -> StepFunction:
    service = window.declared[number]
    times, planned, held = planned_and_held(window, service)
    needed = 1
    if counts_hours(service) and len(window.stay_rows(number)):
        needed = int(np.median(window.stays_in(number, "units")))
    return free_between(times, planned, held, needed)


def free_between(times: Column, planned: Column, held: Column, needed: int = 1) -> StepFunction:
    """1 while so many places are free, 0 while they are not, from the places planned and held after each instant."""
    is_free = ((planned < 0) | (planned - held >= needed)).astype(np.int64)
    changes = is_first(is_free)
    return StepFunction(times[changes], is_free[changes])
