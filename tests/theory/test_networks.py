"""Several services: blocking, choices and returns, as Markov chains solved in the test, and product forms where they hold."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.theory.formulas import State, erlang_c, markov_chain, mean_over
from tests.theory.tools import QUICK_AND_SLOW, assert_agrees, assert_rejects, calendar, each, replicate

LOSS = "arrival: {longest_wait_days: 0, otherwise: out}"


def two_in_a_row(arrivals: float, beds: tuple[int, int], rates: tuple[float, float]) -> dict[State, float]:
    """Hospital (who comes when it is full is lost), then unit; states are (needing care, blocked, in the unit)."""

    def moves(state: State) -> Iterator[tuple[State, float]]:
        care, blocked, unit = (int(str(part)) for part in state)
        if care + blocked < beds[0]:
            yield (care + 1, blocked, unit), arrivals
        yield (
            ((care - 1, blocked, unit + 1) if unit < beds[1] else (care - 1, blocked + 1, unit)),
            care * rates[0],
        )
        yield ((care, blocked - 1, unit) if blocked else (care, blocked, unit - 1)), unit * rates[1]

    return markov_chain((0, 0, 0), moves)


@QUICK_AND_SLOW
def test_blocking_between_two_services_is_its_markov_chain(tmp_path: Path, times: int) -> None:
    text = calendar(60, 900) + (
        "services:\n  hospital: {kind: acute, beds: 6}\n  unit: {kind: reablement_unit, beds: 4}\n"
        f"people:\n  p:\n    arrives_at: hospital\n    arrivals_per_day: 1.5\n    {LOSS}\n    journey:\n"
        "      hospital: {stay_days: {exponential: {mean: 2}}, then: {unit: 100%}}\n"
        "      unit: {stay_days: {exponential: {mean: 2.5}}, then: {out: 100%}}\n"
    )
    seen = replicate(tmp_path, text, 30 * times)
    shares = two_in_a_row(1.5, (6, 4), (1 / 2, 1 / 2.5))
    delayed = mean_over(shares, lambda state: float(str(state[1])))
    lost = mean_over(shares, lambda state: float(int(str(state[0])) + int(str(state[1])) == 6))
    unit = mean_over(shares, lambda state: float(str(state[2])))
    found = each(seen, lambda one: one.delayed("hospital"))
    assert_agrees(found, delayed, width=0.12 / times**0.5)
    assert_agrees(each(seen, lambda one: one.gave_up("hospital")), lost, width=0.02 / times**0.5)
    assert_agrees(each(seen, lambda one: one.occupied("unit")), unit, width=0.07 / times**0.5)
    one_bed_more = two_in_a_row(1.5, (6, 5), (1 / 2, 1 / 2.5))
    assert_rejects(found, mean_over(one_bed_more, lambda state: float(str(state[1]))))


@QUICK_AND_SLOW
def test_a_list_over_two_units_is_one_unit_of_both(tmp_path: Path, times: int) -> None:
    text = calendar(60, 900) + (
        "services:\n  hospital: {kind: acute, beds: 6}\n  unit: {kind: reablement_unit, beds: 3}\n"
        "  ward: {kind: community_beds, beds: 1}\nlists:\n  either: {services: [ward, unit]}\n"
        f"people:\n  p:\n    arrives_at: hospital\n    arrivals_per_day: 1.5\n    {LOSS}\n    journey:\n"
        "      hospital: {stay_days: {exponential: {mean: 2}}, then: {either: 100%}}\n"
        "      unit: {stay_days: {exponential: {mean: 2.5}}, then: {out: 100%}}\n"
        "      ward: {stay_days: {exponential: {mean: 2.5}}, then: {out: 100%}}\n"
    )
    seen = replicate(tmp_path, text, 30 * times)
    shares = two_in_a_row(1.5, (6, 4), (1 / 2, 1 / 2.5))
    found = each(seen, lambda one: one.delayed("hospital"))
    both = each(seen, lambda one: one.occupied("unit") + one.occupied("ward"))
    assert_agrees(found, mean_over(shares, lambda state: float(str(state[1]))), width=0.12 / times**0.5)
    assert_agrees(both, mean_over(shares, lambda state: float(str(state[2]))), width=0.07 / times**0.5)
    apart = two_in_a_row(1.5, (6, 3), (1 / 2, 1 / 2.5))
    assert_rejects(found, mean_over(apart, lambda state: float(str(state[1]))))


def three_in_a_row(arrivals: float, rates: tuple[float, float, float]) -> dict[State, float]:
    """One bed, one bed, one place; each person is in care (1) or blocked (2), or there is nobody (0)."""

    def settled(first: int, second: int, third: int) -> State:
        if second == 2 and third == 0:
            second, third = 0, 1
        if first == 2 and second == 0:
            first, second = 0, 1
        return first, second, third

    def moves(state: State) -> Iterator[tuple[State, float]]:
        first, second, third = (int(str(part)) for part in state)
        if first == 0:
            yield settled(1, second, third), arrivals
        if first == 1:
            yield settled(2, second, third), rates[0]
        if second == 1:
            yield settled(first, 2, third), rates[1]
        if third == 1:
            yield settled(first, second, 0), rates[2]

    return markov_chain((0, 0, 0), moves)


@QUICK_AND_SLOW
def test_blocking_passes_back_through_three_services(tmp_path: Path, times: int) -> None:
    text = calendar(60, 1500) + (
        "services:\n  hospital: {kind: acute, beds: 1}\n  unit: {kind: reablement_unit, beds: 1}\n"
        "  care_home: {kind: care_home, places: 1}\n"
        f"people:\n  p:\n    arrives_at: hospital\n    arrivals_per_day: 2\n    {LOSS}\n    journey:\n"
        "      hospital: {stay_days: {exponential: {mean: 1}}, then: {unit: 100%}}\n"
        "      unit: {stay_days: {exponential: {mean: 0.8}}, then: {care_home: 100%}}\n"
        "      care_home: {stay_days: {exponential: {mean: 1.2}}, then: {out: 100%}}\n"
    )
    seen = replicate(tmp_path, text, 20 * times)
    shares = three_in_a_row(2.0, (1.0, 1 / 0.8, 1 / 1.2))
    for service, place in (("hospital", 0), ("unit", 1)):
        exact = mean_over(shares, lambda state, place=place: float(state[place] == 2))  # type: ignore[misc]
        assert_agrees(each(seen, lambda one, service=service: one.delayed(service)), exact, width=0.02 / times**0.5)  # type: ignore[misc]
    lost = mean_over(shares, lambda state: float(state[0] != 0))
    assert_agrees(each(seen, lambda one: one.gave_up("hospital")), lost, width=0.02 / times**0.5)
    wrong = three_in_a_row(2.0, (1.0, 1 / 0.8, 1 / 1.0))
    assert_rejects(each(seen, lambda one: one.delayed("unit")), mean_over(wrong, lambda state: float(state[1] == 2)))


@QUICK_AND_SLOW
def test_people_who_tire_of_waiting_go_home_instead(tmp_path: Path, times: int) -> None:
    # As two in a row, but a blocked person goes home after an exponential longest wait: one more rate in the chain.
    arrivals, beds, rates, patience = 2.0, (5, 3), (1 / 1.5, 1 / 2.0), 1 / 1.5

    def moves(state: State) -> Iterator[tuple[State, float]]:
        care, blocked, unit = (int(str(part)) for part in state)
        if care + blocked < beds[0]:
            yield (care + 1, blocked, unit), arrivals
        yield (
            ((care - 1, blocked, unit + 1) if unit < beds[1] else (care - 1, blocked + 1, unit)),
            care * rates[0],
        )
        yield ((care, blocked - 1, unit) if blocked else (care, blocked, unit - 1)), unit * rates[1]
        yield (care, blocked - 1, unit), blocked * patience

    shares = markov_chain((0, 0, 0), moves)
    text = calendar(60, 600) + (
        "services:\n  hospital: {kind: acute, beds: 5}\n  unit: {kind: reablement_unit, beds: 3}\n"
        f"people:\n  p:\n    arrives_at: hospital\n    arrivals_per_day: 2\n    {LOSS}\n    journey:\n"
        "      hospital:\n        stay_days: {exponential: {mean: 1.5}}\n        then:\n"
        "          unit: {share: 100%, longest_wait_days: {exponential: {mean: 1.5}}, otherwise: home}\n          home: 0%\n"
        "      unit: {stay_days: {exponential: {mean: 2}}, then: {out: 100%}}\n"
    )
    seen = replicate(tmp_path, text, 30 * times)
    delayed = mean_over(shares, lambda state: float(str(state[1])))
    moving = mean_over(shares, lambda state: int(str(state[0])) * rates[0])
    found = each(seen, lambda one: one.gave_up("unit"))
    assert_agrees(each(seen, lambda one: one.delayed("hospital")), delayed, width=0.05 / times**0.5)
    assert_agrees(found, delayed * patience / moving, width=0.02 / times**0.5)
    assert_rejects(found, delayed * patience / moving + 0.025)


@pytest.mark.parametrize(
    ("stays", "mean_of_the_longer"),
    [
        ("{exponential: {mean: 1}}", 1.5),  # 1 + 1 - 1/2
        ("{uniform: {low: 0, high: 3}}", 2.0),  # two thirds of the way up
        ("{fixed: 1.25}", 1.25),
    ],
    ids=["exponential", "uniform", "fixed"],
)
def test_a_saturated_pair_of_beds_turns_over_at_the_slower_of_two_stays(
    tmp_path: Path, stays: str, mean_of_the_longer: float
) -> None:
    # Somebody always waits outside; both beds start afresh at each handover, which comes when the slower of the two stays is over.
    text = calendar(20, 400) + (
        "services:\n  hospital: {kind: acute, beds: 1, queue_limit: 6}\n  unit: {kind: reablement_unit, beds: 1}\n"
        "people:\n  p:\n    arrives_at: hospital\n    arrivals_per_day: 4\n    journey:\n"
        f"      hospital: {{stay_days: {stays}, then: {{unit: 100%}}}}\n"
        f"      unit: {{stay_days: {stays}, then: {{out: 100%}}}}\n"
    )
    seen = replicate(tmp_path, text, 12)
    found = each(seen, lambda one: one.leavers_per_day("unit"))
    if stays.startswith("{fixed"):
        assert all(abs(rate - 1 / mean_of_the_longer) <= 1 / 400 for rate in found)
        return
    assert_agrees(found, 1 / mean_of_the_longer, width=0.05)
    assert_rejects(found, 1 / (mean_of_the_longer * 1.15))


def test_two_people_who_must_swap_do_so_when_both_are_ready(tmp_path: Path) -> None:
    # A closed ring of two full services: they exchange places each time the slower of two exponential stays is over (rule 6).
    text = calendar(0, 1500) + (
        "services:\n  hospital: {kind: acute, beds: 1}\n  unit: {kind: reablement_unit, beds: 1}\npeople:\n"
        + "".join(
            f"  {name}:\n    arrives_at: {start}\n    arrivals: [{{day: 0}}]\n    journey:\n"
            "      hospital: {stay_days: {exponential: {mean: 1}}, then: {unit: 100%}}\n"
            "      unit: {stay_days: {exponential: {mean: 0.5}}, then: {hospital: 100%}}\n"
            for name, start in (("one", "hospital"), ("two", "unit"))
        )
    )
    seen = replicate(tmp_path, text, 16)
    found = each(seen, lambda one: one.leavers_per_day("hospital"))
    assert_agrees(found, 1 / (1 + 0.5 - 1 / 3), width=0.03)
    assert_rejects(found, 1 / (1 + 0.5))  # nobody could move without a free place in between


@QUICK_AND_SLOW
def test_coming_back_from_home_makes_a_jackson_network(tmp_path: Path, times: int) -> None:
    # 40% of those who go home come back: the hospital sees 1.5 / (1 - 0.4) = 2.5 a day and behaves as if they all were new (Jackson 1957).
    first, back, beds, stay, at_home = 1.5, 0.4, 4, 1.1, 6.0
    text = calendar(120, 900) + (
        "services: {hospital: {kind: acute, beds: 4}}\n"
        "people:\n  p:\n    arrives_at: hospital\n    arrivals_per_day: 1.5\n    journey:\n"
        "      hospital: {stay_days: {exponential: {mean: 1.1}}, then: {home: 100%}}\n"
        "      home: {stay_days: {exponential: {mean: 6}}, then: {hospital: 40%, out: 60%}}\n"
    )
    seen = replicate(tmp_path, text, 20 * times)
    rate = first / (1 - back)
    queue = erlang_c(beds, rate * stay) * rate / (beds / stay - rate)
    assert_agrees(each(seen, lambda one: one.occupied("hospital")), rate * stay, width=0.14 / times**0.5)
    waiting = each(seen, lambda one: one.waiting("hospital"))
    assert_agrees(waiting, queue, width=0.35 / times**0.5)
    at_home_and_well = each(seen, lambda one: one.occupied("home") - one.delayed("home"))
    assert_agrees(at_home_and_well, rate * at_home, width=0.6 / times**0.5)
    share = each(seen, lambda one: one.left_to("home", "hospital"))
    assert_agrees(share, back, width=0.015 / times**0.5)
    assert_rejects(share, 0.43)
    assert_rejects(waiting, erlang_c(beds, first * stay) * first / (beds / stay - first))  # the loop forgotten
