"""The studies of uncertainty in Python: tables whose figures a pencil knows."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

import sim
from sim.api_studies import break_even, forecast, indices, together, worlds
from tests.studies.linear import HOSPITAL, PEOPLE, UNIT, write

DAYS = ("all", "occupied_bed_days")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    write(tmp_path, f"Stay in the unit,{UNIT},1,9,assumption,", f"People,{PEOPLE},2,6,a register,")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_worlds_are_rows_and_the_first_is_as_stated() -> None:
    found = worlds("base.yaml", "other.yaml", "ranges.csv", 4, [DAYS], replications=2)
    assert found["difference"][0] == 12  # 4 people, 3 days
    assert found["world"].tolist() == [0, 1, 2, 3, 4]
    product = found["Stay in the unit"].astype(float) * found["People"].astype(float)
    assert found["difference"].tolist() == pytest.approx(product.tolist(), abs=0.01)


def test_indices_are_rows_with_the_largest_first() -> None:
    found = indices("base.yaml", "other.yaml", "ranges.csv", "morris", 4, DAYS, replications=2)
    assert found["assumption"].tolist() == ["Stay in the unit", "People"]


def test_shares_of_levers_add_up(here: Path) -> None:
    (here / "longer.yaml").write_text(f"name: Longer\nextends: base.yaml\nchange: {{{HOSPITAL}: 7}}\n")
    (here / "more.yaml").write_text(f"name: More\nextends: base.yaml\nchange: {{{PEOPLE}: 6}}\n")
    found = together("base.yaml", "longer.yaml", "more.yaml", measures=[DAYS])
    by_kind = found.set_index(["lever", "kind"])["mean"]
    assert by_kind["longer", "share"] + by_kind["more", "share"] == by_kind["all", "together"] == 22
    assert by_kind["all", "added up"] == 18


def test_names_that_there_are_not_are_refused_and_no_nought() -> None:
    with pytest.raises(ValueError, match="no scenario has a service 'hopsital'; did you mean `hospital`"):
        worlds("base.yaml", "other.yaml", "ranges.csv", 4, [("hopsital", "delayed_people_mean")])
    with pytest.raises(ValueError, match="there is no measure 'delayed_peple_mean'"):
        worlds("base.yaml", "other.yaml", "ranges.csv", 4, [("hospital", "delayed_peple_mean")])
    with pytest.raises(ValueError, match="method is 'morris' or 'sobol'"):
        indices("base.yaml", "other.yaml", "ranges.csv", "sobool")


BEDS = "services.hospital.beds"
CASH = "all.cost_cash_gbp <= 1"


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (lambda: sim.read_scenario("base.yaml", "seed=3"), "sets is a list of changes: sets=['seed=3']"),
        (lambda: sim.sweep("base.yaml", f"{BEDS}=5,6", sets="seed=3"), "sets is a list of changes: sets=['seed=3']"),
        (lambda: sim.solve("base.yaml", {BEDS: "5..6"}, CASH, sets="seed=3"), "sets is a list of changes: sets=['seed=3']"),
        (lambda: break_even("base.yaml", "other.yaml", f"{UNIT}=1..3", sets="seed=3"), "sets is a list of changes: sets=['seed=3']"),
        (lambda: forecast("base.yaml", "ranges.csv", sets="seed=3"), "sets is a list of changes: sets=['seed=3']"),
        (lambda: sim.read_scenario("base.yaml", [1]), "a change in sets must be a text, as in 'services.unit.beds=30', not 1"),
        (lambda: sim.read_scenario("base.yaml", {"seed": 3}), "sets is a list of changes, as in"),
        (lambda: sim.read_scenario("base.yaml", None), "sets is a list of changes, as in"),
        (lambda: sim.sweep("base.yaml", [f"{BEDS}=5,6"]), "what is varied must be a text"),
        (lambda: sim.solve("base.yaml", {}, CASH), "changes is a dictionary by path, as in"),
        (lambda: sim.solve("base.yaml", [(BEDS, "5..6")], CASH), "changes is a dictionary by path, as in"),
        (lambda: sim.solve("base.yaml", {BEDS: (5, 6)}, CASH), "must be a text, as in '5..60', not (5, 6)"),
        (lambda: sim.solve("base.yaml", {BEDS: "5..6"}, 7), "target must be a text"),
        (lambda: sim.solve("base.yaml", {BEDS: "5..6"}, CASH, confidence="95%"), "confidence must be a number, as in 0.95, not '95%'"),
        (lambda: sim.solve("base.yaml", {BEDS: "5..6"}, CASH, prices={BEDS: "£5"}), "must be a number, as in 68000, not '£5'"),
        (lambda: sim.solve("base.yaml", {BEDS: "5..6"}, CASH, prices={BEDS: -5}), "must be 0 or more, as in 68000, not -5"),
        (lambda: sim.solve("base.yaml", {BEDS: "5..6"}, CASH, most_replications="4"), "most_replications must be a whole number"),
        (lambda: break_even("base.yaml", "other.yaml", {UNIT: "1..3"}), "effect must be a text"),
        (lambda: break_even("base.yaml", "other.yaml", f"{UNIT}=1..3", workers="4"), "workers must be a whole number"),
    ],
)  # fmt: skip
def test_what_is_of_another_kind_is_refused_in_words(asked: Callable[[], object], said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        asked()
