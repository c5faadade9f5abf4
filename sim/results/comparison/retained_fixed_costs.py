"""Which fixed costs stay: beds that a scenario no longer plans, but did not close by date and in whole wards.

The loader has seen to it that `freed_beds: closed` names beds that fall by date and in whole wards. Everything else
that a scenario plans less than its baseline keeps its fixed cost.

This is money rule 3 of docs/money.md.
"""

from dataclasses import replace

from sim.inputs.scenario import FreedBeds, Places, Scenario, Service


def keeping_fixed_costs(base: Scenario, other: Scenario) -> Scenario:
    """The scenario, knowing which beds of the baseline go on costing; itself where there are none."""
    freed = tuple(_beside(base, other, one) for one in other.costs.freed_beds)
    if freed == other.costs.freed_beds:
        return other
    return replace(other, costs=replace(other.costs, freed_beds=freed))


def _beside(base: Scenario, other: Scenario, freed: FreedBeds) -> FreedBeds:
    ours, theirs = (_service(one, freed.service) for one in (other, base))
    if ours is None or theirs is None or ours.is_unlimited or theirs.is_unlimited:
        return freed
    ours_close = freed.rule == "closed"
    theirs_close = any(one.service == freed.service and one.rule == "closed" for one in base.costs.freed_beds)
    instants = sorted({step.from_second for one in (ours, theirs) for step in one.capacity})
    stays = []
    for at in instants:
        closed = _closed(ours, at, ours_close) - _closed(theirs, at, theirs_close)
        fewer = _planned(theirs, at) - _planned(ours, at)
        stays.append(Places(from_second=at, places=_planned(ours, at) + max(0, fewer - max(0, closed))))
    if all(step.places == _planned(ours, step.from_second) for step in stays):
        return freed
    return replace(freed, stays_open=tuple(stays))


def _service(scenario: Scenario, name: str) -> Service | None:
    return next((one for one in scenario.services if one.name == name), None)


def _planned(service: Service, at: int) -> int:
    return [step.places or 0 for step in service.capacity if step.from_second <= at][-1]


def _closed(service: Service, at: int, closes: bool) -> int:
    """Beds closed by then, since the start of the run."""
    return max(0, (service.capacity[0].places or 0) - _planned(service, at)) if closes else 0
