"""Identities about people: each is counted once, in one place, and whoever joins a queue is counted when they leave it.

They test the very numbers that are shown: the daily census, the people of unmet need, the endings of waits.

Invariants may be added; removing one needs agreement.
"""

import numpy as np

from sim.model.records import DIED_WAITING, OUTSIDE, Column
from sim.results.invariants.records import IdentityBroken, require_sum
from sim.results.measures import census, flow, giving_up, unmet, waits
from sim.results.step_functions import Mask, count_at, of_person
from sim.results.window import Cut

EVERYBODY_ONCE = "people in services, at home and waiting outside = people in the model"
STOCKS_FIT = "no stock of people is larger than the people it is part of"
NEED_ONCE = "a need for a pathway 2 bed counts each person once, and nobody who has one or is dead"
QUEUES_ADD_UP = "waiting before + joined = admitted + turned away + gave up + died + waiting after"
GIVEN_UP_ADD_UP = "moved by design, elsewhere and with nothing add up to those who gave up"
ARRIVALS_ADD_UP = (
    "arrivals = admitted + turned away + gave up + died outside + waiting outside after, less those before"
)

CHECKED = (EVERYBODY_ONCE, STOCKS_FIT, NEED_ONCE, QUEUES_ADD_UP, GIVEN_UP_ADD_UP, ARRIVALS_ADD_UP)


def check_people(cut: Cut) -> None:
    """Raise IdentityBroken at the first of these identities that does not hold."""
    _everybody_once(cut)
    _stocks_fit(cut)
    _need_once(cut)
    _queues_add_up(cut)
    _given_up_add_up(cut)
    _arrivals_add_up(cut)


def _at_midnights(identity: str, where: str, holds: Mask, found: Column, expected: Column) -> None:
    if not holds.all():
        day = int(np.argmin(holds))
        raise IdentityBroken(identity, f"{where}, midnight of day {day}: {found[day]} against {expected[day]}")


def in_the_model(cut: Cut) -> Column:
    """People who have come and are neither dead nor gone out, at each midnight of the window."""
    arrives = cut.ledger.people["arrives"]
    return cut.once("in the model", "all", lambda: count_at(arrives, flow.left_model(cut), cut.midnights))


def _everybody_once(cut: Cut) -> None:
    """Check that every person is in exactly one place at each midnight."""
    found = census.daily_cut(cut).series["outside", "waiting"].copy()
    for number in range(cut.home + 1):
        found += census.people_at_midnights(cut, number)
    expected = in_the_model(cut)
    _at_midnights(EVERYBODY_ONCE, "all", found == expected, found, expected)


def _stocks_fit(cut: Cut) -> None:
    """Who waits or is in a service is in the model; who is delayed is in the service."""
    series, everybody = census.daily_cut(cut).series, in_the_model(cut)
    for (service, measure), people in series.items():
        most = series[service, "midnight_census"] if measure == "delayed" else everybody
        _at_midnights(STOCKS_FIT, f"{service} {measure}", people <= most, people, most)


def _need_once(cut: Cut) -> None:
    """What a person lacks, has and is, side by side: needs, stays in pathway 2 beds, and what comes after death."""
    need, stays, rows = unmet.unmet(cut), cut.ledger.stays, cut.ledger.waits
    if not len(need.person):
        return
    beds = (flow.pathways(cut) == unmet.PATHWAY_2)[stays["service"]]
    dead, dead_outside = stays["to"] == cut.died, (rows["held"] == OUTSIDE) & (rows["ending"] == DIED_WAITING)
    person = np.concatenate((need.person, stays["person"][beds], stays["person"][dead], rows["person"][dead_outside]))
    start = np.concatenate((need.start, stays["admitted"][beds], stays["left"][dead], rows["ended"][dead_outside]))
    end = np.full(len(person), cut.end)
    end[: len(need.end)] = need.end
    end[len(need.end) : len(need.end) + int(beds.sum())] = np.minimum(stays["left"][beds], cut.end)
    order = np.lexsort((end, of_person(person, np.minimum(start, cut.end))))
    begin, over = of_person(person, np.minimum(start, cut.end))[order], of_person(person, end)[order]
    if (begin[1:] < over[:-1]).any():
        first = order[1:][begin[1:] < over[:-1]][0]
        raise IdentityBroken(NEED_ONCE, f"person {int(person[first])}, at second {int(start[first])}")


def _queues_add_up(cut: Cut) -> None:
    """Whoever waits for a service or joins its queue is counted by one measure when they leave it, or still waits."""
    rows, ended, size = cut.ledger.waits, waits.endings(cut), len(cut.names)
    came = rows["joined"] < cut.end
    expected = np.bincount(rows["to"][came & (rows["ended"] >= cut.first)], minlength=size)
    after = np.bincount(rows["to"][came & (rows["ended"] >= cut.end)], minlength=size)
    for number, name in enumerate(cut.names):
        admitted = cut.admitted_inside(number) if number <= cut.home else int(ended["admitted"][number])
        counted = sum(int(ended[what][number]) for what in ("turned_away", "gave_up", "died"))
        require_sum(QUEUES_ADD_UP, name, admitted + counted + int(after[number]), int(expected[number]))


def _given_up_add_up(cut: Cut) -> None:
    """By service: those who gave up, by what became of them and all together."""
    totals = waits.endings(cut)["gave_up"]
    for name, by_ending, total in zip(cut.names, giving_up.given_up(cut), totals, strict=True):
        require_sum(GIVEN_UP_ADD_UP, name, int(by_ending.sum()), int(total))


def _arrivals_add_up(cut: Cut) -> None:
    """Whoever comes from outside is counted by one measure when they get in or go, or still waits outside."""
    rows, people = cut.ledger.waits, cut.ledger.people
    outside = rows["held"] == OUTSIDE
    person, ended, is_first = rows["person"][outside], rows["ended"][outside], rows["wait"][outside] == 0
    since = np.where(is_first, people["arrives"][person], rows["joined"][outside])
    before = (since < cut.first) | (is_first & (people["from_census"][person] == 1))
    went_on = cut.inside(since) & ~is_first  # to another queue, after having found no place in one
    expected = int((before & (ended >= cut.first)).sum() + went_on.sum() + flow.came(cut).sum())
    after = int(((since < cut.end) & (ended >= cut.end)).sum())
    counted = sum(int(count.sum()) for count in waits.endings(cut, outside).values())
    require_sum(ARRIVALS_ADD_UP, "outside", counted + after, expected)
