"""The interval of a mean: by pencil, and what must hold for any values."""

from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.results.comparison.statistics import Interval, spread, t_quantile, willink

SOME = st.lists(st.floats(-1e6, 1e6).map(lambda value: round(value, 3)), min_size=2, max_size=40)


def interval(values: list[float], scenarios: int = 1) -> Interval:
    found = spread(values, scenarios).interval_all
    assert found is not None
    return found


def test_willinks_formula_by_pencil() -> None:
    # values 0, 0, 9: mean 3, sd sqrt(27), error 3; cubes -27 - 27 + 216 = 162, unbiased third moment 162 * 3 / 2 = 243
    # a = 243 / 27**1.5 / (6 sqrt(3)) = 1/6; G(t) = 3 (cbrt(t + 5/6 ...) - 1) with t = 4.30265: (1 + t - 1/6)
    student = 4.302652729911275
    above = -3 * (-((student - 5 / 6) ** (1 / 3)) - 1)
    found = interval([0.0, 0.0, 9.0])
    assert found.high == pytest.approx(3 + 3 * above)
    assert found.low == pytest.approx(3 - 3 * student), "the short side stays Student's"


@given(st.floats(-0.16, 0.16), st.floats(0.1, 60))
def test_it_is_willinks_function_as_printed(a: float, student: float) -> None:
    if abs(a) > 1e-3:
        inside = 1 + 6 * a * (student - a)
        printed = ((abs(inside) ** (1 / 3)) * (1 if inside > 0 else -1) - 1) / (2 * a)
        assert willink(student, a) == pytest.approx(printed, rel=1e-6)
    assert willink(student, 0.0) == student


def test_even_values_have_students_interval() -> None:
    found = spread([11.0, 12.0, 13.0, 14.0, 15.0])
    half = 2.7764451051977987 * sqrt(2.5) / sqrt(5)
    assert found.interval == pytest.approx((13 - half, 13 + half))


def test_two_values_know_nothing_of_skewness() -> None:
    found = interval([1.0, 3.0])
    assert found == pytest.approx((2 - 12.706204736432095, 2 + 12.706204736432095))


def test_equal_values_have_an_interval_without_width() -> None:
    assert interval([0.1] * 7) == (0.1, 0.1)


@given(SOME)
def test_it_holds_the_mean_and_is_never_narrower_than_students(values: list[float]) -> None:
    found, here = interval(values), spread(values)
    assert here.sd is not None
    half = t_quantile(0.975, len(values) - 1) * here.sd / sqrt(len(values))
    rounding = 1e-9 * (1 + half)
    assert found.low <= here.mean - half + rounding
    assert found.high >= here.mean + half - rounding


@given(SOME)
def test_more_scenarios_at_once_widen_both_ends(values: list[float]) -> None:
    ends = [interval(values, scenarios) for scenarios in (1, 2, 14)]
    for inner, outer in zip(ends, ends[1:], strict=False):
        assert outer.low <= inner.low <= inner.high <= outer.high


@given(SOME)
def test_turned_round_values_have_the_interval_turned_round(values: list[float]) -> None:
    found, turned = interval(values), interval([-value for value in values])
    assert (turned.low, turned.high) == pytest.approx((-found.high, -found.low))
