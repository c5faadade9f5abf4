"""A small hospital with a reablement unit, built without a file: what the tests of the hall run."""

from dataclasses import replace
from datetime import date

from sim.inputs.distributions import exponential, fixed, lognormal
from sim.inputs.scenario import (
    Calendar,
    Costs,
    Group,
    Places,
    Price,
    Route,
    Scenario,
    Service,
    Step,
    Value,
    Visit,
)

HUB = Step(name="hub", reason="hub_assessment", takes=lognormal(1.5, 2), share=0.4)
HOME = Service(name="home", kind="other", capacity=(Places(from_second=0, places=None),))


def service(name: str, kind: str, places: int | None) -> Service:
    counted = "beds" if kind != "home_care" else "places"
    return Service(name=name, kind=kind, capacity=(Places(from_second=0, places=places),), counted_in=counted)


def small(
    *,
    id: str = "base",
    name: str = "Base",
    beds: int = 20,
    unit: int = 4,
    per_day: float = 2.0,
    replications: int = 4,
    seed: int = 1,
    days: int = 60,
    warm_up: int = 30,
) -> Scenario:
    """About 2 people a day, 6 days each; 3 in 10 go to a unit of so many beds."""
    people = Group(
        name="everyone",
        arrives_at=(("hospital", 1.0),),
        arrivals_per_day=per_day,
        journey=(
            Visit(
                service="hospital",
                stay=exponential(6.0),
                then=(
                    Route(to="unit", share=0.3, steps=(HUB,), longest_wait=fixed(20.0), otherwise="home"),
                    Route(to="home", share=0.7),
                ),
            ),
            Visit(service="unit", stay=exponential(10.0), then=(Route(to="out", share=1.0),)),
        ),
    )
    return Scenario(
        id=id,
        name=name,
        question="Is there room?",
        file=f"{id}.yaml",
        calendar=Calendar(start=date(2026, 4, 6), warm_up_days=warm_up, measured_days=days),
        replications=replications,
        seed=seed,
        services=(service("hospital", "acute", beds), service("unit", "reablement_unit", unit), HOME),
        teams=(),
        steps=(HUB,),
        people=(people,),
        costs=Costs(
            price_year="2025-26",
            prices=(
                Price(of="hospital", per="occupied_day", gbp=562.0, payers=(("nhs", 1.0),)),
                Price(of="unit", per="open_day", gbp=187.0, payers=(("nhs", 0.5), ("council", 0.5))),
            ),
        ),
        values=(
            Value(path="services.unit.beds", text=str(unit), file=f"{id}.yaml", line=7, note="assumption"),
            Value(path="services.hospital.beds", text=str(beds), file=f"{id}.yaml", line=5, note="KH03"),
        ),
    )


def bigger(base: Scenario, *, id: str = "more", name: str = "More beds", unit: int = 10) -> Scenario:
    """The same world with another number of beds in the unit."""
    other = small(unit=unit)
    services = tuple(other.service(one.name) if one.name == "unit" else one for one in base.services)
    return replace(base, id=id, name=name, file=f"{id}.yaml", services=services, values=other.values)


def with_places(scenario: Scenario, name: str, *dated: tuple[int, int]) -> Scenario:
    """The scenario with so many places of a service from so many days after its start."""
    capacity = tuple(Places(from_second=day * 86_400, places=places) for day, places in dated)
    services = tuple(replace(one, capacity=capacity) if one.name == name else one for one in scenario.services)
    return replace(scenario, services=services)
