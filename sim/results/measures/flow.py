"""Flow: who came, who was admitted, who left, which way, and who died.

What may be changed here: with new expected results.
"""

import numpy as np

from sim.inputs.scenario import OUTSIDE as OUTSIDE_NAME
from sim.inputs.scenario import SECONDS_PER_DAY
from sim.model.records import DIED_WAITING, NEVER, NONE, OUTSIDE, Column
from sim.results.step_functions import Mask
from sim.results.window import Row, Window

PATHWAY_OF_KIND = {
    "other": 0,
    "home_reablement": 1,
    "home_care": 1,
    "reablement_unit": 2,
    "community_beds": 2,
    "care_home": 3,
}
"""The pathway of people who leave hospital for a service, unless it names its own `pathway`: the four of the statutory
guidance on hospital discharge and community support, annex B (home and out are 0; new health or social care at home is 1,
a bed in the community 2, a care home 3). A move to another hospital is no discharge, and on none."""


def left_model(window: Window) -> Column:
    """By person: the second at which they died or went out of the model; NEVER while they are here."""
    return window.cached("left the model", "all", lambda: _left_model(window))


def _left_model(window: Window) -> Column:
    stays, waits = window.ledger.stays, window.ledger.waits
    left = np.full(len(window.ledger.people["group"]), NEVER, dtype=np.int64)
    gone = stays["to"] >= window.died
    left[stays["person"][gone]] = stays["left"][gone]
    never_in = np.ones(len(left), dtype=bool)
    never_in[stays["person"]] = False
    outside = np.flatnonzero((waits["held"] == OUTSIDE) & never_in[waits["person"]])
    left[waits["person"][outside]] = waits["ended"][outside]  # rows are in order: the last wait counts
    return left


def pathways(window: Window) -> Column:
    """By destination number: the pathway of those who leave hospital for it; NONE for a hospital, and for death.

    A list is on the pathway of its services, and on none where they are on several.
    """
    return window.cached("pathways", "all", lambda: _pathway_numbers(window))


def _pathway_numbers(window: Window) -> Column:
    found = np.full(len(window.names), NONE, dtype=np.int64)
    for number, service in enumerate(window.declared):
        found[number] = PATHWAY_OF_KIND.get(service.kind, NONE) if service.pathway is None else service.pathway
    found[[window.home, window.out]] = 0
    for number in window.lists:
        ways = {int(found[member]) for member in window.members[number]}
        found[number] = ways.pop() if len(ways) == 1 else NONE
    return found


def rows(window: Window) -> list[Row]:
    """Arrivals, admissions, leavers, deaths and throughput."""
    return (
        _arrivals(window)
        + _admissions(window)
        + _leavers(window)
        + _lengths_of_stay(window)
        + _pathways(window)
        + _deaths(window)
    )


def _people(service: str, measure: str, value: int, by: str = "", item: str = "") -> Row:
    return Row(service, measure, by, item, float(value))


def came(window: Window) -> Mask:
    """Who came from outside in the window."""
    people = window.ledger.people
    return np.asarray(window.inside(people["arrives"]) & (people["from_census"] == 0))


def _arrivals(window: Window) -> list[Row]:
    people, here = window.ledger.people, came(window)
    by_service = np.bincount(people["arrives_at"][here], minlength=len(window.names))
    by_group = np.bincount(people["group"][here], minlength=len(window.scenario.people))
    doors = {name for group in window.scenario.people for name, _ in group.arrives_at}
    found = [
        _people(name, "arrivals", int(by_service[number]))
        for number, name in enumerate(window.names)
        if name in doors or by_service[number]
    ]
    found.append(_people("all", "arrivals", int(here.sum())))
    for number, group in enumerate(window.scenario.people):
        found.append(_people("all", "arrivals", int(by_group[number]), "group", group.name))
    return found


def _admissions(window: Window) -> list[Row]:
    counts = [window.admitted_inside(number) for number in range(window.home + 1)]
    found = [_people(window.names[number], "admissions", count) for number, count in enumerate(counts)]
    return [*found, _people("all", "admissions", sum(counts[: window.home]))]


def _leavers(window: Window) -> list[Row]:
    found = []
    for number in range(window.home + 1):
        left = window.inside(window.stays_in(number, "left"))
        found += _left_and_throughput(window, window.names[number], int(left.sum()))
        found += _leavers_by_next_service(window, number, window.stays_in(number, "to")[left])
    return found + _left_and_throughput(window, "all", int(window.inside(left_model(window)).sum()))


def _leavers_by_next_service(window: Window, number: int, to: Column) -> list[Row]:
    """Of a declared service other than a hospital: how many left for which service, death included."""
    if number == window.home or window.is_acute[number]:
        return []
    counts = np.bincount(to, minlength=len(window.names))
    name = window.names[number]
    return [
        _people(name, "leavers", int(counts[way]), "next_service", window.names[way]) for way in np.flatnonzero(counts)
    ]


def _left_and_throughput(window: Window, name: str, left: int) -> list[Row]:
    return [
        _people(name, "leavers", left),
        Row(name, "throughput_per_day", "", "", left / window.days),
    ]


def _lengths_of_stay(window: Window) -> list[Row]:
    """Days from admitted to left, and to ready, of the stays that ended in the window, by declared service."""
    found = []
    for number in range(window.home):
        admitted, ready, left = (window.stays_in(number, column) for column in ("admitted", "ready", "left"))
        ended = window.inside(left)
        if not ended.any():
            continue
        stayed, needed = (left - admitted)[ended], (ready - admitted)[ended]
        median, p90 = np.percentile(stayed, (50, 90))
        days = {
            "length_of_stay_mean_days": int(stayed.sum()) / len(stayed),
            "length_of_stay_median_days": float(median),
            "length_of_stay_p90_days": float(p90),
            "days_to_ready_mean": int(needed.sum()) / len(needed),
        }
        found += [Row(window.names[number], name, "", "", days[name] / SECONDS_PER_DAY) for name in days]
    return found


def _pathways(window: Window) -> list[Row]:
    """Hospitals: leavers alive by pathway, from the service they went to."""
    pathway, found = np.append(pathways(window), NONE), []  # the last stands for nowhere
    for service in window.declared:
        if service.kind == "acute":
            number = window.number(service)
            left = window.inside(window.stays_in(number, "left"))
            ways = pathway[window.stays_in(number, "to")[left]]
            counts = np.bincount(ways[ways != NONE], minlength=4)
            found += [_people(service.name, "leavers", int(counts[way]), "pathway", str(way)) for way in range(4)]
    return found


def _deaths(window: Window) -> list[Row]:
    waits, found, total = window.ledger.waits, [], 0
    for number in range(window.home + 1):
        died = window.inside(window.stays_in(number, "left")) & (window.stays_in(number, "to") == window.died)
        total += int(died.sum())
        found.append(_people(window.names[number], "deaths", int(died.sum())))
    outside = (waits["held"] == OUTSIDE) & (waits["ending"] == DIED_WAITING) & window.inside(waits["ended"])
    found.append(_people(OUTSIDE_NAME, "deaths", int(outside.sum())))
    return [*found, _people("all", "deaths", total + int(outside.sum()))]
