"""The compiled sweeps over the records: they find what the plain identities find, in sound ledgers and in spoilt ones.

Beside these, every planted fault of the other tests of identities is looked for by both (`tests/results/sweeps.py`).
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest

from sim.inputs.loading import read_scenario
from sim.inputs.scenario import Scenario
from sim.model import engine
from sim.model.records import NEVER, Ledger
from sim.results.invariants import record_sweep, records
from sim.results.window import Window
from tests.results.sweeps import verdict

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "tests" / "worked_examples").glob("*.yaml"))
EVERY_KEY = ROOT / "tests" / "inputs" / "every_key.yaml"
EACH = pytest.mark.parametrize(
    "path", [*EXAMPLES, pytest.param(EVERY_KEY, marks=pytest.mark.slow)], ids=lambda path: path.stem
)
TABLES = ("people", "waits", "stays", "steps", "places")


@lru_cache
def ran(path: Path) -> tuple[Scenario, Ledger]:
    scenario = read_scenario(path)
    return scenario, engine.run(scenario, 0)


def spoilt(ledger: Ledger, dice: np.random.Generator) -> Ledger:
    """The ledger with another number in one of its cells."""
    sizes = [len(getattr(ledger, name)) * len(next(iter(getattr(ledger, name).values()))) for name in TABLES]
    name = TABLES[dice.choice(len(TABLES), p=np.array(sizes) / sum(sizes))]
    table = getattr(ledger, name)
    column = list(table)[dice.integers(len(table))]
    row = dice.integers(len(table[column]))
    others = (table[column][dice.integers(len(table[column]))], NEVER, -1, 0, 1, 1_000)
    values = table[column].copy()
    values[row] = (*others, values[row] + 1, values[row] - 1, values[row] + 3600)[dice.integers(9)]
    return replace(ledger, **{name: {**table, column: values}})


def spoilt_ledgers(path: Path, count: int) -> Iterator[tuple[Scenario, Ledger]]:
    scenario, ledger = ran(path)
    dice = np.random.default_rng(1)
    return ((scenario, spoilt(ledger, dice)) for _ in range(count))


def plain_says(scenario: Scenario, ledger: Ledger) -> Exception | None:
    return verdict(lambda: records.check_records(Window(scenario, ledger)))


@EACH
def test_a_sound_ledger_holds_at_once(path: Path) -> None:
    scenario, ledger = ran(path)
    assert record_sweep.PASSES.loaded() is not None, record_sweep.PASSES.problem
    assert record_sweep.surely_hold(Window(scenario, ledger, is_fast=True))


def test_the_plain_version_runs_where_nothing_compiled_may() -> None:
    assert not record_sweep.surely_hold(Window(*ran(EVERY_KEY)))


@EACH
def test_both_say_the_same_of_spoilt_ledgers(path: Path) -> None:
    found = 0
    for scenario, ledger in spoilt_ledgers(path, 60):
        plain = plain_says(scenario, ledger)
        fast = verdict(lambda: records.check_records(Window(scenario, ledger, is_fast=True)))  # noqa: B023
        assert (type(fast), str(fast)) == (type(plain), str(plain))
        found += plain is not None
    assert found > 5


# Not those that only keep to the tables, without which Python stumbles as well, and not those that note what others ask.
QUESTIONS = sorted(
    {one.__name__ for one in record_sweep.PASSES._helpers}
    - {"stay_is_known", "wait_is_known", "is_failed", "note_stay", "note_wait", "stays_hold", "waits_hold"}
)


@lru_cache
def broken_ledgers() -> list[tuple[Scenario, Ledger]]:
    """Ledgers that the plain version says something about and Python can read."""
    some = [one for path in (*EXAMPLES, EVERY_KEY) for one in spoilt_ledgers(path, 200)]
    return [one for one in some if isinstance(plain_says(*one), records.IdentityBroken)]


def sweep_says_sound(scenario: Scenario, ledger: Ledger) -> bool:
    return record_sweep.records_hold(*record_sweep.tables(Window(scenario, ledger)))


@pytest.mark.slow
@pytest.mark.parametrize("question", QUESTIONS)
def test_a_question_that_is_not_asked_is_missed(question: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise the spoilt ledgers above would not show that the sweep asks it."""
    monkeypatch.setattr(record_sweep, question, lambda *_: True)
    for scenario, ledger in broken_ledgers():
        found = verdict(lambda: None if sweep_says_sound(scenario, ledger) else 1 / 0)  # noqa: B023
        if found is None:
            return
    pytest.fail(f"no spoilt ledger needs {question}")
