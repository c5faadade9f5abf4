"""Small systems whose answers are known by formula."""

from pathlib import Path

LOSS = """\
name: {name}
calendar: {{start: 2026-04-06, warm_up_days: {warm_up}, measured_days: {days}}}
replications: {replications}
services:
  hospital: {{kind: acute, beds: 10}}
  unit: {{kind: reablement_unit, beds: [{{from: 2020-01-01, beds: 3}}, {{from: 2027-11-01, beds: 5}}]}}
people:
  everyone:
    arrives_at: hospital
    arrivals_per_day: 2
    arrival: {{longest_wait_days: 0, otherwise: out}}
    journey:
      hospital:
        stay_days: {{exponential: {{mean: 5}}}}
        then: {{out: 90%, unit: 10%}}
      unit: {{stay_days: {{fixed: 1}}, then: {{out: 100%}}}}
"""


def loss_file(folder: Path, name: str = "loss", *, replications: int = 3, days: int = 60, warm_up: int = 30) -> str:
    """People who find no bed are lost: Erlang's B. A tenth of those who leave go on to a unit that is never full."""
    file = folder / f"{name}.yaml"
    file.write_text(LOSS.format(name=name, replications=replications, days=days, warm_up=warm_up))
    return str(file)


# One bed each is open, £110 a day; `LATER` opens three more of £100 on the last 90 of 730 days.
OPEN = """\
name: Open
calendar: {start: 2026-04-06, warm_up_days: 0, measured_days: %d}
replications: 2
services: {ward: {kind: acute, beds: 1}, unit: {kind: other, beds: 1}}
people:
  everyone:
    arrives_at: ward
    arrivals: [{day: 0, count: 1}]
    journey: {ward: {stay_days: 1, then: {out: 100%%}}}
costs:
  price_year: 2025-26
  services:
    ward: {per_open_day: £100, payer: nhs}
    unit: {per_open_day: £10, payer: nhs}
"""
LATER = """\
name: Later
extends: open.yaml
change: {services.ward.beds: [{from: 2026-04-06, beds: 1}, {from: 2028-01-06, beds: 4}]}
"""
