"""What became of people after hospital: back within 30 days, at home 12 weeks and 91 days on, days at home, care over one horizon.

The first is counted of those who leave any service: straight into hospital counts too, as audits of intermediate care
count it. Only discharges with full follow-up inside the window count. Somebody who went out of the model is taken to
be at home, unless they went out from a care home.

In a window, somebody who leaves hospital earlier uses more care before its end, which is no difference between two
scenarios. Over the same 91 days a person it is. Counted are people first ready in hospital in the window whose 91 days
it holds; the dead cost nothing further. A place is priced at its night, open and occupied, no matter who else uses it.

All of it is counted in passes for a compiler, and in plain NumPy, which counts where nothing can be compiled and is their reference
in tests: whole numbers only.
"""

from types import SimpleNamespace
from typing import NamedTuple

import numpy as np

from sim.inputs.scenario import SECONDS_PER_DAY
from sim.machine_code import Column, Mask, Passes
from sim.model.records import ADMITTED, NEVER, OUTSIDE
from sim.results.split import Split, SplitMeasure, Table, leavers, ratio
from sim.results.step_functions import is_first, of_person, total_by
from sim.results.table_passes import Sums, row_of
from sim.results.tables import by_item, room_for_sums, tables_of
from sim.results.window import BACK_HOME, Row, Window, kept

DAYS_30, WEEKS_12, DAYS_91 = 30 * SECONDS_PER_DAY, 84 * SECONDS_PER_DAY, 91 * SECONDS_PER_DAY
FOLLOWED = (  # in pairs: how many are followed up, and what is counted of them
    "left", "readmitted", "into reablement, 12 weeks", "at home for 12 weeks", "into reablement, 91 days",
    "at home after 91 days", "discharged", "seconds at home",
)  # fmt: skip
LEFT, READMITTED, FOR_12_WEEKS, STAYED_HOME, FOR_91_DAYS, HOME_THEN, DISCHARGED, AT_HOME = range(len(FOLLOWED))
MEASURES = {  # with how much is one of the unit
    "readmitted_within_30_days": 1,
    "at_home_12_weeks": 1,
    "at_home_91_days": 1,
    "days_at_home": SECONDS_PER_DAY,
}
REABLEMENT = ("reablement_unit", "community_beds", "home_reablement")


# -- passes for the compiler --------------------------------------------------------------------------------------------


class Stays(NamedTuple):
    """The stays, person by person."""

    person: Column
    service: Column
    admitted: Column
    ready: Column
    left: Column
    to: Column
    after: Column


class Places(NamedTuple):
    """What sort of place each destination is."""

    is_acute: Mask
    is_home: Mask
    is_care_home: Mask
    is_reablement: Mask


class Back(NamedTuple):
    """Of waits, person by person, what says who asked for a hospital from elsewhere and got in."""

    person: Column
    joined: Column
    ending: Column
    held: Column
    admitted_to: Column


class Within(NamedTuple):
    """The window, whether anybody may come back to a hospital from elsewhere, and the numbers of being dead and out."""

    first: int
    end: int
    has_way_back: int
    died: int
    out: int


def later_row(stays: Stays, row: int, instant: int) -> int:
    """The last stay of the same person that had begun by an instant."""
    while (
        row + 1 < len(stays.person)
        and stays.person[row + 1] == stays.person[row]
        and stays.admitted[row + 1] <= instant
    ):
        row += 1
    return row


def is_out_at_home(stays: Stays, places: Places, row: int, out: int) -> bool:
    """Whether somebody went out of the model from elsewhere than a care home."""
    return bool(stays.to[row] == out and not places.is_care_home[stays.service[row]])


def is_not_home(places: Places, service: int) -> bool:
    """Whether this is a hospital or a care home."""
    return bool(places.is_acute[service] or places.is_care_home[service])


def stayed_home(stays: Stays, places: Places, row: int, until: int, died: int) -> bool:
    """Whether a stay's person neither died nor entered a hospital or a care home after leaving, until an instant."""
    last = later_row(stays, row, until)
    for later in range(row + 1, last + 1):
        if is_not_home(places, stays.service[later]):
            return False
    return not (stays.to[last] == died and stays.left[last] <= until)


def home_then(stays: Stays, places: Places, row: int, at: int, out: int) -> bool:
    """Whether a stay's person is at home at an instant."""
    last = later_row(stays, row, at)
    if stays.left[last] <= at:
        return is_out_at_home(stays, places, last, out)
    return not is_not_home(places, stays.service[last])


def home_until(stays: Stays, places: Places, rows: tuple[int, int], instant: int, out: int) -> int:
    """Seconds at home from the beginning of the first of these stays to an instant in the last."""
    first, row = rows
    spent = 0
    for before in range(first, row):
        if places.is_home[stays.service[before]] and stays.left[before] < NEVER:
            spent += stays.left[before] - stays.admitted[before]
    if places.is_home[stays.service[row]]:
        spent += min(instant, stays.left[row]) - stays.admitted[row]
    if is_out_at_home(stays, places, row, out):
        spent += max(instant - stays.left[row], 0)
    return spent


