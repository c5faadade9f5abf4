"""What became of people after hospital: back within 30 days, at home 12 weeks and 91 days on, days at home, care over one horizon.

The first is counted of those who leave any service: straight into hospital counts too, as audits of intermediate care
count it. Only discharges with full follow-up inside the window count. Somebody who went out of the model is taken to
be at home, unless they went out from a care home.

In a window, somebody who leaves hospital earlier uses more care before its end, which is no difference between two
scenarios. Over the same 91 days a person it is. Counted are people first ready in hospital in the window whose 91 days
it holds; the dead cost nothing further. A place is priced at its night, open and occupied, no matter who else uses it.
"""

from types import SimpleNamespace
from typing import NamedTuple

import numpy as np

from sim.inputs.scenario import SECONDS_PER_DAY
from sim.model.records import ADMITTED, NEVER, Column
from sim.results.measures import chains
from sim.results.measures.chains import DAYS_30, DAYS_91, WEEKS_12
from sim.results.split import Split, Table, Told, leavers, ratio
from sim.results.step_functions import Mask, is_first, of_person, total_by
from sim.results.tables import by_item, room_for_sums, tables_of
from sim.results.window import BACK_HOME, Row, Window

MEASURES = {  # with how much is one of the unit
    "readmitted_within_30_days": 1,
    "at_home_12_weeks": 1,
    "at_home_91_days": 1,
    "days_at_home": SECONDS_PER_DAY,
}
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
    for one in _counts(window, split):
        total, number = (split.with_all(table, hospitals) for table in (one.total, one.number))
        found[one.measure] = ratio(total, number) / one.each
    return split.told(found, (*range(window.home), split.all))


class Counts(NamedTuple):
    """A measure of discharges by item and place: how many are followed up for long enough, and what they come to."""

    measure: str
    number: Table
    total: Table
    each: int


def _counts(window: Window, split: Split) -> list[Counts]:
    passes = window.passes(chains.PASSES) if tables_of(window) else None
    if passes is not None:
        return _counted(window, split, passes)
    return [
        Counts(one.measure, split.left(one.rows), split.late(one.rows, one.amounts), one.each)
        for one in _followed_up(window)
    ]


def _counted(window: Window, split: Split, passes: SimpleNamespace) -> list[Counts]:
    """The same by one compiled pass over everybody who left a service."""
    stays, waits, way_back = window.ledger.stays, window.ledger.waits, has_way_back(window)
    at_home = window.of_kind(*BACK_HOME)
    at_home[window.home] = True
    places = chains.Places(window.is_acute, at_home, window.of_kind("care_home"), window.of_kind(*REABLEMENT))
    sums = room_for_sums(split, len(split.after), len(chains.FOLLOWED))
    left = chains.Stays(*(stays[name] for name in chains.Stays._fields))._replace(after=split.after)
    asked = chains.Back(waits["person"], waits["joined"], waits["ending"], waits["held"], window.admitted_to)
    within = chains.Within(window.first, window.end, int(way_back), window.died, window.out)
    passes.of_those_who_left(sums, np.zeros(len(chains.FOLLOWED), dtype=np.int64), left, asked, places, within)
    tables = list(by_item(split, chains.FOLLOWED, sums).values())
    found = [
        Counts(measure, number, total, each)
        for (measure, each), number, total in zip(MEASURES.items(), tables[::2], tables[1::2], strict=True)
    ]
    return found if way_back else found[1:]


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
    return window.scenario.once("has way back", lambda: _has_way_back(window))


def _has_way_back(window: Window) -> bool:
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
    to_hospital = window.is_acute[window.admitted_to]  # by wait; of those that ended otherwise it says nothing
    back = np.flatnonzero(to_hospital & (waits["ending"] == ADMITTED) & ~window.is_acute[waits["held"]])
    keys = np.append(of_person(waits["person"][back], waits["joined"][back]), NEVER)  # rows are in this order
    since = of_person(stays["person"][left], stays["left"][left])
    return np.asarray(keys[np.searchsorted(keys, since, side="left")] <= since + DAYS_30)


