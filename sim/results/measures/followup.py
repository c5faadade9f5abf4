"""What became of people after hospital: back within 30 days, at home 12 weeks and 91 days on, days at home.

The first is counted of those who leave any service: straight into hospital counts too, as audits of intermediate care
count it. Only discharges with full follow-up inside the window count. Somebody who went out of the model is taken to
be at home, unless they went out from a care home.

What may be changed here: with new expected results.
"""

import numpy as np

from sim.inputs.scenario import SECONDS_PER_DAY
from sim.model.records import ADMITTED, NEVER, Column
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


def rows(window: Window) -> list[Row]:
    """Follow-up rows of each hospital, and of all hospitals."""
    hospitals = [int(number) for number in np.flatnonzero(window.is_acute)]
    if not hospitals:
        return []
    journeys = Journeys(window)
    found = _readmitted_from_other_services(window)
    found += [row for number in hospitals for row in _of_hospitals(window, window.names[number], [number], journeys)]
    if len(hospitals) == 1:
        whole = [row._replace(service="all") for row in found if row.service == window.names[hospitals[0]]]
        return [*found, *whole]
    return [*found, *_of_hospitals(window, "all", hospitals, journeys)]


def _of_hospitals(window: Window, name: str, numbers: list[int], journeys: Journeys) -> list[Row]:
    left = _discharges(window, numbers)
    return [
        *_readmitted(window, name, left),
        *_at_home_12_weeks(window, name, left, journeys),
        *_at_home(window, name, left, journeys),
        *_days_at_home(window, name, left, journeys),
    ]


def _discharges(window: Window, numbers: list[int]) -> Column:
    """Rows of the stays in these hospitals that ended in the window, alive and not in another hospital."""
    stays = window.ledger.stays
    here = np.sort(np.concatenate([window.stay_rows(number) for number in numbers]))
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


def _readmitted(window: Window, name: str, left: Column) -> list[Row]:
    left = _followed(window, left, DAYS_30)
    if not len(left) or not has_way_back(window):
        return []
    return [Row(name, "readmitted_within_30_days", "", "", int(_is_back(window, left).sum()) / len(left))]


def _readmitted_from_other_services(window: Window) -> list[Row]:
    """The same of those who leave each other service alive; whoever goes from there straight to hospital is back."""
    if not has_way_back(window):
        return []
    stays, found = window.ledger.stays, []
    for number in np.flatnonzero(~window.is_acute[: window.home]):
        here = window.stay_rows(int(number))
        alive = window.inside(stays["left"][here]) & (stays["to"][here] != window.died)
        left = _followed(window, here[alive], DAYS_30)
        if len(left):
            back = _is_back(window, left) | window.is_acute[stays["to"][left]]
            found.append(Row(window.names[number], "readmitted_within_30_days", "", "", int(back.sum()) / len(left)))
    return found


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


def _at_home_12_weeks(window: Window, name: str, left: Column, journeys: Journeys) -> list[Row]:
    left = _into_reablement(window, left, WEEKS_12)
    if not len(left):
        return []
    is_home = journeys.stayed_home(left, window.ledger.stays["left"][left] + WEEKS_12)
    return [Row(name, "at_home_12_weeks", "", "", int(is_home.sum()) / len(left))]


def _at_home(window: Window, name: str, left: Column, journeys: Journeys) -> list[Row]:
    stays = window.ledger.stays
    left = _into_reablement(window, left, DAYS_91)
    if not len(left):
        return []
    later = stays["left"][left] + DAYS_91
    row = journeys.stay_at(stays["person"][left], later)
    gone = stays["left"][row] <= later
    elsewhere = window.of_kind("acute", "care_home")[stays["service"][row]]
    is_home: Mask = np.where(gone, journeys.out_at_home[row], ~elsewhere)
    return [Row(name, "at_home_91_days", "", "", int(is_home.sum()) / len(left))]


def _days_at_home(window: Window, name: str, left: Column, journeys: Journeys) -> list[Row]:
    stays = window.ledger.stays
    left = _followed(window, left, DAYS_91)
    if not len(left):
        return []
    person, since = stays["person"][left], stays["left"][left]
    spent = journeys.home_seconds(person, since + DAYS_91) - journeys.home_seconds(person, since)
    return [Row(name, "days_at_home", "", "", int(spent.sum()) / len(left) / SECONDS_PER_DAY)]
