"""Sooner or later than in the other scenario: three people and a pencil."""

from collections.abc import Sequence
from dataclasses import replace

from sim.inputs.scenario import Scenario
from sim.results.comparison.compare import Departures, Following, SamePeople, departures
from sim.results.window import Window
from tests.results.tiny import Town, hospital, unit


def town(*left: float) -> Town:
    """One hospital; person k comes on day k and leaves, for good, on the day given."""
    made = Town(hospital(9))
    for day, leaves in enumerate(left):
        made.comes(day, admitted=day).stay("hospital", day, day + 0.5, leaves, "out")
    return made


def window(made: Town) -> Window:
    return Window(made.scenario, made.ledger())


def same_people(base: Scenario, other: Scenario, pairs: Sequence[tuple[Departures, Departures]]) -> SamePeople:
    following = Following(base, other)
    for pair in pairs:
        following.add(*pair)
    return following.found()


def test_the_same_people_left_sooner_later_or_on_the_same_date() -> None:
    # Ann leaves on day 3 instead of 5 (2 nights sooner), Bob on 6.9 instead of 6.1 (the same date), Cay on 9 instead of 5 (4 later).
    base, other = town(5, 6.1, 5), town(3, 6.9, 9)
    pair = (departures(window(base)), departures(window(other)))
    found = same_people(base.scenario, replace(other.scenario, id="other"), [pair, pair])
    assert (found.people, found.left_sooner, found.left_later, found.left_same_date) == (3, 1, 1, 1)
    assert (found.nights_sooner, found.nights_later) == (2, 4)
    assert found.scenario == "other"


def test_people_who_never_come_in_one_scenario_are_not_compared() -> None:
    base, other = town(5, 6), town(4)
    pair = (departures(window(base)), departures(window(other)))
    found = same_people(base.scenario, other.scenario, [pair])
    assert (found.people, found.left_sooner, found.nights_sooner) == (1, 1, 1)


def test_who_came_to_a_new_unit_left_so_many_nights_sooner() -> None:
    # Ann goes to the unit on day 3 instead of home on 5, Bob on 4 instead of 5, Cay leaves as before: 2 people, 1.5 nights each.
    base, other = town(5, 5, 5), Town(hospital(9), unit(2))
    for day, leaves, to in ((0, 3, "unit"), (1, 4, "unit"), (2, 5, "out")):
        stay = other.comes(day, admitted=day).stay("hospital", day, day + 0.5, leaves, to)
        if to == "unit":
            stay.stay("unit", leaves, leaves + 1, leaves + 1, "out")
    pair = (departures(window(base)), departures(window(other)))
    (found,) = same_people(base.scenario, other.scenario, [pair, pair]).admitted
    assert (found.service, found.waited_on, found.people, found.nights_sooner) == ("unit", "unit", 2, 1.5)
