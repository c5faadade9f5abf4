"""Until a unit opens within the run, its scenario is its baseline person by person, to the second."""

from collections import Counter
from pathlib import Path

import pytest

from sim.inputs.loading import read_scenario
from sim.inputs.scenario import SECONDS_PER_DAY, Scenario
from sim.model import engine
from sim.model.records import NEVER, Column

SHIPPED = Path(__file__).parents[2] / "scenarios"
SHORTER = "calendar.measured_days=60"
LATER = "services.cedarwood.beds=[{from: 2025-10-06, beds: 0}, {from: 2026-01-05, beds: 29}]"
OPENS = 91 * SECONDS_PER_DAY


def until(scenario: Scenario, replication: int) -> tuple[Counter[tuple[object, ...]], Counter[tuple[object, ...]]]:
    """Every stay and every wait as far as it had come when the unit opened, by names."""
    ledger, names = engine.run(scenario, replication, engine.COMPILED), [*scenario.destinations, ""]
    stays, waits = ledger.stays, ledger.waits

    def known(column: Column) -> list[int]:
        return [value if value < OPENS else NEVER for value in column.tolist()]

    def named(numbers: Column, since: Column) -> list[str]:
        return [
            names[number] if at < OPENS else "" for number, at in zip(numbers.tolist(), since.tolist(), strict=True)
        ]

    rows = (
        zip(
            stays["person"].tolist(), stays["stay"].tolist(), named(stays["service"], stays["admitted"]),
            named(stays["planned_to"], stays["admitted"]), known(stays["admitted"]), known(stays["ready"]),
            known(stays["clear"]), known(stays["left"]), named(stays["to"], stays["left"]), strict=True,
        ),
        zip(
            waits["person"].tolist(), waits["wait"].tolist(), named(waits["to"], waits["joined"]), known(waits["joined"]),
            known(waits["clear"]), known(waits["ended"]), strict=True,
        ),
    )  # fmt: skip
    return (
        Counter(row for row in rows[0] if row[4] != NEVER),
        Counter(row for row in rows[1] if row[3] != NEVER),
    )


@pytest.mark.slow
@pytest.mark.parametrize("parent", ["cedarwood.yaml", "cedarwood/offered_first.yaml"])
def test_a_unit_that_opens_within_the_run_changes_nobody_before(parent: str) -> None:
    scenario = read_scenario(SHIPPED / parent, [SHORTER, LATER])
    baseline = read_scenario(SHIPPED / "baseline.yaml", [SHORTER])
    for replication in range(3):
        found, expected = until(scenario, replication), until(baseline, replication)
        assert found == expected
        assert sum(found[0].values()) > 3_000
    stays = engine.run(scenario, 0, engine.COMPILED).stays
    assert (stays["admitted"][stays["service"] == scenario.destinations.index("cedarwood")] >= OPENS).sum() > 20
