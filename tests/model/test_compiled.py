"""The compiled engine writes down the reference engine's ledger, cell by cell; and its rules give the same bits."""

import math
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import settings

from sim.inputs import distributions
from sim.inputs.catalogue_page import shipped
from sim.inputs.distributions import Distribution
from sim.inputs.loading import read_scenario
from sim.inputs.scenario import Scenario
from sim.machine_code import called_by
from sim.model import engine
from sim.model.compiled import (
    arrays,
    compiled_run,
    event_loop,
    numba_setup,
    recording,
    sampling,
)
from sim.model.compiled.compiled_run import CompiledRandomNumbers, Rows
from sim.model.compiled.numba_setup import Kernels
from sim.model.random_numbers import RandomNumbers, alternatives, name_key, quantity_key
from sim.model.records import STAY_COLUMNS, STEP_COLUMNS, WAIT_COLUMNS, Ledger
from sim.model.reference.capacity import ServiceState
from sim.model.reference.state import Wait
from sim.model.rules import chosen, minutes
from sim.runs import engines
from sim.runs.engines import EnginesDiffer
from tests.model.test_identities_random import FEW, IN_CI, IN_EACH_TIER, on_towns
from tests.mutation import Fault, planted

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "tests" / "worked_examples").glob("*.yaml"))
SHIPPED = shipped()
EVERY_DAY = {"baseline", "cedarwood", "everything_together", "today_census", "winter"}


def tier_of(path: Path) -> tuple[pytest.MarkDecorator, ...]:
    """Variants in a folder differ by a few values from the scenario that the folder is named after: at night."""
    if path.stem in EVERY_DAY:
        return ()
    return (pytest.mark.slow if path.parent.name == "scenarios" else pytest.mark.nightly,)


LENGTHS = [
    distributions.fixed(3.7),
    distributions.exponential(5.3),
    distributions.lognormal(9.0, 11.8),
    distributions.weibull(4.0, 2.5),
    distributions.triangular(1.0, 2.0, 6.0),
    distributions.uniform(0.5, 2.5),
    distributions.quantiles([0.0, 1.0, 1.5, 9.0]),
    distributions.gamma(6.0, 4.0),
]
LENGTHS += [distributions.between(length, 0.7, 5.1) for length in LENGTHS[1:]]
LENGTHS += [distributions.between(length, 1.1, math.inf) for length in LENGTHS[1:8]]


def agree(scenario: Scenario) -> None:
    engines.check_equal(scenario, 0, engine.run(scenario, 0, engine.COMPILED), engine.run(scenario, 0))


def shorter(scenario: Scenario) -> Scenario:
    calendar = scenario.calendar
    warm_up, measured = min(calendar.warm_up_days, 60), min(calendar.measured_days, 60)
    return replace(scenario, calendar=replace(calendar, warm_up_days=warm_up, measured_days=measured))


# -- the same ledger ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_both_engines_agree_on_the_worked_example(path: Path) -> None:
    agree(read_scenario(path))


@pytest.mark.slow
@pytest.mark.parametrize("file", ["inputs/every_key.yaml", "expected/teams_and_queues.yaml"])
def test_both_engines_agree_where_tests_of_results_run_one_alone(file: str) -> None:
    agree(read_scenario(ROOT / "tests" / file))


@pytest.mark.slow
def test_both_engines_agree_on_the_worked_examples_followed_up() -> None:
    for path in EXAMPLES:
        agree(read_scenario(path, ("calendar.follow_up_days=45",)))


@pytest.mark.parametrize(
    "path",
    [pytest.param(path, marks=tier_of(path), id=path.relative_to(ROOT / "scenarios").as_posix()) for path in SHIPPED],
)
def test_both_engines_agree_on_the_shipped_scenario(path: Path) -> None:
    agree(shorter(read_scenario(path)))


@pytest.mark.nightly
@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.relative_to(ROOT / "scenarios").as_posix())
def test_both_engines_agree_on_the_shipped_scenario_at_its_full_length(path: Path) -> None:
    agree(read_scenario(path))


