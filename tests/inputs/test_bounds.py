"""Lengths on condition that they lie between `at_least` and `at_most`: held against integrals of SciPy's own densities."""

import ast
import math
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from scipy import integrate, stats

from sim.inputs import distributions as families
from sim.inputs.distributions import Distribution, between
from sim.model.attributes import conditional_days
from tests.inputs.test_distributions import EVERY_FAMILY, shape_of_weibull
from tests.mutation import planted

INF = math.inf
NUMBERS = [2.0**-53, 1e-9, 1e-4, 0.02, 0.25, 0.5, 0.75, 0.98, 0.9999, 1 - 1e-9, 1 - 2.0**-53]
LOGNORMAL = stats.lognorm(math.sqrt(math.log1p((11.8 / 9) ** 2)), scale=9 / math.sqrt(1 + (11.8 / 9) ** 2))
WEIBULL = stats.weibull_min(shape_of_weibull(5, 3), scale=5 / math.gamma(1 + 1 / shape_of_weibull(5, 3)))
CASES: dict[str, tuple[Distribution, Any]] = {
    "exponential": (families.exponential(8), stats.expon(scale=8)),
    "lognormal": (families.lognormal(9, 11.8), LOGNORMAL),
    "gamma": (families.gamma(5, 3), stats.gamma((5 / 3) ** 2, scale=9 / 5)),
    "gamma wide": (families.gamma(5, 12), stats.gamma((5 / 12) ** 2, scale=144 / 5)),
    "weibull": (families.weibull(5, 3), WEIBULL),
    "triangular": (families.triangular(1, 2, 9), stats.triang(1 / 8, loc=1, scale=8)),
    "triangular from its mode": (families.triangular(1, 1, 9), stats.triang(0, loc=1, scale=8)),
    "uniform": (families.uniform(1, 9), stats.uniform(1, 8)),
}
LIMITS = [(0.0, 3.0), (2.5, INF), (1.5, 7.0), (8.0, 60.0), (3.0, 3.001)]
PAIRS = [(name, low, high) for name in CASES for low, high in LIMITS]


@pytest.mark.parametrize(("name", "low", "high"), PAIRS)
def test_the_mean_is_that_of_the_lengths_between_the_limits(name: str, low: float, high: float) -> None:
    written, theory = CASES[name]
    ends = max(low, theory.ppf(0)), min(high, theory.isf(1e-15))
    points = [one for one in (2.0, 9.0) if ends[0] < one < ends[1]]
    whole = {"points": points or None, "limit": 200, "epsabs": 1e-13, "epsrel": 1e-11}
    moment = integrate.quad(lambda x: (x - ends[0]) * theory.pdf(x), *ends, **whole)[0]
    share = integrate.quad(theory.pdf, *ends, **whole)[0]
    precision = 1e-5 if "gamma" in name else 1e-8  # a gamma is drawn from a table
    assert between(written, low, high).mean_days == pytest.approx(ends[0] + moment / share, rel=precision)


def test_an_exponential_has_its_closed_mean() -> None:
    cut = between(families.exponential(8), 0, 60)
    assert cut.mean_days == pytest.approx(8 - 60 * math.exp(-7.5) / (1 - math.exp(-7.5)), rel=1e-14)
    assert between(families.exponential(8), 3, INF).mean_days == 11  # memoryless


def test_lengths_of_a_file_have_the_mean_of_their_pieces() -> None:
    written = families.quantiles([0, 2, 5, 9, 40])
    assert between(written, 1, 9).mean_days == pytest.approx((1.5 * 0.5 + 3.5 + 7) / 2.5, rel=1e-14)
    assert between(families.from_sample([2, 2, 2, 7]), 2, 2.5).mean_days == pytest.approx((2 * 2 + 2.25 * 0.1) / 2.1)
    assert between(families.from_sample([1, 1, 9, 9]), 9, INF).mean_days == 9  # a third of all


@pytest.mark.parametrize(("name", "low", "high"), PAIRS)
def test_lengths_follow_the_family_between_the_limits_and_never_leave_them(name: str, low: float, high: float) -> None:
    written, theory = CASES[name]
    cut = between(written, low, high)
    assert all(low <= cut.days(u) <= high for u in NUMBERS)
    before, share = theory.cdf(low), theory.cdf(high) - theory.cdf(low)
    precision = 1e-4 if "gamma" in name else 1e-9  # a gamma is drawn from a table
    for u in (0.02, 0.25, 0.5, 0.75, 0.98):
        assert theory.cdf(cut.days(u)) == pytest.approx(before + u * share, rel=precision)
        assert cut.share_within(cut.days(u)) == pytest.approx(u, abs=1e-6)
    drawn = [cut.days(u) for u in np.linspace(0.001, 0.999, 999)]
    assert drawn == sorted(drawn)


