"""The ways out of a stay, by number: which steps each asks for, and where somebody goes who did not get in.

Routes may have dates: which of them a stay has is settled on the date of admission.

What may be changed here: with new expected results.
"""

from collections.abc import Iterator

import numpy as np

from sim.inputs.scenario import Route
from sim.model.records import Column
from sim.results.step_functions import Mask
from sim.results.window import Window


def otherwise(window: Window) -> Column:
    """By group, service held, number of the date and destination: where somebody goes who did not get in."""
    size = len(window.names)
    found = np.tile(np.arange(size), (len(window.scenario.people), size, _most_dates(window), 1))
    for group, held, date, to, route in _routes(window):
        if route.otherwise is not None:
            found[group, held, date, to] = window.numbers[route.otherwise]
    return found


def asked_for(window: Window) -> Mask:
    """By group, service held, number of the date, destination and step: whether the route names the step."""
    size, steps = len(window.names), window.ledger.step_names
    found = np.zeros((len(window.scenario.people), size, _most_dates(window), size, len(steps)), dtype=bool)
    for group, held, date, to, route in _routes(window):
        for planned in route.steps:
            found[group, held, date, to, steps.index(planned.name)] = True
    return found


def date_of_stay(window: Window) -> Column:
    """By row of stays: the number of the date whose routes held on admission; 0 where there are no dates."""
    return window.cached("date of routes", "all", lambda: _date_of_stay(window))


def _date_of_stay(window: Window) -> Column:
    stays = window.ledger.stays
    found = np.zeros(len(stays["person"]), dtype=np.int64)
    for group, people in enumerate(window.scenario.people):
        for visit in people.journey:
            if visit.later:
                here = (window.group_of_stay == group) & (stays["service"] == window.numbers[visit.service])
                dates = [later.from_second for later in visit.later]
                found[here] = np.searchsorted(dates, stays["admitted"][here], side="right")
    return found


def _most_dates(window: Window) -> int:
    return max((len(visit.dated) for people in window.scenario.people for visit in people.journey), default=1)


def _routes(window: Window) -> Iterator[tuple[int, int, int, int, Route]]:
    """Every way out of a stay: by number the group, the service held, the date and the destination, and the route."""
    for group, people in enumerate(window.scenario.people):
        for visit in people.journey:
            for date, dated in enumerate(visit.dated):
                for route in dated.routes:
                    yield group, window.numbers[visit.service], date, window.numbers[route.to], route
