"""The ways out of a stay, by number: which steps each asks for, and where somebody goes who did not get in.

What may be changed here: with new expected results.
"""

from collections.abc import Iterator

import numpy as np

from sim.inputs.scenario import Route
from sim.model.ledger import Column
from sim.results.cut import Cut
from sim.results.spans import Mask


def otherwise(cut: Cut) -> Column:
    """By group, service held and destination: where somebody goes who did not get in."""
    size = len(cut.names)
    found = np.tile(np.arange(size), (len(cut.scenario.people), size, 1))
    for group, held, to, route in _routes(cut):
        if route.otherwise is not None:
            found[group, held, to] = cut.numbers[route.otherwise]
    return found


def asked_for(cut: Cut) -> Mask:
    """By group, service held, destination and step: whether the route names the step."""
    size, steps = len(cut.names), cut.ledger.step_names
    found = np.zeros((len(cut.scenario.people), size, size, len(steps)), dtype=bool)
    for group, held, to, route in _routes(cut):
        for planned in route.steps:
            found[group, held, to, steps.index(planned.name)] = True
    return found


def _routes(cut: Cut) -> Iterator[tuple[int, int, int, Route]]:
    """Every way out of a stay: by number the group, the service held and the destination, and the route."""
    for group, people in enumerate(cut.scenario.people):
        for visit in people.journey:
            for route in visit.then:
                yield group, cut.numbers[visit.service], cut.numbers[route.to], route
