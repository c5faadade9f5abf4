"""The identities: a sound ledger passes, and for each identity there is a planted bug that makes it fire."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from sim.inputs.distributions import fixed
from sim.inputs.loading import read_scenario
from sim.inputs.scenario import Arrival, Hours, LevelChange, Places, Route, Scenario, Surge, Team, Trait
from sim.machine_code import Passes
from sim.model.engine import run
from sim.model.records import DIED_WAITING, GAVE_UP, NEVER, Ledger
from sim.results.invariants import checks, records
from sim.results.invariants.checks import IdentityBroken
from sim.results.measures import costs, delays
from sim.results.window import Window
from tests.results.sweeps import check
from tests.results.tiny import Town, group, hospital, price, seconds, service, step, unit

EVERY_KEY = Path(__file__).parents[1] / "inputs" / "every_key.yaml"
OUTSIDE_EXAMPLE = Path(__file__).parents[1] / "worked_examples" / "139_steps_before_the_first_place.yaml"
HUB, FUNDING = step("hub"), step("funding", "funding_decision", after=("hub",))
NEED = Trait(name="need", level_names=("low", "high"), shares=(((), (1.0, 0.0)),))
MORNINGS = Hours(by_weekday=((0, 43_200),) * 7)
PRICES = (
    price("hospital", "occupied_day", 562.1, nhs=0.6, council=0.4),
    price("unit", "open_day", 187, nhs=1.0),
)
ANN, ANN_IN_UNIT, BOB, UMA = 0, 1, 2, 3  # rows of their stays


def sound_town() -> Town:
    """One bed here, one there: Ann has the hospital's and awaits Uma's, Bob awaits Ann's, Gil gives up."""
    routes = [Route(to="unit", share=1.0, steps=(HUB, FUNDING))]
    town = Town(
        hospital(1, queue_limit=2),
        unit(1),
        steps=(HUB, FUNDING),
        groups=(replace(group(hospital=routes), traits=(NEED,)),),
        prices=(
            price("hospital", "occupied_day", 562.1, nhs=0.6, council=0.4),
            price("unit", "open_day", 187, nhs=1),
        ),
    )
    ann = town.comes(0, admitted=0).stay("hospital", 0, 2, 6, "unit", clear=4).step("hub", 1, 3)
    ann.step("funding", 3, 4, after="hub").stay("unit", 6, 9, 9, "out")
    town.comes(1, admitted=6).stay("hospital", 6, 9.5, 9.5, "home").stay("home", 9.5)
    town.comes(2).outside("hospital", 2, 3, "gave_up")
    town.is_there(-2, "unit").stay("unit", -2, 6, 6, "out")
    return town


def found_in(scenario: Scenario, ledger: Ledger) -> IdentityBroken:
    with pytest.raises(IdentityBroken) as caught:
        check(scenario, ledger)
    return caught.value


def planted(table: str, row: int, **values: int) -> IdentityBroken:
    """What the check says when these cells of the sound ledger are overwritten."""
    town = sound_town()
    ledger = town.ledger()
    for column, value in values.items():
        getattr(ledger, table)[column][row] = value
    return found_in(town.scenario, ledger)


def test_a_sound_ledger_breaks_no_identity() -> None:
    town = sound_town()
    check(town.scenario, town.ledger())


def test_a_full_service_is_no_fault_beside_another_that_has_places() -> None:
    town = Town(hospital(2), unit(1), service("beds", "community_beds", 1))
    town.is_there(-2, "unit").stay("unit", -2)
    town.comes(0, admitted=0).stay("hospital", 0, 2, planned="unit").wait("unit", 2)
    town.is_there(-2, "beds").stay("beds", -2, 4, 4, "out")
    town.comes(0, admitted=0).stay("hospital", 0, 3, 4, "beds").stay("beds", 4, 5, 5, "out")
    check(town.scenario, town.ledger())  # beds are free from day 5, but nobody waits for them


def test_somebody_may_go_home_straight_from_outside() -> None:
    town = Town(hospital(0), groups=(replace(group(), arrivals_outside=(Arrival(otherwise="home"),)),))
    person = town.comes(0).outside("hospital", 0, 2, "gave_up").outside("home", 2, 2, "admitted")
    person.stay("home", 2)
    check(town.scenario, town.ledger())


