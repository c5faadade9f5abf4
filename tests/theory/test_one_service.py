"""One service against the classics: loss, waiting, limited queues, priorities, patience and any length of stay."""

from pathlib import Path

import numpy as np
import pytest

from tests.theory.formulas import erlang_b, erlang_c, pollaczek_khinchine, stationary
from tests.theory.tools import QUICK_AND_SLOW, Seen, assert_agrees, assert_rejects, calendar, each, replicate


def one_ward(beds: str, group: str, *, days: int = 600, warm_up: int = 60, service: str = "") -> str:
    return (
        calendar(warm_up, days)
        + f"services:\n  ward: {{kind: community_beds, beds: {beds}{service}}}\npeople:\n  p:\n"
        + f"    arrives_at: ward\n    {group}\n"
    )


def journey(stay: str) -> str:
    return f"journey: {{ward: {{stay_days: {stay}, then: {{out: 100%}}}}}}"


# 0.5 + m - 2 / (exp(2 / m) - 1) = 1
MEAN_1_BETWEEN_LIMITS = "{exponential: {mean: 0.55655860256}, at_least: 0.5, at_most: 2.5}"
LOST_AT_ONCE = "arrival: {longest_wait_days: 0, otherwise: out}\n    "


@QUICK_AND_SLOW
@pytest.mark.parametrize(
    "stay",
    ["{exponential: {mean: 1}}", "{lognormal: {mean: 1, sd: 2}}", "{fixed: 1}", MEAN_1_BETWEEN_LIMITS],
    ids=["exponential", "lognormal", "fixed", "between limits"],
)
def test_the_share_lost_is_erlang_b_whatever_the_stays(tmp_path: Path, stay: str, times: int) -> None:
    load, beds = 4.0, 5
    text = one_ward(str(beds), "arrivals_per_day: 4\n    " + LOST_AT_ONCE + journey(stay))
    seen = replicate(tmp_path, text, 32 * times)
    lost = each(seen, lambda one: one.gave_up("ward"))
    assert_agrees(lost, erlang_b(beds, load), width=0.016 / times**0.5)
    assert_agrees(
        each(seen, lambda one: one.occupied("ward")),
        load * (1 - erlang_b(beds, load)),
        0.065 / times**0.5,
    )
    assert_rejects(lost, erlang_b(beds + 1, load))
    assert_rejects(lost, erlang_b(beds, load * 1.1))


@QUICK_AND_SLOW
def test_waits_are_erlang_c(tmp_path: Path, times: int) -> None:
    arrivals, beds = 3.0, 4
    text = one_ward(str(beds), "arrivals_per_day: 3\n    " + journey("{exponential: {mean: 1}}"), days=900)
    seen = replicate(tmp_path, text, 30 * times)
    waited = each(seen, lambda one: float((one.wait_days("ward") > 0).mean()))
    mean_wait = each(seen, lambda one: float(one.wait_days("ward").mean()))
    exact = erlang_c(beds, arrivals)
    assert_agrees(waited, exact, width=0.03 / times**0.5)
    assert_agrees(mean_wait, exact / (beds - arrivals), width=0.09 / times**0.5)
    assert_agrees(
        each(seen, lambda one: one.waiting("ward")),
        arrivals * exact / (beds - arrivals),
        0.3 / times**0.5,
    )
    assert_agrees(each(seen, lambda one: one.occupied("ward")), arrivals, width=0.065 / times**0.5)
    assert_rejects(waited, erlang_c(beds + 1, arrivals))  # planted: one bed more
    assert_rejects(mean_wait, erlang_c(beds + 1, arrivals) / (beds + 1 - arrivals))


@QUICK_AND_SLOW
def test_a_queue_limit_makes_it_a_finite_queue(tmp_path: Path, times: int) -> None:
    arrivals, beds, room = (
        2.4,
        2,
        3,
    )  # M/M/2/5 with load 2.4 on 2 beds: over capacity, so the limit does the work
    text = one_ward(
        "2",
        "arrivals_per_day: 2.4\n    " + journey("{exponential: {mean: 1}}"),
        service=f", queue_limit: {room}",
    )
    seen = replicate(tmp_path, text, 36 * times)
    shares = stationary(lambda _: arrivals, lambda n: min(n, beds), beds + room)
    queue = float(sum(max(n - beds, 0) * share for n, share in enumerate(shares)))
    turned_away = each(seen, lambda one: one.turned_away("ward"))
    assert_agrees(turned_away, shares[-1], width=0.02 / times**0.5)
    assert_agrees(each(seen, lambda one: one.waiting("ward")), queue, width=0.06 / times**0.5)
    in_and_in = each(seen, lambda one: float(one.admitted_waits("ward").mean()))
    assert_agrees(in_and_in, queue / (arrivals * (1 - shares[-1])), width=0.04 / times**0.5)
    one_room_more = stationary(lambda _: arrivals, lambda n: min(n, beds), beds + room + 1)
    assert_rejects(turned_away, one_room_more[-1])


