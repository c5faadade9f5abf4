"""The model in Ciw: one node a service, blocking by queues without room, one class a way out of hospital.

What differs from ours: a class says where somebody goes next, so it is drawn on arrival and again when they come back; the
process delay is part of the service in hospital (need + delay, two draws), so its beginning is not in Ciw's records; Ciw
writes down more per stay (server, lengths of queues). The mechanism is the same: anybody who finds no room in the next node
keeps the bed, and those who wait for it move in the order in which they began to wait.
"""

from typing import Any

import ciw
import numpy as np

from benchmarks.model import HOSPITAL, Length, Model, Stays
from sim.inputs.scenario import HOME

UNLIMITED = float("inf")


def network(model: Model) -> ciw.network.Network:
    """The network: classes are numbered by the ways out of hospital."""
    classes = [f"way {number}" for number in range(len(model.ways))]
    shares = dict(zip(classes, (way.share for way in model.ways), strict=True))
    keep = {one: {other: float(one == other) for other in classes} for one in classes}
    again = dict.fromkeys(classes, shares)  # at home, before they come back
    arrivals: dict[str, list[Any]] = {}
    services: dict[str, list[Any]] = {}
    routing: dict[str, list[list[float]]] = {}
    for one, way in zip(classes, model.ways, strict=True):
        arrivals[one] = [
            ciw.dists.Exponential(model.arrivals_per_day * way.share) if name == HOSPITAL else None
            for name in model.services
        ]
        in_bed = _drawn(way.stay) + _drawn(way.process) if way.process else _drawn(way.stay)
        services[one] = [in_bed if name == HOSPITAL else _drawn(model.stay[name]) for name in model.services]
        routing[one] = [_onward(model, name, way.to) for name in model.services]
    return ciw.create_network(
        arrival_distributions=arrivals,
        service_distributions=services,
        routing=routing,
        class_change_matrices=[again if name == HOME else keep for name in model.services],
        number_of_servers=[model.places.get(name, UNLIMITED) for name in model.services],
        queue_capacities=[UNLIMITED if name in (HOSPITAL, HOME) else 0 for name in model.services],
    )


def _onward(model: Model, name: str, way_to: str) -> list[float]:
    """Chances of every node after this one; what is left of 1 goes out."""
    if name == HOSPITAL:
        return [float(to == way_to) for to in model.services]
    if name == HOME:
        return [float(to == HOSPITAL) for to in model.services]
    return [model.home_share if to == HOME else 0.0 for to in model.services]


def _drawn(length: Length) -> ciw.dists.Distribution:
    return ciw.dists.Lognormal(length.mu, length.sigma) if length.sigma else ciw.dists.Exponential(1 / length.mean)


def run(model: Model, days: int, seed: int) -> list[Any]:
    """One replication's records, unfinished stays included."""
    ciw.seed(seed)
    simulation = ciw.Simulation(network(model))
    simulation.simulate_until_max_time(days)
    return simulation.get_all_records(include_incomplete=True)


def stays(records: list[Any]) -> Stays:
    """Ciw's records as columns; who never got in is left out."""
    rows = [
        (one.node - 1, one.service_start_date, one.service_end_date, one.exit_date)
        for one in records
        if isinstance(one.service_start_date, float)
    ]
    service, admitted, clear, left = np.array(rows, dtype=float).reshape(-1, 4).T  # None becomes nan: not yet
    not_yet = [np.where(np.isnan(column), np.inf, column) for column in (clear, left)]
    return Stays(service.astype(int), admitted, *not_yet)
