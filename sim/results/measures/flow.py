"""Flow: who came, who was admitted, who left, which way, and who died.

What may be changed here: with new expected results.
"""

import numpy as np

from sim.inputs.scenario import OUTSIDE as OUTSIDE_NAME
from sim.inputs.scenario import SECONDS_PER_DAY
from sim.model.records import DIED_WAITING, NEVER, NONE, OUTSIDE, Column
from sim.results.step_functions import Mask
from sim.results.window import Cut, Row

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


def left_model(cut: Cut) -> Column:
    """By person: the second at which they died or went out of the model; NEVER while they are here."""
    return cut.once("left the model", "all", lambda: _left_model(cut))


def _left_model(cut: Cut) -> Column:
    stays, waits = cut.ledger.stays, cut.ledger.waits
    left = np.full(len(cut.ledger.people["group"]), NEVER, dtype=np.int64)
    gone = stays["to"] >= cut.died
    left[stays["person"][gone]] = stays["left"][gone]
    never_in = np.ones(len(left), dtype=bool)
    never_in[stays["person"]] = False
    outside = np.flatnonzero((waits["held"] == OUTSIDE) & never_in[waits["person"]])
    left[waits["person"][outside]] = waits["ended"][outside]  # rows are in order: the last wait counts
    return left


def pathways(cut: Cut) -> Column:
    """By destination number: the pathway of those who leave hospital for it; NONE for a hospital, and for death."""
    return cut.once("pathways", "all", lambda: _pathway_numbers(cut))


def _pathway_numbers(cut: Cut) -> Column:
    found = np.full(len(cut.names), NONE, dtype=np.int64)
    for number, service in enumerate(cut.declared):
        found[number] = PATHWAY_OF_KIND.get(service.kind, NONE) if service.pathway is None else service.pathway
    found[[cut.home, cut.out]] = 0
    return found


def rows(cut: Cut) -> list[Row]:
    """Arrivals, admissions, leavers, deaths and throughput."""
    return _arrivals(cut) + _admissions(cut) + _leavers(cut) + _lengths_of_stay(cut) + _pathways(cut) + _deaths(cut)


def _people(service: str, measure: str, value: int, by: str = "", item: str = "") -> Row:
    return Row(service, measure, by, item, float(value), "people")


def came(cut: Cut) -> Mask:
    """Who came from outside in the window."""
    people = cut.ledger.people
    return np.asarray(cut.inside(people["arrives"]) & (people["from_census"] == 0))


def _arrivals(cut: Cut) -> list[Row]:
    people, here = cut.ledger.people, came(cut)
    by_service = np.bincount(people["arrives_at"][here], minlength=len(cut.names))
    by_group = np.bincount(people["group"][here], minlength=len(cut.scenario.people))
    doors = {name for group in cut.scenario.people for name, _ in group.arrives_at}
    found = [
        _people(name, "arrivals", int(by_service[number]))
        for number, name in enumerate(cut.names)
        if name in doors or by_service[number]
    ]
    found.append(_people("all", "arrivals", int(here.sum())))
    for number, group in enumerate(cut.scenario.people):
        found.append(_people("all", "arrivals", int(by_group[number]), "group", group.name))
    return found


def _admissions(cut: Cut) -> list[Row]:
    counts = [cut.admitted_inside(number) for number in range(cut.home + 1)]
    found = [_people(cut.names[number], "admissions", count) for number, count in enumerate(counts)]
    return [*found, _people("all", "admissions", sum(counts[: cut.home]))]


def _leavers(cut: Cut) -> list[Row]:
    found = []
    for number in range(cut.home + 1):
        found += _left_and_throughput(cut, cut.names[number], int(cut.inside(cut.stays_in(number, "left")).sum()))
    return found + _left_and_throughput(cut, "all", int(cut.inside(left_model(cut)).sum()))


def _left_and_throughput(cut: Cut, name: str, left: int) -> list[Row]:
    return [
        _people(name, "leavers", left),
        Row(name, "throughput_per_day", "", "", left / cut.days, "people a day"),
    ]


def _lengths_of_stay(cut: Cut) -> list[Row]:
    """Days from admitted to left, and to ready, of the stays that ended in the window, by declared service."""
    found = []
    for number in range(cut.home):
        admitted, ready, left = (cut.stays_in(number, column) for column in ("admitted", "ready", "left"))
        ended = cut.inside(left)
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
        found += [Row(cut.names[number], name, "", "", days[name] / SECONDS_PER_DAY, "days") for name in days]
    return found


def _pathways(cut: Cut) -> list[Row]:
    """Hospitals: leavers alive by pathway, from the service they went to."""
    pathway, found = np.append(pathways(cut), NONE), []  # the last stands for nowhere
    for service in cut.declared:
        if service.kind == "acute":
            number = cut.number(service)
            left = cut.inside(cut.stays_in(number, "left"))
            ways = pathway[cut.stays_in(number, "to")[left]]
            counts = np.bincount(ways[ways != NONE], minlength=4)
            found += [_people(service.name, "leavers", int(counts[way]), "pathway", str(way)) for way in range(4)]
    return found


def _deaths(cut: Cut) -> list[Row]:
    waits, found, total = cut.ledger.waits, [], 0
    for number in range(cut.home + 1):
        died = cut.inside(cut.stays_in(number, "left")) & (cut.stays_in(number, "to") == cut.died)
        total += int(died.sum())
        found.append(_people(cut.names[number], "deaths", int(died.sum())))
    outside = (waits["held"] == OUTSIDE) & (waits["ending"] == DIED_WAITING) & cut.inside(waits["ended"])
    found.append(_people(OUTSIDE_NAME, "deaths", int(outside.sum())))
    return [*found, _people("all", "deaths", total + int(outside.sum()))]
