"""Two engines, written apart, write down the same ledger cell by cell: on every worked example and on random scenarios."""

from pathlib import Path

import pytest
from hypothesis import settings

from sim.inputs.loading import read_scenario
from sim.inputs.scenario import Scenario
from sim.model.engine import run
from sim.model.records import Ledger
from tests.model import second_engine
from tests.model.test_identities_random import IN_EACH_TIER, on_towns

EXAMPLES = sorted((Path(__file__).parents[1] / "worked_examples").glob("*.yaml"))
Cells = dict[str, list[dict[str, object]]]


def cells(ledger: Ledger) -> Cells:
    """A ledger's tables as rows in an order of their own: engines may number their stays as they like."""
    tables = {
        name: [dict(zip(table, row, strict=True)) for row in zip(*(c.tolist() for c in table.values()), strict=True)]
        for name, table in (
            ("people", ledger.people),
            ("stays", ledger.stays),
            ("waits", ledger.waits),
            ("steps", ledger.steps),
            ("places", ledger.places),
            ("arrival_steps", ledger.arrival_steps),
        )
    }
    names = [(stay["person"], stay["stay"]) for stay in tables["stays"]]
    for row in tables["waits"] + tables["steps"]:
        row["stay"] = names[row["stay"]] if row["stay"] >= 0 else (row.get("person"), -1)
    for name, key in (
        ("stays", ("person", "stay")),
        ("waits", ("person", "wait")),
        ("steps", ("stay", "started", "step")),
        ("places", ("at", "service")),
    ):
        tables[name].sort(key=lambda row, key=key: tuple(row[column] for column in key))  # type: ignore[misc]
    tables["places"] = changes(tables["places"])
    return tables  # type: ignore[return-value]


def changes(places: list[dict[str, object]]) -> list[dict[str, object]]:
    """What is planned once each instant is over, where it is not what was planned before."""
    settled = {(row["service"], row["at"]): row["open"] for row in places}
    known: dict[object, object] = {}
    kept = []
    for (service, at), planned in settled.items():
        if known.get(service) != planned:
            kept.append({"service": service, "at": at, "open": planned})
        known[service] = planned
    return kept


def differences(scenario: Scenario) -> list[str]:
    """The rows in which the two engines differ, those of the first engine before those of the second."""
    one, other = cells(run(scenario, replication=0)), cells(second_engine.run(scenario, replication=0))
    return [
        f"{which} {name}: {row}"
        for name in one
        for which, mine, theirs in (("first ", one, other), ("second", other, one))
        for row in mine[name]
        if row not in theirs[name]
    ]


def agree(scenario: Scenario) -> None:
    found = differences(scenario)
    assert not found, "\n".join(found[:12])


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_both_engines_agree_on_the_worked_example(path: Path) -> None:
    agree(read_scenario(path))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_both_engines_agree_on_the_worked_example_followed_up(path: Path) -> None:
    agree(read_scenario(path, ("calendar.follow_up_days=45",)))


@IN_EACH_TIER
def test_both_engines_agree_on_random_scenarios(tmp_path: Path, how: settings) -> None:
    on_towns(tmp_path, how, agree)
