"""The compiled sweeps over the records: they find what the plain identities find, in sound ledgers and in spoilt ones.

Beside these, every planted fault of the other tests of identities is looked for by both (`tests/results/sweeps.py`).
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from sim.inputs.loading import read_scenario
from sim.inputs.scenario import SECONDS_PER_DAY, Scenario
from sim.machine_code import Passes
from sim.model.records import NEVER, Ledger
from sim.results.invariants import (
    checks,
    count_sweep,
    money,
    people,
    place_sweep,
    record_sweep,
    records,
)
from sim.results.measures import unmet
from sim.results.window import Window
from tests.engines import first_ledger
from tests.mutation import Fault, planted
from tests.results.sweeps import verdict
from tests.results.test_people_identities import sound_town

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
    return scenario, first_ledger(scenario)


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


@pytest.mark.slow
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


MOVED = (("stays", "admitted"), ("stays", "left"), ("waits", "clear"), ("waits", "ended"), ("steps", "team_joined"))


def moved(path: Path, count: int) -> Iterator[tuple[Scenario, Ledger]]:
    """Ledgers in which one person came, was clear, got in, met a team or left some hours sooner or later, whatever else stands there."""
    scenario, ledger = ran(path)
    dice = np.random.default_rng(1)
    for _ in range(count):
        name, column = MOVED[dice.integers(len(MOVED))]
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


def counted_again(scenario: Scenario, ledger: Ledger, is_fast: bool) -> Iterator[object]:
    """Whatever the identities count by themselves, as whole numbers."""
    window = Window(scenario, ledger, is_fast)
    yield from (table.tolist() for table in count_sweep.stays_again(window))
    yield from (table.tolist() for table in count_sweep.waits_again(window))
    yield count_sweep.in_the_model(window).tolist()
    for service in window.scenario.services[: window.home + 1]:  # home too, whose days may have a price
        yield money.people_seconds(window, service)
    for service in window.declared:
        yield money.available_seconds(window, service)


def outcome(work: Callable[[], object]) -> object:
    """What it comes to; where it stumbles over a ledger without sense, how."""
    try:
        return work()
    except Exception as problem:  # noqa: BLE001 - whichever it is, both versions have to meet it
        return repr(problem)


@SOME
def test_both_count_the_same_again(path: Path) -> None:
    for passes in (count_sweep.PASSES, money.PASSES):
        assert passes.loaded() is not None, passes.problem
    for one in (ran(path), *moved(path, 6), *spoilt_ledgers(path, 12)):
        plain = outcome(lambda: [*counted_again(*one, False)])  # noqa: B023
        assert outcome(lambda: [*counted_again(*one, True)]) == plain  # noqa: B023


def said_of_people(scenario: Scenario, ledger: Ledger) -> list[str]:
    window = Window(scenario, ledger, is_fast=True)
    return [repr(verdict(lambda: check(window))) for check in (people.check_people, people.check_splits)]  # noqa: B023


@SOME
def test_both_say_the_same_of_people_and_splits(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    some = [ran(path), *moved(path, 12), *spoilt_ledgers(path, 20)]
    fast = [said_of_people(*one) for one in some]
    monkeypatch.setattr(count_sweep.PASSES, "loaded", lambda: None)  # the measures beside them stay compiled
    assert fast == [said_of_people(*one) for one in some]


@SOME
def test_sound_places_need_no_second_look(path: Path) -> None:
    scenario, ledger = ran(path)
    window = Window(scenario, ledger, is_fast=True)
    for service in window.declared if not ledger.people["from_census"].any() else ():  # too many may be there at first
        extra = 0 if service.surge is None else service.surge.places
        assert service.is_unlimited or place_sweep.surely_not_too_full(window, service, extra)
    assert place_sweep.surely_nobody_waits(window, checks.asked_for_free_places(window))


# Faults that let it say too much. One with which it says too little costs a second look, which the test above would tell.
FAULTS_OF_PLACES: dict[str, Fault] = {
    "nobody enters": ("never_too_full", "held.values[i] > before", "False"),
    "one more than there are": ("never_too_full", "held.values[i] > room + extra", "held.values[i] > room + extra + 1"),
    "own hours are never open": (
        "is_open_between",
        "closed_until(places.own_hours, held, now, end)",
        "end",
    ),
    "doors are never open": ("is_open_between", "closed_until(places.doors, member, now, end)", "end"),
    "the first member alone": ("nobody_waits_beside", "places.first[to + 1]", "places.first[to] + 1"),
    "never again after a closed hour": ("closed_until", "min(end, paths.times[place + 1])", "end"),
}


def plant(module: ModuleType, fault: Fault, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the passes of a module done in Python, with a fault."""
    source = Path(str(module.__file__)).read_text(encoding="utf-8")
    (tree,) = planted([source], [fault])
    wrong = ModuleType(module.__name__)
    wrong.__file__ = module.__file__
    monkeypatch.setattr(Passes, "every", [])
    exec(compile(tree, str(module.__file__), "exec"), wrong.__dict__)
    monkeypatch.setattr(module.PASSES, "_loaded", wrong)


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS_OF_PLACES)
def test_a_fault_in_the_sweep_of_places_is_found(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(place_sweep, FAULTS_OF_PLACES[fault], monkeypatch)
    for path in EXAMPLES:
        for one in (ran(path), *moved(path, 12)):
            if said_of_places(*one, True) != said_of_places(*one, False):
                return
    pytest.fail("the examples do not need it")


def needs(dice: np.random.Generator, people: int) -> unmet.Need:
    """Needs of some people in 19 days, by person and time, which may overlap."""
    person = np.sort(dice.integers(people, size=dice.integers(1, 3)))
    start, length = (dice.integers(1, most, size=len(person)) * SECONDS_PER_DAY for most in (19, 4))
    order = np.lexsort((start, person))
    nothing = np.zeros(len(person), dtype=np.int64)
    return unmet.Need(nothing, person, nothing, start[order], np.minimum(start + length, 20 * SECONDS_PER_DAY)[order])


def said_of_needs(monkeypatch: pytest.MonkeyPatch, is_fast: bool) -> list[str]:
    """Of many needs beside the same stays and deaths."""
    dice, said, town = np.random.default_rng(1), [], sound_town()
    window = Window(town.scenario, town.ledger(), is_fast)
    for _ in range(300):
        need = needs(dice, len(window.ledger.people["group"]))
        monkeypatch.setattr(unmet, "unmet", lambda _, need=need: need)
        said.append(repr(verdict(lambda: people.check_people(window))))
    return said


def test_both_say_the_same_of_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    fast, plain = (said_of_needs(monkeypatch, is_fast) for is_fast in (True, False))
    assert fast == plain
    assert 50 < sum(people.NEED_ONCE in one for one in plain) < 250


FAULTS_OF_NEEDS: dict[str, Fault] = {
    "who needs a bed twice": ("needs_follow_on", "need.start[i] < need.end[i - 1]", "False"),
    "who has a bed": ("nobody_has_what_they_need", "is_apart(need, first, beds.person[i], start, last)", "True"),
    "who died in a place": ("nobody_has_what_they_need", "is_apart(need, first, beds.person[i], start, end)", "True"),
    "who died outside": ("nobody_has_what_they_need", "nobody_died_outside_in_need(need, beds, end)", "True"),
    "the last of several needs": ("is_apart", "need.person[i] == person", "need.person[i] == person and i == first"),
}


@pytest.mark.parametrize("fault", FAULTS_OF_NEEDS)
def test_a_fault_in_the_sweep_of_needs_is_found(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(count_sweep, FAULTS_OF_NEEDS[fault], monkeypatch)
    assert said_of_needs(monkeypatch, True) != said_of_needs(monkeypatch, False)


# Not those that keep to what is not ended or failed, without which Python stumbles, nor those that note what others ask.
QUESTIONS = sorted(
    {one.__name__ for one in record_sweep.PASSES._helpers}
    - {
        "is_failed",
        "first_wait_of",
        "note_stay",
        "note_wait",
        "stays_hold",
        "waits_hold",
    }
)


@lru_cache
def broken_ledgers() -> list[tuple[Scenario, Ledger]]:
    """Ledgers that the plain version says something about and the sweep is asked about."""
    some = [one for path in (*EXAMPLES, EVERY_KEY) for one in spoilt_ledgers(path, 80)]
    said = [(one, plain_says(*one)) for one in some]
    return [
        one
        for one, problem in said
        if isinstance(problem, records.IdentityBroken) and problem.identity != records.NUMBERS_ARE_KNOWN
    ]


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