def test_an_empty_ledger_breaks_no_identity() -> None:
    town = Town(hospital(1), unit(1))
    check(town.scenario, town.ledger())


def test_a_broken_identity_names_the_first_row_in_words() -> None:
    said = planted("stays", ANN, left=seconds(1))
    assert said.identity == records.TIMES_IN_ORDER
    assert str(said).startswith("admitted <= ready <= clear <= left: stays row 0 (person 0, stay 0, service hospital")
    assert "to unit" in str(said)


@pytest.mark.parametrize(
    ("identity", "table", "row", "cells"),
    [
        (records.ROWS_IN_ORDER, "stays", ANN_IN_UNIT, {"stay": 2}),
        (records.ROWS_IN_ORDER, "stays", ANN_IN_UNIT, {"stay": 0}),
        (records.ROWS_IN_ORDER, "stays", BOB, {"person": 0}),
        (records.ROWS_IN_ORDER, "waits", 1, {"wait": 0}),
        (records.ROWS_IN_ORDER, "steps", 0, {"stay": 1}),
        (records.ROWS_IN_ORDER, "places", 0, {"service": 1}),
        (records.TIMES_IN_ORDER, "stays", ANN, {"ready": seconds(-1)}),
        (records.TIMES_IN_ORDER, "stays", ANN, {"clear": seconds(1)}),
        (records.TIMES_IN_ORDER, "stays", ANN, {"clear": seconds(7)}),
        (records.TIMES_IN_ORDER, "stays", ANN_IN_UNIT, {"left": NEVER}),
        (records.TIMES_IN_ORDER, "stays", ANN_IN_UNIT, {"ready": NEVER}),
        (records.NEED_IS_MET_ONCE, "stays", ANN, {"need": seconds(2) + 1}),
        (records.NEED_IS_MET_ONCE, "stays", ANN, {"need": seconds(2) - 1}),
        (records.SOMEWHERE_TO_GO, "stays", ANN, {"planned_to": -1}),
        (records.STAYS_FOLLOW_ON, "stays", ANN_IN_UNIT, {"admitted": seconds(7), "need": seconds(2)}),
        (records.STAYS_FOLLOW_ON, "stays", ANN_IN_UNIT, {"service": 0}),
        (records.STAYS_FOLLOW_ON, "stays", ANN_IN_UNIT, {"visit": 1}),
        (records.STAYS_FOLLOW_ON, "stays", BOB, {"visit": 1}),
        (records.STAYS_FOLLOW_ON, "stays", ANN_IN_UNIT, {"to": 2}),
        (records.STAYS_FOLLOW_ON, "stays", ANN, {"to": 4}),
        (records.WAITS_IN_ORDER, "waits", 1, {"joined": seconds(5)}),
        (records.WAITS_IN_ORDER, "waits", 1, {"clear": seconds(7)}),
        (records.WAITS_IN_ORDER, "waits", 1, {"clear": NEVER}),
        (records.WAITS_IN_ORDER, "waits", 1, {"ended": NEVER}),
        (records.WAITS_IN_ORDER, "waits", 2, {"joined": seconds(5), "clear": seconds(5)}),
        (records.WAITS_MATCH_STAYS, "waits", 1, {"to": 2}),
        (records.WAITS_MATCH_STAYS, "waits", 1, {"held": 1}),
        (records.WAITS_MATCH_STAYS, "waits", 1, {"stay": BOB}),
        (records.WAITS_MATCH_STAYS, "waits", 1, {"stay": -1}),
        (records.WAITS_MATCH_STAYS, "waits", 1, {"ended": seconds(5)}),
        (records.WAITS_MATCH_STAYS, "waits", 1, {"ending": 5}),
        (records.WAITS_MATCH_STAYS, "waits", 6, {"ending": 0, "ended": NEVER}),
        (records.FAILED_WAITS_LEAD_ON, "waits", 1, {"ending": GAVE_UP}),
        (records.FAILED_WAITS_LEAD_ON, "waits", 5, {"otherwise": 0}),
        (records.ONE_WAIT_PER_MOVE, "waits", 0, {"ending": DIED_WAITING}),
        (records.ONE_WAIT_PER_MOVE, "waits", 0, {"to": 1}),
        (records.ONE_WAIT_PER_MOVE, "people", 3, {"from_census": 0}),
        (records.LEVELS_ARE_KEPT, "stays", ANN_IN_UNIT, {"found": 1}),
        (records.LEVELS_ARE_KEPT, "stays", ANN, {"after": 1}),
        (records.LEVELS_ARE_KEPT, "waits", 0, {"profile": 1}),
        (records.LEVELS_ARE_KEPT, "waits", 1, {"profile": 1}),
        (records.LEVELS_ARE_KEPT, "people", 0, {"profile": 1}),
        (records.STEPS_IN_STAYS, "steps", 0, {"started": -1}),
        (records.STEPS_IN_STAYS, "steps", 0, {"team_joined": 0}),
        (records.STEPS_IN_STAYS, "steps", 0, {"due": seconds(5)}),
        (records.STEPS_IN_STAYS, "steps", 0, {"dropped_at": seconds(3)}),
        (records.STEPS_IN_STAYS, "steps", 0, {"finished": NEVER, "dropped_at": seconds(0)}),
        (records.STEPS_IN_STAYS, "steps", 0, {"finished": NEVER, "dropped_at": seconds(9)}),
        (records.STEPS_IN_STAYS, "steps", 0, {"finished": NEVER}),
        (records.STEPS_IN_STAYS, "steps", 1, {"finished": seconds(7), "due": seconds(7)}),
        (records.STEPS_IN_STAYS, "steps", 1, {"finished": seconds(5), "due": seconds(5)}),
        (records.STEPS_IN_STAYS, "steps", 1, {"started": seconds(3) + 1, "team_joined": seconds(3) + 1}),
    ],
)
def test_a_ledger_that_contradicts_itself_is_found_out(
    identity: str, table: str, row: int, cells: dict[str, int]
) -> None:
    assert planted(table, row, **cells).identity == identity


