"""Mechanisms with an exact answer: teams, death, lost ground, surge beds."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from sim.model.records import NEVER
from tests.theory.formulas import State, erlang_c, markov_chain, mean_over
from tests.theory.tools import QUICK_AND_SLOW, Seen, assert_agrees, assert_rejects, calendar, each, replicate


@QUICK_AND_SLOW
def test_a_team_is_a_queue_like_any_other(tmp_path: Path, times: int) -> None:
    # People without further need reach a team of three at random times; its visits are exponential: Erlang C for the team.
    text = calendar(40, 700) + (
        "services: {hospital: {kind: acute, beds: unlimited}}\nteams: {assessors: {places: 3}}\n"
        "steps: {hub: {reason: hub_assessment, takes_days: {exponential: {mean: 0.7}}, team: assessors}}\n"
        "people:\n  p:\n    arrives_at: hospital\n    arrivals_per_day: 3\n"
        "    journey: {hospital: {stay_days: {exponential: {mean: 1}}, then: {home: {share: 100%, steps: [hub]}}}}\n"
    )
    seen = replicate(tmp_path, text, 20 * times)

    def waits(one: Seen) -> np.ndarray:
        steps, (first, end) = one.ledger.steps, one.window
        mine = (steps["started"] >= first) & (steps["started"] < end)
        return (np.minimum(steps["team_joined"][mine], end) - steps["started"][mine]) / 86_400

    exact = erlang_c(3, 2.1)
    waited = each(seen, lambda one: float((waits(one) > 0).mean()))
    assert_agrees(waited, exact, width=0.04 / times**0.5)
    assert_agrees(each(seen, lambda one: float(waits(one).mean())), exact / (3 / 0.7 - 3), width=0.07 / times**0.5)
    assert_agrees(
        each(seen, lambda one: one.delayed("hospital")), 2.1 + 3 * exact / (3 / 0.7 - 3), width=0.26 / times**0.5
    )
    assert_rejects(waited, erlang_c(4, 2.1))


@QUICK_AND_SLOW
def test_death_and_the_step_race_each_other(tmp_path: Path, times: int) -> None:
    # A step of mean 3 days against death of mean 12 days from ready: one in five die, and the delay is 12 x 3 / 15 = 2.4 days.
    text = calendar(0, 900) + (
        "services: {hospital: {kind: acute, beds: unlimited}}\n"
        "steps: {hub: {reason: hub_assessment, takes_days: {exponential: {mean: 3}}}}\n"
        "people:\n  p:\n    arrives_at: hospital\n    arrivals_per_day: 4\n"
        "    journey:\n      hospital:\n        stay_days: {fixed: 1}\n        dies_while_delayed_days: {exponential: {mean: 12}}\n"
        "        then: {out: {share: 100%, steps: [hub]}}\n"
    )
    seen = replicate(tmp_path, text, 12 * times)

    def delay(one: Seen) -> float:
        stays = one.stays_of("hospital")
        gone = stays["left"] < NEVER
        return float((stays["left"][gone] - stays["ready"][gone]).mean()) / 86_400

    died = each(seen, lambda one: one.left_to("hospital", "died"))
    assert_agrees(died, 0.2, width=0.012 / times**0.5)
    assert_agrees(each(seen, delay), 2.4, width=0.08 / times**0.5)
    assert_rejects(died, 0.22)


def test_ground_is_lost_day_by_day(tmp_path: Path) -> None:
    # Everybody is delayed 4 days; each delayed day costs 5% of those who would leave the unit for `out`: 1 - 0.95^4 of them need the care
    # home, that is 18.5% (not 20%). And each stays 4 x 0.25 = 1 day longer in the unit.
    text = calendar(0, 700) + (
        "services:\n  hospital: {kind: acute, beds: unlimited}\n  unit: {kind: reablement_unit, beds: unlimited}\n"
        "  care_home: {kind: care_home, places: unlimited}\n"
        "steps: {hub: {reason: hub_assessment, takes_days: {fixed: 4}}}\n"
        "people:\n  p:\n    arrives_at: hospital\n    arrivals_per_day: 4\n    journey:\n"
        "      hospital: {stay_days: {fixed: 1}, then: {unit: {share: 100%, steps: [hub]}}}\n"
        "      unit:\n        stay_days: {fixed: 2}\n"
        "        lost_ground: {longer_stay_days_per_delayed_day: 0.25, worse: {from: out, to: care_home, chance_per_delayed_day: 5%}}\n"
        "        then: {out: 100%, care_home: 0%}\n"
        "      care_home: {stay_days: {fixed: 1}, then: {out: 100%}}\n"
    )
    seen = replicate(tmp_path, text, 14)
    worse = each(seen, lambda one: one.left_to("unit", "care_home"))
    assert_agrees(worse, 1 - 0.95**4, width=0.0125)
    assert_rejects(worse, 0.2)
    assert all((one.stays_of("unit")["need"] == 3 * 86_400).all() for one in seen)


@QUICK_AND_SLOW
def test_surge_beds_open_and_close_as_their_chain_says(tmp_path: Path, times: int) -> None:
    # Two beds and one surge bed that opens when three wait and closes when nobody does; room for five to wait. The chain's state is
    # (inside, waiting, surge open). A bed that closes does so as its person leaves.
    arrivals, beds, extra, high, low, room = 2.2, 2, 1, 3, 0, 5

    def settled(inside: int, waiting: int, is_open: bool) -> State:
        while True:
            planned = beds + extra * is_open
            if waiting and inside < planned:
                inside, waiting = inside + 1, waiting - 1
            elif not is_open and waiting >= high:
                is_open = True
            elif is_open and waiting <= low:
                is_open = False
            else:
                return inside, waiting, is_open

    def moves(state: State) -> Iterator[tuple[State, float]]:
        inside, waiting, is_open = int(str(state[0])), int(str(state[1])), bool(state[2])
        if waiting < room:
            yield settled(inside, waiting + 1, is_open), arrivals
        yield settled(inside - 1, waiting, is_open), float(inside)

    shares = markov_chain((0, 0, False), moves)
    text = calendar(40, 900) + (
        "services:\n  ward:\n    kind: community_beds\n    beds: 2\n    queue_limit: 5\n"
        "    surge: {beds: 1, opens_when_waiting: 3, closes_when_waiting: 0}\n"
        "people:\n  p:\n    arrives_at: ward\n    arrivals_per_day: 2.2\n"
        "    journey: {ward: {stay_days: {exponential: {mean: 1}}, then: {out: 100%}}}\n"
    )
    seen = replicate(tmp_path, text, 20 * times)
    turned_away = each(seen, lambda one: one.turned_away("ward"))
    exact = mean_over(shares, lambda state: float(state[1] == room))
    assert_agrees(
        each(seen, lambda one: one.occupied("ward")),
        mean_over(shares, lambda s: float(str(s[0]))),
        width=0.06,
    )
    assert_agrees(
        each(seen, lambda one: one.waiting("ward")),
        mean_over(shares, lambda s: float(str(s[1]))),
        width=0.1 / times**0.5,
    )
    assert_agrees(turned_away, exact, width=0.015 / times**0.5)
    assert_rejects(turned_away, exact + 0.03)
