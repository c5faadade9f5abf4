"""Directions that are true person by person: who cannot lose when places open, and by what nobody is delayed longer."""

from pathlib import Path

import numpy as np
import pytest

from sim.inputs.loading import read_scenario
from sim.model.engine import run
from sim.model.records import NEVER, Ledger
from sim.results.measures.delay_episodes import pieces, segments
from sim.results.window import Window

ONE_LINE = """
calendar: {start: 2026-04-06, warm_up_days: 0, measured_days: 200}
services: {ward: {kind: acute, beds: 4}}
people:
  everyone:
    arrives_at: ward
    arrivals_per_day: 1.9
    journey: {ward: {stay_days: {fixed: 2}, then: {out: 100%}}}
"""

TWO_STEPS = """
calendar: {start: 2026-04-06, warm_up_days: 0, measured_days: 200}
services: {ward: {kind: acute, beds: unlimited}, unit: {kind: reablement_unit, beds: 30}}
steps:
  hub: {reason: hub_assessment, takes_days: {exponential: {mean: 2}}}
  equipment: {reason: equipment, takes_days: {exponential: {mean: 2}}, share: 60%}
  adaptation: {reason: housing_adaptation, takes_working_days: {exponential: {mean: 1}}, after: hub, share: 50%}
people:
  everyone:
    arrives_at: ward
    arrivals_per_day: 4
    journey:
      ward:
        stay_days: {lognormal: {mean: 4, sd: 4}}
        then: {unit: {share: 50%, steps: [hub, equipment, adaptation]}, out: {share: 50%, steps: [hub, equipment]}}
      unit: {stay_days: {exponential: {mean: 14}}, then: {out: 100%}}
"""


def ledger_of(folder: Path, text: str, seed: int, *sets: str) -> tuple[Window, Ledger]:
    file = folder / "scenario.yaml"
    file.write_text(text, encoding="utf-8")
    scenario = read_scenario(file, sets=sets, seed=seed)
    ledger = run(scenario, 0)
    return Window(scenario, ledger), ledger


@pytest.mark.parametrize("seed", range(5))
def test_more_places_on_one_first_come_line_delay_nobody(tmp_path: Path, seed: int) -> None:
    # One group, one line, fixed stays, nothing shared downstream: with one bed more everybody is in no later.
    _, fewer = ledger_of(tmp_path, ONE_LINE, seed)
    _, more = ledger_of(tmp_path, ONE_LINE, seed, "services.ward.beds=5")
    before, after = fewer.waits["ended"], more.waits["ended"]
    arrived = np.flatnonzero(fewer.waits["held"] == -1)
    same = np.flatnonzero(more.waits["held"] == -1)
    assert (fewer.waits["person"][arrived] == more.waits["person"][same]).all()
    assert (after[same] <= before[arrived]).all()
    assert (after[same] < before[arrived]).any()  # and for somebody it made a difference


def delay_by_step(window: Window, step: int) -> dict[tuple[int, int], int]:
    """Seconds of delay that a step on the critical path cost, by person and stay."""
    parts, stays = pieces(window, segments(window)), window.ledger.stays
    found: dict[tuple[int, int], int] = {}
    for row in np.flatnonzero(parts.step >= 0):
        if window.ledger.steps["step"][parts.step[row]] == step and parts.end[row] < NEVER:
            stay = parts.stay[row]
            key = (int(stays["person"][stay]), int(stays["stay"][stay]))
            found[key] = found.get(key, 0) + int(parts.end[row] - parts.start[row])
    return found


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("step", ["hub", "equipment"])
def test_a_shorter_step_delays_nobody_longer_by_its_reason(tmp_path: Path, step: str, seed: int) -> None:
    # Without a team and with the same admission (places are unlimited): each person's delay by that step only shrinks.
    long_cut, long = ledger_of(tmp_path, TWO_STEPS, seed)
    short_cut, short = ledger_of(tmp_path, TWO_STEPS, seed, f"steps.{step}.takes_days.exponential.mean=1")
    number = long.step_names.index(step)
    finished = {
        (int(p), int(n)): int(left)
        for p, n, left in zip(*(long.stays[name] for name in ("person", "stay", "clear")), strict=True)
    }
    before, after = delay_by_step(long_cut, number), delay_by_step(short_cut, number)
    compared = [key for key in after if finished.get(key, NEVER) < NEVER]
    assert len(compared) > 100
    assert all(after[key] <= before.get(key, 0) for key in compared)
    assert sum(after[key] for key in compared) < sum(before.values())
    assert short.step_names == long.step_names
