"""Tiny towns: a scenario and a ledger from rows that read like a ward diary, in days from the run's start."""

from dataclasses import dataclass, field, replace
from datetime import date

from sim.inputs.distributions import fixed
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
    Taper,
    Team,
    Visit,
)
from sim.model.records import (
    NEVER,
    NONE,
    OUTSIDE,
    PEOPLE_COLUMNS,
    PLACES_COLUMNS,
    STAY_COLUMNS,
    STEP_COLUMNS,
    WAIT_COLUMNS,
    WAIT_ENDINGS,
    Ledger,
    table,
)
from sim.results.measures.all import measure

UNSAID = -99.0  # take the usual
MONDAY = date(2026, 4, 6)
HOME = Service(name="home", kind="other", capacity=(Places(from_second=0, places=None),))


def seconds(days: float | None) -> int:
    """Whole seconds of so many days; None is NEVER."""
    return NEVER if days is None else round(days * 86_400)


def service(name: str, kind: str, places: int | None, **more: object) -> Service:
    """A service with so many places from the start of the run."""
    return replace(
        Service(name=name, kind=kind, capacity=(Places(from_second=0, places=places),)),
        **more,  # type: ignore[arg-type]
    )


def hospital(beds: int | None = 9, **more: object) -> Service:
    return service("hospital", "acute", beds, **more)


def unit(beds: int | None = 9, **more: object) -> Service:
    return service("unit", "reablement_unit", beds, **more)


def care_home(beds: int | None = 9, **more: object) -> Service:
    return service("care_home", "care_home", beds, **more)


def step(name: str, reason: str = "hub_assessment", **more: object) -> Step:
    """A step that takes a day."""
    return replace(Step(name=name, reason=reason, takes=fixed(1)), **more)  # type: ignore[arg-type]


def group(
    name: str = "everyone",
    arrives_at: str = "hospital",
    tapers: tuple[Taper, ...] = (),
    **visits: list[Route],
) -> Group:
    """A group with the routes out of each service that it visits."""
    journey = tuple(Visit(service=at, stay=fixed(1), then=tuple(then), tapers=tapers) for at, then in visits.items())
    return Group(name=name, arrives_at=((arrives_at, 1.0),), journey=journey)


def price(of: str, per: str, gbp: float, **payers: float) -> Price:
    return Price(of=of, per=per, gbp=gbp, payers=tuple(payers.items()))


@dataclass
class Resident:
    """One person's diary."""

    town: "Town"
    number: int
    waits: list[list[int]] = field(default_factory=list)
    stays: list[list[int]] = field(default_factory=list)
    steps: list[list[int]] = field(default_factory=list)

    def outside(self, to: str, joined: float, ended: float | None = None, ending: str = "waiting") -> "Resident":
        """A wait outside."""
        where = self.town.numbers[to]
        row = [
            NONE,
            OUTSIDE,
            where,
            self.town.otherwise_outside(self, to),
            seconds(joined),
            seconds(joined),
            seconds(ended),
            WAIT_ENDINGS.index(ending),
        ]
        self.waits.append(row)
        return self

    def stay(
        self,
        at: str,
        admitted: float,
        ready: float | None = None,
        left: float | None = None,
        to: str | None = None,
        *,
        clear: float | None = UNSAID,
        joined: float | None = None,
        planned: str | None = None,
        units: int = 1,
    ) -> "Resident":
        """A stay, and the wait that ended it; clear when ready and joined when clear unless said."""
        numbers = self.town.numbers
        here, clear = numbers[at], ready if clear == UNSAID else clear
        visit = sum(row[0] == here for row in self.stays)
        goes = NONE if to is None else numbers[to]
        need = NEVER if ready is None else seconds(ready) - seconds(admitted)
        self.stays.append(
            [
                here,
                visit,
                seconds(admitted),
                seconds(ready),
                seconds(clear),
                seconds(left),
                goes,
                goes if planned is None else numbers[planned],
                units,
                need,
            ]
        )
        if to is not None and to != "died":
            self.wait(to, clear if joined is None else joined, left, "admitted", clear=clear)
        return self

    def wait(
        self,
        to: str,
        joined: float | None,
        ended: float | None = None,
        ending: str = "waiting",
        *,
        clear: float | None = UNSAID,
    ) -> "Resident":
        """A wait of somebody who holds the last stay's place; clear from the start unless said otherwise."""
        since = joined if clear == UNSAID else clear
        self.waits.append(
            [
                len(self.stays) - 1,
                self.stays[-1][0],
                self.town.numbers[to],
                self.town.otherwise_of(self, to),
                seconds(joined),
                seconds(since),
                seconds(ended),
                WAIT_ENDINGS.index(ending),
            ]
        )
        return self

    def step(
        self,
        name: str,
        started: float,
        finished: float | None = None,
        *,
        team_joined: float | None = UNSAID,
        due: float | None = UNSAID,
        after: str | None = None,
        dropped: float | None = None,
    ) -> "Resident":
        """A step of the last stay; due when it finishes and with its team from the start unless said."""
        names = self.town.step_names
        self.steps.append(
            [
                len(self.stays) - 1,
                names.index(name),
                seconds(started),
                seconds(started if team_joined == UNSAID else team_joined),
                seconds(finished if due == UNSAID else due),
                seconds(finished),
                seconds(dropped),
                NONE if after is None else names.index(after),
            ]
        )
        return self