def test_a_move_that_is_the_end_of_no_wait_is_found_out() -> None:
    town = sound_town()
    del town.residents[0].waits[1]
    assert found_in(town.scenario, town.ledger()).identity == records.ONE_WAIT_PER_MOVE


@pytest.mark.parametrize(
    ("identity", "table", "row", "cells"),
    [
        (records.FAILED_WAITS_LEAD_ON, "waits", 2, {"joined": seconds(4) + 1}),
        (records.FAILED_WAITS_LEAD_ON, "waits", 1, {"otherwise": 0}),
        (records.STEPS_ARE_DROPPED_WITH_A_WAIT, "steps", 0, {"dropped_at": seconds(4) + 1}),
        (records.STEPS_ARE_DROPPED_WITH_A_WAIT, "steps", 1, {"dropped_at": seconds(6)}),
        (records.STEPS_IN_STAYS, "steps", 1, {"dropped_at": NEVER}),
    ],
)
def test_a_wait_that_failed_and_its_steps_are_looked_at_too(
    identity: str, table: str, row: int, cells: dict[str, int]
) -> None:
    to_the_unit = Route(to="unit", share=1.0, steps=(HUB, FUNDING), otherwise="home")
    town = Town(hospital(), unit(1), steps=(HUB, FUNDING), groups=(group(hospital=[to_the_unit]),))
    person = town.comes(0, admitted=0).stay("hospital", 0, 1, 7, "died", clear=None, planned="unit")
    person.wait("unit", 1, 4, "gave_up", clear=None).wait("home", 4, 7, "died", clear=None)
    person.step("hub", 1, None, due=9, dropped=4).step("funding", 1, None, due=9, dropped=7)
    ledger = town.ledger()
    check(town.scenario, ledger)
    for column, value in cells.items():
        getattr(ledger, table)[column][row] = value
    assert found_in(town.scenario, ledger).identity == identity


@pytest.mark.parametrize("chance", [0.0, 1.0])
def test_levels_that_no_stay_changes_are_found_out(chance: float) -> None:
    better = LevelChange(trait="need", from_level="high", to_level="low", chance=1.0)
    worse = LevelChange(trait="need", from_level="low", to_level="high", chance=chance)
    everyone = group(hospital=[Route(to="home", share=1.0)])
    journey = tuple(replace(visit, changes=(better, worse)) for visit in everyone.journey)
    town = Town(hospital(1), groups=(replace(everyone, traits=(NEED,), journey=journey),))
    town.comes(0, admitted=0).stay("hospital", 0)
    ledger = town.ledger()
    check(town.scenario, ledger)
    ledger.stays["after"][0] = 1
    if chance:
        check(town.scenario, ledger)
    else:
        assert found_in(town.scenario, ledger).identity == records.LEVELS_ARE_KEPT


