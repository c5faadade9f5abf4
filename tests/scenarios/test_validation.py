"""What others published or proved, told in our language: each scenario of `scenarios/validation` against its exact figure.

How agreement is judged is in `tests/theory/tools.py`: four standard errors, no wider than the test states, and a planted
wrong figure that must be rejected. Sources are named in the scenarios.
"""

from functools import cache

import numpy as np
import pytest

from sim.inputs.loading import read_scenario
from sim.model.records import GAVE_UP, OUTSIDE
from tests.engines import replications
from tests.scenarios.published import admissions_of_one_bed, blocking_chain, queue_course, saturated_line_of_three
from tests.scenarios.runs import SCENARIOS
from tests.theory.formulas import erlang_b, erlang_c, stationary
from tests.theory.tools import Seen, assert_agrees, assert_rejects, each, estimate


@cache
def seen(file: str, count: int, *sets: str) -> list[Seen]:
    """So many replications of a validation scenario."""
    scenario = read_scenario(str(SCENARIOS / "validation" / file), sets)
    return [Seen(scenario, ledger) for ledger in replications(scenario, count)]


# A finite queue, with and without loss


def test_the_share_turned_away_by_ten_beds_is_erlangs() -> None:
    found = seen("erlang_loss.yaml", 30)
    lost = each(found, lambda one: one.gave_up("ward"))
    assert_agrees(lost, 0.121661, width=0.02)  # B(10, 8), from tables
    assert abs(erlang_b(10, 8) - 0.121661) < 1e-6
    assert_agrees(each(found, lambda one: one.occupied("ward")), 8 * (1 - 0.121661), width=0.2)
    assert_rejects(lost, erlang_b(11, 8))


def test_three_beds_and_two_places_to_wait_are_their_birth_death_process() -> None:
    found = seen("waiting_with_a_limit.yaml", 30)
    shares = stationary(lambda _: 3.0, lambda state: min(state, 3.0), 5)
    lost = each(found, lambda one: one.turned_away("ward"))
    assert abs(shares[5] - 9 / 44) < 1e-12
    assert_agrees(lost, 9 / 44, width=0.015)
    assert_agrees(each(found, lambda one: one.waiting("ward")), 27 / 44, width=0.06)
    assert_agrees(each(found, lambda one: one.occupied("ward")), 105 / 44, width=0.06)
    assert_rejects(lost, float(stationary(lambda _: 3.0, lambda state: min(state, 3.0), 6)[6]))  # one more may wait


def test_without_loss_five_beds_make_people_wait_as_erlang_says() -> None:
    found = seen("waiting_without_loss.yaml", 30)
    share = each(found, lambda one: float((one.wait_days("ward") > 0).mean()))
    waits = each(found, lambda one: float(one.wait_days("ward").mean()))
    assert abs(erlang_c(5, 4) - 0.554113) < 1e-6
    assert_agrees(share, 0.554113, width=0.045)
    assert_agrees(waits, 0.554113, width=0.17)  # C(5, 4) / (5 - 4)
    assert_agrees(each(found, lambda one: one.waiting("ward")), 4 * 0.554113, width=0.7)
    assert_rejects(waits, erlang_c(6, 4) / (6 - 4))


# Two units, and three, with blocking


def test_a_hospital_blocked_by_its_unit_is_its_markov_chain() -> None:
    found = seen("blocking_two_units.yaml", 30)
    chain = blocking_chain(1.5, (3, 4, 3), (1.5, 3.0), 0.6)
    delayed = sum(share * state[2] for state, share in chain.items())
    lost = sum(share for state, share in chain.items() if state[0] == 3)
    people = each(found, lambda one: one.delayed("hospital"))
    assert_agrees(people, delayed, width=0.12)
    assert_agrees(each(found, lambda one: one.turned_away("hospital")), lost, width=0.025)
    assert_agrees(each(found, lambda one: one.waiting("hospital")), sum(s * q[0] for q, s in chain.items()), width=0.12)
    assert_agrees(each(found, lambda one: one.occupied("unit")), sum(s * q[3] for q, s in chain.items()), width=0.09)
    one_more = blocking_chain(1.5, (3, 4, 4), (1.5, 3.0), 0.6)
    assert_rejects(people, sum(share * state[2] for state, share in one_more.items()))


