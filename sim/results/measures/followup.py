"""What became of people after hospital: back within 30 days, at home 12 weeks and 91 days on, days at home.

The first is counted of those who leave any service: straight into hospital counts too, as audits of intermediate care
count it. Only discharges with full follow-up inside the window count. Somebody who went out of the model is taken to
be at home, unless they went out from a care home.

What may be changed here: with new expected results.
"""

from typing import NamedTuple

import numpy as np

from sim.inputs.scenario import SECONDS_PER_DAY
from sim.model.records import ADMITTED, NEVER, Column
from sim.results.split import Split, leavers, ratio
from sim.results.step_functions import Mask, of_person
from sim.results.window import BACK_HOME, Row, Window

DAYS_30 = 30 * SECONDS_PER_DAY
DAYS_91 = 91 * SECONDS_PER_DAY
WEEKS_12 = 84 * SECONDS_PER_DAY
REABLEMENT = ("reablement_unit", "community_beds", "home_reablement")


class Journeys:
    """Where each person is at any time, from their stays in order."""

    def __init__(self, window: Window) -> None:
        stays = window.ledger.stays
        self.window, self.stays = window, stays
        self._keys = of_person(stays["person"], stays["admitted"])
        at_home = window.of_kind(*BACK_HOME)
        at_home[window.home] = True
        self._at_home = at_home[stays["service"]]
        in_care_home = window.of_kind("care_home")[stays["service"]]
        self._not_home_before = np.cumsum(window.of_kind("acute", "care_home")[stays["service"]])
        self.out_at_home = (stays["to"] == window.out) & ~in_care_home
        ended = stays["left"] < NEVER
        spent = np.where(self._at_home & ended, stays["left"] - stays["admitted"], 0)
        self._home_before = np.cumsum(spent) - spent

    def stay_at(self, person: Column, instants: Column) -> Column:
        """The row of the last stay that each person had begun by each instant."""
        return np.searchsorted(self._keys, of_person(person, instants), side="right") - 1

    def stayed_home(self, row: Column, until: Column) -> Mask:
        """Whether these stays' people neither died nor entered a hospital or a care home from then until these instants."""
        last = self.stay_at(self.stays["person"][row], until)
        is_dead = (self.stays["to"][last] == self.window.died) & (self.stays["left"][last] <= until)
        return np.asarray((self._not_home_before[last] == self._not_home_before[row]) & ~is_dead)

    def home_seconds(self, person: Column, instants: Column) -> Column:
        """Seconds at home up to each instant, from a start that is the same for the same person."""
        row = self.stay_at(person, instants)
        left = self.stays["left"][row]
        here = np.minimum(instants, left) - self.stays["admitted"][row]
        after = np.maximum(instants - left, 0)
        return np.asarray(self._home_before[row] + here * self._at_home[row] + after * self.out_at_home[row])


class Followed(NamedTuple):
    """A measure of discharges: the rows of the stays that are followed up for long enough, and what each adds to it."""

    measure: str
    rows: Column
    amounts: Column
    each: int  # so much is one of the measure's unit


def rows(window: Window, split: Split) -> list[Row]:
    """Follow-up rows of each hospital, and of all hospitals; of each other service, who was back in hospital."""
    hospitals = np.flatnonzero(window.is_acute).tolist()
    if not hospitals:
        return []
    found = {}
    for one in _followed_up(window):
        cells = split.left[one.rows]
        total, number = (
            split.with_all(table, hospitals) for table in (split.total(cells, one.amounts), split.count(cells))
        )
        found[one.measure] = ratio(total, number) / one.each
    return split.rows(found, (*range(window.home), split.all))


def _followed_up(window: Window) -> list[Followed]:
    return window.cached("followed up", "all", lambda: _of_discharges(window))


def _of_discharges(window: Window) -> list[Followed]:
    left, journeys = _discharges(window), Journeys(window)
    return [
        *_readmitted(window, left),
        _at_home_12_weeks(window, left, journeys),
        _at_home(window, left, journeys),
        _days_at_home(window, left, journeys),
    ]