def _into_reablement(window: Window, left: Column, seconds: int) -> Column:
    """Which of these discharges were into reablement and are followed up for so long."""
    left = _followed(window, left, seconds)
    return left[window.of_kind(*REABLEMENT)[window.ledger.stays["to"][left]]]


def _at_home_12_weeks(window: Window, left: Column, journeys: Journeys) -> Followed:
    left = _into_reablement(window, left, WEEKS_12)
    return Followed("at_home_12_weeks", left, journeys.stayed_home(left, WEEKS_12), 1)


def _at_home(window: Window, left: Column, journeys: Journeys) -> Followed:
    left = _into_reablement(window, left, DAYS_91)
    return Followed("at_home_91_days", left, journeys.home_then(left, DAYS_91), 1)


def _days_at_home(window: Window, left: Column, journeys: Journeys) -> Followed:
    left = _followed(window, left, DAYS_91)
    return Followed("days_at_home", left, journeys.days_at_home(left, DAYS_91), SECONDS_PER_DAY)


DAYS = ("open_day", "occupied_day")


def rows(window: Window) -> list[Row]:
    """Pounds a person by service, and in all services but hospitals."""
    prices = _price_of_a_night(window)
    first = first_ready(window) if prices else np.zeros(0, dtype=np.int64)
    if not len(first):
        return []
    seconds, entered = used(window, first)
    found, total = [], 0.0
    for name, (a_day, an_admission) in prices.items():
        number = window.numbers[name]
        pounds = a_day * seconds[number] / SECONDS_PER_DAY + an_admission * entered[number]
        found.append(Row(name, "care_91_days_gbp", "", "", pounds / len(first)))
        total += 0.0 if window.is_acute[number] else pounds
    found.append(Row("all", "care_91_days_gbp", "", "", total / len(first)))
    return found


def _price_of_a_night(window: Window) -> dict[str, tuple[float, float]]:
    """By service: pounds a day and an admission."""
    found: dict[str, tuple[float, float]] = {}
    for price in window.scenario.costs.prices:
        a_day, an_admission = found.get(price.of, (0.0, 0.0))
        if price.per in DAYS:
            found[price.of] = a_day + price.gbp, an_admission
        elif price.per == "admission":
            found[price.of] = a_day, an_admission + price.gbp
    return found


def first_ready(window: Window) -> Column:
    """Each person's first stay in hospital that was over in the window, if the window holds the 91 days after it."""
    stays = window.ledger.stays
    rows_ = np.flatnonzero(window.is_acute[stays["service"]] & window.inside(stays["ready"]))
    chosen = rows_[is_first(stays["person"][rows_])]
    return chosen[stays["ready"][chosen] + DAYS_91 <= window.end]


def used(window: Window, first: Column) -> tuple[Column, Column]:
    """Seconds held and admissions by destination number, within the 91 days of these stays' people."""
    stays = window.ledger.stays
    seconds, entered = np.zeros((2, len(window.names)), dtype=np.int64)
    passes = window.passes(chains.PASSES)
    if passes is not None:
        columns = chains.Used(*(stays[name] for name in chains.Used._fields))
        passes.care_used(seconds, entered, columns, first, DAYS_91, window.end)
        return seconds, entered
    person, start = stays["person"][first], stays["ready"][first]
    row = first.copy()
    while len(row):
        left = np.where(stays["left"][row] < NEVER, stays["left"][row], window.end)
        inside = np.minimum(left, start + DAYS_91) - np.maximum(stays["admitted"][row], start)
        seconds += total_by(stays["service"][row], np.maximum(inside, 0), len(window.names))
        begins = (stays["admitted"][row] > start) | (row != first)
        entered += np.bincount(stays["service"][row[begins & (inside > 0)]], minlength=len(window.names))
        row = row + 1
        last = row >= len(stays["person"])
        again = ~last
        again[~last] = stays["person"][row[~last]] == person[~last]
        row, first, person, start = row[again], first[again], person[again], start[again]
    return seconds, entered
