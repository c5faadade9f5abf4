"""Time itself: filling up from empty, weeks and months, doors, working days and the state at the start."""

import math
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from tests.theory.formulas import lognormal_mean_beyond, lognormal_survival
from tests.theory.tools import Seen, assert_agrees, assert_rejects, calendar, each, estimate, replicate


def test_a_ward_fills_up_from_empty_as_the_integral_of_survival(tmp_path: Path) -> None:
    # Unlimited places, empty at the start: the number there at time t is Poisson with mean rate x integral of survival over [0, t].
    days = [1, 3, 7, 15]
    text = calendar(0, 16) + (
        "services: {ward: {kind: community_beds, beds: unlimited}}\npeople:\n  p:\n    arrives_at: ward\n"
        "    arrivals_per_day: 6\n"
        "    journey: {ward: {stay_days: {lognormal: {mean: 5, sd: 5}}, then: {out: 100%}}}\n"
    )
    seen = replicate(tmp_path, text, 300)
    counts = np.array([one.number_at("ward", days) for one in seen])
    for column, day in enumerate(days):
        grid = (np.arange(20_000) + 0.5) * day / 20_000
        mean = 6 * day * float(np.mean([lognormal_survival(t, 5, 5) for t in grid[::10]]))
        assert_agrees(counts[:, column], mean, width=1.5)
        assert 0.7 < counts[:, column].var() / mean < 1.35, "the number there is Poisson: as variable as its mean"
        assert_rejects(counts[:, column], mean * 1.4)


