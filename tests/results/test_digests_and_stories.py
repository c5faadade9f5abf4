"""Fingerprints and stories of a ledger: each block its own people only, each story all that is written of somebody."""

from dataclasses import replace

import numpy as np
import pytest

from sim.inputs.scenario import Bay, Places, Scenario
from sim.model.engine import run
from sim.model.records import NEVER, Ledger
from sim.regression import baselines as digests_module
from sim.regression.baselines import fingerprints
from sim.results.event_history import event_histories, first_difference, pack_histories, unpack_histories
from tests.hall.worlds import small


@pytest.fixture(scope="module")
def world() -> tuple[Scenario, Ledger]:
    scenario = small(days=20, warm_up=10)
    return scenario, run(scenario, 0)


@pytest.fixture(scope="module")
def world_with_bays() -> tuple[Scenario, Ledger]:
    """The same hospital, its 20 beds in two bays for everybody."""
    scenario = small(days=20, warm_up=10)
    bays = tuple(Bay(capacity=(Places(from_second=0, places=10),)) for _ in range(2))
    services = tuple(replace(one, bays=bays) if one.name == "hospital" else one for one in scenario.services)
    scenario = replace(scenario, services=services)
    return scenario, run(scenario, 0)


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(digests_module, "PEOPLE_IN_BLOCK", 10)


def changed(ledger: Ledger, table: str, column: str, row: int) -> Ledger:
    values = getattr(ledger, table)[column].copy()
    values[row] += 1
    return replace(ledger, **{table: {**getattr(ledger, table), column: values}})


def owner(ledger: Ledger, table: str, row: int) -> int:
    if table == "people":
        return row
    if table == "steps":
        return int(ledger.stays["person"][ledger.steps["stay"][row]])
    return int(getattr(ledger, table)["person"][row])


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("people", "arrives"),
        ("waits", "joined"),
        ("waits", "ending"),
        ("stays", "need"),
        ("stays", "planned_to"),
        ("steps", "due"),
    ],
)
def test_a_changed_cell_changes_its_own_block_only(world: tuple[Scenario, Ledger], table: str, column: str) -> None:
    _, ledger = world
    row = len(getattr(ledger, table)[column]) // 2
    before, after = fingerprints(ledger).blocks, fingerprints(changed(ledger, table, column, row)).blocks
    different = [n for n, (one, other) in enumerate(zip(before, after, strict=True)) if one != other]
    assert different == [owner(ledger, table, row) // 10]


def test_a_row_more_in_one_block_leaves_the_next_alone(world: tuple[Scenario, Ledger]) -> None:
    _, ledger = world
    row = int(np.flatnonzero(ledger.stays["person"] >= 10)[0]) - 1  # the last stay of the first block
    stays = {name: np.delete(column, row) for name, column in ledger.stays.items()}
    moved = {
        table: {**columns, "stay": np.where(columns["stay"] > row, columns["stay"] - 1, columns["stay"])}
        for table, columns in (("waits", ledger.waits), ("steps", ledger.steps))
    }
    after = fingerprints(replace(ledger, stays=stays, **moved)).blocks
    assert after[0] != fingerprints(ledger).blocks[0]
    assert after[1:] == fingerprints(ledger).blocks[1:]


def test_open_places_have_a_fingerprint_of_their_own(world: tuple[Scenario, Ledger]) -> None:
    _, ledger = world
    after = fingerprints(changed(ledger, "places", "open", 0))
    assert after.places != fingerprints(ledger).places
    assert after.blocks == fingerprints(ledger).blocks


def test_stories_come_back_from_their_bytes(world: tuple[Scenario, Ledger]) -> None:
    told = event_histories(*world)
    assert unpack_histories(pack_histories(told)) == told
    assert pack_histories(told) == pack_histories(told)
    with pytest.raises(ValueError, match="damaged"):
        unpack_histories(pack_histories(told)[:-9])


@pytest.mark.parametrize("table", ["waits", "stays", "steps"])
def test_every_cell_that_came_to_pass_is_in_the_story(world: tuple[Scenario, Ledger], table: str) -> None:
    scenario, ledger = world
    told = event_histories(scenario, ledger)
    row = len(getattr(ledger, table)["stay"]) // 2
    names = {"person", "stay", "held", "service", "to", "otherwise", "planned_to", "step", "ending", "after"} | {
        "found",
        "profile",
    }
    for column, values in getattr(ledger, table).items():
        if column in names or values[row] == NEVER:
            continue  # names have no successor, and what has not come to pass has no line
        if column == "bay" and not scenario.services[ledger.stays["service"][row]].bays:
            continue  # said of services with bays only: see the next test
        found = first_difference(told, event_histories(scenario, changed(ledger, table, column, row)))
        assert found is not None, f"{table}.{column} is not told"
        assert f"(rank {owner(ledger, table, row)})" in found[0].person


def test_the_bay_is_in_the_story_where_a_service_has_bays_and_only_there(
    world: tuple[Scenario, Ledger], world_with_bays: tuple[Scenario, Ledger]
) -> None:
    scenario, ledger = world_with_bays
    told = event_histories(scenario, ledger)
    in_hospital = ledger.stays["service"] == 0
    assert set(ledger.stays["bay"][in_hospital].tolist()) == {0, 1}
    assert not ledger.stays["bay"][~in_hospital].any()
    for row in np.flatnonzero(in_hospital):
        story = told[ledger.stays["person"][row]]
        assert (
            f"is admitted to hospital: stay {ledger.stays['stay'][row]}, visit {ledger.stays['visit'][row]}, "
            + (f"bay {ledger.stays['bay'][row] + 1}, units")
            in story
        )
        found = first_difference(told, event_histories(scenario, changed(ledger, "stays", "bay", int(row))))
        assert found is not None
        assert f"(rank {ledger.stays['person'][row]})" in found[0].person
    elsewhere = [
        line for story in told for line in story.split("\n") if "is admitted to" in line and "hospital:" not in line
    ]
    assert elsewhere
    assert not any("bay" in line for line in elsewhere)
    assert not any("bay" in story for story in event_histories(*world))


@pytest.mark.parametrize(("early", "late"), [(3, 5), (5, 3)])
def test_the_first_by_rank_and_the_first_in_time_are_named(
    world: tuple[Scenario, Ledger], early: int, late: int
) -> None:
    scenario, ledger = world
    told = event_histories(scenario, ledger)
    assert first_difference(told, told) is None
    last = int(np.flatnonzero((ledger.stays["person"] == late) & (ledger.stays["admitted"] < NEVER))[-1])
    both = changed(changed(ledger, "stays", "admitted", last), "people", "arrives", early)
    assert ledger.people["arrives"][early] < ledger.stays["admitted"][last]
    found = first_difference(told, event_histories(scenario, both))
    assert found is not None
    assert "(rank 3)" in found[0].person
    assert f"(rank {early})" in found[1].person


def test_somebody_who_no_longer_comes_is_named(world: tuple[Scenario, Ledger]) -> None:
    told = event_histories(*world)
    found = first_difference(told, told[:-1])
    assert found is not None
    assert (found[0].expected, found[0].got) == (told[-1].split("\n")[0], "nobody")