def _discharges(window: Window) -> Column:
    """Rows of the stays in hospitals that ended in the window, alive and not in another hospital."""
    stays = window.ledger.stays
    here = np.flatnonzero(window.is_acute[stays["service"]])
    to = stays["to"][here]
    discharged = window.inside(stays["left"][here]) & (to != window.died) & ~window.is_acute[to]
    return np.asarray(here[discharged])


def _followed(window: Window, left: Column, seconds: int) -> Column:
    return left[window.ledger.stays["left"][left] + seconds <= window.end]


def has_way_back(window: Window) -> bool:
    """Whether any journey leads to a hospital from somewhere else."""
    hospitals = {service.name for service in window.declared if service.kind == "acute"}
    return any(
        not hospitals.isdisjoint(window.scenario.members(to))
        for group in window.scenario.people
        for visit in group.journey
        if visit.service not in hospitals
        for route in visit.routes
        for to in (route.to, route.otherwise)
        if to is not None
    )


def _readmitted(window: Window, left: Column) -> list[Followed]:
    if not has_way_back(window):
        return []
    rows, stays = leavers(window), window.ledger.stays
    elsewhere = rows[~window.is_acute[stays["service"][rows]] & (stays["to"][rows] != window.died)]
    rows = _followed(window, np.concatenate((left, elsewhere)), DAYS_30)
    straight_in = ~window.is_acute[stays["service"][rows]] & window.is_acute[stays["to"][rows]]
    again = _is_back(window, rows) | straight_in
    return [Followed("readmitted_within_30_days", rows, again.astype(np.int64), 1)]


def _is_back(window: Window, left: Column) -> Mask:
    """Which of these stays' people asked for a hospital, and got in, within 30 days of leaving."""
    stays, waits = window.ledger.stays, window.ledger.waits
    back = (waits["ending"] == ADMITTED) & window.is_acute[window.admitted_to] & ~window.is_acute[waits["held"]]
    keys = np.append(np.sort(of_person(waits["person"][back], waits["joined"][back])), NEVER)
    since = of_person(stays["person"][left], stays["left"][left])
    return np.asarray(keys[np.searchsorted(keys, since, side="left")] <= since + DAYS_30)


def _into_reablement(window: Window, left: Column, seconds: int) -> Column:
    """Which of these discharges were into reablement and are followed up for so long."""
    left = _followed(window, left, seconds)
    return left[window.of_kind(*REABLEMENT)[window.ledger.stays["to"][left]]]


def _at_home_12_weeks(window: Window, left: Column, journeys: Journeys) -> Followed:
    left = _into_reablement(window, left, WEEKS_12)
    is_home = journeys.stayed_home(left, window.ledger.stays["left"][left] + WEEKS_12)
    return Followed("at_home_12_weeks", left, is_home.astype(np.int64), 1)


def _at_home(window: Window, left: Column, journeys: Journeys) -> Followed:
    stays = window.ledger.stays
    left = _into_reablement(window, left, DAYS_91)
    later = stays["left"][left] + DAYS_91
    row = journeys.stay_at(stays["person"][left], later)
    gone = stays["left"][row] <= later
    elsewhere = window.of_kind("acute", "care_home")[stays["service"][row]]
    is_home: Mask = np.where(gone, journeys.out_at_home[row], ~elsewhere)
    return Followed("at_home_91_days", left, is_home.astype(np.int64), 1)


def _days_at_home(window: Window, left: Column, journeys: Journeys) -> Followed:
    stays = window.ledger.stays
    left = _followed(window, left, DAYS_91)
    person, since = stays["person"][left], stays["left"][left]
    spent = journeys.home_seconds(person, since + DAYS_91) - journeys.home_seconds(person, since)
    return Followed("days_at_home", left, spent, SECONDS_PER_DAY)