@pytest.mark.parametrize("written", EVERY_FAMILY.values(), ids=EVERY_FAMILY)
def test_limits_that_hold_for_everybody_change_no_bit(written: Distribution) -> None:
    cut = between(written, 0, INF)
    assert [float(cut.days(u)).hex() for u in NUMBERS] == [float(written.days(u)).hex() for u in NUMBERS]
    assert cut.mean_days == pytest.approx(written.mean_days, rel=1e-6 if written.family == "gamma" else 1e-12)


@pytest.mark.parametrize("written", EVERY_FAMILY.values(), ids=EVERY_FAMILY)
def test_scaled_lengths_have_scaled_limits(written: Distribution) -> None:
    cut = between(written, 3, 8)
    scaled = cut.scaled(2.5)
    assert scaled.mean_days == pytest.approx(2.5 * cut.mean_days, rel=1e-14)
    for u in NUMBERS:
        assert scaled.days(u) == pytest.approx(2.5 * cut.days(u), rel=1e-13)
        assert 7.5 <= scaled.days(u) <= 20
    assert scaled.shortest_days == pytest.approx(2.5 * cut.shortest_days)


def test_the_same_person_stays_shorter_under_a_limit_and_nobody_changes_places() -> None:
    written = families.exponential(8)
    cut = between(written, 0, 20)
    assert all(cut.days(u) < written.days(u) for u in (0.01, 0.3, 0.9, 0.999))
    assert between(families.uniform(0, 10), 0, 5).days(0.7) == pytest.approx(3.5, rel=1e-14)


@pytest.mark.parametrize(
    ("written", "low", "high"),
    [
        (families.uniform(2, 4), 0, 1),
        (families.fixed(5), 0, 3),
        (families.fixed(5), 6, INF),
        (families.from_sample([1, 4]), 5, INF),
        (families.triangular(1, 2, 4), 4, INF),
        (families.exponential(1), 40, INF),
        (families.lognormal(9, 0.1), 0, 1),
        (families.gamma(9, 2), 0, 0.01),
        (families.exponential(8), 5, 5),
        (families.exponential(8), 6, 5),
    ],
)
def test_limits_with_next_to_nothing_between_them_are_refused(written: Distribution, low: float, high: float) -> None:
    with pytest.raises(ValueError, match=r"^leaves fewer than one value in 1,000,000,000, too few to draw from$"):
        between(written, low, high)


def test_who_has_been_there_longer_than_the_limit_needs_no_more_days() -> None:
    cut = between(families.exponential(8), 0, 60)
    assert [conditional_days(cut, 75, u) for u in NUMBERS] == [0] * len(NUMBERS)
    assert all(0 <= conditional_days(cut, 59, u) <= 1 for u in NUMBERS)


# -- would a fault be seen? --------------------------------------------------------------------------------------

SHARE = "bounds[SHARE_FROM] + (bounds[SHARE_TO] - bounds[SHARE_FROM]) * u"
FAULTS = {
    "lengths are cut off, not drawn again": ("bounded", SHARE, "u"),
    "the lower limit does not count": ("bounded", SHARE, "bounds[SHARE_TO] * u"),
    "the mean is that of the family": ("between", "conditional_mean(written, at_least, at_most)", "written.mean_days"),
    "the highest number of all has no length": ("bounded", "min(share, LARGEST_SHARE)", "share"),
}
CHECKS: list[Callable[[Any], bool]] = [
    lambda made: all(
        abs(stats.expon(scale=8).cdf(made.between(made.exponential(8), 2, 9).days(u)) - expected) < 1e-9
        for u, expected in [(0.25, 0.75 * (1 - math.exp(-0.25)) + 0.25 * (1 - math.exp(-9 / 8)))]
    ),
    lambda made: abs(made.between(made.uniform(0, 10), 0, 5).mean_days - 2.5) < 1e-12,
    lambda made: made.between(made.exponential(8), 6, INF).days(1 - 2.0**-53) < INF,
]


def hold(source: ast.Module) -> bool:
    inside: dict[str, Any] = {"__name__": "sim.inputs.distributions"}
    exec(compile(source, "distributions with a fault", "exec"), inside)
    made = SimpleNamespace(**inside)
    try:
        return all(check(made) for check in CHECKS)
    except (ValueError, ArithmeticError):
        return False


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_in_the_limits_is_caught(fault: str) -> None:
    source = Path(families.__file__).read_text(encoding="utf-8")
    assert hold(ast.parse(source))
    (with_fault,) = planted([source], [FAULTS[fault]])
    assert not hold(with_fault)