@cache
def every_key() -> tuple[Scenario, Ledger]:
    scenario = read_scenario(EVERY_KEY)
    return scenario, run(scenario, 0)


NUMBERED = {
    "people": ("group", "arrives_at", "profile"),
    "waits": ("person", "stay", "held", "to", "otherwise", "ending", "profile"),
    "stays": ("person", "service", "to", "planned_to", "found", "after", "bay"),
    "steps": ("stay", "step", "after"),
    "arrival_steps": ("person", "step", "after"),
    "places": ("service",),
}


@pytest.mark.parametrize(("table", "column"), [(table, column) for table in NUMBERED for column in NUMBERED[table]])
@pytest.mark.parametrize("number", [-2, 1_000_000, NEVER])
def test_the_number_of_something_that_there_is_not_is_found_out(table: str, column: str, number: int) -> None:
    """Before anything is counted by it: compiled code would count in other memory, and Python end in a crash much later."""
    scenario, ledger = every_key()
    values = getattr(ledger, table)[column].copy()
    values[-1] = number
    spoilt = replace(ledger, **{table: {**getattr(ledger, table), column: values}})
    for is_fast in (False, True):
        window = Window(scenario, spoilt, is_fast).run
        with pytest.raises(IdentityBroken) as caught:
            records.check_records(window)
        assert caught.value.identity == records.NUMBERS_ARE_KNOWN
        assert caught.value.where.startswith(f"{table} row {len(values) - 1} (")
        assert not any(map(window.passes, Passes.every))


def test_every_column_of_the_records_is_a_time_or_an_amount_or_the_number_of_something() -> None:
    """Whoever adds a column with the number of something has to say so above, and where it is looked at."""
    others = {
        "people": {"number", "from_census", "arrives"},
        "waits": {"wait", "joined", "clear", "ended"},
        "stays": {"stay", "visit", "admitted", "ready", "clear", "left", "units", "need"},
        "steps": {"started", "team_joined", "due", "finished", "dropped_at"},
        "arrival_steps": {"started", "team_joined", "due", "finished"},
        "places": {"at", "open"},
    }
    _, ledger = every_key()
    assert {table: {*getattr(ledger, table)} - {*NUMBERED[table]} for table in NUMBERED} == others


def test_somebody_of_whom_the_ledger_tells_nothing_is_found_out() -> None:
    town = sound_town()
    town.comes(4)
    said = found_in(town.scenario, town.ledger())
    assert said.identity == records.EVERYBODY_IS_SOMEWHERE
    assert said.where.startswith("people row 4")


def test_somebody_who_is_in_two_places_is_found_out() -> None:
    town = sound_town()
    town.residents[1].outside("hospital", 9.75)  # Bob is at home, and waits outside
    assert found_in(town.scenario, town.ledger()).identity == records.EVERYBODY_IS_SOMEWHERE


def test_admission_to_a_full_service_is_found_out() -> None:
    town = sound_town()
    town.comes(3, admitted=3).stay("hospital", 3, 4, 4, "out")
    said = found_in(town.scenario, town.ledger())
    assert said.identity == checks.NOBODY_ENTERS_A_FULL_SERVICE
    assert "person 4" in said.where


def test_people_may_exchange_places_where_capacity_has_fallen_under_them() -> None:
    falling = replace(hospital(), capacity=(Places(from_second=0, places=2), Places(from_second=86_400, places=0)))
    town = Town(falling)
    town.comes(0, admitted=0).stay("hospital", 0, 5, 5, "out")
    town.comes(0, admitted=0).stay("hospital", 0, 6, 6, "out")
    check(town.scenario, town.ledger())
    town.comes(5, admitted=5).stay("hospital", 5, 6, 6, "out")  # two before, one left, one came: 2 is not above 2
    check(town.scenario, town.ledger())
    town.comes(5.5, admitted=5.5).stay("hospital", 5.5, 6, 6, "out")
    assert found_in(town.scenario, town.ledger()).identity == checks.NOBODY_ENTERS_A_FULL_SERVICE


