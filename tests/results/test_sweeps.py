"""The compiled sweeps over the records: they find what the plain identities find, in sound ledgers and in spoilt ones.

Beside these, every planted fault of the other tests of identities is looked for by both (`tests/results/sweeps.py`).
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from sim.inputs.loading import read_scenario
from sim.inputs.scenario import Scenario
from sim.machine_code import Passes
from sim.model import engine
from sim.model.records import NEVER, Ledger
from sim.results.invariants import checks, place_sweep, record_sweep, records
from sim.results.window import Window
from tests.mutation import Fault, planted
from tests.results.sweeps import verdict

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "tests" / "worked_examples").glob("*.yaml"))
EVERY_KEY = ROOT / "tests" / "inputs" / "every_key.yaml"
EACH = pytest.mark.parametrize(
    "path", [*EXAMPLES, pytest.param(EVERY_KEY, marks=pytest.mark.slow)], ids=lambda path: path.stem
)
SOME = pytest.mark.parametrize("path", EXAMPLES[::5], ids=lambda path: path.stem)
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
    for scenario, ledger in spoilt_ledgers(path, 40):
        plain = plain_says(scenario, ledger)
        fast = verdict(lambda: records.check_records(Window(scenario, ledger, is_fast=True)))  # noqa: B023
        assert (type(fast), str(fast)) == (type(plain), str(plain))
        found += plain is not None
    assert found > 3


def moved(path: Path, count: int) -> Iterator[tuple[Scenario, Ledger]]:
    """Ledgers in which one person came, was clear, got in or left some hours sooner or later, whatever else stands there."""
    scenario, ledger = ran(path)
    dice = np.random.default_rng(1)
    for _ in range(count):
        name, column = (("stays", "admitted"), ("stays", "left"), ("waits", "clear"), ("waits", "ended"))[
            dice.integers(4)
        ]
        table = getattr(ledger, name)
        if not len(table[column]):
            continue
        values = table[column].copy()
        row = dice.integers(len(values))
        values[row] = (values[row] if values[row] < NEVER else ledger.until) + dice.integers(-50, 50) * 3600
        yield scenario, replace(ledger, **{name: {**table, column: values}})


def said_of_places(scenario: Scenario, ledger: Ledger, is_fast: bool) -> str:
    return repr(verdict(lambda: checks.check_places(Window(scenario, ledger, is_fast))))


@SOME
def test_both_say_the_same_of_places_and_queues(path: Path) -> None:
    for scenario, ledger in moved(path, 12):
        assert said_of_places(scenario, ledger, True) == said_of_places(scenario, ledger, False)


@SOME
def test_both_count_the_same_care(path: Path) -> None:
    assert place_sweep.PASSES.loaded() is not None, place_sweep.PASSES.problem
    for one in (ran(path), *moved(path, 3), *spoilt_ledgers(path, 3)):
        fast, plain = (place_sweep.care_of(Window(*one, is_fast)) for is_fast in (True, False))
        assert fast.tolist() == plain.tolist()


@SOME
def test_sound_places_need_no_second_look(path: Path) -> None:
    scenario, ledger = ran(path)
    window = Window(scenario, ledger, is_fast=True)
    for service in window.declared if not ledger.people["from_census"].any() else ():  # too many may be there at first
        extra = 0 if service.surge is None else service.surge.places
        assert service.is_unlimited or place_sweep.surely_not_too_full(window, service, extra)
    for number, members in enumerate(window.members):
        for member in members if number != window.died else ():
            service = scenario.services[member] if member <= window.home else scenario.services[-1]
            if service.counted_in != "hours_per_week" and service.turnaround is None:
                assert place_sweep.surely_nobody_waits(window, number, member)


# Faults that let it say too much. One with which it says too little costs a second look, which the test above would tell.
FAULTS_OF_PLACES: dict[str, Fault] = {
    "nobody enters": ("never_too_full", "held.values[i] > before", "False"),
    "one more than there are": ("never_too_full", "held.values[i] > room + extra", "held.values[i] > room + extra + 1"),
    "own hours are never open": (
        "nobody_waits_beside",
        "now if held == OUTSIDE else closed_until(own_hours, held, now, end)",
        "now if held == OUTSIDE else end",
    ),
    "never again after a closed hour": ("closed_until", "min(end, paths.times[place + 1])", "end"),
}


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS_OF_PLACES)
def test_a_fault_in_the_sweep_of_places_is_found(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    source = Path(place_sweep.__file__).read_text(encoding="utf-8")
    (tree,) = planted([source], [FAULTS_OF_PLACES[fault]])
    wrong = ModuleType(place_sweep.__name__)
    wrong.__file__ = place_sweep.__file__
    monkeypatch.setattr(Passes, "every", [])
    exec(compile(tree, place_sweep.__file__, "exec"), wrong.__dict__)
    monkeypatch.setattr(place_sweep.PASSES, "_loaded", wrong)
    for path in EXAMPLES:
        for one in (ran(path), *moved(path, 12)):
            if said_of_places(*one, True) != said_of_places(*one, False):
                return
    pytest.fail("the examples do not need it")


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