def is_back(waits: Back, places: Places, row: int, person: int, left: int) -> bool:
    """Whether somebody asked for a hospital, and got in, within 30 days of leaving; `row` is their first wait."""
    while row < len(waits.person) and waits.person[row] == person:
        got_in = waits.ending[row] == ADMITTED and places.is_acute[waits.admitted_to[row]]
        if (
            got_in
            and waits.joined[row] >= left
            and (waits.held[row] == OUTSIDE or not places.is_acute[waits.held[row]])
        ):
            return bool(waits.joined[row] <= left + DAYS_30)
        row += 1
    return False


def after_discharge(amounts: Column, stays: Stays, places: Places, row: int, within: Within) -> None:
    """What became of somebody who left hospital alive, and not for another."""
    left, end = stays.left[row], within.end
    if places.is_reablement[stays.to[row]] and left + WEEKS_12 <= end:
        amounts[FOR_12_WEEKS] = 1
        amounts[STAYED_HOME] = 1 if stayed_home(stays, places, row, left + WEEKS_12, within.died) else 0
    if left + DAYS_91 > end:
        return
    if places.is_reablement[stays.to[row]]:
        amounts[FOR_91_DAYS] = 1
        amounts[HOME_THEN] = 1 if home_then(stays, places, row, left + DAYS_91, within.out) else 0
    first = later_row(stays, row, left)
    last = later_row(stays, first, left + DAYS_91)
    amounts[DISCHARGED] = 1
    amounts[AT_HOME] = home_until(stays, places, (first, last), left + DAYS_91, within.out) - home_until(
        stays, places, (first, first), left, within.out
    )


def of_those_who_left(sums: Sums, amounts: Column, stays: Stays, waits: Back, places: Places, within: Within) -> None:
    """What became of everybody who left a service alive in the window."""
    wait = 0
    for row in range(len(stays.person)):
        service, left, to, person = stays.service[row], stays.left[row], stays.to[row], stays.person[row]
        if left < within.first or left >= within.end or to == within.died:
            continue
        while wait < len(waits.person) and waits.person[wait] < person:
            wait += 1
        for what in range(len(amounts)):
            amounts[what] = 0
        from_hospital = places.is_acute[service]
        is_moved = places.is_acute[to]
        if within.has_way_back and left + DAYS_30 <= within.end and not (from_hospital and is_moved):
            again = is_moved or is_back(waits, places, wait, person, left)
            amounts[LEFT], amounts[READMITTED] = 1, 1 if again else 0
        if from_hospital and not is_moved:
            after_discharge(amounts, stays, places, row, within)
        here = row_of(sums, stays.after[row], service)
        for what in range(len(amounts)):
            sums.amounts[here, what] += amounts[what]


def care_used(seconds: Column, entered: Column, stays: Stays, rows: Column, lasts: int, end: int) -> None:
    """Seconds held and admissions by service, of these stays' people from ready on: so long, and no longer than the window."""
    for index in range(len(rows)):
        first = rows[index]
        start, row = stays.ready[first], first
        while row < len(stays.person) and stays.person[row] == stays.person[first]:
            left = stays.left[row] if stays.left[row] < NEVER else end
            inside = min(left, start + lasts) - max(stays.admitted[row], start)
            if inside > 0:
                seconds[stays.service[row]] += inside
                if row != first or stays.admitted[row] > start:
                    entered[stays.service[row]] += 1
            row += 1


PASSES = Passes(__file__, of_those_who_left, care_used)


# -- the same in plain NumPy, and what is handed to the passes ----------------------------------------------------------


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


def split_measures(window: Window, split: Split) -> list[SplitMeasure]:
    """What became of people of each hospital, and of all hospitals; of each other service, who was back in hospital."""
    hospitals = np.flatnonzero(window.is_acute).tolist()
    if not hospitals:
        return []
    found = {}
    for count in _counts(window, split):
        total, number = (split.with_all(table, hospitals) for table in (count.total, count.number))
        found[count.measure] = ratio(total, number) / count.each
    return split.reported(found, (*range(window.home), split.all))


class Counts(NamedTuple):
    """A measure of discharges by item and place: how many are followed up for long enough, and what they come to."""

    measure: str
    number: Table
    total: Table
    each: int


def _counts(window: Window, split: Split) -> list[Counts]:
    passes = window.passes(PASSES) if tables_of(window) else None
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
    places = Places(window.is_acute, at_home, window.of_kind("care_home"), window.of_kind(*REABLEMENT))
    sums = room_for_sums(split, len(split.after), len(FOLLOWED))
    left = Stays(*(stays[name] for name in Stays._fields))._replace(after=split.after)
    asked = Back(waits["person"], waits["joined"], waits["ending"], waits["held"], window.admitted_to)
    within = Within(window.first, window.end, int(way_back), window.died, window.out)
    passes.of_those_who_left(sums, np.zeros(len(FOLLOWED), dtype=np.int64), left, asked, places, within)
    tables = list(by_item(split, FOLLOWED, sums).values())
    found = [
        Counts(measure, number, total, each)
        for (measure, each), number, total in zip(MEASURES.items(), tables[::2], tables[1::2], strict=True)
    ]
    return found if way_back else found[1:]


@kept
def _followed_up(window: Window) -> list[Followed]:
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
    passes = window.passes(PASSES)
    if passes is not None:
        columns = Stays(*(stays[name] for name in Stays._fields))
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