@pytest.mark.parametrize(
    "stay", ["{exponential: {mean: 3}}", "{lognormal: {mean: 3, sd: 6}}", "{gamma: {mean: 3, sd: 1}}"]
)
def test_unlimited_places_hold_a_poisson_number_of_people(tmp_path: Path, stay: str) -> None:
    load = 12.0
    text = one_ward("unlimited", "arrivals_per_day: 4\n    " + journey(stay), days=600, warm_up=200)
    seen = replicate(tmp_path, text, 16)
    midnights = np.arange(200, 800, 5)
    means = each(seen, lambda one: float(one.number_at("ward", midnights).mean()))
    variances = each(seen, lambda one: float(one.number_at("ward", midnights).var()))
    assert_agrees(means, load, width=0.5)
    assert_agrees(variances, load, width=3.0)


@QUICK_AND_SLOW
def test_urgent_people_overtake_but_put_nobody_out(tmp_path: Path, times: int) -> None:
    # Cobham (1954), non-preemptive, equal exponential stays: W_k = W_0 / ((1 - s_{k-1}) (1 - s_k)), W_0 = C / (beds / mean stay).
    beds, urgent, routine = 3, 1.0, 1.1
    text = (
        calendar(60, 900)
        + "services: {ward: {kind: community_beds, beds: 3}}\n"
        + "people:\n"
        + "  routine: {arrives_at: ward, arrivals_per_day: 1.1, "
        + journey("{exponential: {mean: 1}}")
        + "}\n"
        + "  urgent: {arrives_at: ward, arrivals_per_day: 1.0, arrival: {priority: 1}, "
        + journey("{exponential: {mean: 1}}")
        + "}\n"
    )
    seen = replicate(tmp_path, text, 24 * times)
    first = erlang_c(beds, urgent + routine) / beds
    share_urgent, share_all = urgent / beds, (urgent + routine) / beds
    wait_urgent, wait_routine = first / (1 - share_urgent), first / ((1 - share_urgent) * (1 - share_all))
    found_urgent = each(seen, lambda one: float(one.wait_days("ward", "urgent").mean()))
    found_routine = each(seen, lambda one: float(one.wait_days("ward", "routine").mean()))
    assert_agrees(found_urgent, wait_urgent, width=0.045 / times**0.5)
    assert_agrees(found_routine, wait_routine, width=0.25 / times**0.5)
    no_priority = first / (1 - share_all)
    assert_rejects(found_urgent, no_priority)
    assert_rejects(found_routine, no_priority)


@QUICK_AND_SLOW
def test_patience_is_erlang_a(tmp_path: Path, times: int) -> None:
    arrivals, beds, patience = (
        5.0,
        4,
        2.0,
    )  # more come than can be served: only patience keeps the queue finite
    text = one_ward(
        "4",
        "arrivals_per_day: 5\n    arrival: {longest_wait_days: {exponential: {mean: 2}}}\n    "
        + journey("{exponential: {mean: 1}}"),
        days=500,
    )
    seen = replicate(tmp_path, text, 16 * times)
    shares = stationary(lambda _: arrivals, lambda n: min(n, beds) + max(n - beds, 0) / patience, 120)
    queue = float(sum(max(n - beds, 0) * share for n, share in enumerate(shares)))
    gave_up = each(seen, lambda one: one.gave_up("ward"))
    assert_agrees(gave_up, queue / patience / arrivals, width=0.0165 / times**0.5)
    assert_agrees(each(seen, lambda one: one.waiting("ward")), queue, width=0.22 / times**0.5)
    assert_agrees(
        each(seen, lambda one: float(one.wait_days("ward").mean())), queue / arrivals, width=0.04 / times**0.5
    )
    assert_rejects(gave_up, queue / patience / arrivals + 0.02)


