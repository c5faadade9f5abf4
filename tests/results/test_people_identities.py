"""Identities about people: a planted fault for each way to count a person twice, or not at all."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from sim.inputs.distributions import fixed
from sim.inputs.scenario import Arrival, Route, Visit
from sim.model.records import GAVE_UP, NEVER, NO_PLACE, TURNED_AWAY, Column
from sim.results.invariants import people
from sim.results.invariants.checks import IdentityBroken
from sim.results.measures import census, flow, unmet, waits
from sim.results.split import SplitMeasure
from sim.results.step_functions import Mask
from sim.results.window import Window
from tests.results.sweeps import check
from tests.results.tiny import Town, group, hospital, unit


def sound_town() -> Town:
    """One bed in the unit: everybody comes to an end of their wait for it in another way, Bob twice."""
    in_hospital = Visit(service="hospital", stay=fixed(1), then=(Route(to="unit", share=1.0, otherwise="home"),))
    in_unit = Visit(service="unit", stay=fixed(6), then=(Route(to="out", share=1.0),))
    everyone = replace(group(), journey=(in_hospital, in_unit))
    others = replace(everyone, name="others", arrivals_outside=(Arrival(otherwise="hospital"),))
    town = Town(hospital(), unit(1), days=20, warm_up=1, groups=(everyone, others))
    town.comes(0, "unit", admitted=0).stay("unit", 0, 12, 12, "out")
    bob = town.comes(1, admitted=1)
    for day in (1, 7):
        bob.stay("hospital", day, day + 1, day + 3, "home", clear=day + 3, planned="unit")
        bob.wait("unit", day + 1, day + 3, "gave_up").stay("home", day + 3, day + 6, day + 6, "hospital")
    bob.stay("hospital", 13)
    town.comes(2, "unit").outside("unit", 2)
    town.comes(3, "unit").outside("unit", 3, 3, "no_place")
    fay = town.comes(3, "unit", group=1).outside("unit", 3, 5, "no_place")
    fay.outside("hospital", 5, 5, "admitted").stay("hospital", 5)
    town.comes(4, "unit").outside("unit", 4, 6, "died")
    gil = town.comes(7, "unit", group=1).outside("unit", 7, 8, "gave_up").outside("hospital", 8, 8, "admitted")
    gil.stay("hospital", 8, 11, 12, "unit").stay("unit", 12)
    hal = town.comes(1, admitted=1).stay("hospital", 1, 2, 3, "home", clear=3, planned="unit")
    hal.wait("unit", 2, 3, "gave_up").stay("home", 3, 4, 5, "died")
    return town


def found_out(town: Town) -> IdentityBroken:
    with pytest.raises(IdentityBroken) as caught:
        check(town.scenario, town.ledger())
    return caught.value


def test_a_sound_town_breaks_none_of_them() -> None:
    town = sound_town()
    check(town.scenario, town.ledger())


@pytest.mark.parametrize(
    ("identity", "series", "change"),
    [
        (people.EVERYBODY_ONCE, ("outside", "waiting"), 1),
        (people.EVERYBODY_ONCE, ("outside", "waiting"), -1),
        (people.STOCKS_FIT, ("all", "waiting"), 9),
        (people.STOCKS_FIT, ("all", "midnight_census"), 9),
        (people.STOCKS_FIT, ("unit", "delayed"), 2),
    ],
)
def test_a_stock_of_people_that_is_not_people_is_found_out(
    identity: str, series: tuple[str, str], change: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = census.daily_cut

    def wrong(window: Window) -> census.DailyCensus:
        found = right(window)
        return replace(found, series={**found.series, series: found.series[series] + change})

    monkeypatch.setattr(census, "daily_cut", wrong)
    said = found_out(sound_town())
    assert said.identity == identity
    assert "midnight of day 0" in said.where


def _each_wait_apart(window: Window, asked: unmet.Need) -> unmet.Need:
    return asked._replace(end=np.minimum(asked.end, window.end))


def _never(window: Window, *_: object) -> Column:
    return np.full(len(window.ledger.people["group"]), NEVER)


def _no_bed(*since: Column) -> Column:
    return np.full(len(since[-1]), NEVER)


@pytest.mark.parametrize(
    ("name", "fault", "person"), [("_each_once", _each_wait_apart, 1), ("_next_bed", _no_bed, 6), ("died", _never, 7)]
)
def test_who_lacks_a_bed_twice_or_has_one_or_is_dead_is_found_out(
    name: str, fault: Callable[..., object], person: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unmet, name, fault)
    said = found_out(sound_town())
    assert said.identity == people.NEED_ONCE
    assert said.where.startswith(f"person {person},")


@pytest.mark.parametrize(
    ("ending", "lost"), [("turned_away", "unit"), ("gave_up", "unit"), ("died", "unit"), ("admitted", "out")]
)
def test_an_ending_that_no_measure_counts_is_found_out(ending: str, lost: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(waits.COUNTED_AS, ending, ())
    said = found_out(sound_town())
    assert said.identity == people.QUEUES_ADD_UP
    assert said.where.startswith(f"{lost}:")


def test_who_finds_no_place_for_good_and_is_counted_nowhere_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(waits.COUNTED_AS, "turned_away", (TURNED_AWAY,))
    assert str(found_out(sound_town())) == f"{people.QUEUES_ADD_UP}: unit: 7 against 9"


def test_an_ending_that_two_measures_count_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(waits.COUNTED_AS, "gave_up", (GAVE_UP, NO_PLACE))
    assert found_out(sound_town()).identity == people.QUEUES_ADD_UP


def test_an_arrival_that_is_not_counted_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    right = flow.came

    def without_flo(window: Window) -> Mask:
        found = right(window)
        found[5] = False
        return found

    monkeypatch.setattr(flow, "came", without_flo)
    assert found_out(sound_town()).identity == people.ARRIVALS_ADD_UP


@pytest.mark.parametrize(
    ("measure", "place", "identity", "where"),
    [
        ("admissions", 1, people.QUEUES_ADD_UP, "unit: "),
        ("turned_away", 1, people.QUEUES_ADD_UP, "unit, turned_away: "),
        ("gave_up", 1, people.QUEUES_ADD_UP, "unit, gave_up: "),
        ("arrivals", -1, people.ARRIVALS_ADD_UP, "outside: "),
    ],
)
def test_one_too_many_that_is_shown_is_found_out(
    measure: str, place: int, identity: str, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = people.all.split_measures

    def one_more(reported: SplitMeasure) -> SplitMeasure:
        more = np.zeros(len(reported.places))
        more[place] = 1
        return reported._replace(values=reported.values + more)

    def wrong(window: Window) -> list[SplitMeasure]:
        return [one_more(one) if one.measure == measure else one for one in right(window)]

    monkeypatch.setattr(people.all, "split_measures", wrong)
    said = found_out(sound_town())
    assert (said.identity, said.where.startswith(where)) == (identity, True)