class Town:
    """A scenario with a measured window, and the diaries of its people."""

    def __init__(
        self,
        *services: Service,
        days: int = 10,
        warm_up: int = 0,
        follow_up: int = 0,
        groups: tuple[Group, ...] = (group(),),
        steps: tuple[Step, ...] = (),
        teams: tuple[Team, ...] = (),
        prices: tuple[Price, ...] = (),
        id: str = "town",
    ) -> None:
        self.scenario = Scenario(
            id=id,
            name=id,
            question="",
            file=f"{id}.yaml",
            calendar=Calendar(start=MONDAY, warm_up_days=warm_up, measured_days=days, follow_up_days=follow_up),
            replications=1,
            seed=1,
            services=(*services, HOME),
            teams=teams,
            steps=steps,
            people=groups,
            costs=Costs(prices=prices),
        )
        self.numbers = {name: number for number, name in enumerate(self.scenario.destinations)}
        self.step_names = tuple(each.name for each in steps)
        self.people: list[tuple[int, ...]] = []
        self.residents: list[Resident] = []
        self.places: list[tuple[int, ...]] | None = None

    def comes(self, day: float, to: str = "hospital", admitted: float | None = None, *, group: int = 0) -> Resident:
        """Somebody who comes from outside; with `admitted` they get in then."""
        resident = self._resident(day, to, group, 0)
        return resident if admitted is None else resident.outside(to, day, admitted, "admitted")

    def is_there(self, day: float, at: str = "hospital", *, group: int = 0) -> Resident:
        """Somebody who was there when the clock started."""
        return self._resident(day, at, group, 1)

    def _resident(self, day: float, to: str, group: int, from_census: int) -> Resident:
        self.people.append((group, len(self.people), from_census, seconds(day), self.numbers[to], 0))
        self.residents.append(Resident(self, len(self.people) - 1))
        return self.residents[-1]

    def otherwise_of(self, resident: Resident, to: str) -> int:
        """Where somebody goes from their last stay who does not get in, by the first routes of that visit."""
        visit = self._group(resident).visit(self.scenario.destinations[resident.stays[-1][0]], (), ())
        ways = [route.otherwise for route in visit.then if route.to == to] if visit else []
        return self.numbers[ways[0]] if ways and ways[0] else NONE

    def otherwise_outside(self, resident: Resident, to: str) -> int:
        """Where somebody goes who does not get in from outside: there is another way for the first attempt only."""
        other = self._group(resident).arrival(()).otherwise
        return self.numbers["out" if resident.waits or other == to else other]

    def _group(self, resident: Resident) -> Group:
        return self.scenario.people[self.people[resident.number][0]]

    def ledger(self) -> Ledger:
        """The diaries as a ledger, in the engines' order."""
        waits: list[tuple[int, ...]] = []
        stays: list[tuple[int, ...]] = []
        steps: list[tuple[int, ...]] = []
        for person in self.residents:
            first = len(stays)
            for number, row in enumerate(sorted(person.waits, key=lambda row: (row[4], row[6]))):
                stay = NONE if row[0] == NONE else first + row[0]
                waits.append((person.number, number, stay, *row[1:], 0))
            stays += [(person.number, number, *row, 0, 0, 0) for number, row in enumerate(person.stays)]
            steps += [(first + row[0], *row[1:]) for row in sorted(person.steps)]
        return Ledger(
            people=table(PEOPLE_COLUMNS, self.people),
            waits=table(WAIT_COLUMNS, waits),
            stays=table(STAY_COLUMNS, stays),
            steps=table(STEP_COLUMNS, steps),
            places=table(PLACES_COLUMNS, self._places() if self.places is None else self.places),
            step_names=self.step_names,
            until=self.scenario.calendar.until,
        )

    def _places(self) -> list[tuple[int, ...]]:
        return [
            (number, change.from_second, -1 if change.places is None else change.places)
            for number, each in enumerate(self.scenario.services)
            for change in each.capacity
        ]

    def value(self, where: str, name: str, by: str = "", item: str = "") -> float | None:
        """One measure of this town; None if there is no such row."""
        for row in measure(self.scenario, self.ledger()):
            if row[:4] == (where, name, by, item):
                return row.value
        return None

    def items(self, where: str, name: str, by: str) -> dict[str, float]:
        """One measure of this town by something."""
        rows = measure(self.scenario, self.ledger())
        return {row.item: row.value for row in rows if row[:3] == (where, name, by)}
