"""Invariants about people: each is counted once, in one place, under one item; hospitals add up to their total.

They test the very rows that are shown: the daily census, the people of unmet need, the endings of waits, hospitals and
their total, and divisions by trait, each as the whole number that it was divided from.

Invariants may be added; removing one needs agreement.
"""

from collections.abc import Mapping, Sequence
from math import isclose

import numpy as np
from numpy.typing import NDArray

from sim.inputs.scenario import ALL_HOSPITALS, SECONDS_PER_DAY
from sim.model.records import DIED_WAITING, NEVER, OUTSIDE, Column
from sim.results.invariants import count_sweep
from sim.results.invariants.records import IdentityBroken, require_sum, require_sums
from sim.results.measure_table import measures
from sim.results.measures import all, arrival_steps, census, flow, unmet, waits
from sim.results.measures.hospitals import came_from_rows
from sim.results.split import Figures, Split, SplitMeasure, split_of
from sim.results.step_functions import Mask, of_person
from sim.results.window import Row, Window, kept

EVERYBODY_ONCE = "people in services, at home and waiting outside = people in the model"
STOCKS_FIT = "no stock of people is larger than the people it is part of"
NEED_ONCE = "a need for a pathway 2 bed counts each person once, and nobody who has one or is dead"
QUEUES_ADD_UP = "waiting before + joined = admitted + turned away + gave up + died + waiting after"
GIVEN_UP_ADD_UP = "moved by design, elsewhere and with nothing add up to those who gave up"
ARRIVALS_ADD_UP = (
    "arrivals = admitted + turned away + gave up + died outside + waiting outside after, less those before"
)

CHECKED = (EVERYBODY_ONCE, STOCKS_FIT, NEED_ONCE, QUEUES_ADD_UP, GIVEN_UP_ADD_UP, ARRIVALS_ADD_UP)


def check_people(window: Window) -> None:
    """Raise IdentityBroken at the first of these invariants that does not hold."""
    _everybody_once(window)
    _stocks_fit(window)
    _need_once(window)
    _queues_add_up(window)
    _given_up_add_up(window)
    _arrivals_add_up(window)


def _at_midnights(identity: str, where: str, holds: Mask, found: Column, expected: Column) -> None:
    if not holds.all():
        day = int(np.argmin(holds))
        raise IdentityBroken(identity, f"{where}, midnight of day {day}: {found[day]} against {expected[day]}")


@kept
def in_the_model(window: Window) -> Column:
    """People who have come and are neither dead nor gone out, at each midnight of the window."""
    return count_sweep.in_the_model(window)


def _everybody_once(window: Window) -> None:
    """Check that every person is in exactly one place at each midnight."""
    outside = census.daily_cut(window).series["outside", "waiting"] + _outside_for_steps(window)
    found, expected = outside + census.at_midnights(window)[0, : window.home + 1].sum(axis=0), in_the_model(window)
    _at_midnights(EVERYBODY_ONCE, "all", found == expected, found, expected)


def _outside_for_steps(window: Window) -> Column:
    """People outside who do not wait yet, at each midnight of the window."""
    found = arrival_steps.outside(window)
    nowhere = np.zeros_like(found.person)
    return np.asarray(census.going_on_at_midnights(window, nowhere, 1, found.start, found.clear)[0])


def _stocks_fit(window: Window) -> None:
    """Who waits or is in a service is in the model; who is delayed is in the service."""
    series, everybody = census.daily_cut(window).series, in_the_model(window)
    stocks = list(series)
    of_what = [series[service, "midnight_census"] if measure == "delayed" else everybody for service, measure in stocks]
    people, most = np.stack(list(series.values())), np.stack(of_what)
    for stock in np.flatnonzero((people > most).any(axis=1))[:1].tolist():
        where = " ".join(stocks[stock])
        _at_midnights(STOCKS_FIT, where, people[stock] <= most[stock], people[stock], most[stock])