def test_surge_places_may_open_and_close_within_the_instant() -> None:
    town = Town(hospital(1, surge=Surge(places=1, opens_when_waiting=1, closes_when_waiting=0)))
    town.comes(0, admitted=0).stay("hospital", 0)
    town.comes(3, admitted=3).stay("hospital", 3)
    check(town.scenario, town.ledger())
    town.comes(4, admitted=4).stay("hospital", 4)
    assert found_in(town.scenario, town.ledger()).identity == checks.NOBODY_ENTERS_A_FULL_SERVICE


def test_more_hours_than_there_are_is_found_out() -> None:
    care = service("care", "home_care", 20 * 60, counted_in="hours_per_week")
    town = Town(care, groups=(group(arrives_at="care"),))
    town.comes(0, "care", 0).stay("care", 0, units=14 * 60)
    check(town.scenario, town.ledger())
    town.comes(0, "care", 0).stay("care", 0, units=7 * 60)
    assert found_in(town.scenario, town.ledger()).identity == checks.NOBODY_ENTERS_A_FULL_SERVICE


def test_a_queue_beyond_its_limit_is_found_out() -> None:
    town = sound_town()
    services = (replace(town.scenario.services[0], queue_limit=1), *town.scenario.services[1:])
    said = found_in(replace(town.scenario, services=services), town.ledger())
    assert said.identity == checks.QUEUE_LIMITS_HOLD
    assert "person 2" in said.where  # Gil came while Bob waited


def later(town: Town, stays_to: float) -> Ledger:
    """Bob is admitted to hospital later than its bed was free."""
    ledger = town.ledger()
    ledger.waits["ended"][3] = ledger.stays["admitted"][BOB] = seconds(stays_to)
    ledger.stays["need"][BOB] = seconds(9.5) - seconds(stays_to)
    return ledger


def test_waiting_beside_a_free_place_is_found_out() -> None:
    town = sound_town()
    said = found_in(town.scenario, later(town, 7))
    assert said.identity == checks.NOBODY_WAITS_BESIDE_A_FREE_PLACE
    assert "person 1" in said.where


def changed(town: Town, **more: object) -> Scenario:
    services = (replace(town.scenario.services[0], **more), *town.scenario.services[1:])  # type: ignore[arg-type]
    return replace(town.scenario, services=services)


def test_waiting_before_a_closed_door_or_for_cleaning_is_no_fault() -> None:
    town = sound_town()
    weekdays = Hours(by_weekday=((0, 86_400),) * 6 + (None,))  # day 6 is a Sunday
    check(changed(town, admission_hours=weekdays), later(town, 7))
    check(changed(town, turnaround=fixed(1)), later(town, 7))
    said = found_in(changed(town, admission_hours=weekdays), later(town, 7.5))
    assert said.identity == checks.NOBODY_WAITS_BESIDE_A_FREE_PLACE


def test_waiting_for_home_with_ones_discharge_hours_open_is_found_out() -> None:
    town = Town(hospital(1))
    town.comes(0, admitted=0).stay("hospital", 0, 2.75, 3, "home").stay("home", 3)
    assert found_in(town.scenario, town.ledger()).identity == checks.NOBODY_WAITS_BESIDE_A_FREE_PLACE
    check(changed(town, discharge_hours=MORNINGS), town.ledger())


def test_somebody_not_yet_clear_may_wait_beside_a_free_place() -> None:
    town = Town(hospital(1), unit(1), steps=(HUB,))
    town.comes(0, admitted=0).stay("hospital", 0, 2, 6, "unit", clear=6, joined=3).step("hub", 2, 6).stay("unit", 6)
    check(town.scenario, town.ledger())


def test_occupied_time_counted_wrongly_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    right = checks.occupied_seconds
    monkeypatch.setattr(checks, "occupied_seconds", lambda window, service: right(window, service) + 1)
    town = sound_town()
    assert found_in(town.scenario, town.ledger()).identity == checks.STAYS_ADD_UP


def test_time_that_is_neither_need_nor_delay_is_found_out() -> None:
    town = sound_town()
    ledger = town.ledger()
    ledger.stays["ready"][BOB] = seconds(5)  # before he was admitted
    with pytest.raises(IdentityBroken) as caught:
        checks.check_sums(Window(town.scenario, ledger))
    assert caught.value.identity == checks.OCCUPIED_IS_NEED_PLUS_DELAY


def _less(table: str) -> Callable[[Window], delays.Delays]:
    right = delays.delays

    def wrong(window: Window) -> delays.Delays:
        found = right(window)
        getattr(found, table)[0, np.argmax(getattr(found, table)[0])] -= 1
        return found

    return wrong


