"""The families a planner may write: held against SciPy's own, and against their means."""

import math
from statistics import NormalDist

import numpy as np
import pytest
from scipy import stats

from sim.inputs import distributions as families
from sim.inputs.distributions import Distribution

SHARES = [1e-9, 1e-4, 0.02, 0.25, 0.5, 0.75, 0.98, 0.9999, 1 - 1e-9]


def shape_of_weibull(mean: float, sd: float) -> float:
    return 1 / families.weibull(mean, sd).b


@pytest.mark.parametrize(
    ("written", "theory"),
    [
        (families.exponential(5), stats.expon(scale=5)),
        (families.lognormal(9, 11.8), stats.lognorm(math.sqrt(math.log1p((11.8 / 9) ** 2)), scale=9 / math.sqrt(1 + (11.8 / 9) ** 2))),
        (families.lognormal_median(9, 5.5), stats.lognorm(math.sqrt(2 * math.log(9 / 5.5)), scale=5.5)),
        (families.gamma(5, 3), stats.gamma((5 / 3) ** 2, scale=9 / 5)),
        (families.gamma(5, 12), stats.gamma((5 / 12) ** 2, scale=144 / 5)),
        (families.weibull(5, 3), stats.weibull_min(shape_of_weibull(5, 3), scale=5 / math.gamma(1 + 1 / shape_of_weibull(5, 3)))),
        (families.triangular(1, 2, 9), stats.triang(1 / 8, loc=1, scale=8)),
        (families.uniform(2, 6), stats.uniform(2, 4)),
    ],
    ids=["exponential", "lognormal", "lognormal by median", "gamma", "gamma wide", "weibull", "triangular", "uniform"],
)  # fmt: skip
def test_quantiles_are_those_of_the_family(written: Distribution, theory: stats.rv_continuous) -> None:
    for share in SHARES:
        assert written.days(share) == pytest.approx(theory.ppf(share), rel=2e-5, abs=1 / 86_400), share  # to the second
    assert written.mean_days == pytest.approx(theory.mean())


@pytest.mark.parametrize(("mean", "sd"), [(5, 3), (5, 12), (9, 0.5)])
def test_weibull_has_the_mean_and_sd_that_were_written(mean: float, sd: float) -> None:
    theory = stats.weibull_min(shape_of_weibull(mean, sd), scale=families.weibull(mean, sd).a)
    assert (theory.mean(), theory.std()) == (pytest.approx(mean), pytest.approx(sd))


def test_the_normal_quantile_is_pythons_own_to_the_last_digits() -> None:
    normal = NormalDist()
    for share in [1e-300, 1e-20, *SHARES]:
        assert families.normal_quantile(share) == pytest.approx(normal.inv_cdf(share), rel=1e-14, abs=1e-15)


def test_quantiles_and_samples_are_read_straight_between_their_points() -> None:
    written = families.quantiles([0, 2, 5, 9, 40])
    assert [written.days(u) for u in (0.125, 0.25, 0.5, 0.875)] == [1, 2, 5, 24.5]
    assert families.from_sample([5, 1, 3]).days(0.5) == 3
    assert families.from_sample([4]).days(0.9) == 4
    middle = np.array([written.days((k + 0.5) / 10_000) for k in range(10_000)])
    assert middle.mean() == pytest.approx(written.mean_days, rel=1e-6)


def test_the_same_luck_gives_a_longer_stay_when_the_mean_is_longer() -> None:
    for share in SHARES:
        assert families.lognormal(10, 12).days(share) < families.lognormal(11, 13.2).days(share)


def test_the_share_within_a_length_undoes_the_quantile() -> None:
    for written in (families.exponential(5), families.gamma(5, 3), families.quantiles([0, 2, 5, 9, 40])):
        assert written.share_within(written.days(0.3)) == pytest.approx(0.3)
    assert families.fixed(5).share_within(4) == 0
    assert families.fixed(5).share_within(5) == pytest.approx(1)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: families.lognormal_median(5, 6), "the median 6 is above the mean 5, which a lognormal cannot be"),
        (lambda: families.exponential(0), "the mean must be above 0, not 0"),
        (lambda: families.fixed(-1), "a length must not be below 0, not -1"),
        (lambda: families.gamma(5, -1), "the sd must not be below 0, not -1"),
        (lambda: families.triangular(3, 2, 9), "low, mode and high must rise from 0: 3, 2, 9"),
        (lambda: families.quantiles([1, 0]), "quantiles must rise from 0 or more"),
        (lambda: families.from_sample([]), "there are no lengths in the file"),
    ],
)
def test_impossible_values_are_refused_in_plain_words(make, message: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match=f"^{message}$"):
        make()


EVERY_FAMILY = {
    "fixed": families.fixed(5),
    "exponential": families.exponential(5),
    "lognormal": families.lognormal(9, 11.8),
    "lognormal by median": families.lognormal_median(9, 5.5),
    "gamma": families.gamma(5, 3),
    "weibull": families.weibull(5, 3),
    "triangular": families.triangular(1, 2, 9),
    "uniform": families.uniform(2, 6),
    "empirical": families.quantiles([0, 2, 5, 9, 40]),
}


@pytest.mark.parametrize("written", EVERY_FAMILY.values(), ids=EVERY_FAMILY)
def test_scaled_lengths_are_so_many_times_as_long_at_every_share(written: Distribution) -> None:
    for factor in (0.01, 1.2, 3, 100):
        scaled = written.scaled(factor)
        assert scaled.mean_days == pytest.approx(factor * written.mean_days, rel=1e-14)
        assert scaled.shortest_days == pytest.approx(factor * written.shortest_days, rel=1e-14)
        for share in SHARES:
            assert scaled.days(share) == pytest.approx(factor * written.days(share), rel=1e-13, abs=1e-13)
    assert written.scaled(1) is written


def test_a_scaled_lognormal_is_the_one_with_mean_and_sd_so_many_times_as_large() -> None:
    scaled, written = families.lognormal(9, 11.8).scaled(2.5), families.lognormal(22.5, 29.5)
    assert [scaled.days(share) for share in SHARES] == pytest.approx(
        [written.days(share) for share in SHARES], rel=1e-13
    )


def test_every_family_of_the_language_is_scaled_here() -> None:
    assert {one.code for one in EVERY_FAMILY.values()} == set(range(families.NORMAL_TABLE + 1))
