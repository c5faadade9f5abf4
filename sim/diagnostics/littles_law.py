"""Which targets exclude each other, before anything runs: people in a service = people a day x days each (Little's law).

Every target is a range, so every figure that follows from some is a range too. Where two ranges of one figure do not
meet, no settings can show all of these targets, and the sentence says the arithmetic.
Nothing here touches a simulated number.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import inf

from sim.diagnostics.offered_load import arrivals_per_day, open_places
from sim.inputs.files import Address, Target
from sim.inputs.scenario import Scenario

SLACK = 0.02  # windows end, and midnights are not all of the day: ranges that miss each other by less may both be true
FLOW, STAY, PEOPLE, WAITING, NIGHTS = "people a day", "days each", "people", "people waiting", "nights of delay"
DELAYED_PEOPLE, OCCUPIED, DELAYED, OF_BED_DAYS = "people delayed", "occupied", "delayed", "of bed days"
PARTS = (OCCUPIED, DELAYED, OF_BED_DAYS)  # shares, reported in percent
MOST_A_SERVICE = 3  # sentences; more say the same again


@dataclass(frozen=True, slots=True)
class Known:
    """From where to where a figure lies, and the arithmetic or the source that says so."""

    low: float
    high: float
    words: str

    def misses(self, other: "Known") -> bool:
        """Whether the two cannot both be true."""
        return self.high * (1 + SLACK) < other.low or other.high * (1 + SLACK) < self.low


@dataclass(frozen=True, slots=True)
class _Said:
    """What the targets say of one service."""

    service: str
    targets: tuple[Target, ...]
    days: int

    def of(self, measure: str, divided_by: str = "") -> Iterator[Target]:
        """The targets of a whole measure, or of one over another."""
        for target in self.targets:
            below = target.divided_by
            if target.of == Address(self.service, measure) and (
                below == Address(self.service, divided_by) if divided_by else below is None
            ):
                yield target

    def known(self, unit: str, measure: str, divided_by: str = "", *, a_day: bool = False) -> Iterator[Known]:
        """The same as ranges; totals of the window a day, where that is wanted."""
        days = self.days if a_day else 1
        for target in self.of(measure, divided_by):
            yield _stated(target.low / days, target.high / days, unit, _name(target))


def conflicting_targets(targets: Sequence[Target], scenarios: Sequence[Scenario]) -> list[str]:
    """A sentence for each two ranges of one figure that cannot both be true.

    `scenarios` are those between which beds and arrivals may lie: one, or one for each end of what a fit may move.
    """
    found = []
    for service in dict.fromkeys(target.of.service for target in targets):
        said = _Said(service, tuple(targets), scenarios[0].calendar.measured_days)
        figures = (_flows(said, scenarios), _stays(said), _people(said, scenarios), _waiting(said, scenarios))
        first = next((mine for figure in figures if (mine := _conflicts(service, figure))), [])
        found += [*first, *_conflicts(service, _nights(said))][:MOST_A_SERVICE]
    return found


def _conflicts(service: str, figures: Sequence[Known]) -> list[str]:
    return [
        f"{service}: these exclude each other. {one.words}; but {other.words}."
        for one, other in combinations(figures, 2)
        if one.misses(other)
    ]


def _flows(said: _Said, scenarios: Sequence[Scenario]) -> list[Known]:
    """People a day through a service, as targets say and as the scenario sends them."""
    found = [*said.known(FLOW, "throughput_per_day")]
    for measure in ("admissions", "leavers"):
        found += said.known(FLOW, measure, a_day=True)
    return [*found, *_sent(said.service, scenarios)]


def _sent(service: str, scenarios: Sequence[Scenario]) -> Iterator[Known]:
    """Whom the scenario sends to a service from outside, where all of them enter it in the end; at least these, where others come too."""
    if not all(_takes_everybody(scenario, service) for scenario in scenarios):
        return
    rates = [_from_outside(scenario, service) for scenario in scenarios]
    if min(rates) > 0:
        others = any(_is_sent_to(scenario, service) for scenario in scenarios)
        yield _stated(min(rates), inf if others else max(rates), FLOW, "whom the scenario sends from outside")


def _from_outside(scenario: Scenario, service: str) -> float:
    return sum(
        sum(arrivals_per_day(scenario, group)) * share
        for group in scenario.people
        for to, share in group.arrives_at
        if to == service
    )


def _takes_everybody(scenario: Scenario, service: str) -> bool:
    """Whether nobody who comes to a service from outside gives up, is turned away or dies before."""
    if service not in {one.name for one in scenario.services} or scenario.service(service).queue_limit is not None:
        return False
    return all(
        arrival.longest_wait is None and arrival.dies_while_waiting is None
        for group in scenario.people
        for arrival in group.arrivals_outside
    )


def _is_sent_to(scenario: Scenario, service: str) -> bool:
    """Whether people come to a service from another one, or in other ways."""
    routes = [
        route
        for group in scenario.people
        for visit in group.journey
        for route in visit.routes_between(*scenario.calendar.window)
    ]
    ways = [to for route in routes for to in (route.to, route.otherwise) if to is not None]
    ways += [to for group in scenario.people for to, _ in group.arrives_at if to != service]
    return any(service in scenario.members(to) for to in ways)


def _stays(said: _Said) -> list[Known]:
    """Days that each person stays."""
    found = [*said.known(STAY, "length_of_stay_mean_days")]
    for measure in ("leavers", "admissions"):
        found += said.known(STAY, "occupied_bed_days", measure)
    return found


def _people(said: _Said, scenarios: Sequence[Scenario]) -> list[Known]:
    """People in a service at a time: what is said of them, what follows, and the beds that there are."""
    found = [*said.known(PEOPLE, "occupied_bed_days", a_day=True), *said.known(PEOPLE, "midnight_census_mean")]
    found += [_product(flow, stay, PEOPLE) for flow in _flows(said, scenarios) for stay in _stays(said)]
    beds = _beds(said.service, scenarios)
    if beds is not None:
        for measure in ("occupancy", "midnight_occupancy"):
            found += [_product(share, beds, PEOPLE) for share in said.known(OCCUPIED, measure)]
        found.append(Known(0.0, beds.high, f"the scenario has {_number(beds.high)} beds or places"))
    for delayed in _delayed(said):
        for share in said.known(OF_BED_DAYS, "delayed_bed_days", "occupied_bed_days"):
            if share.low > 0:
                ends = delayed.low / share.high, delayed.high / share.low
                found.append(Known(*ends, f"{delayed.words} / {share.words} = {_span(*ends, PEOPLE)}"))
    return found


def _delayed(said: _Said) -> list[Known]:
    """People delayed at a time."""
    found = [*said.known(DELAYED_PEOPLE, "delayed_people_mean"), *said.known(DELAYED_PEOPLE, "midnight_delayed_mean")]
    return [*found, *said.known(DELAYED_PEOPLE, "delayed_bed_days", a_day=True)]


def _beds(service: str, scenarios: Sequence[Scenario]) -> Known | None:
    """Beds or places of a service in the window; None where there is no limit, or hours are counted."""
    if any(service not in {one.name for one in scenario.services} for scenario in scenarios):
        return None
    found = [scenario.service(service) for scenario in scenarios]
    places = [open_places(*both) for both in zip(found, scenarios, strict=True)]
    known = [place for place in places if place is not None]
    if len(known) < len(places) or any(one.counted_in == "hours_per_week" for one in found):
        return None
    least = min(
        place - (service.surge.places if service.surge else 0) for place, service in zip(known, found, strict=True)
    )
    return _stated(least, max(known), "beds or places", "the scenario")


def _waiting(said: _Said, scenarios: Sequence[Scenario]) -> list[Known]:
    """People who wait for a service: as is said, and at least those who enter in the end."""
    found = [*said.known(WAITING, "queue_mean")]
    for flow in _flows(said, scenarios):
        for wait in said.known("days waited", "wait_mean_days"):
            low = flow.low * wait.low
            found.append(Known(low, inf, f"{flow.words} x {wait.words} = {_span(low, inf, WAITING)}"))
    return found


def _nights(said: _Said) -> list[Known]:
    """Nights of delay of all who leave: as is said, and by the share delayed and the nights of those."""
    found = [*said.known(NIGHTS, "delay_mean_nights")]
    for share in said.known(DELAYED, "delayed_share"):
        for nights in said.known(NIGHTS, "delay_mean_if_delayed_nights"):
            found.append(_product(share, nights, NIGHTS))
    return found


def _stated(low: float, high: float, unit: str, by: str) -> Known:
    return Known(low, high, f"{_span(low, high, unit)} ({by})")


def _product(one: Known, other: Known, unit: str) -> Known:
    low, high = one.low * other.low, inf if inf in (one.high, other.high) else one.high * other.high
    return Known(low, high, f"{one.words} x {other.words} = {_span(low, high, unit)}")


def _name(target: Target) -> str:
    return target.says if target.binds else f"{target.says}, which does not bind"


def _span(low: float, high: float, unit: str) -> str:
    """As in: 1 to 1.2 people a day."""
    ends = [f"{end:.1%}" if unit in PARTS else _number(end) for end in (low, high)]
    if high == inf:
        return f"at least {ends[0]} {unit}"
    return f"{ends[0]} {unit}" if ends[0] == ends[1] else f"{ends[0]} to {ends[1]} {unit}"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 99.5 else f"{value:.3g}"
