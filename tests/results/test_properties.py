"""What must hold for any consistent ledger, tried on towns that hypothesis makes up."""

from dataclasses import replace
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.results.invariants import cohort as identities
from sim.results.invariants.checks import check_costs, check_sums
from sim.results.invariants.records import check_records
from sim.results.measures import cohort
from sim.results.measures.all import measure
from sim.results.measures.census import daily_cut
from sim.results.measures.delays import delays
from sim.results.window import Row, Window, cut_at
from tests.results.made_up import BEDS, CARE_MINUTES, PLACES, town_of

ANY_TOWN = st.randoms(use_true_random=False)
Waiting = tuple[int, int, int, int, int]  # person, held, to, clear, ended


def total(rows: list[Row], where: str, name: str, by: str = "") -> float:
    return sum(row.value for row in rows if row[:3] == (where, name, by))


@pytest.mark.slow
@settings(max_examples=200, deadline=None)
@given(ANY_TOWN)
def test_every_consistent_ledger_adds_up(draw: Random) -> None:
    town = town_of(draw)
    window = Window(town.scenario, town.ledger())
    check_records(window)
    check_sums(window)
    check_costs(window)


@pytest.mark.slow
@settings(max_examples=200, deadline=None)
@given(ANY_TOWN)
def test_the_years_of_everybody_who_became_ready_add_up(draw: Random) -> None:
    town = town_of(draw)
    calendar = replace(town.scenario.calendar, measured_days=6, follow_up_days=6)
    weekly = tuple(replace(one, later_payers=((1, (("person", 1.0),)),)) for one in town.scenario.costs.prices)
    costs = replace(town.scenario.costs, prices=weekly)
    scenario = replace(town.scenario, calendar=calendar, costs=costs)
    window = Window(scenario, cut_at(scenario, town.ledger(), calendar.until))  # diaries may go on after the run
    with pytest.MonkeyPatch.context() as patch:
        for module in (cohort, identities):
            patch.setattr(module, "YEAR", 3 * 86_400)  # two years in six days
        identities.check_cohort(window)
    check_sums(window)


@pytest.mark.slow
@settings(max_examples=100, deadline=None)
@given(ANY_TOWN)
def test_reasons_next_services_causes_and_groups_add_up_to_delayed_bed_days(draw: Random) -> None:
    town = town_of(draw)
    rows = measure(town.scenario, town.ledger())
    for where in (*PLACES, "all"):
        whole = total(rows, where, "delayed_bed_days")
        for by in ("reason", "next_service", "cause", "group"):
            assert abs(total(rows, where, "delayed_bed_days", by) - whole) < 1e-9
    for name in ("delayed_bed_days", "delayed_nights", "occupied_bed_days", "long_stay_delayed_people_mean"):
        assert abs(sum(total(rows, where, name) for where in PLACES) - total(rows, "all", name)) < 1e-9


@pytest.mark.slow
@settings(max_examples=100, deadline=None)
@given(ANY_TOWN)
def test_the_census_means_are_the_measures(draw: Random) -> None:
    town = town_of(draw)
    ledger = town.ledger()
    rows = {row[:4]: row.value for row in measure(town.scenario, ledger)}
    series = daily_cut(Window(town.scenario, ledger)).series
    for where in PLACES:
        assert rows[where, "midnight_census_mean", "", ""] == series[where, "midnight_census"].mean()
        assert rows[where, "delayed_nights", "", ""] == series[where, "delayed"].sum()
    assert rows["all", "midnight_delayed_mean", "", ""] == series["all", "delayed"].mean()


@settings(max_examples=100, deadline=None)
@given(ANY_TOWN)
def test_causes_agree_with_asking_everybody_at_every_instant(draw: Random) -> None:
    """The sweep against a slow reading of its definition."""
    town = town_of(draw)
    window = Window(town.scenario, town.ledger())
    found = delays(window)
    fast = {
        (place.name, item): int(count)
        for place, counts in zip(window.declared, found.by_cause, strict=True)
        for item, count in zip(found.cause_items, counts, strict=True)
        if count and not item.startswith(("step ", "team "))
    }
    assert fast == slow_causes(window)


def slow_causes(window: Window) -> dict[tuple[str, str], int]:
    """Delay after clear by service and cause, asked of every person whenever anything changes."""
    stays, waits = window.ledger.stays, window.ledger.waits
    columns = zip(*(waits[name].tolist() for name in ("person", "held", "to", "clear", "ended")), strict=True)
    spans: list[Waiting] = [span for span in columns if 0 <= span[1] < window.home and span[3] < span[4]]
    marks = {window.first, window.end, *stays["admitted"].tolist(), *stays["left"].tolist()}
    marks.update(mark for span in spans for mark in span[3:])
    for midnight in range(window.first, window.end, 86_400):
        marks.update((midnight, midnight + 9 * 3600, midnight + 17 * 3600))
    causes: dict[tuple[str, str], int] = {}
    for now, after in pairwise(sorted(mark for mark in marks if window.first <= mark <= window.end)):
        clear = [span for span in spans if span[3] <= now < span[4]]
        for _, held, to, _, _ in clear:
            key = (window.names[held], slow_cause(window, clear, held, to, now))
            causes[key] = causes.get(key, 0) + after - now
    return causes


def slow_cause(window: Window, clear: list[Waiting], held: int, to: int, now: int) -> str:
    """Follow the longest-clear person of each full service until one has nobody clear or comes up again."""
    seen: list[int] = []
    while True:
        seen.append(to)
        if has_free_place(window, to, now):
            has_hours = window.names[to] == "unit" or window.names[held] == "hospital"
            return "hours" if has_hours and not in_office_hours(now) else window.names[to]
        inside = sorted((since, person, awaits) for person, holds, awaits, since, _ in clear if holds == to)
        if not inside or inside[0][2] in seen:
            return window.names[to]
        held, to = to, inside[0][2]


def has_free_place(window: Window, to: int, now: int) -> bool:
    if to >= window.home:
        return True
    stays = {name: window.stays_in(to, name).tolist() for name in ("admitted", "left", "units")}
    rows = zip(stays["admitted"], stays["left"], stays["units"], strict=True)
    units = [held for admitted, left, held in rows if admitted <= now < left]
    if window.names[to] != "care":
        return len(units) < BEDS[window.names[to]]
    needs, middle = sorted(stays["units"]), len(stays["units"]) // 2
    fits = (needs[middle] + needs[-middle - 1]) // 2 if needs else 1
    return CARE_MINUTES - sum(units) >= fits


def in_office_hours(now: int) -> bool:
    return (now // 86_400) % 7 < 5 and 9 * 3600 <= now % 86_400 < 17 * 3600  # the run starts on a Monday
