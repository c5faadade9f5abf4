"""Teams: at work, waited for, and for how long. The model's own count is the judge in tests/model/test_team_counts.py."""

import pytest

from sim.inputs.scenario import Places, Route, Team
from sim.results.invariants.checks import IdentityBroken
from tests.results.sweeps import check
from tests.results.tiny import Town, group, hospital, step, unit

HUB = step("hub", team="assessors")
EQUIPMENT = step("equipment", "equipment")
ASSESSORS = Team(name="assessors", capacity=(Places(from_second=0, places=2),))
TO_THE_UNIT = Route(to="unit", share=0.5, steps=(HUB, EQUIPMENT), otherwise="home")
HOME = Route(to="home", share=0.5, steps=(EQUIPMENT,))


def town(*teams: Team, warm_up: int = 0, routes: tuple[Route, ...] = (TO_THE_UNIT, HOME)) -> Town:
    return Town(
        hospital(),
        unit(1),
        warm_up=warm_up,
        days=10,
        steps=(HUB, EQUIPMENT),
        teams=teams or (ASSESSORS,),
        groups=(group(hospital=list(routes)),),
    )


def figures(here: Town) -> tuple[float | None, ...]:
    measures = ("team_busy_share", "team_queue_mean", "team_wait_mean_days")
    return tuple(here.value("all", measure, "team", "assessors") for measure in measures)


def test_a_team_is_busy_while_steps_hold_its_places() -> None:
    here = town()
    here.comes(0, admitted=0).stay("hospital", 0, 1, 5, "unit", clear=5).step("hub", 1, 5).stay("unit", 5)
    here.comes(0, admitted=0).stay("hospital", 0, 1, clear=None).step("hub", 1, None, due=20)
    here.comes(0, admitted=0).stay("hospital", 0, 3, clear=None).step("hub", 3, None, team_joined=5, due=9.5)
    # places held: 4 + 9 + 5 days of 2 x 10; the third waited for two days
    assert figures(here) == pytest.approx((18 / 20, 2 / 10, 2 / 3))


def test_only_the_window_counts_and_a_wait_still_going_on_counts_up_to_its_end() -> None:
    here = town(Team(name="assessors", capacity=(Places(from_second=0, places=1),)), warm_up=4)
    here.comes(0, admitted=0).stay("hospital", 0, 1, clear=None).step("hub", 1, None, due=30)
    here.comes(0, admitted=0).stay("hospital", 0, 2, clear=None).step("hub", 2, None, team_joined=None, due=None)
    here.comes(0, admitted=0).stay("hospital", 0, 6, clear=None).step("hub", 6, None, team_joined=None, due=None)
    # days 4 to 14: one place held throughout, two waiting for 10 and 8 days, of whom only the second began in it
    assert figures(here) == pytest.approx((1.0, 18 / 10, 8.0))


def test_a_team_that_shrinks_finishes_what_it_began_and_is_no_more_than_busy() -> None:
    shrinks = (Places(from_second=0, places=1), Places(from_second=5 * 86_400, places=0))
    here = town(Team(name="assessors", capacity=shrinks))
    here.comes(0, admitted=0).stay("hospital", 0, 1, 7, "unit", clear=7).step("hub", 1, 7).stay("unit", 7)
    assert figures(here)[0] == pytest.approx(6 / 7)  # open for 5 days, and 2 more with the step that ran on


def test_without_limit_a_team_is_never_full_and_has_no_share() -> None:
    here = town(Team(name="assessors", capacity=(Places(from_second=0, places=None),)))
    here.comes(0, admitted=0).stay("hospital", 0, 1, clear=None).step("hub", 1, None, due=20)
    assert figures(here) == (None, 0, 0)


def test_a_step_holds_its_team_until_the_route_that_asked_for_it_is_given_up() -> None:
    here = town()
    person = here.comes(0, admitted=0).stay("hospital", 0, 1, clear=None, planned="unit")
    person.wait("unit", 1, 4, "gave_up").wait("home", 4, clear=None)
    person.step("hub", 1, None, due=9, dropped=4).step("equipment", 1, None, due=12, dropped=4)
    assert figures(here)[0] == pytest.approx(3 / 20)


def test_a_step_that_the_next_route_asks_for_too_goes_on() -> None:
    both_ask = (TO_THE_UNIT, Route(to="home", share=0.5, steps=(HUB,)))
    here = town(routes=both_ask)
    person = here.comes(0, admitted=0).stay("hospital", 0, 1, 6, "died", clear=None, planned="unit")
    person.wait("unit", 1, 4, "gave_up").wait("home", 4, 6, "died", clear=None)
    person.step("hub", 1, None, due=9, dropped=6)  # by death
    assert figures(here)[0] == pytest.approx(5 / 20)


AGAIN = (
    Route(to="unit", share=0.4, steps=(HUB,), otherwise="out"),
    Route(to="out", share=0.3, otherwise="home"),
    Route(to="home", share=0.3, steps=(HUB,)),
)


def test_a_step_is_dropped_at_the_first_turn_that_does_not_ask_for_it() -> None:
    here = town(routes=(*AGAIN[:2], HOME))
    person = here.comes(0, admitted=0).stay("hospital", 0, 1, clear=None, planned="unit")
    person.wait("unit", 1, 4, "gave_up").wait("out", 4, 7, "gave_up").wait("home", 7, clear=None)
    person.step("hub", 1, None, due=30, dropped=4)
    assert figures(here)[0] == pytest.approx(3 / 20)


@pytest.mark.parametrize("turned_away", [7, 4])  # 4: both turns at one instant
def test_a_step_that_is_asked_for_again_holds_its_team_again(turned_away: int) -> None:
    here = town(routes=AGAIN)
    person = here.comes(0, admitted=0).stay("hospital", 0, 1, 9, "died", clear=None, planned="unit")
    person.wait("unit", 1, 4, "gave_up").wait("out", 4, turned_away, "turned_away")
    person.wait("home", turned_away, 9, "died", clear=None)
    person.step("hub", 1, None, due=30, dropped=4).step("hub", turned_away, None, due=40, dropped=9)
    assert figures(here)[0] == pytest.approx((3 + 9 - turned_away) / 20)


def test_a_step_dropped_in_the_queue_leaves_the_queue() -> None:
    here = town(Team(name="assessors", capacity=(Places(from_second=0, places=1),)))
    here.comes(0, admitted=0).stay("hospital", 0, 1, clear=None).step("hub", 1, None, due=20)
    person = here.comes(0, admitted=0).stay("hospital", 0, 2, clear=None, planned="unit")
    person.wait("unit", 2, 5, "gave_up").wait("home", 5, clear=None)
    person.step("hub", 2, None, team_joined=None, due=None, dropped=5)
    assert figures(here) == pytest.approx((9 / 10, 3 / 10, 3 / 2))


def test_a_step_that_waits_for_a_free_team_is_noticed() -> None:
    here = town()
    person = here.comes(0, admitted=0).stay("hospital", 0, 1, clear=None, planned="unit")
    person.step("hub", 1, None, team_joined=3, due=11)
    with pytest.raises(IdentityBroken, match="no step waits for a team with a free place"):
        check(here.scenario, here.ledger())


def test_a_scenario_without_teams_has_no_such_rows() -> None:
    here = Town(hospital(), days=10)
    here.comes(0, admitted=0).stay("hospital", 0)
    assert here.items("all", "team_queue_mean", "team") == {}
