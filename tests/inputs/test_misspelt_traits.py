"""A trait or level that is misspelt is one problem with its place, wherever it stands, and never a fault of the reader."""

import re
from pathlib import Path

import pytest

from sim.inputs.loading import read_scenario
from sim.inputs.problems import ScenarioError

WORLD = """\
name: Levels everywhere
calendar: {start: 2026-04-06, warm_up_days: 0, measured_days: 20}
services:
  hospital: {kind: acute, beds: 5}
  unit: {kind: reablement_unit, beds: 5}
  care: {kind: home_care, hours_per_week: 90}
steps: {forms: {reason: other_interface, takes_days: 1}}
people:
  p:
    arrives_at: hospital
    arrivals_per_day: 1
    traits: {need: {low: 60%, high: 40%}}
    prevented_share: {by: need, high: 0%, else: 10%}
    arrival: {by: need, high: {priority: 2}, else: {longest_wait_days: {by: need, low: 3, else: 4}}}
    journey:
      by: need
      high:
        hospital: {stay_days: {by: need, high: 4, else: 3}, then: {by: need, high: {unit: 100%}, else: {home: 100%}}}
        unit:
          by: need
          high: {stay_days: 1, then: {out: 100%}}
          else: {stay_days: 1, then: [{from: 2026-04-06, routes: {by: need, high: {out: 100%}, else: {home: 100%}}}]}
      else:
        hospital:
          stay_days: 2
          lost_ground: {by: need, low: {longer_stay_days_per_delayed_day: 1}, else: {longer_stay_days_per_delayed_day: 2}}
          then:
            unit: {share: 50%, priority: {by: need, high: 1, else: 5}, steps: {by: need, high: [forms], else: []}}
            care: 50%
        unit: {stay_days: 1, changes: [{trait: need, from: low, to: high, chance: {by: need, low: 5%, else: 0%}}], then: {out: 100%}}
        care: {stay_days: 1, hours_per_week: {by: need, high: 9, else: 3}, then: {out: 100%}}
  q:
    arrives_at: hospital
    arrivals_per_day: 1
    traits: {need: {low: 60%, high: 40%}}
    journey:
      hospital: {stay_days: 1, then: {by: need, high: {unit: 100%}, else: {home: 100%}}}
      unit: {by: need, high: {stay_days: 1, then: {out: 100%}}, else: {stay_days: 2, then: {out: 100%}}}
"""
TRAITS = [match.end() for match in re.finditer("by: need|trait: need", WORLD)]
LEVELS = [match.end() for match in re.finditer("by: need, (high|low)|from: low|to: high", WORLD)]


def refused(text: str) -> list[str]:
    path = Path("w.yaml")
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioError) as refusal:
        read_scenario(path)
    return str(refusal.value).splitlines()


@pytest.mark.usefixtures("in_own_folder")
def test_the_world_is_in_order_as_it_stands() -> None:
    Path("w.yaml").write_text(WORLD, encoding="utf-8")
    assert [one.name for one in read_scenario("w.yaml").people[0].traits] == ["need"]


@pytest.mark.usefixtures("in_own_folder")
@pytest.mark.parametrize(("end", "name"), [*((end, "need") for end in TRAITS), *((end, "") for end in LEVELS)])
def test_a_misspelt_trait_or_level_is_answered_with_its_line_and_the_likely_name(end: int, name: str) -> None:
    text = WORLD[:end] + "s" + WORLD[end:]
    line, meant = text[:end].count("\n") + 1, name or re.findall(r"\w+", WORLD[:end])[-1]
    assert any(f"w.yaml:{line}:" in answer and f"did you mean `{meant}`?" in answer for answer in refused(text))