def test_blocking_holds_a_line_of_three_beds_at_hunts_figure() -> None:
    found = each(seen("blocking_three_in_line.yaml", 20), lambda one: one.leavers_per_day("home_team"))
    assert abs(saturated_line_of_three() - 22 / 39) < 1e-9
    assert_agrees(found, 22 / 39, width=0.02)
    assert_rejects(found, 2 / 3)  # two beds in line


# A stroke pathway

STROKE, TIA, NEURO, OTHERS = 1 / 1.2, 1 / 9.3, 1 / 3.6, 1 / 3.2
ACUTE = STROKE * (0.24 * 7.4 + 0.13 * 4.6 + 0.63 * 7.0) + TIA * 1.8 + NEURO * 4.0 + OTHERS * 3.8
REHABILITATION = (
    (STROKE * 0.24 + 1 / 21.8) * (0.4 * 30.3 + 0.6 * 28.4)
    + TIA * 0.01 * 18.7
    + (NEURO * 0.11 + 1 / 31.7) * 27.6
    + (OTHERS * 0.05 + 1 / 28.6) * 16.1
)
SLOWER = STROKE * (0.24 * 3 + 0.13 * 1.5)
UNITS = {"acute_stroke_unit": ACUTE, "rehabilitation": REHABILITATION}
# A. Heather, T. Monks, pydesrap_stroke, outputs/table2.csv
PUBLISHED = {
    "acute_stroke_unit": {9: 0.18, 10: 0.13, 11: 0.09, 12: 0.06, 13: 0.03, 14: 0.02},
    "rehabilitation": {10: 0.21, 12: 0.11, 13: 0.08, 14: 0.05, 15: 0.03, 16: 0.02},
}


ROUNDED = 0.01  # published to two decimals, and simulated too: 0.21 for ten rehabilitation beds is 0.2015 exactly


def off_by(one: Seen, unit: str, beds: int, delayed: float) -> float:
    """P(N = n) less a chance of delay times P(N <= n), by midnights: zero on average if that is the chance."""
    nights = one.number_at(unit, range(365, 1095))
    return float((nights == beds).mean() - delayed * (nights <= beds).mean())


@pytest.mark.parametrize(("unit", "width"), [("acute_stroke_unit", 0.35), ("rehabilitation", 0.8)])
def test_stroke_beds_in_use_are_poisson_with_the_load_as_mean(unit: str, width: float) -> None:
    found = seen("stroke_unlimited.yaml", 20)
    in_use = each(found, lambda one: one.occupied(unit))
    assert_agrees(in_use, UNITS[unit], width)
    spread = each(found, lambda one: float(((one.number_at(unit, range(365, 1095)) - UNITS[unit]) ** 2).mean()))
    assert_agrees(spread, UNITS[unit], width=0.25 * UNITS[unit])  # a Poisson number's variance is its mean
    assert_rejects(in_use, 1.1 * UNITS[unit])


@pytest.mark.parametrize("unit", list(PUBLISHED))
def test_the_published_chance_of_delay_by_beds_is_found(unit: str) -> None:
    found = seen("stroke_unlimited.yaml", 20)
    for beds, published in PUBLISHED[unit].items():
        assert abs(erlang_b(beds, UNITS[unit]) - published) < ROUNDED
        off = estimate(off_by(one, unit, beds, published) for one in found)
        assert off.half_width < 0.05
        assert abs(off.mean) < off.half_width + ROUNDED
    fewest, most = min(PUBLISHED[unit]), max(PUBLISHED[unit])
    wrong = estimate(off_by(one, unit, fewest, PUBLISHED[unit][most]) for one in found)
    assert abs(wrong.mean) > wrong.half_width + ROUNDED