@IN_EACH_TIER
def test_both_engines_agree_on_random_scenarios(tmp_path: Path, how: settings) -> None:
    on_towns(tmp_path, how, agree)


@pytest.mark.slow
def test_tables_that_are_too_small_are_made_larger_and_nothing_else_changes() -> None:
    scenario = shorter(read_scenario(ROOT / "scenarios" / "baseline.yaml"))
    plan = engine._plan(scenario)
    engine.run(scenario, 0, engine.COMPILED)
    compiled_run._plans[plan].rows = Rows(stays=1, waits=1, steps=1, events=1, places=1)
    agree(scenario)
    found = compiled_run._plans[plan].rows
    assert found is not None and min(found.stays, found.waits, found.steps, found.events, found.places) > 1


WITH_BOUNDS_CHECKED = """
from tests.model import test_compiled as tests
from sim.model.compiled import compiled_run
compiled_run._first_guess = lambda *_: tests.Rows(1, 1, 1, 1, 1)
for path in tests.EXAMPLES:
    tests.agree(tests.read_scenario(path))
"""


@pytest.fixture
def in_plain_python(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Runs the compiled engine's sources as they stand, with tables that are too small at first, perhaps with a fault."""
    monkeypatch.setattr(compiled_run, "_first_guess", lambda *_: Rows(1, 1, 1, 1, 1))

    def use(*faults: Fault) -> None:
        kernels = plain_kernels(faults)
        monkeypatch.setattr(compiled_run, "kernels", lambda: kernels)

    return use


@pytest.mark.parametrize(
    "how",
    [
        pytest.param(FEW, id="few", marks=pytest.mark.slow),
        pytest.param(IN_CI, id="fifty", marks=pytest.mark.nightly),
    ],
)
def test_no_index_leaves_its_table_at_either_end(
    tmp_path: Path, how: settings, in_plain_python: Callable[..., None]
) -> None:
    in_plain_python()
    on_towns(tmp_path, how, agree)


@pytest.mark.parametrize(
    "fault",
    [("tie", "before >= 0", "before >= -1"), ("tie", "members[before].behind = behind", "members[len(members)].behind = behind")],
)  # fmt: skip
def test_an_index_before_the_first_row_or_behind_the_last_is_noticed(
    fault: Fault, in_plain_python: Callable[..., None]
) -> None:
    in_plain_python(fault)
    with pytest.raises(IndexError):
        list(map(agree, map(read_scenario, EXAMPLES)))


@pytest.mark.nightly
def test_no_index_leaves_its_compiled_table_however_small(tmp_path: Path) -> None:
    settings = {"NUMBA_BOUNDSCHECK": "1", numba_setup.CACHE_FOLDER: str(tmp_path)}
    command = [sys.executable, "-c", WITH_BOUNDS_CHECKED]
    assert subprocess.run(command, cwd=ROOT, env=os.environ | settings, check=False).returncode == 0


def test_a_table_that_was_too_small_stays_large_enough() -> None:
    scenario = shorter(read_scenario(ROOT / "scenarios" / "baseline.yaml"))
    plan = engine._plan(scenario)
    engine.run(scenario, 0, engine.COMPILED)
    fast = compiled_run._plans[plan]
    fast.rows = Rows(stays=10_000, waits=10_000, steps=10_000, events=1, places=200)
    engine.run(scenario, 0, engine.COMPILED)
    after = fast.rows
    engine.run(scenario, 1, engine.COMPILED)
    assert fast.rows == after and after.events > 1


def test_nothing_is_run_twice_because_more_wait_than_last_time(monkeypatch: pytest.MonkeyPatch) -> None:
    kernels, runs = compiled_run.kernels(), []

    def run_events(*given: Any) -> Any:
        runs.append(given)
        return kernels.run_events(*given)

    monkeypatch.setattr(compiled_run, "kernels", lambda: replace(kernels, run_events=run_events))
    scenario = read_scenario(ROOT / "benchmarks" / "model.yaml")  # busy enough for very different queues
    for replication in range(6):
        engine.run(scenario, replication, engine.COMPILED)
    assert len(runs) == 6


def test_a_ledger_that_somebody_holds_keeps_its_memory_and_one_that_is_gone_gives_it_back() -> None:
    scenario = read_scenario(EXAMPLES[0])
    first = engine.run(scenario, 0, engine.COMPILED)
    kept = {name: column.copy() for name, column in first.stays.items()}
    column, only = first.waits["joined"], first.waits["joined"].copy()
    others = [engine.run(scenario, replication, engine.COMPILED) for replication in range(1, 12)]
    assert all(np.array_equal(first.stays[name], kept[name]) for name in kept)
    assert np.array_equal(column, only)
    assert not any(np.shares_memory(first.stays["left"], other.stays["left"]) for other in others)
    del others, first
    before = len(compiled_run._memory.blocks)
    for replication in range(12):
        engine.run(scenario, replication, engine.COMPILED)
    assert len(compiled_run._memory.blocks) <= before


def test_whoever_reads_the_fast_ledger_sees_columns_of_64_bits_in_the_ledgers_order() -> None:
    ledger = engine.run(read_scenario(EXAMPLES[0]), 0, engine.COMPILED)
    tables = ((ledger.stays, STAY_COLUMNS), (ledger.waits, WAIT_COLUMNS), (ledger.steps, STEP_COLUMNS))
    for table, names in tables:
        assert tuple(table) == names and len(table) == len(names)
        assert {column.dtype for column in table.values()} == {np.dtype(np.int64)}
        assert len({len(column) for column in table.values()}) == 1


def test_threads_do_not_meet_in_their_memory() -> None:
    scenario = shorter(read_scenario(ROOT / "scenarios" / "baseline.yaml"))
    expected = [engine.run(scenario, replication, engine.COMPILED) for replication in range(8)]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda replication: engine.run(scenario, replication, engine.COMPILED), range(8)))
    for replication in range(8):
        engines.check_equal(scenario, replication, found[replication], expected[replication])


