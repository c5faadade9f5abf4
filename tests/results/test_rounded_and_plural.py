"""Nothing is £0 without thousands, a row of money has one unit, and one day is no `1 days`."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from sim.cli import levers_together, main
from sim.inputs.problems import counted
from sim.results.comparison.money import _with_range
from sim.results.measures.periods import Period
from sim.results.words.delays import year_label
from sim.results.words.labels import change_and_interval, figure
from tests.hall.worlds import small


@pytest.mark.parametrize(
    ("value", "like", "shown"),
    [
        (0.0, 216_000, "£0"),
        (0.0, 2e6, "£0"),
        (-312.0, 216_000, "-£312"),
        (3_318.0, 20_000, "£3k"),
        (800.0, 2e6, "£800"),
    ],
)
def test_nothing_is_no_pounds_and_a_little_is_not_shown_as_nothing(value: float, like: float, shown: str) -> None:
    assert figure(value, "GBP", like=like) == shown


def test_an_end_at_nothing_is_no_pounds() -> None:
    assert change_and_interval(-100_000, -216_000, 0.0, "GBP") == ("-£100k", "-£216k to £0")
    assert _with_range((0.0, 0.0, 0.0)) == "£0 (£0 to £0)"
    assert _with_range((-1234.4, -2000.0, 10.0)) == "-£1,234 (-£2,000 to £10)"


def test_amounts_of_a_row_of_levers_are_in_one_unit() -> None:
    wide = SimpleNamespace(mean=-3_318.0, low=-12_000.0, high=5_000.0)
    narrow = SimpleNamespace(mean=-3_318.0, low=-3_400.0, high=-3_200.0)
    lever = SimpleNamespace(lever=small(id="more"), alone=narrow, step=wide, last=narrow, share=narrow)
    found: Any = SimpleNamespace(
        base=small(),
        levers=[lever],
        parts_alone=narrow,
        whole=wide,
        wanted=SimpleNamespace(measure="cost_cash_gbp", service="all"),
    )
    _, row, together = levers_together._table(found)
    assert row[1:] == ("-£3,318", "-£3,318", "-£3,318", "-£3,318", "-£3,400 to -£3,200")
    assert together[1:] == ("-£3k (added up)", "-£3k", "", "-£3k", "-£12k to +£5k")


def test_one_is_one_day() -> None:
    assert (counted(1, "day"), counted(1_200, "day")) == ("1 day", "1,200 days")
    assert year_label(Period(0, 1, "", "2026", "")) == "2026 (1 day)"


def test_a_run_of_one_day_is_told_as_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "one.yaml"
    file.write_text(
        "name: A\ncalendar: {start: 2026-01-05, warm_up_days: 0, measured_days: 1}\nreplications: 1\n"
        "services: {hospital: {kind: acute, beds: 2}}\n"
        "people: {a: {arrives_at: hospital, arrivals: [{day: 3}], journey: {hospital: {stay_days: 1, then: {home: 100%}}}}}\n",
        "utf-8",
    )
    assert main(["validate", str(file)]) == 2
    assert "is 3, after the end of the run of 1 day" in capsys.readouterr().err
