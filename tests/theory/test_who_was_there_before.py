"""In a service with room for everybody, who was there before a scenario began cancels in a comparison, in every replication."""

from pathlib import Path

import numpy as np

from sim.inputs.loading import read_scenario
from sim.results.comparison.money import accounts, building_up, in_one_sentence, money_of
from sim.runs.collecting import gathered
from sim.runs.experiment import Shared, run_all
from tests.engines import engines

WORLD = """\
name: Base
calendar: {start: 2026-04-06, warm_up_days: 0, measured_days: 200}
replications: 5
services:
  hospital: {kind: acute, beds: 30}
  unit: {kind: reablement_unit, beds: 2}
  care: {kind: care_home, beds: unlimited}
people:
  everyone:
    arrives_at: hospital
    arrivals_per_day: 2
    journey:
      hospital: {stay_days: {exponential: {mean: 6}}, then: {unit: {share: 40%, longest_wait_days: 2, otherwise: care}, care: 0%, out: 60%}}
      unit: {stay_days: {exponential: {mean: 10}}, then: {out: 100%}}
      care: {stay_days: {exponential: {mean: 400}}, then: {died: 100%}}
costs:
  price_year: 2025-26
  services: {care: {per_occupied_day: £100, payer: council}}
"""
BEFORE = "census:\n  - {group: everyone, service: care, count: 50, elapsed_days: 90}\n"
MORE = "name: More\nextends: base.yaml\nchange: {services.unit.beds: 9}\n"


def cash(folder: Path, text: str) -> tuple[np.ndarray, np.ndarray]:
    """What is spent in each replication, and how much more with more beds."""
    folder.mkdir()
    for name, content in (("base", text), ("more", MORE)):
        (folder / f"{name}.yaml").write_text(content, encoding="utf-8")
    scenarios = tuple(read_scenario(folder / f"{name}.yaml") for name in ("base", "more"))
    base, more = (
        np.array([row.value for piece in pieces for row in piece.rows() if row[:3] == ("all", "cost_cash_gbp", "")])
        for pieces in run_all(Shared(scenarios, engines=engines()), 1)
    )
    return base, more - base


def test_the_level_depends_on_who_was_there_before_and_the_difference_does_not(tmp_path: Path) -> None:
    empty, change = cash(tmp_path / "empty", WORLD)
    filled, same = cash(tmp_path / "filled", WORLD + BEFORE)
    assert (filled > empty + 50 * 100 * 50).all()  # of fifty people, most stay most of 200 days
    assert (change < 0).all()  # fewer give up on the unit and need care
    assert np.abs(same - change).max() <= 0.011  # each total is rounded to the penny


def cash_words(folder: Path, text: str) -> tuple[str, str, str]:
    """What is said of people who build up, of cash in the accounts, and in the one sentence."""
    folder.mkdir()
    for name, content in (("base", text), ("more", MORE)):
        (folder / f"{name}.yaml").write_text(content, encoding="utf-8")
    scenarios = tuple(read_scenario(folder / f"{name}.yaml") for name in ("base", "more"))
    found = gathered(scenarios, run_all(Shared(scenarios, engines=engines()), 1), compared=True)
    (money,) = money_of(found)
    return building_up(money), dict(accounts(money))["Cash"], in_one_sentence(money)


def test_the_cash_is_said_to_be_of_early_days_where_people_still_build_up(tmp_path: Path) -> None:
    """Stays of 400 days and a window that begins on day 20: fewer people in care, and fewer still in later years."""
    text = WORLD.replace("warm_up_days: 0", "warm_up_days: 20").replace("replications: 5", "replications: 10")
    said, cash, sentence = cash_words(tmp_path / "long", text)
    assert said == (
        "The cash is of days that begin 20 days after the start, when people are still building up in care; in later "
        "years what is spent more or less there is different."
    )
    assert (
        said in cash and said not in sentence
    )  # the first page of the report says it below, in what its figures rest on


def test_nothing_is_said_of_early_days_where_nobody_builds_up(tmp_path: Path) -> None:
    """Stays of 2 days: care is as full on day 20 as ever after, and the same money is saved each year."""
    text = WORLD.replace("warm_up_days: 0", "warm_up_days: 20").replace("{mean: 400}", "{mean: 2}")
    said, cash, sentence = cash_words(tmp_path / "short", text)
    assert said == "" and "building up" not in cash + sentence and "less is spent elsewhere" in cash
