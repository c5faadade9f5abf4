"""A small hospital and a unit beside it, as files in a folder of scenarios: what the tests of the desk move."""

from pathlib import Path

BASE = """\
name: A small hospital
calendar: {start: 2026-04-06, warm_up_days: 20, measured_days: 60}
replications: 6
seed: 3
services:
  hospital: {kind: acute, beds: 18}
  unit: {kind: reablement_unit, beds: 2}
steps:
  hub: {reason: hub_assessment, share: 50%, takes_days: {lognormal: {mean: 2, sd: 2}}}
people:
  everyone:
    arrives_at: hospital
    arrivals_per_day: 2
    journey:
      hospital:
        stay_days: {exponential: {mean: 6}}
        then:
          unit: {share: 30%, steps: [hub], longest_wait_days: {fixed: 20}, otherwise: home}
          home: {share: 70%}
      unit: {stay_days: {exponential: {mean: 10}}, then: {out: 100%}}
      home: {stay_days: {fixed: 5}, then: {out: 100%}}
costs:
  price_year: 2025-26
  services:
    unit: {per_open_day: £150, payer: nhs}
"""
MORE = """\
name: A larger unit
extends: base.yaml
change:
  services.unit.beds: 5
"""
CENSUS = """\
name: Today
extends: base.yaml
change:
  calendar.warm_up_days: 0
add:
  census:
    - {group: everyone, service: hospital, count: 12, elapsed_days: 3}
"""


def make(folder: Path) -> Path:
    """The folder `scenarios` in a folder, with three scenarios."""
    scenarios = folder / "scenarios"
    scenarios.mkdir()
    for name, text in (("base", BASE), ("more", MORE), ("today", CENSUS)):
        (scenarios / f"{name}.yaml").write_text(text, encoding="utf-8")
    return scenarios
