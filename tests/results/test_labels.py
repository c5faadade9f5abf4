"""Numbers in words: what is printed never says less than the verdict beside it."""

import pytest

from sim.results.words.labels import change_and_interval


@pytest.mark.parametrize(
    ("numbers", "unit", "said"),
    [
        ((-0.15, -0.34, -0.004), "people", ("-0.150", "-0.340 to -0.004")),
        ((-1.2, -2.0, -0.03), "people", ("-1.20", "-2.00 to -0.03")),
        ((-0.001, -0.003, -0.0002), "share", ("-0.10 points", "-0.30 to -0.02")),
        ((-0.15, -0.34, 0.0), "people", ("-0.15", "-0.34 to 0.00")),
        ((-0.15, -0.34, 0.004), "people", ("-0.15", "-0.34 to 0.00")),
        ((-1.2, -2.0, -0.3), "people", ("-1.2", "-2.0 to -0.3")),
    ],
)
def test_an_end_that_is_not_0_is_not_told_as_0_where_a_verdict_rests_on_it(
    numbers: tuple[float, float, float], unit: str, said: tuple[str, str]
) -> None:
    assert change_and_interval(*numbers, unit) == said