def _need_once(window: Window) -> None:
    """What a person lacks, has and is, side by side: needs, stays in pathway 2 beds, and what comes after death."""
    need, stays, rows = unmet.unmet(window), window.ledger.stays, window.ledger.waits
    is_bed = flow.pathways(window) == unmet.PATHWAY_2
    if not len(need.person) or count_sweep.surely_nobody_has_what_they_need(window, need, is_bed):
        return
    beds = is_bed[stays["service"]]
    dead, dead_outside = stays["to"] == window.died, (rows["held"] == OUTSIDE) & (rows["ending"] == DIED_WAITING)
    person = np.concatenate((need.person, stays["person"][beds], stays["person"][dead], rows["person"][dead_outside]))
    start = np.concatenate((need.start, stays["admitted"][beds], stays["left"][dead], rows["ended"][dead_outside]))
    end = np.full(len(person), window.end)
    end[: len(need.end)] = need.end
    end[len(need.end) : len(need.end) + int(beds.sum())] = np.minimum(stays["left"][beds], window.end)
    order = np.lexsort((end, of_person(person, np.minimum(start, window.end))))
    begin, over = of_person(person, np.minimum(start, window.end))[order], of_person(person, end)[order]
    if (begin[1:] < over[:-1]).any():
        first = order[1:][begin[1:] < over[:-1]][0]
        raise IdentityBroken(NEED_ONCE, f"person {int(person[first])}, at second {int(start[first])}")


def _queues_add_up(window: Window) -> None:
    """Anybody who waits for a service or joins its queue is counted by one measure when they leave it, or still waits.

    So many as left it are shown: admissions, those turned away and those who gave up are the very figures that are reported.
    """
    ended, queues = _ended(window), _waits_again(window).queues
    admitted, place = ended["admitted"][:-1].copy(), slice(window.home + 1)
    admitted[place] = _shown(window, "admissions", range(window.home + 1)) - queues[count_sweep.FROM_LISTS, place]
    counted = admitted + sum(ended[what][:-1] for what in ("turned_away", "gave_up", "died"))
    expected = queues[count_sweep.JOINED]
    require_sums(QUEUES_ADD_UP, window.names, counted + queues[count_sweep.STILL], expected)
    for measure in ("turned_away", "gave_up"):
        where = [f"{window.names[number]}, {measure}" for number in window.in_line]
        require_sums(QUEUES_ADD_UP, where, _shown(window, measure, window.in_line), ended[measure][[*window.in_line]])


def _shown(window: Window, measure: str, places: Sequence[int]) -> Column:
    """What is reported of everybody in some places: a count of people, 0 where it has no row."""
    (shown,) = (one for one in all.split_measures(window) if one.measure == measure)
    found = dict(zip(shown.places, np.nan_to_num(shown.values[0]).tolist(), strict=True))
    return np.array([round(found[place]) for place in places], dtype=np.int64)


def _ended(window: Window) -> Mapping[str, Column]:
    """By the measure that counts them: how many waits ended in the window, by destination, and at last outside."""
    endings = _waits_again(window).endings
    return {what: endings[list(these)].sum(axis=0) for what, these in waits.COUNTED_AS.items()}


@kept
def _waits_again(window: Window) -> count_sweep.WaitsAgain:
    return count_sweep.waits_again(window)


def _given_up_add_up(window: Window) -> None:
    """By service: those who gave up, by what became of them and all together."""
    require_sums(GIVEN_UP_ADD_UP, window.names, waits.given_up(window).sum(axis=1), _ended(window)["gave_up"][:-1])


def _arrivals_add_up(window: Window) -> None:
    """Anybody who comes from outside is counted by one measure when they get in or go, or still waits outside."""
    before_or_on, after = _waits_again(window).outside.tolist()
    (came,) = _shown(window, "arrivals", [split_of(window).all]).tolist()
    counted = sum(int(ended[-1]) for ended in _ended(window).values())
    steps = arrival_steps.outside(window)
    # whose wait begins after the records end
    counted += int((window.inside(steps.start) & (steps.clear == NEVER)).sum())
    require_sum(ARRIVALS_ADD_UP, "outside", counted + after, before_or_on + came)


HOSPITALS_ADD_UP = "hospitals add up to the total of all hospitals"
USERS_ADD_UP = "admissions by where people came from add up to all admissions"

HOSPITALS_CHECKED = (HOSPITALS_ADD_UP, USERS_ADD_UP)


def check_hospitals(window: Window) -> None:
    """Raise IdentityBroken at the first of these invariants that does not hold; nothing where there is one hospital."""
    if not window.hospitals:
        return
    rows = all.rows_of_everybody(window)
    _hospitals_add_up(window, rows)
    _delay_again(window, rows)
    _users_add_up(window, rows)


def _hospitals_add_up(window: Window, rows: list[Row]) -> None:
    """Counts and time averages of people of each hospital, and of lists of hospitals."""
    together = {window.names[number] for number in window.hospitals}
    parts: dict[str, float] = {}
    total: dict[str, float] = {}
    for row in rows:
        if measures()[row.measure].absent_is_zero and row.service in together:
            parts[row.measure] = parts.get(row.measure, 0.0) + row.value
        elif measures()[row.measure].absent_is_zero and row.service == ALL_HOSPITALS:
            total[row.measure] = row.value
    for measure in parts | total:
        found, expected = total.get(measure, 0.0), parts.get(measure, 0.0)
        if not isclose(found, expected, rel_tol=1e-12, abs_tol=1e-9):
            raise IdentityBroken(HOSPITALS_ADD_UP, f"{measure}: {found} against {expected}")