def test_weekdays_and_months_shape_arrivals_and_leave_them_poisson(tmp_path: Path) -> None:
    by_weekday = {"mon": 1.5, "tue": 1, "wed": 1, "thu": 1, "fri": 1.2, "sat": 0.7, "sun": 0.6}  # mean 1
    by_month = {"jan": 1.4, "jul": 0.6}  # the others 1: mean 1
    text = calendar(0, 365) + (
        "services: {ward: {kind: community_beds, beds: unlimited}}\npeople:\n  p:\n    arrives_at: ward\n"
        "    arrivals_per_day: 8\n"
        f"    arrivals_by_weekday: {{{', '.join(f'{day}: {share}' for day, share in by_weekday.items())}}}\n"
        f"    arrivals_by_month: {{{', '.join(f'{month}: {share}' for month, share in by_month.items())}}}\n"
        "    journey: {ward: {stay_days: {fixed: 0.01}, then: {out: 100%}}}\n"
    )
    seen = replicate(tmp_path, text, 16)
    dates = [date(2026, 4, 6) + timedelta(days=day) for day in range(365)]
    weekday = np.array([list(by_weekday.values())[day.weekday()] for day in dates])
    month = np.array([by_month.get(day.strftime("%b").lower(), 1.0) for day in dates])
    expected = 8 * weekday * month
    counts = np.array([np.bincount(one.ledger.people["arrives"] // 86_400, minlength=365) for one in seen])
    for name, these in {
        "Mondays": weekday == 1.5,
        "Sundays": weekday == 0.6,
        "January": month == 1.4,
        "July": month == 0.6,
        "the year": weekday > 0,
    }.items():
        per_day = counts[:, these].mean(axis=1)
        exact = float(expected[these].mean())
        assert estimate(per_day).agrees_with(exact), name
        assert_rejects(per_day, exact * 1.1)
    # Poisson: the squared distance from the mean, in units of the mean, is 1 on average over 16 x 365 days.
    dispersion = ((counts - expected) ** 2 / expected).mean(axis=1)
    assert_agrees(dispersion, 1.0, width=0.1)
    # Spread evenly within the day.
    hours = np.concatenate([one.ledger.people["arrives"] % 86_400 for one in seen]) / 3600
    assert abs(hours.mean() - 12) < 4 * 24 / math.sqrt(12 * len(hours))


def test_arrivals_by_the_hour_are_m_t_m_infinity(tmp_path: Path) -> None:
    # Unlimited places, exponential stays of mean 1/4 day: the number there at time t is Poisson with the mean m(t) that solves
    # m' = rate(t) - 4 m. The rate is 10 a day times 0 until 08:00, 2 until 16:00 and 1 after; the day repeats, and so does m.
    factors = [0.0] * 8 + [2.0] * 8 + [1.0] * 8
    text = calendar(0, 30) + (
        "services: {ward: {kind: community_beds, beds: unlimited}}\npeople:\n  p:\n    arrives_at: ward\n"
        f"    arrivals_per_day: 10\n    arrivals_by_hour: {factors}\n"
        "    journey: {ward: {stay_days: {exponential: {mean: 0.25}}, then: {out: 100%}}}\n"
    )
    seen = replicate(tmp_path, text, 60)
    mean, steps = 0.0, 100
    by_hour = np.zeros(25)
    for hour in range(24 * 10):  # ten days in, the day repeats to the 17th decimal
        decay, level = math.exp(-4 / 24 / steps), 10 * factors[hour % 24] / 4
        by_hour[hour % 24] = mean
        for _ in range(steps):
            mean = level + (mean - level) * decay
    for hour in (0, 8, 12, 16, 20):
        there = np.array([one.number_at("ward", [day + hour / 24 for day in range(5, 29)]).mean() for one in seen])
        assert_agrees(there, by_hour[hour], width=0.5)
        assert_rejects(there, by_hour[hour] + 1.2)
    comes = np.concatenate([one.ledger.people["arrives"] % 86_400 // 3600 for one in seen])
    counts = np.bincount(comes, minlength=24) / (30 * len(seen))
    assert not counts[:8].any(), "nobody comes before 08:00"
    assert np.abs(counts[8:] * 24 / 10 - factors[8:]).max() < 5 * math.sqrt(2 * 24 / 10 / 1800)
    total = np.array([len(one.ledger.people["arrives"]) / 30 for one in seen])
    assert_agrees(total, 10.0, width=0.5)


@pytest.mark.parametrize(
    ("hours", "no_wait", "mean_days"),
    [
        # Every day 9 to 17: closed for 16 hours each night; who comes then waits 8 hours on average.
        ("{from: 09:00, to: 17:00}", 8 / 24, 16 / 24 * 8 / 24),
        # Weekdays only: four nights of 16 hours and a weekend of 64; the mean is the sum of squares over twice the week.
        (
            "{days: [mon, tue, wed, thu, fri], from: 09:00, to: 17:00}",
            40 / 168,
            (4 * 16**2 + 64**2) / 2 / 168 / 24,
        ),
    ],
    ids=["every day", "weekdays"],
)
def test_waits_at_a_door_that_closes(tmp_path: Path, hours: str, no_wait: float, mean_days: float) -> None:
    text = calendar(7, 700) + (
        f"services: {{ward: {{kind: community_beds, beds: unlimited, admission_hours: {hours}}}}}\n"
        "people:\n  p:\n    arrives_at: ward\n    arrivals_per_day: 4\n"
        "    journey: {ward: {stay_days: {fixed: 1}, then: {out: 100%}}}\n"
    )
    seen = replicate(tmp_path, text, 12)
    waits = each(seen, lambda one: float(one.wait_days("ward").mean()))
    assert_agrees(each(seen, lambda one: float((one.wait_days("ward") == 0).mean())), no_wait, width=0.02)
    assert_agrees(waits, mean_days, width=0.03)
    assert_rejects(waits, mean_days * 1.1)


def test_a_working_day_takes_eleven_sevenths_of_a_day_on_average(tmp_path: Path) -> None:
    # One working day asked for at a random hour of the week: 1 day if asked Monday to Thursday, 3 on Friday, on Saturday until Monday's
    # end (2.5 on average), on Sunday too (1.5): (4 + 3 + 2.5 + 1.5) / 7 = 11/7 days.
    text = calendar(7, 700) + (
        "services: {ward: {kind: community_beds, beds: unlimited}}\n"
        "steps: {funding: {reason: funding_decision, takes_working_days: {fixed: 1}}}\n"
        "people:\n  p:\n    arrives_at: ward\n    arrivals_per_day: 4\n"
        "    journey: {ward: {stay_days: {exponential: {mean: 2}}, then: {out: {share: 100%, steps: [funding]}}}}\n"
    )
    seen = replicate(tmp_path, text, 12)

    def mean_delay(one: Seen) -> float:
        stays = one.stays_of("ward")
        gone = stays["left"] < one.ledger.until
        return float((stays["left"][gone] - stays["ready"][gone]).mean()) / 86_400

    found = each(seen, mean_delay)
    assert_agrees(found, 11 / 7, width=0.04)
    assert_rejects(found, 11 / 7 + 0.1)


@pytest.mark.parametrize(
    ("stay", "elapsed", "exact"),
    [
        (
            "{exponential: {mean: 5}}",
            "{exponential: {mean: 5}}",
            5.0,
        ),  # no memory: what is left is as long as ever
        ("{uniform: {low: 0, high: 10}}", "{fixed: 4}", 3.0),  # of those longer than 4, uniform up to 10
        ("{lognormal: {mean: 6, sd: 6}}", "{fixed: 6}", lognormal_mean_beyond(6, 6, 6)),
    ],
    ids=["exponential", "uniform", "lognormal"],
)
def test_who_is_there_at_the_start_stays_their_residual_life(
    tmp_path: Path, stay: str, elapsed: str, exact: float
) -> None:
    text = calendar(0, 400) + (
        "services: {ward: {kind: community_beds, beds: 400}}\npeople:\n  p:\n    arrives_at: ward\n    arrivals: [{day: 399}]\n"
        f"    journey: {{ward: {{stay_days: {stay}, then: {{out: 100%}}}}}}\n"
        f"census:\n  - {{group: p, service: ward, count: 400, elapsed_days: {elapsed}}}\n"
    )
    seen = replicate(tmp_path, text, 16)

    def mean_left(one: Seen) -> float:
        stays = one.ledger.stays
        carried = one.ledger.people["from_census"][stays["person"]] == 1
        assert carried.sum() == 400
        return float(stays["left"][carried].mean()) / 86_400

    found = each(seen, mean_left)
    assert_agrees(found, exact, width=0.5)
    assert_rejects(found, exact * 1.2)


GROWING = "people: {{p: {{arrives_at: ward, arrivals_per_day: 3{years}, journey: {{ward: {{stay_days: 1, then: {{out: 100%}}}}}}}}}}\n"
YEARS = {2026: 1.0, 2027: 1.3, 2028: 0.5}


def growing(years: str) -> str:
    services = "services: {ward: {kind: community_beds, beds: unlimited}}\n"
    return calendar(0, 1001) + services + GROWING.format(years=years)


def test_each_year_brings_its_rate_times_its_multiplier(tmp_path: Path) -> None:
    seen = replicate(tmp_path, growing(", arrivals_by_year: {2026: 1, 2027: 1.3, 2028: 0.5}"), 40)
    years = np.array([(date(2026, 4, 6) + timedelta(days=day)).year for day in range(1001)])
    for year, multiplier in YEARS.items():
        days = int((years == year).sum())
        came = [float((years[one.ledger.people["arrives"] // 86_400] == year).sum()) for one in seen]
        mean = 3 * multiplier * days
        assert_agrees(came, mean, width=0.05 * mean)
        assert_rejects(came, 3 * days * (1.0 if multiplier != 1 else 1.1))
        assert 0.5 < np.var(came) / mean < 1.9, "a Poisson count is as variable as its mean"


def test_growth_brings_the_same_people_sooner_by_its_multiplier(tmp_path: Path) -> None:
    """With the pencil: after 1 January the time since midnight is divided by the multiplier, and before it nothing moves."""
    (as_before,) = replicate(tmp_path, growing(""), 1)
    (ones,) = replicate(tmp_path, growing(", arrivals_by_year: {2026: 1, 2027: 1, 2028: 1}"), 1)
    (grown,) = replicate(tmp_path, growing(", arrivals_by_year: {2026: 1, 2027: 2, 2028: 1}"), 1)
    for table in ("people", "waits", "stays", "steps", "places"):
        for name, column in getattr(as_before.ledger, table).items():
            assert np.array_equal(column, getattr(ones.ledger, table)[name]), (table, name)
    before, after = (one.ledger.people["arrives"] for one in (as_before, grown))
    new_year = (date(2027, 1, 1) - date(2026, 4, 6)).days * 86_400
    first = before < new_year
    assert first.any()
    assert np.array_equal(before[first], after[: first.sum()])
    later = before[(before >= new_year) & (before < new_year + 730 * 86_400)]  # of two years, which now come in one
    halved = after[first.sum() : first.sum() + len(later)]
    assert np.abs(halved - (new_year + (later - new_year) / 2)).max() <= 1
