"""A case in which everything is linear, so that every answer is known with a pencil.

Four people stay in a hospital with room for all; the other scenario sends them on to a unit. In the window the unit
is the difference in occupied bed days: people x days in the unit, as long as nobody is cut off at the end.
"""

from pathlib import Path

BASE = """\
name: Base
question: Four people stay in hospital
calendar: {start: 2026-04-06, warm_up_days: 0, measured_days: 40}
replications: 2
services: {hospital: {kind: acute, beds: unlimited}}
people:
  everyone:
    arrives_at: hospital
    arrivals: [{day: 0, count: 4}]
    journey: {hospital: {stay_days: 5, then: {out: 100%}}}
costs:
  price_year: 2025-26
  services: {hospital: {per_occupied_day: £100, payer: nhs}}
"""
OTHER = """\
name: Other
question: And then in a unit
extends: base.yaml
add:
  services.unit: {kind: reablement_unit, beds: unlimited}
  people.everyone.journey.hospital.then.unit: {share: 100%}
  people.everyone.journey.unit: {stay_days: 3, then: {out: 100%}}
  costs.services.unit: {per_occupied_day: £50, payer: council}
change:
  people.everyone.journey.hospital.then.out.share: 0%
"""
UNIT, HOSPITAL = "people.everyone.journey.unit.stay_days.fixed", "people.everyone.journey.hospital.stay_days.fixed"
PEOPLE = "people.everyone.arrivals.1.count"
HEADING = "assumption,path,low,high,source,note\n"


def write(here: Path, *lines: str) -> None:
    """Both scenarios and a file of ranges."""
    (here / "base.yaml").write_text(BASE)
    (here / "other.yaml").write_text(OTHER)
    (here / "ranges.csv").write_text(HEADING + "".join(f"{line}\n" for line in lines))
