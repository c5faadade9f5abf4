"""One factor for every stay of a visit: in every engine each person needs so many times as long, rounded once."""

from pathlib import Path

import numpy as np
import pytest

from sim.inputs.loading import read_scenario
from sim.model import engine
from sim.model.records import Ledger

TOWN = """\
calendar: {start: 2026-04-06, warm_up_days: 0, measured_days: 60}
replications: 1
services: {hospital: {kind: acute, beds: unlimited}}
people:
  everyone:
    arrives_at: hospital
    arrivals_per_day: 4
    journey:
      hospital:
        stay_days: {lognormal: {mean: 3, sd: 4}}
        then: {home: {share: 40%, stay_days: {weibull: {mean: 6, sd: 3}}}, died: {share: 10%, stay_days: 2}, out: 50%}
"""
FACTOR = 1.7
HOSPITAL = 0


def needs(ledger: Ledger) -> dict[tuple[int, int], int]:
    """Seconds needed in hospital, by person."""
    stays = ledger.stays
    mine = stays["service"] == HOSPITAL
    return dict(
        zip(
            zip(stays["person"][mine].tolist(), stays["visit"][mine].tolist(), strict=True),
            stays["need"][mine].tolist(),
            strict=True,
        )
    )


@pytest.mark.parametrize("name", [engine.REFERENCE, engine.COMPILED])
def test_everybody_needs_so_many_times_as_long(tmp_path: Path, name: str) -> None:
    file = tmp_path / "town.yaml"
    file.write_text(TOWN)
    as_written = needs(engine.run(read_scenario(file), 0, name))
    longer = needs(engine.run(read_scenario(file, [f"people.everyone.journey.hospital.stay_times={FACTOR}"]), 0, name))
    assert as_written.keys() == longer.keys()
    assert len(longer) > 200
    ratio = np.array([longer[one] - FACTOR * need for one, need in as_written.items()])
    assert np.abs(ratio).max() <= 0.5 + FACTOR * 0.5 + 1e-6  # each of the two is rounded to a second, once


def test_a_factor_of_one_leaves_the_ledger_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "town.yaml"
    file.write_text(TOWN)
    one = read_scenario(file, ["people.everyone.journey.hospital.stay_times=1"])
    assert one.people == read_scenario(file).people