# -- the same bits --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def rules() -> dict[str, Callable[..., float]]:
    return numba_setup.called_compiled(numba_setup.EVENTS)


@pytest.mark.parametrize("length", LENGTHS, ids=lambda length: length.family)
def test_lengths_are_equal_to_the_last_bit(length: Distribution, rules: dict[str, Callable[..., float]]) -> None:
    table, bounds = np.array(length.table or (0.0,)), np.array(length.bounds or (0.0,))
    for u in [*RandomNumbers(1, 2).numbers(3, 0, 3000, 4, 0, 0), 2.0**-53, 1e-9, 0.5, 1 - 2.0**-53]:
        theirs = rules["quantile"](length.code, length.a, length.b, length.c, table, bounds, u)
        assert theirs.hex() == float(length.days(u)).hex()


def packed_lengths() -> SimpleNamespace:
    """Every length of the list, as the compiled engine has them."""
    lengths = arrays._Lengths()
    assert [lengths.row(length) for length in LENGTHS] == list(range(len(LENGTHS)))
    rows, tables = lengths.tables()
    return SimpleNamespace(lengths=rows.view(np.recarray), tables=tables)


def test_tables_and_bounds_of_lengths_are_found_among_all_the_others() -> None:
    plan: Any = packed_lengths()
    for row, length in enumerate(LENGTHS):
        for u in (1e-9, 0.3, 0.9999):
            assert sampling.drawn(plan, row, u) == length.days(u)
        assert sampling.within(plan, row, 2.2) == length.share_within(2.2)


def test_bounds_that_are_looked_for_in_the_wrong_place_are_noticed() -> None:
    plan: Any = packed_lengths()
    bounded = [row for row, length in enumerate(LENGTHS) if length.bounds]
    plan.lengths.table_to += 1
    found = [sampling.drawn(plan, row, 0.3) for row in bounded[:-1]]
    assert all(days != LENGTHS[row].days(0.3) for row, days in zip(bounded, found, strict=False))


