"""Identities about people: each is counted once, in one place, and whoever joins a queue is counted when they leave it.

They test the very numbers that are shown: the daily census, the people of unmet need, the endings of waits.

Invariants may be added; removing one needs agreement.
"""

import numpy as np

from sim.model.records import DIED_WAITING, OUTSIDE, Column
from sim.results.invariants.records import IdentityBroken, require_sum
from sim.results.measures import census, flow, giving_up, unmet, waits
from sim.results.step_functions import Mask, count_at, of_person
from sim.results.window import Window

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
    """Raise IdentityBroken at the first of these identities that does not hold."""
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


def in_the_model(window: Window) -> Column:
    """People who have come and are neither dead nor gone out, at each midnight of the window."""
    arrives = window.ledger.people["arrives"]
    return window.cached("in the model", "all", lambda: count_at(arrives, flow.left_model(window), window.midnights))


def _everybody_once(window: Window) -> None:
    """Check that every person is in exactly one place at each midnight."""
    found = census.daily_cut(window).series["outside", "waiting"].copy()
    for number in range(window.home + 1):
        found += census.people_at_midnights(window, number)
    expected = in_the_model(window)
    _at_midnights(EVERYBODY_ONCE, "all", found == expected, found, expected)


def _stocks_fit(window: Window) -> None:
    """Who waits or is in a service is in the model; who is delayed is in the service."""
    series, everybody = census.daily_cut(window).series, in_the_model(window)
    for (service, measure), people in series.items():
        most = series[service, "midnight_census"] if measure == "delayed" else everybody
        _at_midnights(STOCKS_FIT, f"{service} {measure}", people <= most, people, most)


def _need_once(window: Window) -> None:
    """What a person lacks, has and is, side by side: needs, stays in pathway 2 beds, and what comes after death."""
    need, stays, rows = unmet.unmet(window), window.ledger.stays, window.ledger.waits
    if not len(need.person):
        return
    beds = (flow.pathways(window) == unmet.PATHWAY_2)[stays["service"]]
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
    """Whoever waits for a service or joins its queue is counted by one measure when they leave it, or still waits."""
    rows, size = window.ledger.waits, len(window.names)
    ended = {what: np.bincount(rows["to"][these], minlength=size) for what, these in waits.ended(window).items()}
    came = rows["joined"] < window.end
    expected = np.bincount(rows["to"][came & (rows["ended"] >= window.first)], minlength=size)
    after = np.bincount(rows["to"][came & (rows["ended"] >= window.end)], minlength=size)
    from_lists = window.admitted_to[(rows["to"] > window.out) & window.inside(rows["ended"])]
    for number, name in enumerate(window.names):
        admitted = int(ended["admitted"][number])
        if number <= window.home:
            admitted = window.admitted_inside(number) - int((from_lists == number).sum())
        counted = sum(int(ended[what][number]) for what in ("turned_away", "gave_up", "died"))
        require_sum(QUEUES_ADD_UP, name, admitted + counted + int(after[number]), int(expected[number]))


def _given_up_add_up(window: Window) -> None:
    """By service: those who gave up, by what became of them and all together."""
    gave_up = window.ledger.waits["to"][waits.ended(window)["gave_up"]]
    totals = np.bincount(gave_up, minlength=len(window.names))
    for name, by_ending, total in zip(window.names, giving_up.given_up(window), totals, strict=True):
        require_sum(GIVEN_UP_ADD_UP, name, int(by_ending.sum()), int(total))


def _arrivals_add_up(window: Window) -> None:
    """Whoever comes from outside is counted by one measure when they get in or go, or still waits outside."""
    rows, people = window.ledger.waits, window.ledger.people
    outside = rows["held"] == OUTSIDE
    person, ended, is_first = rows["person"][outside], rows["ended"][outside], rows["wait"][outside] == 0
    since = np.where(is_first, people["arrives"][person], rows["joined"][outside])
    before = (since < window.first) | (is_first & (people["from_census"][person] == 1))
    went_on = window.inside(since) & ~is_first  # to another queue, after having found no place in one
    expected = int((before & (ended >= window.first)).sum() + went_on.sum() + flow.came(window).sum())
    after = int(((since < window.end) & (ended >= window.end)).sum())
    counted = sum(int(outside[these].sum()) for these in waits.ended(window).values())
    require_sum(ARRIVALS_ADD_UP, "outside", counted + after, expected)
