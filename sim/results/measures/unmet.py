"""Unmet need for pathway 2: people who need a bed of a service on pathway 2 and have none.

Who needs one is who was bound for such a bed when they were admitted, or came to one from outside. They need it

- from the time at which only the place is awaited (ready, every step done; outside: from joining), or from giving
  it up or being turned away before that,
- until they are admitted to any pathway 2 bed, or die; who goes elsewhere without it needs it for as long after
  leaving as people like them stay in that bed on average, because what they would have needed is never drawn.

Each person counts once at any time, however often they ask for the bed: under the service that they were bound for
when the need began. Arranging before the first wait is no unmet need. The average stay is the scenario's own, so two
scenarios that say different stays for the bed first waited for are not alike here. On a list it is the stay in the one of
its services that the scenario declares first: those that a scenario adds come last, whatever their place on the list, so a
unit with shorter stays does not shorten the need of people who never get there.

A change here moves results, which are then recorded anew.
"""

from typing import NamedTuple

import numpy as np

from sim.inputs.scenario import SECONDS_PER_DAY, Group, Visit
from sim.model.records import DIED_WAITING, GAVE_UP, NEVER, NO_PLACE, NONE, OUTSIDE, TURNED_AWAY, Column
from sim.results.measures.flow import pathways
from sim.results.split import Split, SplitMeasure
from sim.results.step_functions import Mask, of_person
from sim.results.window import Window, kept

PATHWAY_2 = 2
IN_VAIN = (GAVE_UP, TURNED_AWAY, NO_PLACE)


class Need(NamedTuple):
    """Spans [start, end) inside the window in which a person needs a pathway 2 bed and has none, by person and time."""

    wait: Column  # the row of the wait in which the need began
    person: Column
    bound_for: Column
    start: Column
    end: Column


def split_measures(window: Window, split: Split) -> list[SplitMeasure]:
    """People without the pathway 2 bed that they need, mean over time, by the service that they were bound for."""
    is_bed = pathways(window) == PATHWAY_2
    if not is_bed.any():
        return []
    found = unmet(window)
    lacking = split.total(split.waiting[found.wait], found.bound_for, found.end - found.start)
    seconds = split.with_all(lacking, range(split.outside))
    mean = {"unmet_need_people_mean": seconds / (window.days * SECONDS_PER_DAY)}
    return split.reported(mean, (*np.flatnonzero(is_bed).tolist(), split.all))


@kept
def unmet(window: Window) -> Need:
    """When each person needs a pathway 2 bed and has none: each person once at any time."""
    return _each_once(window, _asked(window))


def _asked(window: Window) -> Need:
    """One span for each wait for a bed that is needed: from lacking it until they have one, die or need it no more."""
    waits, is_bed = window.ledger.waits, pathways(window) == PATHWAY_2
    number, bound_for = _waits_in_need(window, is_bed)
    person, held = waits["person"][number], waits["held"][number]
    start = np.minimum(waits["clear"][number], waits["ended"][number])
    left = np.where(
        held == OUTSIDE, waits["ended"][number], np.append(window.ledger.stays["left"], NONE)[waits["stay"][number]]
    )
    start = np.where((held != OUTSIDE) & is_bed[held], left, start)  # until then they have one
    over = np.where(np.isin(waits["ending"][number], IN_VAIN), _need_over(window, person, bound_for, left), left)
    some = np.flatnonzero(start < window.end)
    person, start = person[some], start[some]
    end = np.minimum(over[some], np.minimum(_next_bed(window, is_bed, person, start), died(window)[person]))
    return Need(number[some], person, bound_for[some], start, end)


