"""One window serves identities, measures, census and departures: nothing that was asked before changes an answer."""

import gc
import weakref
from pathlib import Path

import numpy as np
import pytest

from sim.inputs.loading import read_scenario
from sim.inputs.scenario import Scenario
from sim.model import engine
from sim.model.records import Ledger
from sim.results.comparison.compare import departures
from sim.results.invariants.checks import check_cut
from sim.results.measures.all import measure_cut
from sim.results.measures.census import daily_cut
from sim.results.window import Window
from tests.results.tiny import Town, hospital

EXPECTED = Path(__file__).parents[1] / "expected"
NAMES = ("census_and_surge", "closed_for_a_while", "hours_of_care", "rings_and_returns", "teams_and_queues")


@pytest.fixture(params=NAMES, scope="module")
def ran(request: pytest.FixtureRequest) -> tuple[Scenario, Ledger]:
    """One replication with every mechanism that its file is about; nobody may write into its ledger."""
    scenario = read_scenario(str(EXPECTED / f"{request.param}.yaml"))
    ledger = engine.run(scenario, 0)
    for table in (ledger.people, ledger.waits, ledger.stays, ledger.steps, ledger.places):
        for values in table.values():
            values.setflags(write=False)
    return scenario, ledger


def test_measures_census_and_departures_are_the_same_from_a_used_cut_as_from_a_fresh_one(
    ran: tuple[Scenario, Ledger],
) -> None:
    used = Window(*ran)
    check_cut(used)
    for _ in range(2):
        assert measure_cut(used) == measure_cut(Window(*ran))
        census, fresh = daily_cut(used).series, daily_cut(Window(*ran)).series
        assert list(census) == list(fresh)
        assert all(np.array_equal(census[key], fresh[key]) for key in fresh)
        assert np.array_equal(departures(used), departures(Window(*ran)))
    check_cut(used)


def test_the_daily_census_is_what_counting_people_one_by_one_gives(ran: tuple[Scenario, Ledger]) -> None:
    window, ledger = Window(*ran), ran[1]
    series = daily_cut(window).series
    stays, waits = ledger.stays, ledger.waits
    for number, service in enumerate(window.declared):
        here = stays["service"] == number
        for day, midnight in enumerate(window.midnights.tolist()):
            there = here & (stays["admitted"] <= midnight) & (midnight < stays["left"])
            queue = (waits["to"] == number) & (waits["joined"] <= midnight) & (midnight < waits["ended"])
            assert series[service.name, "midnight_census"][day] == there.sum()
            assert series[service.name, "delayed"][day] == (there & (stays["ready"] <= midnight)).sum()
            assert series[service.name, "waiting"][day] == queue.sum()


def test_a_window_is_gone_with_its_last_user() -> None:
    """A window that held itself kept a replication's records until rubbish was collected: 0.7 GB each for forty hospitals."""
    town = Town(hospital(9))
    town.comes(0, admitted=0).stay("hospital", 0, 2, 2, "home").stay("home", 2)
    gc.disable()
    try:
        window = Window(town.scenario, town.ledger())
        check_cut(window)
        measure_cut(window)
        gone = weakref.ref(window)
        del window
        assert gone() is None
    finally:
        gc.enable()