def test_shares_of_lengths_are_equal_to_the_last_bit(rules: dict[str, Callable[..., float]]) -> None:
    for length in LENGTHS:
        table, bounds = np.array(length.table or (0.0,)), np.array(length.bounds or (0.0,))
        for days in (0.0, 0.3, 1.0, 2.2, 5.0, 40.0):
            theirs = rules["share_within"](length.code, length.a, length.b, length.c, table, bounds, days)
            assert theirs.hex() == length.share_within(days).hex()


def test_the_chance_of_a_delay_is_equal_to_the_last_bit(rules: dict[str, Callable[..., float]]) -> None:
    for days in np.linspace(0.01, 60.0, 500).tolist():
        assert rules["chance_over"](0.037, days).hex() == (1.0 - math.pow(1.0 - 0.037, days)).hex()


def test_hours_of_care_are_minutes_that_fit_into_32_bits(rules: dict[str, Callable[..., float]]) -> None:
    for hours, expected in ((0.0, 0), (0.01, 1), (7.5, 450), (9e5, 54_000_000), (1e30, 60_000_000)):
        assert rules["minutes"](hours) == minutes(hours) == expected < 2**31


def test_both_books_say_the_same() -> None:
    group, service, quantity = name_key("group"), name_key("service"), quantity_key("stay")
    plain, fast = RandomNumbers(2**64 - 3, 7), CompiledRandomNumbers(2**64 - 3, 7)
    ours, theirs = (random.uniforms(group, 5, 4000, service, 1, quantity) for random in (plain, fast))
    assert ours.tobytes() == theirs.tobytes()
    ours, theirs = (random.unit_rate_points(group, service, quantity, 5000.0) for random in (plain, fast))
    assert ours.tobytes() == theirs.tobytes()
    rates = np.array([700.0, 0.0, 0.0, 1e-9, 4299.5, 3000.0])  # some days are empty
    expected = np.concatenate(([0.0], np.cumsum(rates)))
    ours, theirs = (random.spread_over_time(ours, expected, rates, 86_400) for random in (plain, fast))
    assert ours.tobytes() == theirs.tobytes()


def test_both_books_choose_the_same_alternatives() -> None:
    profile = np.arange(3000) % 7
    shares = [(0.2, 0.5, 1.0), (0.0, 1.0, 1.0), (0.0, 0.0, 1.0), (1.0, 1.0, 1.0), (0.3, 0.3, 0.9), (0.0, 0.4, 0.999999)]
    of = alternatives(shares, [5, 0, 1, 2, 3, 4, 0])
    books = (RandomNumbers(2**64 - 3, 7), CompiledRandomNumbers(2**64 - 3, 7))
    for asked in (of, alternatives([(1.0,)], [0] * 7), alternatives(shares[::-1], [0, 1, 2, 3, 4, 5, 5])):
        ours, theirs = (random.chosen(1 << 62, 5, 77, 4096, asked, profile) for random in books)
        assert ours.tobytes() == theirs.tobytes()
        draw = books[0].uniforms(1 << 62, 5, 3000, 77, 0, 4096).tolist()
        rows = asked.row_of[profile].tolist()
        assert ours.tolist() == [chosen(asked.cumulative[row].tolist(), u) for row, u in zip(rows, draw, strict=True)]


def test_a_process_with_no_points_has_none_in_either_book() -> None:
    for random in (RandomNumbers(1, 0), CompiledRandomNumbers(1, 0)):
        assert len(random.unit_rate_points(1, 2, 4096, 0.0)) == 0


# -- faults are caught ----------------------------------------------------------------------------------------


def test_a_fault_of_order_in_the_reference_engine_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    def last_come_first(self: ServiceState, wait: Wait) -> None:
        self.queue.insert(0, wait)

    def step_out(self: ServiceState, wait: Wait) -> None:
        self.queue.remove(wait)

    monkeypatch.setattr(ServiceState, "line_up", last_come_first)
    monkeypatch.setattr(ServiceState, "step_out", step_out)
    scenarios = (read_scenario(path) for path in EXAMPLES)
    assert any(differ(scenario, engine.run(scenario, 0)) for scenario in scenarios)


