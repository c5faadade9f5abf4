"""A small scenario in which nearly everything is said once, for tests that change one thing in it."""

from pathlib import Path

from sim.inputs.loading import read_scenario
from sim.inputs.problems import ScenarioError
from sim.inputs.scenario import Scenario

SMALL_WORLD = """\
name: Small world
calendar: {start: 2026-04-06, warm_up_days: 10, measured_days: 20}
replications: 3
services:
  hospital: {kind: acute, beds: 30}
  unit:
    kind: reablement_unit
    beds: 5
  home_care: {kind: home_care, hours_per_week: 900}
teams:
  assessors: {places: 2}
steps:
  hub: {reason: hub_assessment, takes_days: 2, team: assessors}
  forms: {reason: hospital_process, takes_working_days: 1, after: hub}
people:
  everyone:
    arrives_at: hospital
    arrivals_per_day: 2.5
    journey:
      hospital:
        stay_days: {lognormal: {mean: 9, sd: 11.8}}
        then:
          unit:
            share: 40%
            steps: [hub, forms]
            longest_wait_days: 10
            otherwise: home
          home_care: 10%
          home: 50%
      unit: {stay_days: 25, then: {out: 100%}}
      home_care: {stay_days: 30, hours_per_week: 14, then: {out: 100%}}
costs:
  price_year: 2025-26
  services:
    unit: {per_open_day: £187, payer: {nhs: 50%, council: 50%}}
"""


def problems_of(file: str, **options: object) -> list[str]:
    """Everything that is wrong with a file, as it is printed; nothing if it can be read."""
    try:
        read_scenario(file, **options)  # type: ignore[arg-type]
    except ScenarioError as error:
        return str(error).splitlines()
    return []


def read_text(text: str, file: str = "s.yaml") -> Scenario:
    """The scenario in a text, written to a file in the working folder."""
    Path(file).write_text(text, encoding="utf-8")
    return read_scenario(file)


def small_world(old: str = "", new: str = "") -> Scenario:
    """The small world with one thing changed."""
    assert old in SMALL_WORLD, f"the small world says nothing of {old!r}"
    return read_text(SMALL_WORLD.replace(old, new, 1))