@pytest.mark.parametrize(
    ("stay", "mean", "sd"),
    [
        ("{fixed: 1}", 1.0, 0.0),
        ("{lognormal: {mean: 1, sd: 1}}", 1.0, 1.0),
        ("{uniform: {low: 0, high: 2}}", 1.0, 3**-0.5),
    ],
    ids=["fixed", "lognormal", "uniform"],
)
@QUICK_AND_SLOW
def test_waits_for_one_bed_follow_pollaczek_and_khinchine(
    tmp_path: Path, stay: str, mean: float, sd: float, times: int
) -> None:
    text = one_ward("1", "arrivals_per_day: 0.6\n    " + journey(stay), days=3000, warm_up=100)
    seen = replicate(tmp_path, text, 20 * times)
    waits = each(seen, lambda one: float(one.wait_days("ward").mean()))
    assert_agrees(waits, pollaczek_khinchine(0.6, mean, sd), width=0.215 / times**0.5)
    assert_rejects(waits, pollaczek_khinchine(0.6, mean, sd + 0.75))


@QUICK_AND_SLOW
def test_cleaning_a_bed_is_a_longer_stay_to_everybody_else(tmp_path: Path, times: int) -> None:
    # With loss, a bed that is cleaned for half a day after half a day's stay is lost to others for a day: Erlang B by insensitivity.
    text = one_ward(
        "5",
        "arrivals_per_day: 4\n    " + LOST_AT_ONCE + journey("{exponential: {mean: 0.5}}"),
        service=", turnaround_hours: {lognormal: {mean: 12, sd: 12}}",
    )
    seen = replicate(tmp_path, text, 16 * times)
    lost = each(seen, lambda one: one.gave_up("ward"))
    assert_agrees(lost, erlang_b(5, 4.0), width=0.012 / times**0.5)
    assert_agrees(each(seen, lambda one: one.occupied("ward")), 2.0 * (1 - erlang_b(5, 4.0)), width=0.038 / times**0.5)
    assert_rejects(lost, erlang_b(5, 3.5))


@QUICK_AND_SLOW
def test_packages_of_hours_are_lost_as_kaufman_and_roberts_say(tmp_path: Path, times: int) -> None:
    # Two kinds of package on 20 hours a week; who does not fit at once is lost. Kaufman (1981): n q(n) = sum of load x size x q(n - size).
    units, packages = 20, {"small": (2.0, 3), "big": (1.0, 7)}
    weights = [1.0]
    for number in range(1, units + 1):
        weights.append(
            sum(load * size * weights[number - size] for load, size in packages.values() if size <= number) / number
        )
    lost = {name: sum(weights[units - size + 1 :]) / sum(weights) for name, (_, size) in packages.items()}
    text = calendar(60, 1200) + "services: {care: {kind: home_care, hours_per_week: 20}}\npeople:\n"
    for name, (load, size) in packages.items():
        text += (
            f"  {name}: {{arrives_at: care, arrivals_per_day: {load}, arrival: {{longest_wait_days: 0}}, journey: "
            f"{{care: {{stay_days: {{exponential: {{mean: 1}}}}, hours_per_week: {{fixed: {size}}}, then: {{out: 100%}}}}}}}}\n"
        )
    seen = replicate(tmp_path, text, 16 * times)

    def share_lost(one: Seen, group: str) -> float:
        got_in = len(one.stays_of("care", group)["person"])
        return 1 - got_in / len(one.wait_days("care", group))

    for name, exact in lost.items():
        found = each(seen, lambda one, name=name: share_lost(one, name))  # type: ignore[misc]
        assert_agrees(found, exact, width=0.02 / times**0.5)
        assert_rejects(found, exact + 0.03)


def test_prevention_thins_the_stream_and_leaves_the_others_alone(tmp_path: Path) -> None:
    text = one_ward("unlimited", "arrivals_per_day: 5\n    " + journey("{exponential: {mean: 2}}"), days=400, warm_up=0)
    everybody = replicate(tmp_path, text, 12)
    fewer = replicate(
        tmp_path, text.replace("arrivals_per_day: 5", "arrivals_per_day: 5\n    prevented_share: 30%"), 12
    )
    for one, other in zip(everybody, fewer, strict=True):
        came, kept = (
            dict(zip(*(x.ledger.people[c].tolist() for c in ("number", "arrives")), strict=True)) for x in (one, other)
        )
        assert kept.items() <= came.items(), "the same people at the same time"
    share = [
        len(other.ledger.people["number"]) / len(one.ledger.people["number"])
        for one, other in zip(everybody, fewer, strict=True)
    ]
    assert_agrees(share, 0.7, width=0.02)
