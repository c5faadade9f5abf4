"""Small scenario files for the tests of the hall: a hospital, a unit, and a file that adds beds to it."""

from pathlib import Path

BASE = """\
name: Base
question: Is there room?
calendar: {start: 2026-04-06, warm_up_days: 10, measured_days: 40}
replications: 4
seed: 1
services:
  hospital:
    kind: acute
    beds: 14                 # assumption: small
  unit: {kind: reablement_unit, beds: 3}
steps:
  hub: {reason: hub_assessment, takes_days: {lognormal: {mean: 1.5, sd: 2}}, share: 40%}
people:
  everyone:
    arrives_at: hospital
    arrivals_per_day: 1.4
    journey:
      hospital:
        stay_days: {exponential: {mean: 6}}
        then:
          unit: {share: 30%, steps: [hub], longest_wait_days: {fixed: 20}, otherwise: home}
          home: 70%
      unit: {stay_days: {exponential: {mean: 8}}, then: {out: 100%}}
costs:
  price_year: 2025-26
  services:
    hospital: {per_occupied_day: £562, payer: nhs}
    unit: {per_open_day: £187, payer: {nhs: 50%, council: 50%}}
"""
MORE = """\
name: More beds, in the unit
extends: base.yaml
change:
  services.unit.beds: 8
"""


def write_pair(folder: Path) -> tuple[str, str]:
    """`base.yaml` and `more.yaml` in this folder; their paths."""
    return str(write(folder, "base.yaml", BASE)), str(write(folder, "more.yaml", MORE))


def write(folder: Path, name: str, text: str) -> Path:
    """A file with this text; its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path