PLANTED: dict[str, list[Fault]] = {
    "serves the last in line": [
        ("next_line_by_line", "count.serving, count.cursor = service, service_states[service].head",
         "count.serving, count.cursor = service, service_states[service].tail"),
    ],
    "one place too many is held": [
        ("hold_place", "state.service_states[service].held += units",
         "state.service_states[service].held += units + (service == 1)"),
    ],
    "nobody gives up": [("judge_clocks", "waits[wait].ended == NEVER and not persons[waits[wait].person].gone", "False")],
    "judges clocks before placing": [
        ("run_events", "turn_back(plan, state, now) or serve_teams(plan, state)",
         "turn_back(plan, state, now) or judge_clocks(state, now) or serve_teams(plan, state)"),
    ],
    "turns away those who waited": [("turn_away", "waits[wait].joined == now", "waits[wait].joined <= now")],
    "no order of rank": [
        ("join_queue", "since == joined and waits[before].person < person", "since == joined and waits[before].person > person"),
    ],
    "priority does not count": [("join_queue", "other < priority", "other < -1"), ("join_queue", "other == priority", "True")],
    "does not wait for who else comes": [("goes_at_once", "count.next_arrival > now", "True")],
    "does not mind what else happened": [("goes_at_once", "count.gathered == 1", "count.gathered >= 1")],
    "closed doors let in": [("goes_at_once", "is_open(plan, state, plan.services[to].door, now)", "True")],
    "a finished step's team is not seen": [("end_step", "count.unsettled = 1", "pass")],
    "surge is not looked at again": [("run_events", "count.unsettled = has_surge", "count.unsettled = False")],
    "the clock does not wait for beds": [("touch", "count.unsettled = 1", "pass")],
    "the clock does not wait for newcomers": [
        ("claim", "state.service_states[to].has_newcomers = count.has_newcomers = count.unsettled = 1",
         "state.service_states[to].has_newcomers = count.has_newcomers = 1"),
    ],
    "the clock does not wait for longest waits": [
        ("note_due", "count.due_waits += 1; count.unsettled = 1", "count.due_waits += 1"),
    ],
    "the clock does not wait for death": [
        ("note_due", "count.due_deaths += 1; count.unsettled = 1", "count.due_deaths += 1"),
    ],
    "the clock does not wait for who has nowhere to go": [
        ("claim", "count.nowhere += 1; count.unsettled = 1", "count.nowhere += 1"),
    ],
    "who waits when it closes for good stays there": [
        ("follow_calendar", "count.is_replanned = count.unsettled = 1", "count.unsettled = 1"),
    ],
    "the most places to come are those at the start": [
        ("follow_calendar", "service_states[service].most_to_come = changes[change].most_to_come", "pass"),
    ],
    "gives up for what is not open": [("start_longest_wait", "due = max(due, plan.opens_second[other])", "pass")],
    "is sent before it opens": [
        ("goes_back", "state.waits[wait].stay >= 0 and not has_opened(plan, state.waits[wait].to, now)", "False"),
    ],
    "is turned away to what is not open": [("turn_away", "may_go_elsewhere(plan, state, wait, now)", "True")],
    "goes back to what is not open": [("may_go_elsewhere", "has_opened(plan, other, now)", "True")],
    "the routes of the day before": [
        ("visit_at", "plan.visits[plan.visits[visit].later].from_second <= now",
         "plan.visits[plan.visits[visit].later].from_second < now"),
    ],
    "too large is not too large": [("never_fits", "max(1, units)", "1")],
    "the clock does not wait for a team's line": [("join_team_queue", "state.counters[0].unsettled = 1", "pass")],
    "the clock does not wait for a larger team": [
        ("follow_calendar", "state.teams[what].open = changes[change].places; count.unsettled = 1",
         "state.teams[what].open = changes[change].places"),
    ],
    "left one place and came from outside": [("move_at_once", "number = NONE", "pass")],
    "no priority rises": [("let_priority_rise", "after >= 0", "False")],
    "who rises is not looked at": [("raise_priority", "touch_all_of(plan, state, waits[wait].to)", "None")],
    "a priority rises from the start": [("let_priority_rise", "instant <= now", "True")],
    "circles clean": [("leave_place", "not is_exchange", "True")],
    "the last in order over all queues moves first": [
        ("first_of_firsts", "goes_before(state, wait, found)", "goes_before(state, found, wait)"),
    ],
    "the last service of a list first": [
        ("first_member", "plan.members[state.waits[wait].to]", "plan.members[state.waits[wait].to][::-1]"),
    ],
    "who goes home does not move first": [("first_of_firsts", "state.firsts[home] >= 0", "False")],
    "who is on a list stops no line": [("first_in_line", "units_in(plan, state, wait, service) > free", "state.waits[wait].units > free")],
    "somebody on a list goes to what is not open": [
        ("may_move_to", "waits[wait].to == service or has_opened(plan, service, now)", "True"),
    ],
    "who passes stays in the line looked at": [
        ("first_who_may_pass_on_lists", "return wait, int(member)", "return wait, int(service)"),
    ],
    "surge does not see lists": [("open_surge", "here.length + here.on_lists", "here.length")],
    "nobody on a list is in a circle": [("count_clear", "plan.members[waits[wait].to]", "plan.members[waits[wait].to][:0]")],
    "the wrong one of a list closes the circle": [
        ("next_of_line", "which < 0 or goes_before(state, state.cursors[i], state.cursors[which])", "True"),
    ],
    "lists have no limit": [("turn_away", "here.has_newcomers", "here.has_newcomers and queue < len(plan.services)")],
    "a list closes with its first service": [
        ("never_fits", "state.service_states[member].most_to_come",
         "state.service_states[plan.members[state.waits[wait].to][0]].most_to_come"),
    ],
    "who waits on lists is not looked for": [("touch", "service_states[service].on_lists > 0", "False")],
    "nothing changes levels": [("take_place", "plan.visits[visit].changes < plan.visits[visit].changes_end", "False")],
    "who is changed goes on as found": [("change_levels", "after != found and plan.visits[visit].pairs >= 0", "False")],
    "who is changed is found as before": [
        ("change_levels", "state.persons[person].profile_row = first_row + after", "pass"),
    ],
    "changes act on changed levels": [
        ("change_levels", "level_in(found, changes[i].divisor, changes[i].levels)",
         "level_in(after, changes[i].divisor, changes[i].levels)"),
    ],
    "ground is lost without a delay": [("change_levels", "changes[i].per_day >= 0.0", "False")],
    "everybody of a group is alike": [("expect", "state.profile_row_of[person]", "plan.groups[state.profile_row_of[person]].first_row")],
    "who comes waits before the steps outside are done": [
        ("come", "plan.groups[row].steps < plan.groups[row].steps_end", "False"),
    ],
    "those of the census do their steps outside again": [("come", "state.census_entry[person] < 0", "True")],
    "the wait outside counts from arrival": [("waits_since", "state.census_entry[person] >= 0", "True")],
    "a death clock outside runs from arrival": [
        ("start_death_clock_outside", "waits_since(state, person, now)", "min(state.arrives[person], now)"),
    ],
    "one step outside is enough": [("look_outside", "state.stays[stay].open_steps > 0", "False")],
    "steps outside have the priority of nobody": [
        ("priority_of", "plan.groups[state.persons[state.stays[stay].person].profile_row].priority", "9"),
    ],
    "steps outside are those of the whole group": [
        ("come", "row = state.persons[person].profile_row", "row = plan.groups[state.persons[person].profile_row].first_row"),
        ("steps_asked_for", "state.persons[state.stays[stay].person].profile_row",
         "plan.groups[state.persons[state.stays[stay].person].profile_row].first_row"),
    ],
    "dropped steps hold others up": [("ask_for_steps", "post(state, now, TRY_STEPS, stay)", "None")],
}  # fmt: skip