def test_ten_stroke_beds_turn_away_one_in_eight_and_the_paper_says_one_in_seven() -> None:
    lost = each(seen("stroke_ten_beds.yaml", 20), lambda one: one.gave_up("acute_stroke_unit"))
    assert_agrees(lost, erlang_b(10, ACUTE), width=0.02)
    assert_agrees(lost, 1 / 7.5, width=0.02)  # the smallest share that is written "1 in 7"
    assert_rejects(lost, erlang_b(11, ACUTE))


def test_slow_transfers_fill_stroke_beds_with_people_who_are_ready() -> None:
    found = seen("stroke_transfer_delays.yaml", 20)
    ready = each(found, lambda one: one.delayed("acute_stroke_unit"))
    assert_agrees(ready, SLOWER, width=0.06)
    assert_agrees(each(found, lambda one: one.occupied("acute_stroke_unit")), ACUTE + SLOWER, width=0.4)
    assert_rejects(ready, STROKE * 0.24 * 3)  # the start of early supported discharge forgotten


def test_slow_transfers_keep_the_same_patients_and_only_add_their_delays() -> None:
    before, after = seen("stroke_unlimited.yaml", 20), seen("stroke_transfer_delays.yaml", 20)
    more = [
        two.occupied("acute_stroke_unit") - one.occupied("acute_stroke_unit")
        for one, two in zip(before, after, strict=True)
    ]
    assert_agrees(more, SLOWER, width=0.06)  # six times as sharp as two independent runs


# Discharge to assess, from a census and a queue

DAY = 77  # eleven whole weeks
WEEK = np.array([0.29, 0.86, 1.34, 1.21, 1.38, 1.42, 0.51])
# people a day, places, mean and median stay, there at the start, days already stayed, waiting at the start
LISTS = {
    "p1_bristol": (19.3 * 0.40, 92, 18.07, 9.0, 92, 10, 30),
    "p1_north_somerset": (19.3 * 0.30, 71, 18.7, 5.0, 71, 10, 40),
    "p1_south_glos": (19.3 * 0.30, 71, 12.08, 7.1, 71, 10, 20),
    "p2_bristol": (7.5 * 0.53, 102, 42.79, 34.0, 98, 20, 31),
    "p2_north_somerset": (7.5 * 0.15, 28, 39.5, 33.0, 25, 20, 15),
    "p2_south_glos": (7.5 * 0.32, 61, 34.06, 30.0, 61, 20, 20),
    "p3_bristol": (5.4 * 0.49, 72, 59.15, 50.0, 72, 30, 49),
    "p3_north_somerset": (5.4 * 0.26, 39, 44.2, 39.0, 28, 30, 12),
    "p3_south_glos": (5.4 * 0.25, 37, 32.18, 29.0, 34, 30, 11),
}
GROWING = [
    name for name in LISTS if name not in ("p1_south_glos", "p3_north_somerset", "p3_south_glos")
]  # the rest empty at times


def waiting_at(one: Seen, service: str, days: float) -> float:
    """People on a service's list at a given day from the start."""
    waits = one.ledger.waits
    mine = waits["to"] == one.scenario.destinations.index(service)
    at = round(days * 86400)
    return float((mine & (waits["joined"] <= at) & (waits["ended"] > at)).sum())


def exact_list(name: str) -> float:
    """Who waits on a list that never empties: at the start, and came, less the admissions of each bed."""
    rate, beds, mean, median, there, elapsed, waiting = LISTS[name]
    fresh, under_way = admissions_of_one_bed(DAY, mean, median, elapsed)
    free = beds - there
    return waiting - free + rate * DAY - there * under_way - free * fresh


@pytest.mark.parametrize("name", GROWING)
def test_a_list_that_starts_from_a_census_grows_as_its_renewals_say(name: str) -> None:
    found = seen("discharge_to_assess.yaml", 20)
    nights = range(1, DAY + 1)
    assert min(waiting_at(one, name, day) for one in found for day in nights) > 0  # where the exact figure holds
    waiting = each(found, lambda one: waiting_at(one, name, DAY))
    assert_agrees(waiting, exact_list(name), width=35)


