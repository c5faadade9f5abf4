"""Services with bays, in the ledger: a sound one breaks nothing, and each identity sees what was planted for it."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sim.inputs.loading import read_scenario
from sim.model.engine import run
from sim.model.records import Ledger
from sim.results.invariants import checks
from sim.results.invariants.checks import check
from sim.results.invariants.records import IdentityBroken
from sim.results.measures.all import measure

SCENARIO = read_scenario(Path(__file__).parents[1] / "model" / "bays_and_rotas.yaml")


def changed(ledger: Ledger, table: str, column: str, values: np.ndarray) -> Ledger:
    return replace(ledger, **{table: {**getattr(ledger, table), column: values}})


def test_a_sound_ledger_breaks_no_identity() -> None:
    for replication in range(3):
        check(SCENARIO, run(SCENARIO, replication))


def test_somebody_in_a_bay_that_is_not_for_them_is_seen() -> None:
    ledger = run(SCENARIO, 0)
    swapped = np.where(ledger.stays["bay"] == 0, 1, ledger.stays["bay"])
    with pytest.raises(IdentityBroken) as broken:
        checks.check_bays(checks.Window(SCENARIO, changed(ledger, "stays", "bay", swapped)))
    assert broken.value.identity == checks.FOR_WHOM_IT_IS


def test_one_too_many_in_a_bay_is_seen() -> None:
    # Everybody is a woman: then all of them may be in the first bay, which has too few beds.
    women = replace(SCENARIO.people[0].traits[0], shares=(((), (1.0, 0.0)),))
    scenario = replace(SCENARIO, people=(replace(SCENARIO.people[0], traits=(women,)),))
    ledger = run(scenario, 0)
    with pytest.raises(IdentityBroken) as broken:
        checks.check_bays(checks.Window(scenario, changed(ledger, "stays", "bay", np.zeros_like(ledger.stays["bay"]))))
    assert broken.value.identity == checks.NOBODY_ENTERS_A_FULL_BAY


def test_a_wait_beside_a_free_bed_is_seen() -> None:
    ledger = run(SCENARIO, 0)
    rows = (ledger.waits["ended"] > ledger.waits["joined"]) & (ledger.waits["ending"] == 1) & (ledger.waits["to"] < 2)
    earlier = ledger.stays["left"].copy()
    first = int(np.flatnonzero(rows)[0])
    to, joined = int(ledger.waits["to"][first]), int(ledger.waits["joined"][first])
    here = (ledger.stays["service"] == to) & (ledger.stays["admitted"] < joined) & (earlier > joined)
    earlier[here] = joined  # all of them leave, and still this person waits
    with pytest.raises(IdentityBroken) as broken:
        checks.check_bays(checks.Window(SCENARIO, changed(ledger, "stays", "left", earlier)))
    assert broken.value.identity == checks.NOBODY_WAITS_BESIDE_A_FREE_BED


def test_bays_add_up_to_their_service() -> None:
    rows = measure(SCENARIO, run(SCENARIO, 0))
    for service in ("ward", "unit"):
        for name in ("occupied_bed_days", "available_bed_days"):
            (whole,) = (row.value for row in rows if row[:3] == (service, name, ""))
            parts = [row.value for row in rows if row[:3] == (service, name, "bay")]
            assert len(parts) == len(SCENARIO.service(service).bays)
            assert sum(parts) == pytest.approx(whole)