@pytest.mark.parametrize("table", ["by_reason", "by_next", "by_cause"])
def test_parts_that_lose_a_second_are_found_out(table: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "delays", _less(table))
    town = sound_town()
    assert found_in(town.scenario, town.ledger()).identity == checks.PARTS_ADD_UP


def test_a_lost_penny_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    right, shares = costs.in_pence, costs.shared
    town = sound_town()
    monkeypatch.setattr(costs, "in_pence", lambda priced, quantity: right(priced, quantity) - 1)
    assert found_in(town.scenario, town.ledger()).identity == checks.COSTS_ADD_UP
    monkeypatch.setattr(costs, "in_pence", right)
    monkeypatch.setattr(costs, "shared", lambda pence, parts: shares(pence - 1, parts))
    assert found_in(town.scenario, town.ledger()).identity == checks.COSTS_ADD_UP


@pytest.mark.parametrize("wrong", ["team_years", "years"])
def test_a_team_or_programme_charged_for_a_day_too_many_is_found_out(
    wrong: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    team = Team(name="hub", capacity=(Places(from_second=0, places=3),))
    prices = (price("hub", "place_year", 52_000, nhs=1.0), price("scheme", "year", 40_000, council=1.0))
    town = Town(hospital(5), teams=(team,), prices=prices)
    check(town.scenario, town.ledger())
    right = getattr(costs, wrong)
    monkeypatch.setattr(costs, wrong, lambda *whose: right(*whose) + Fraction(1, 365))
    assert found_in(town.scenario, town.ledger()).identity == checks.COSTS_ADD_UP


def test_an_identity_is_a_fault_of_ours_with_a_name() -> None:
    fault = records.IdentityBroken("nobody flies", "stays row 3")
    assert (fault.identity, fault.where, str(fault)) == (
        "nobody flies",
        "stays row 3",
        "nobody flies: stays row 3",
    )


@pytest.mark.parametrize(
    ("identity", "table", "row", "cells"),
    [
        (records.ROWS_IN_ORDER, "arrival_steps", 1, {"step": 0}),
        (records.ROWS_IN_ORDER, "arrival_steps", 2, {"person": 0}),
        (records.FIRST_THE_STEPS, "arrival_steps", 0, {"started": 1}),
        (records.FIRST_THE_STEPS, "arrival_steps", 1, {"after": -1}),
        (records.FIRST_THE_STEPS, "arrival_steps", 1, {"started": seconds(1) + 1, "team_joined": seconds(1) + 1}),
        (records.FIRST_THE_STEPS, "arrival_steps", 1, {"team_joined": seconds(0.5)}),
        (records.FIRST_THE_STEPS, "arrival_steps", 1, {"due": seconds(3)}),
        (records.FIRST_THE_STEPS, "arrival_steps", 1, {"due": seconds(2), "finished": seconds(2)}),
        (records.FIRST_THE_STEPS, "arrival_steps", 5, {"due": seconds(6), "finished": seconds(6)}),
        (records.FIRST_THE_STEPS, "waits", 0, {"joined": seconds(2)}),
        (records.EVERYBODY_IS_SOMEWHERE, "arrival_steps", 5, {"finished": NEVER}),
        (checks.NOBODY_WAITS_FOR_A_FREE_TEAM, "arrival_steps", 5, {"team_joined": seconds(5)}),
    ],
)
def test_steps_outside_that_contradict_the_records_are_found_out(
    identity: str, table: str, row: int, cells: dict[str, int]
) -> None:
    scenario = read_scenario(OUTSIDE_EXAMPLE)
    ledger = run(scenario, 0)
    check(scenario, ledger)
    for column, value in cells.items():
        getattr(ledger, table)[column][row] = value
    assert found_in(scenario, ledger).identity == identity


def test_parts_of_the_days_with_steps_outside_break_no_identity() -> None:
    scenario = read_scenario(OUTSIDE_EXAMPLE)
    ledger, calendar = run(scenario, 0), scenario.calendar
    for first, days in ((0, 2), (1, 2), (2, 1), (3, 2), (4, 8)):
        part = replace(scenario, calendar=replace(calendar, warm_up_days=first, measured_days=days))
        for is_fast in (False, True):
            checks.check_window(Window(part, ledger, is_fast))