def test_all_lists_together_grow_as_their_renewals_say_and_not_as_averages_do() -> None:
    found = seen("discharge_to_assess.yaml", 20)
    waiting = each(found, lambda one: sum(waiting_at(one, name, DAY) for name in GROWING))
    assert_agrees(waiting, sum(map(exact_list, GROWING)), width=60)
    averages = sum(
        waiting + rate * DAY - beds * DAY / mean - (beds - there)
        for rate, beds, mean, _, there, _, waiting in (LISTS[name] for name in GROWING)
    )
    assert_rejects(waiting, averages)  # people a day less places by mean stay: the stays under way forgotten


def exact_course(name: str, largest: int) -> tuple[float, float]:
    """The mean number waiting at the day, and the chance that nobody waits."""
    rate, beds, mean, _, there, _, waiting = LISTS[name]
    arrivals = [float(rate * share) for share in WEEK / WEEK.mean()] * (DAY // 7)
    shares = queue_course(there + waiting, beds, mean, arrivals, largest)
    assert shares[-1] < 1e-9
    queue = np.maximum(np.arange(largest + 1) - beds, 0)
    return float(shares @ queue), float(shares[queue == 0].sum())


def test_a_list_that_comes_and_goes_follows_the_exact_course_of_its_queue() -> None:
    found = seen("discharge_to_assess_memoryless.yaml", 20)
    mean, nobody = exact_course("p1_south_glos", 260)
    waiting = each(found, lambda one: waiting_at(one, "p1_south_glos", DAY))
    assert_agrees(waiting, mean, width=30)
    assert_agrees([float(one == 0) for one in waiting], nobody, width=0.47)
    assert_rejects(waiting, mean + 40)


@pytest.mark.parametrize("name", ["p2_north_somerset", "p3_south_glos"])
def test_lists_with_exponential_stays_follow_the_exact_course_of_their_queue(name: str) -> None:
    found = seen("discharge_to_assess_memoryless.yaml", 20)
    waiting = each(found, lambda one: waiting_at(one, name, DAY))
    assert_agrees(waiting, exact_course(name, 260)[0], width=15)


# Units in line, and bays


@pytest.mark.slow
def test_women_who_need_care_are_littles_whatever_is_blocked() -> None:
    found = seen("obstetric_flow.yaml", 8)
    for unit, need in {"observation": 1.2, "birth": 4.8, "ward": 19.2}.items():
        in_care = each(found, lambda one, unit=unit: one.occupied(unit) - one.delayed(unit))  # type: ignore[misc]
        assert_agrees(in_care, need, width=0.06 * need)
        assert_rejects(in_care, need * 1.2)
    blocked = estimate(each(found, lambda one: one.delayed("birth")))
    assert blocked.mean - blocked.half_width > 0  # some wait in a birth room for a bed on the ward


def test_single_sex_bays_turn_away_as_two_loss_systems() -> None:
    found = seen("single_sex_bays.yaml", 20)
    for profile, exact in enumerate((4 / 19, erlang_b(5, 3))):
        lost = each(found, lambda one, profile=profile: _lost(one, profile))  # type: ignore[misc]
        assert_agrees(lost, exact, width=0.03)
        assert_rejects(lost, erlang_b(8, 5))


def _lost(one: Seen, profile: int) -> float:
    """The share of the arrivals with a profile who found no bed."""
    waits, (first, end) = one.ledger.waits, one.window
    mine = (waits["held"] == OUTSIDE) & (waits["to"] == 0) & (waits["profile"] == profile)
    mine &= (waits["joined"] >= first) & (waits["joined"] < end)
    return float((waits["ending"][mine] == GAVE_UP).mean())


# Critical care, with operations that are cancelled


def cancelled(one: Seen) -> float:
    """Planned operations of the window that found no bed."""
    waits, (first, end) = one.ledger.waits, one.window
    return float(((waits["ending"] == GAVE_UP) & (waits["ended"] >= first) & (waits["ended"] < end)).sum())


@pytest.mark.parametrize(("beds", "published", "other", "width"), [(24, 294.91, 242.11, 45), (28, 117.92, 152.48, 30)])
def test_so_many_operations_are_cancelled_as_in_the_published_critical_care_unit(
    beds: int, published: float, other: float, width: float
) -> None:
    found = each(seen("critical_care_cancellations.yaml", 60, f"services.critical_care.beds={beds}"), cancelled)
    assert_agrees(found, published, width)
    assert_rejects(found, other)  # with one bed more, or one less


def test_as_many_come_to_critical_care_as_their_intervals_say() -> None:
    found = seen("critical_care_cancellations.yaml", 60, "services.critical_care.beds=24")
    hours = (22.72, 26, 37, 47.2, 575)
    assert_agrees(each(found, lambda one: came(one, *range(5))), sum(8640 / one for one in hours), width=20)
    assert_agrees(each(found, lambda one: came(one, 5)), 8640 / 17.91, width=4)  # far more even than a Poisson stream


def came(one: Seen, *groups: int) -> float:
    """People of these groups who came in the window."""
    people, (first, end) = one.ledger.people, one.window
    inside = (people["arrives"] >= first) & (people["arrives"] < end)
    return float((inside & np.isin(people["group"], groups)).sum())


# Two stroke pathways from a census

STROKE_UNITS = {
    "stroke_two_hospitals.yaml": {  # beds, in use, chance that all are, blocked, and in use if nobody were blocked
        "acute_x": (38, 27.0, 0.05, 0.19, 2.1 * 9.4),
        "acute_y": (25, 16.8, 0.04, 0.18, 1.5 * 8.2),
        "unit_z": (12, 6.9, 0.06, 0.27, 0.5 * 7.3),
        "rehabilitation_x": (17, 13.3, 0.25, 0.17, 2.1 * 0.2 * 24.5),
        "rehabilitation_y": (15, 10.0, 0.10, 0.18, (2.1 * (0.01 + 0.2 * 0.05) + 1.5 * 0.2) * 21.4),
    },
    "stroke_centralised.yaml": {
        "hyper_acute": (20, 10.3, 0.01, 0.0, None),
        "acute_unit": (23, 14.9, 0.04, 0.17, 4.1 * 0.4 * 6.8),
        "rehabilitation_x": (13, 7.6, 0.05, 0.12, 4.1 * 0.4 * 0.15 * 24.5),
        "rehabilitation_y": (9, 4.6, 0.05, 0.12, 4.1 * 0.4 * 0.1 * 21.4),
    },
}


@pytest.mark.slow
@pytest.mark.parametrize("file", STROKE_UNITS)
def test_stroke_beds_are_in_use_and_blocked_as_published(file: str) -> None:
    found = seen(file, 60)
    for unit, (beds, in_use, full, blocked, unblocked) in STROKE_UNITS[file].items():
        nights = each(
            found, lambda one, unit=unit, beds=beds: float((one.number_at(unit, range(100, 465)) == beds).mean())
        )
        held = each(found, lambda one, unit=unit: one.occupied(unit))
        late = each(found, lambda one, unit=unit, beds=beds: one.delayed(unit) / beds)
        assert_agrees_as_rounded(held, in_use, rounding=0.05, width=1.1)
        assert_agrees_as_rounded(nights, full, rounding=0.005, width=0.1)
        assert_agrees_as_rounded(late, blocked, rounding=0.005, width=0.03)
        if unblocked is not None:
            assert_rejects(held, unblocked)


def assert_agrees_as_rounded(values: list[float], published: float, rounding: float, width: float) -> None:
    """As `assert_agrees`, with a figure that was published to so many decimals."""
    found = estimate(values)
    assert found.half_width <= width
    assert abs(found.mean - published) <= found.half_width + rounding, f"{found} is not {published}"


# Intermediate care that admits in office hours

UNTIL_OFFICE_HOURS = (4 * 15**2 + 63**2) / (
    2 * 168
)  # hours on average until they open, for somebody who comes at any time
WITH_WEEKENDS = 7 * 15**2 / (2 * 168)
ANY_HOUR = "services.intermediate_care.admission_hours={from: 00:00, to: 24:00}"


@pytest.mark.slow
def test_office_hours_and_not_beds_hold_people_up_who_wait_for_intermediate_care() -> None:
    for sets, exact in (
        ((), UNTIL_OFFICE_HOURS),
        (("services.intermediate_care.beds=unlimited",), UNTIL_OFFICE_HOURS),
        (("services.intermediate_care.admission_hours={from: 08:00, to: 17:00}",), WITH_WEEKENDS),
        ((ANY_HOUR,), 0.0),
    ):
        found = seen("intermediate_care_office_hours.yaml", 8, *sets)
        waits = each(found, lambda one: 24 * float(one.wait_days("intermediate_care").mean()))
        assert_agrees(waits, exact, width=0.9)
        if exact:
            assert_rejects(waits, 7 * 15**2 / (2 * 24 * 5) if exact == UNTIL_OFFICE_HOURS else UNTIL_OFFICE_HOURS)


def test_the_application_takes_its_mean_for_everybody_who_comes_to_intermediate_care() -> None:
    found = seen("intermediate_care_office_hours.yaml", 8)
    days = each(found, arrival_step_days)
    assert_agrees(days, 3.11 * 364, width=130)
    assert_rejects(days, 3.11 * 364 * 1.2)


def arrival_step_days(one: Seen) -> float:
    """Days of the window between arrival and the end of the only step, from the records."""
    steps, (first, end) = one.ledger.arrival_steps, one.window
    inside = np.minimum(steps["finished"], end) - np.maximum(steps["started"], first)
    return float(np.maximum(inside, 0).sum()) / 86_400


WAYS_OUT = {  # shares and mean stays by way out
    "high": ((0.578, 31.1), (0.06, 22.9), (0.034, 29.8), (0.107, 43.9), (0.023, 22.9), (0.198, 47.8)),
    "geriatric": ((0.6, 31.1), (0.06, 22.9), (0.107, 43.9), (0.023, 22.9), (0.21, 47.8)),
    "low": ((0.7, 31.1), (0.02, 22.9), (0.02, 29.8), (0.14, 43.9), (0.02, 22.9), (0.1, 47.8)),
}


def test_who_is_referred_outside_the_admission_window_waits_for_it() -> None:
    found = seen("admission_window.yaml", 12)
    high, geriatric, low = (sum(share * days for share, days in WAYS_OUT[need]) for need in WAYS_OUT)
    to_geriatric = 0.54 + 0.034 * 3.11 + 0.02 * 1.91
    for service, needing in (
        ("high_complex", 3.11 * high),
        ("geriatric", to_geriatric * geriatric),
        ("low_complex", 1.91 * low),
    ):
        care = each(found, lambda one, service=service: one.occupied(service) - one.delayed(service))
        assert_agrees(care, needing, width=7.5)
        assert_rejects(care, 1.35 * needing)
    waits = each(found, lambda one: 24 * float(one.wait_days("high_complex", "emergency_department").mean()))
    assert_agrees(waits, UNTIL_OFFICE_HOURS, width=1.6)
    assert_rejects(waits, WITH_WEEKENDS)
    at_once = each(found, lambda one: float(one.wait_days("low_complex", "practitioners").max()))
    assert not any(at_once)


@pytest.mark.parametrize(
    "file",
    [
        "admission_window.yaml",
        "critical_care_cancellations.yaml",
        "intermediate_care_office_hours.yaml",
        "obstetric_flow.yaml",
        "stroke_centralised.yaml",
        "stroke_two_hospitals.yaml",
    ],
)
def test_a_published_model_takes_less_than_eighty_lines(file: str) -> None:
    assert len((SCENARIOS / "validation" / file).read_text(encoding="utf-8").splitlines()) < 80
