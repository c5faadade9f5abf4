"""What became of people after hospital: back within 30 days, at home 12 weeks and 91 days on, days at home.

The first is counted of those who leave any service: straight into hospital counts too, as audits of intermediate care
count it. Only discharges with full follow-up inside the window count. Somebody who went out of the model is taken to
be at home, unless they went out from a care home.

What may be changed here: with new expected results.
"""

from types import SimpleNamespace
from typing import NamedTuple

import numpy as np

from sim.inputs.scenario import SECONDS_PER_DAY
from sim.model.records import ADMITTED, NEVER, NONE, Column
from sim.results.measures import chains
from sim.results.split import Split, Told, leavers, ratio
from sim.results.step_functions import Mask, of_person
from sim.results.window import BACK_HOME, Window

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
        self._elsewhere = window.of_kind("acute", "care_home")[stays["service"]]
        self._not_home_before = np.cumsum(self._elsewhere)
        self.out_at_home = (stays["to"] == window.out) & ~in_care_home
        ended = stays["left"] < NEVER
        spent = np.where(self._at_home & ended, stays["left"] - stays["admitted"], 0)
        self._home_before = np.cumsum(spent) - spent

    def stay_at(self, person: Column, instants: Column) -> Column:
        """The row of the last stay that each person had begun by each instant."""
        return np.searchsorted(self._keys, of_person(person, instants), side="right") - 1

    def stayed_home(self, row: Column, seconds: int) -> Column:
        """Whether these stays' people neither died nor entered a hospital or a care home for so long after leaving."""
        until = self.stays["left"][row] + seconds
        last = self.stay_at(self.stays["person"][row], until)
        is_dead = (self.stays["to"][last] == self.window.died) & (self.stays["left"][last] <= until)
        return np.asarray((self._not_home_before[last] == self._not_home_before[row]) & ~is_dead, dtype=np.int64)

    def home_then(self, row: Column, seconds: int) -> Column:
        """Whether these stays' people are at home so long after leaving."""
        later = self.stays["left"][row] + seconds
        last = self.stay_at(self.stays["person"][row], later)
        gone = self.stays["left"][last] <= later
        return np.where(gone, self.out_at_home[last], ~self._elsewhere[last]).astype(np.int64)

    def days_at_home(self, row: Column, seconds: int) -> Column:
        """Seconds at home within so many after leaving."""
        person, since = self.stays["person"][row], self.stays["left"][row]
        return self.home_seconds(person, since + seconds) - self.home_seconds(person, since)

    def home_seconds(self, person: Column, instants: Column) -> Column:
        """Seconds at home up to each instant, from a start that is the same for the same person."""
        row = self.stay_at(person, instants)
        left = self.stays["left"][row]
        here = np.minimum(instants, left) - self.stays["admitted"][row]
        after = np.maximum(instants - left, 0)
        return np.asarray(self._home_before[row] + here * self._at_home[row] + after * self.out_at_home[row])


class FastJourneys:
    """The same by going from stay to stay, compiled."""

    def __init__(self, window: Window, passes: SimpleNamespace) -> None:
        stays, home = window.ledger.stays, window.of_kind(*BACK_HOME)
        home[window.home] = True
        service, to, in_care_home = stays["service"], stays["to"], window.of_kind("care_home")
        self._passes = passes
        self._stays = chains.Stays(
            person=stays["person"],
            admitted=stays["admitted"],
            left=stays["left"],
            died=to == window.died,
            at_home=home[service],
            not_home=window.of_kind("acute", "care_home")[service],
            out_at_home=(to == window.out) & ~in_care_home[service],
        )

    def stayed_home(self, row: Column, seconds: int) -> Column:
        return self._found("stayed_home", row, seconds)

    def home_then(self, row: Column, seconds: int) -> Column:
        return self._found("home_then", row, seconds)

    def days_at_home(self, row: Column, seconds: int) -> Column:
        return self._found("days_at_home", row, seconds)

    def _found(self, what: str, row: Column, seconds: int) -> Column:
        found = np.zeros(len(row), dtype=np.int64)
        getattr(self._passes, what)(found, self._stays, row, seconds)
        return found


class Followed(NamedTuple):
    """A measure of discharges: the rows of the stays that are followed up for long enough, and what each adds to it."""

    measure: str
    rows: Column
    amounts: Column
    each: int  # so much is one of the measure's unit


def told(window: Window, split: Split) -> list[Told]:
    """What became of people of each hospital, and of all hospitals; of each other service, who was back in hospital."""
    hospitals = np.flatnonzero(window.is_acute).tolist()
    if not hospitals:
        return []
    found = {}
    for one in _followed_up(window):
        tables = split.late(one.rows, one.amounts), split.left(one.rows)
        total, number = (split.with_all(table, hospitals) for table in tables)
        found[one.measure] = ratio(total, number) / one.each
    return split.told(found, (*range(window.home), split.all))


def _followed_up(window: Window) -> list[Followed]:
    return window.cached("followed up", "all", lambda: _of_discharges(window))


def _of_discharges(window: Window) -> list[Followed]:
    left, passes = _discharges(window), window.passes(chains.PASSES)
    journeys = Journeys(window) if passes is None else FastJourneys(window, passes)
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
    passes = window.passes(chains.PASSES)
    if passes is not None:
        found, first = np.zeros(len(left), dtype=np.int64), np.full(len(window.ledger.people["group"]), NONE)
        asked = chains.Back(waits["person"], waits["joined"], waits["ending"], waits["held"], window.admitted_to)
        gone = chains.Left(stays["person"][left], stays["left"][left])
        passes.is_back(found, first, asked, window.is_acute, gone, DAYS_30)
        return found > 0
    to_hospital = window.is_acute[window.admitted_to]  # by wait; of those that ended otherwise it says nothing
    back = np.flatnonzero(to_hospital & (waits["ending"] == ADMITTED) & ~window.is_acute[waits["held"]])
    keys = np.append(of_person(waits["person"][back], waits["joined"][back]), NEVER)  # rows are in this order
    since = of_person(stays["person"][left], stays["left"][left])
    return np.asarray(keys[np.searchsorted(keys, since, side="left")] <= since + DAYS_30)


def _into_reablement(window: Window, left: Column, seconds: int) -> Column:
    """Which of these discharges were into reablement and are followed up for so long."""
    left = _followed(window, left, seconds)
    return left[window.of_kind(*REABLEMENT)[window.ledger.stays["to"][left]]]


def _at_home_12_weeks(window: Window, left: Column, journeys: Journeys | FastJourneys) -> Followed:
    left = _into_reablement(window, left, WEEKS_12)
    return Followed("at_home_12_weeks", left, journeys.stayed_home(left, WEEKS_12), 1)


def _at_home(window: Window, left: Column, journeys: Journeys | FastJourneys) -> Followed:
    left = _into_reablement(window, left, DAYS_91)
    return Followed("at_home_91_days", left, journeys.home_then(left, DAYS_91), 1)


def _days_at_home(window: Window, left: Column, journeys: Journeys | FastJourneys) -> Followed:
    left = _followed(window, left, DAYS_91)
    return Followed("days_at_home", left, journeys.days_at_home(left, DAYS_91), SECONDS_PER_DAY)
