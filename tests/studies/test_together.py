"""Levers together: selections of files, and shares that add up."""

from pathlib import Path

import numpy as np
import pytest

from sim.inputs.loading import read_together
from sim.inputs.problems import ScenarioError
from sim.runs.experiment import HowToRun
from sim.studies.assumptions import Wanted, in_order, read_selections, selections, shapley, together
from tests.studies.linear import BASE

LONGER = "name: Longer\nextends: base.yaml\nchange: {people.everyone.journey.hospital.stay_days.fixed: 7}\n"
MORE = "name: More\nextends: base.yaml\nchange: {people.everyone.arrivals.1.count: 6}\n"
DEAR = "name: Dear\nextends: base.yaml\nchange: {costs.services.hospital.per_occupied_day: £110}\n"
DAYS, CASH = Wanted("all", "occupied_bed_days"), Wanted("all", "cost_cash_gbp")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, text in (("base", BASE), ("longer", LONGER), ("more", MORE), ("dear", DEAR)):
        (tmp_path / f"{name}.yaml").write_text(text)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_every_selection_once_the_empty_one_first() -> None:
    assert selections(2) == [(), (0,), (1,), (0, 1)]
    assert len(selections(6)) == 64


def test_of_many_levers_those_alone_those_last_and_both_orders_are_run() -> None:
    chosen = selections(7)
    assert (chosen[0], chosen[-1]) == ((), tuple(range(7)))
    assert len(chosen) == len(set(chosen)) == 2 + 7 + 5 + 5 + 5  # ends, alone, from the front, from the back, last
    assert {(3,), (0, 1, 2), (4, 5, 6), (0, 1, 2, 4, 5, 6)} <= set(chosen)
    assert (len(selections(10)), len(selections(12))) == (36, 44)


@pytest.mark.slow
def test_seven_levers_have_the_effects_and_shares_that_a_pencil_finds(here: Path) -> None:
    """Each lever lets one more person come on its day; the first lets all of them stay 7 days instead of 5."""
    days = "".join(f", {{day: {day}, count: 1}}" for day in range(1, 7))
    (here / "base.yaml").write_text(BASE.replace("[{day: 0, count: 4}]", f"[{{day: 0, count: 4}}{days}]"))
    for number in range(1, 7):
        count = f"people.everyone.arrivals.{number + 1}.count"
        (here / f"lever{number}.yaml").write_text(f"name: Lever {number}\nextends: base.yaml\nchange: {{{count}: 2}}\n")
    files = ["longer.yaml", *(f"lever{number}.yaml" for number in range(1, 7))]
    scenarios = read_selections("base.yaml", files, (), None, None)
    (found,) = together(scenarios, [DAYS], HowToRun())
    longer, *more = found.levers
    assert (longer.alone.mean, longer.last.mean) == (20, 32)  # 10 x 2 days; 16 x 2 days
    assert longer.share.mean == 26  # first in one order, last in the other
    assert [one.alone.mean for one in more] == [5] * 6
    assert [one.step.mean for one in more] == [7] * 6  # on top of longer stays
    assert [one.share.mean for one in more] == [6] * 6  # once behind the longer stays, once before them
    assert found.whole.mean == 26 + 6 * 6 == 16 * 7 - 10 * 5
    assert found.parts_alone.mean == 20 + 6 * 5


def test_effects_and_shares_are_what_a_pencil_says() -> None:
    scenarios = read_selections("base.yaml", ["longer.yaml", "more.yaml"], (), None, None)
    days, cash = together(scenarios, [DAYS, CASH], HowToRun())
    longer, more = days.levers
    assert (longer.alone.mean, more.alone.mean) == (8, 10)  # 4 x 2 days; 2 x 5 days
    assert (longer.step.mean, more.step.mean) == (8, 14)  # the second on top of the first: 2 x 7 days
    assert (longer.last.mean, more.last.mean) == (12, 14)
    assert (longer.share.mean, more.share.mean) == (10, 12)  # halfway between alone and last
    assert (days.whole.mean, days.parts_alone.mean) == (22, 18)
    assert cash.whole.mean == 2200


def test_shares_add_up_to_the_whole_in_every_replication() -> None:
    every = selections(4)
    values = {chosen: np.array([len(chosen) ** 2 + sum(chosen), 7.0 * len(chosen) % 5]) for chosen in every}
    shares = sum(shapley(values, one, 4) for one in range(4))
    assert shares == pytest.approx(values[every[-1]] - values[()])


def test_a_lever_that_adds_the_same_wherever_it_comes_has_that_share() -> None:
    values = {chosen: np.array([3.0 * (0 in chosen) + 5.0 * (1 in chosen)]) for chosen in selections(2)}
    assert [float(shapley(values, one, 2)[0]) for one in (0, 1)] == [3, 5]


def test_two_levers_that_change_the_same_value_are_refused_with_both_lines(here: Path) -> None:
    (here / "shorter.yaml").write_text(LONGER.replace("7", "3"))
    with pytest.raises(ScenarioError, match=r"shorter.yaml:3:.*is changed by `longer.yaml`, line 3, too"):
        read_together("base.yaml", ["longer.yaml", "shorter.yaml"])


def test_a_lever_of_another_base_is_refused(here: Path) -> None:
    (here / "far.yaml").write_text("name: Far\nextends: longer.yaml\nchange: {replications: 3}\n")
    with pytest.raises(ScenarioError, match=r"far.yaml: does not extend `base.yaml` itself"):
        read_together("base.yaml", ["more.yaml", "far.yaml"])


def test_one_lever_or_too_many_are_refused() -> None:
    for number in (1, 13):
        with pytest.raises(ScenarioError, match=f"{number} levers: name 2 to 12"):
            read_selections("base.yaml", ["more.yaml"] * number, (), None, None)


def test_a_lever_that_cannot_be_compared_is_named_by_its_own_file(here: Path) -> None:
    (here / "later.yaml").write_text("name: Later\nextends: base.yaml\nchange: {calendar.start: 2026-05-04}\n")
    with pytest.raises(ScenarioError, match=r"^later.yaml: cannot be compared with the base: calendar.start"):
        read_selections("base.yaml", ["more.yaml", "later.yaml"], (), None, None)


def test_in_order_each_lever_adds_what_those_before_it_have_left_and_the_rest_is_the_difference() -> None:
    base, longer, more, both = (np.array([10.0, 10.0 + one]) for one in (0.0, 0.0, 0.0, 2.0))
    found = in_order(DAYS, base, [longer + 8, more + 10], [longer + 8, both + 22])
    first, second = found.steps
    assert (first.alone.mean, first.adds.mean, first.up_to_here.mean) == (8, 8, 8)
    assert (second.alone.mean, second.adds.mean, second.up_to_here.mean) == (10, 15, 23)  # 14 and 16, then 22 and 24
    assert (found.whole.mean, found.parts_alone.mean, found.difference.mean) == (23, 18, 5)
    assert first.adds.mean + second.adds.mean == found.whole.mean