CAUGHT: Counter[Path] = Counter()  # faults, by example
# The numbers of examples that were once the only ones to catch a fault: they are asked first, which saves half of the time.
CATCH_ONE = {51, 82, 85, 86, 87, 88, 90, 91, 92, 94, 95, 96, 112, 113, 122, 140, 141}


@pytest.mark.slow
@pytest.mark.parametrize("fault", PLANTED)
def test_a_fault_in_the_compiled_engine_is_caught(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    kernels = plain_kernels(PLANTED[fault])
    monkeypatch.setattr(compiled_run, "kernels", lambda: kernels)
    assert is_caught()


@pytest.mark.slow
def test_the_compiled_engine_run_as_plain_python_agrees_too(monkeypatch: pytest.MonkeyPatch) -> None:
    kernels = plain_kernels()
    monkeypatch.setattr(compiled_run, "kernels", lambda: kernels)
    assert not is_caught()


def is_caught() -> bool:
    """Do the two engines differ on a worked example? The first that differs will do; those that caught a fault are asked first."""
    for path in sorted(EXAMPLES, key=lambda path: (int(path.name.split("_")[0]) not in CATCH_ONE, -CAUGHT[path])):
        if differ(*expected(path)):
            CAUGHT[path] += 1
            return True
    return False


@cache
def expected(path: Path) -> tuple[Scenario, Ledger]:
    """A worked example, and what the reference engine writes down of it."""
    scenario = read_scenario(path)
    return scenario, engine.run(scenario, 0)


def differ(scenario: Scenario, by_reference: Ledger) -> bool:
    try:
        engines.check_equal(scenario, 0, engine.run(scenario, 0, engine.COMPILED), by_reference)
    except EnginesDiffer:
        return True
    return False


def plain_kernels(faults: Iterable[Fault] = ()) -> Kernels:
    """The same sources, not compiled, perhaps with a fault in them."""
    called = called_by([event_loop.run_events], numba_setup.INTRINSICS)
    operations = [one for one in (event_loop.run_events, *called) if one.__module__.startswith("sim.model.compiled.")]
    files = dict.fromkeys(one.__code__.co_filename for one in operations)
    sources = [Path(file).read_text(encoding="utf-8") for file in files]
    inside: list[dict[str, Any]] = []
    for tree in planted(sources, faults):
        inside.append({"__name__": "the engine with a fault"})
        exec(compile(tree, "the engine with a fault", "exec"), inside[-1])
    names = {operation.__name__ for operation in operations}
    known = {name: file[name] for file in inside for name in names if getattr(file.get(name), "__globals__", 0) is file}
    for file in inside:  # they call each other, and not the good ones
        file.update(known)
    run_events, write_down = (on_tables(one) for one in (known["run_events"], recording.write_down))
    samples = (sampling.fill_uniforms, sampling.fill_chosen, sampling.fill_points, sampling.fill_seconds)
    return Kernels(run_events, write_down, *samples)


class Table(np.recarray):  # type: ignore[type-arg]
    """A table whose rows know their columns by name, as the compiler's do; it has no row before the first, as Python's would."""

    def __getitem__(self, index: Any) -> Any:
        refuse_rows_before_the_first(index)
        return super().__getitem__(index)

    def __setitem__(self, index: Any, value: Any) -> None:
        refuse_rows_before_the_first(index)
        super().__setitem__(index, value)


def refuse_rows_before_the_first(index: Any) -> None:
    for one in index if isinstance(index, tuple) else (index,):
        for place in (one.start, one.stop) if isinstance(one, slice) else (one,):
            if place is not None and not isinstance(place, str) and place < 0:
                raise IndexError(f"row {place} of a table")


def on_tables(function: Callable[..., Any]) -> Callable[..., Any]:
    """Called with tables of the above kind."""

    def as_tables(given: Any) -> Any:
        if isinstance(given, tuple):
            return type(given)(*map(as_tables, given))  # type: ignore[call-arg]
        return given.view(Table) if isinstance(given, np.ndarray) else given

    return lambda *given: function(*map(as_tables, given))