def _delay_again(window: Window, rows: list[Row]) -> None:
    """Delay in all hospitals by another way: from the records, without looking at which hospital."""
    stays = window.ledger.stays
    here = window.is_acute[stays["service"]]
    seconds = int(window.clipped(stays["ready"][here], stays["left"][here]).sum())
    shown = [row.value for row in rows if row[:2] == (ALL_HOSPITALS, "delayed_bed_days")]
    require_sum(HOSPITALS_ADD_UP, "delay", round(sum(shown) * SECONDS_PER_DAY), seconds)


def _users_add_up(window: Window, rows: list[Row]) -> None:
    admitted = {row.service: row.value for row in rows if row.measure == "admissions"}
    users: dict[str, float] = {}
    for row in came_from_rows(window):
        users[row.service] = users.get(row.service, 0.0) + row.value
    for service in window.declared:
        name = service.name
        require_sum(USERS_ADD_UP, name, round(users.get(name, 0.0)), round(admitted.get(name, 0.0)))


BED_DAYS = "bed days"  # a unit
SPLITS_ADD_UP = "groups and the levels of each trait add up to every count of people"
SPLITS_NEED_AND_WAIT = (
    "of each group and level: occupied = needing care, by the level found + delayed, by the level after"
)

SPLITS_CHECKED = (SPLITS_ADD_UP, SPLITS_NEED_AND_WAIT)


def check_splits(window: Window) -> None:
    """Raise IdentityBroken at the first of these invariants that does not hold."""
    split = split_of(window)
    if len(split.divisions) == 1:
        return
    reported = all.split_measures(window)
    _add_up(split, window.days, [one for one in reported if is_count_of_people(one.measure)])
    for one in reported:
        if one.measure == "occupied_bed_days":
            _need_and_wait(window, split, one)


def is_count_of_people(measure: str) -> bool:
    """Whether it is reported of every part, and nobody in a part is a 0."""
    return bool(measures()[measure].split) and measures()[measure].absent_is_zero


def _add_up(split: Split, days: int, counts: list[SplitMeasure]) -> None:
    """The items of each division add up to everybody: all counts side by side, a column for each place of each."""
    each = np.repeat(
        [_part_of_a_second(count.measure, days) for count in counts], [len(count.places) for count in counts]
    )
    values = _whole_numbers(np.concatenate([count.values for count in counts], axis=1), each)
    parts = np.add.reduceat(values, [division.first for division in split.divisions])
    for column in np.flatnonzero((parts != values[0]).any(axis=0))[:1].tolist():
        named = [(count.measure, place) for count in counts for place in count.places]
        division = int(np.argmax(parts[:, column] != values[0, column]))
        where = f"{split.places[named[column][1]]} {named[column][0]} by {split.divisions[division].by}"
        require_sum(SPLITS_ADD_UP, where, int(parts[division, column]), int(values[0, column]))


def _part_of_a_second(measure: str, days: int) -> int:
    """What a count, in days or people, is taken times: the whole number that it was divided from is in seconds, or in such parts.

    Bed days are whole in seconds: times the days of the window too, those of a country would pass what a float holds exactly.
    """
    return SECONDS_PER_DAY * (1 if measures()[measure].unit == BED_DAYS else days)


def _whole_numbers(values: Figures, each: int | NDArray[np.int64]) -> NDArray[np.int64]:
    """What they were divided from; 0 where there is no row."""
    return np.rint(np.where(np.isnan(values), 0, values) * each).astype(np.int64)


def _need_and_wait(window: Window, split: Split, of: SplitMeasure) -> None:
    """Bed days of each item by another way: care from the level found of each stay, delay from the level after."""
    expected = count_sweep.stays_again(window).table
    shown = [index for index, place in enumerate(of.places) if place <= window.home]
    found = _whole_numbers(of.values, SECONDS_PER_DAY)[:, shown]
    whole = expected[:, [of.places[index] for index in shown]]
    for item, index in np.argwhere(found != whole)[:1]:
        by, name = split.items[item]
        where = f"{split.places[of.places[shown[index]]]}, {by} {name}"
        require_sum(SPLITS_NEED_AND_WAIT, where, int(found[item, index]), int(whole[item, index]))