def _waits_in_need(window: Window, is_bed: Mask) -> tuple[Column, Column]:
    """Rows of the waits for a bed by people who need one, and the bed that each was bound for."""
    waits = window.ledger.waits
    number = np.flatnonzero(is_bed[waits["to"]])
    planned = np.append(window.ledger.stays["planned_to"], NONE)[waits["stay"][number]]
    bound_for = np.where(waits["held"][number] == OUTSIDE, waits["to"][number], planned)
    needed = (bound_for != NONE) & is_bed[bound_for]
    number, bound_for = number[needed], bound_for[needed]
    never_clear = waits["clear"][number] > waits["ended"][number]
    stay = waits["stay"][number]
    again = np.append((stay[1:] == stay[:-1]) & (stay[1:] != NONE), False)[: len(number)]  # for a bed, in the same stay
    begins = ~(never_clear & again)  # else what lacked was the arranging: the need begins with the next wait
    return number[begins], bound_for[begins]


def _need_over(window: Window, person: Column, bound_for: Column, left: Column) -> Column:
    """When people who left without the bed would have been done with it."""
    what = ("average stays", window.first, window.end)
    every = window.scenario.once(what, lambda: _average_stays(window))
    average = every[window.ledger.people["group"][person], bound_for]
    return np.asarray(np.minimum(left + average, NEVER), dtype=np.int64)


def _next_bed(window: Window, is_bed: Mask, person: Column, since: Column) -> Column:
    """When each of these people was next admitted to any pathway 2 bed; NEVER if they were not."""
    stays = window.ledger.stays
    beds = np.flatnonzero(is_bed[stays["service"]])
    whose, admitted = np.append(stays["person"][beds], NONE), np.append(stays["admitted"][beds], NEVER)
    place = np.searchsorted(of_person(whose[:-1], admitted[:-1]), of_person(person, since), side="left")
    return np.where(whose[place] == person, admitted[place], NEVER)


def died(window: Window) -> Column:
    """By person: when they died; NEVER if they did not."""
    stays, waits = window.ledger.stays, window.ledger.waits
    found = np.full(len(window.ledger.people["group"]), NEVER, dtype=np.int64)
    in_a_stay = np.flatnonzero(stays["to"] == window.died)
    outside = np.flatnonzero((waits["held"] == OUTSIDE) & (waits["ending"] == DIED_WAITING))
    found[stays["person"][in_a_stay]] = stays["left"][in_a_stay]
    found[waits["person"][outside]] = waits["ended"][outside]
    return found


def _each_once(window: Window, asked: Need) -> Need:
    """The same without overlaps, inside the window: a need that goes on already is no second one."""
    wait, person, bound_for, start, end = asked
    end = np.clip(end, window.first, window.end)
    reached = np.maximum.accumulate(of_person(person, end))  # rows are in order of person and start
    start = np.maximum(start, window.first)
    start[1:] += np.maximum(reached[:-1] - of_person(person[1:], start[1:]), 0)
    some = np.flatnonzero(start < end)
    return Need(wait[some], person[some], bound_for[some], start[some], end[some])


def _average_stays(window: Window) -> Column:
    """Seconds that each group stays in each service on average, as the scenario says; on a list, in its service declared first."""
    found = np.zeros((len(window.scenario.people), len(window.names)), dtype=np.int64)
    for row, group in enumerate(window.scenario.people):
        for number, name in enumerate(window.names):
            members = sorted(window.scenario.members(name), key=window.names.index)
            days = (_average_days(group, member, window.first, window.end) for member in members)
            found[row, number] = round(next(filter(None, days), 0.0) * SECONDS_PER_DAY)
    return found


def _average_days(group: Group, service: str, first: int, end: int) -> float:
    return group.once(("average days", service, first, end), lambda: _days_on_average(group, service, first, end))


def _days_on_average(group: Group, service: str, first: int, end: int) -> float:
    days, of_visits = 0.0, {id(visit): _days_of(visit, first, end) for visit in group.visits(service)}
    for levels, share in zip(group.profiles, group.shares_of_profiles, strict=True):
        visit = group.visit(service, levels, levels)
        days += 0.0 if visit is None else share * of_visits[id(visit)]
    return days


def _days_of(visit: Visit, first: int, end: int) -> float:
    shared = 0.0 if visit.stay is None else visit.stay.mean_days
    routes = visit.routes_between(first, end)
    return sum(route.share * (route.stay.mean_days if route.stay else shared) for route in routes)
