"""Every worked example, to the second: what a planner works out with a pencil is what the engine writes down."""

from pathlib import Path

import pytest

from sim.inputs.loading import read_scenario
from sim.model.engine import run
from sim.results.measures.all import measure
from tests.worked_examples.expectation import differences, in_words, read_expectation

HERE = Path(__file__).parent
EXAMPLES = sorted(path.stem for path in HERE.glob("*.yaml"))


@pytest.mark.parametrize("name", EXAMPLES)
def test_what_happens_is_what_was_worked_out_by_hand(name: str) -> None:
    scenario = read_scenario(HERE / f"{name}.yaml")
    expected = read_expectation(HERE / f"{name}.expect")
    found = in_words(scenario, run(scenario, replication=0))
    problems = [
        problem
        for table in expected
        if table != "measures"
        for problem in differences(table, expected[table], found[table])
    ]
    assert not problems, "\n" + "\n".join(problems)


@pytest.mark.parametrize("name", [name for name in EXAMPLES if "measures" in read_expectation(HERE / f"{name}.expect")])
def test_measures_are_what_was_worked_out_by_hand(name: str) -> None:
    scenario = read_scenario(HERE / f"{name}.yaml")
    rows = measure(scenario, run(scenario, replication=0))
    found = {(row.service, row.measure, row.by or "-", row.item or "-"): row.value for row in rows}
    problems = []
    for row in read_expectation(HERE / f"{name}.expect")["measures"].rows:
        key = (row["service"], row["measure"], row["by"], row["item"])
        if key not in found:
            problems.append(f"{' '.join(key)}: expected {row['value']}, not measured")
        elif found[key] != pytest.approx(float(row["value"]), rel=1e-6, abs=1e-9):
            problems.append(f"{' '.join(key)}: expected {row['value']}, found {found[key]}")
    assert not problems, "\n" + "\n".join(problems)


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_example_says_how_it_was_worked_out(name: str) -> None:
    assert "# By hand" in (HERE / f"{name}.yaml").read_text(encoding="utf-8")
    assert read_expectation(HERE / f"{name}.expect"), "nothing is expected"
