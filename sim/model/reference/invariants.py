"""The observer: tests every invariant of the model whenever an instant of a reference run is over.

It keeps its own count of who is where from the records (who joined, who was admitted, who left) and holds it against the
bed manager's places and queues. The first invariant that is broken stops the run, with the instant, the service and the
person. It changes nothing: a run that is observed gives the same records.
"""

from datetime import timedelta

from sim.inputs.calendar import places_at
from sim.inputs.scenario import OUTSIDE, Arrival, Route
from sim.model.arrivals import People
from sim.model.plan import Plan, PlannedBay, PlannedService
from sim.model.records import NEVER, NONE
from sim.model.reference.bed_manager import BedManager
from sim.model.reference.capacity import UNLIMITED, ServiceState, TeamState
from sim.model.reference.state import Person, Stay, Wait, Work
from sim.model.rules import SECONDS_PER_DAY, next_clock_time, seconds, shortest_circle

TAKEN_IS_COUNTED = "team places taken = the steps that run with them"
TEAM_NEVER_OVERFULL = "team places taken <= the larger of open and taken before"
NOBODY_WAITS_FOR_A_FREE_TEAM = "nobody waits for a team with a free place"
TEAM_IN_ORDER = "steps wait for a team by priority, start and rank"
TEAM_OPEN_AS_PLANNED = "team places open = planned for this instant"


class TeamTrouble(Exception):
    """An invariant of a team that does not hold."""

    def __init__(self, identity: str, team: str, person: Person | None, what: str) -> None:
        super().__init__(identity)
        self.identity, self.team, self.person, self.what = identity, team, person, what


class ObservedTeams:
    """Every step that needs a team and is not over, from the records."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._going_on: list[list[Work]] = [[] for _ in plan.teams]
        self._taken_before = [0] * len(plan.teams)
        self._seen = 0

    def look(self, beds: BedManager) -> None:
        """Test every team; raise TeamTrouble at the first invariant that is broken."""
        works = beds.records.works
        for work in works[self._seen :]:
            if work.planned.team != NONE:
                self._going_on[work.planned.team].append(work)
        self._seen = len(works)
        for number, team in enumerate(beds.steps.teams):
            self._look_at(number, team, beds.clock.now)

    def _look_at(self, number: int, team: TeamState, now: int) -> None:
        team_name = self._plan.scenario.teams[number].name
        going_on = [work for work in self._going_on[number] if not work.is_over]
        self._going_on[number] = going_on
        running = [work for work in going_on if work.team_joined != NEVER]
        waiting = [work for work in going_on if work.started != NEVER and work.team_joined == NEVER]
        planned = places_at(self._plan.scenario.teams[number].capacity, now)
        if team.open_places != (UNLIMITED if planned is None else planned):
            raise TeamTrouble(TEAM_OPEN_AS_PLANNED, team_name, None, f"{team.open_places} are open, not {planned}")
        if team.taken != len(running):
            what = f"{team.taken} are counted as taken, {len(running)} steps run"
            raise TeamTrouble(TAKEN_IS_COUNTED, team_name, None, what)
        if len(running) > max(team.open_places, self._taken_before[number]):
            last = max(running, key=lambda work: work.team_joined)
            what = f"{len(running)} are taken, {team.open_places} are open"
            raise TeamTrouble(TEAM_NEVER_OVERFULL, team_name, last.stay.person, what)
        self._taken_before[number] = len(running)
        self._queue(team_name, team, waiting, len(running))

    def _queue(self, team_name: str, team: TeamState, waiting: list[Work], running: int) -> None:
        if waiting and running < team.open_places:
            what = f"waits, {team.open_places - running} are free"
            raise TeamTrouble(NOBODY_WAITS_FOR_A_FREE_TEAM, team_name, waiting[0].stay.person, what)
        if {id(work) for work in waiting} != {id(work) for _, work in team.queue}:
            what = f"{len(waiting)} steps wait, {len(team.queue)} are in the queue"
            raise TeamTrouble(TAKEN_IS_COUNTED, team_name, None, what)
        starts = [(order[0], work.started, work.stay.person.arriving.rank) for order, work in team.queue]
        for (_, later), start, other in zip(team.queue[1:], starts, starts[1:], strict=False):
            if other < start:
                raise TeamTrouble(TEAM_IN_ORDER, team_name, later.stay.person, "is behind somebody who comes later")


EVERYBODY_IS_SOMEWHERE = "arrivals = left + still here"
ONE_PLACE_EACH = "everybody has one place, or waits outside for one"
HELD_IS_COUNTED = "occupied = the places that people hold"
NEVER_OVERFULL = "occupied <= the larger of open and occupied before"
OPEN_AS_PLANNED = "open = planned for this instant"
FOR_THEM = "who comes in is somebody whom the bay is for"
NOBODY_WAITS_BESIDE_A_FREE_PLACE = "nobody eligible waits beside a free place"
NOBODY_WAITS_IN_VAIN = "nobody who may go elsewhere waits where they will never get a place"
NO_RING_WAITS = "people who could exchange places do not wait"
FIRST_THE_STEPS = "who comes waits from the instant on at which every step outside is done"
IN_ORDER = "queues are in order of priority, time joined and rank"


class IdentityBrokenAt(Exception):
    """An invariant that does not hold at an instant, in one text, so that it travels between processes."""


class Observer:
    """Called by the bed manager whenever an instant is over."""

    def __init__(self, plan: Plan, people: People) -> None:
        self._plan = plan
        self._arrivals = sorted(max(0, arriving.arrives) for arriving in people)
        self._arrived = 0
        self._left = 0
        self._outside: dict[int, Person] = {}  # by rank: who waits outside, or for whom something is done there before
        self._preparing: dict[int, Stay] = {}  # by rank: those of them for whom something is done
        self._holding: dict[int, Stay] = {}  # by rank: the place somebody holds
        self._held: list[set[Stay]] = [set() for _ in plan.services]
        self._occupied_before = self._from_the_start(people)
        self._taken_in_bay: dict[int, int] = {}
        self._surge_was_open = [False] * len(plan.services)
        self._seen_waits = self._seen_stays = self._seen_left = self._seen_places = self._seen_outside = 0
        self._teams = ObservedTeams(plan)
        self._next_roll_call = 0

    def __call__(self, beds: BedManager) -> None:
        """Test everything; raise IdentityBrokenAt at the first invariant that is broken."""
        now = beds.clock.now
        most_open = self._most_open(beds, now)
        self._note_joined(beds, now)
        self._note_admitted(beds, now)
        self._note_left(beds, now)
        self._everybody_is_somewhere(now)
        for service in beds.services:
            if service.planned is not None:
                self._places(service, most_open[service.number], now)
            self._queue(service, now)
        for service in beds.services[: self._plan.out + 1]:
            self._nobody_waits_beside_a_free_place(beds, service, now)
        self._no_ring_waits(beds, now)
        try:
            self._teams.look(beds)
        except TeamTrouble as trouble:
            self._stop(trouble.identity, now, f"team {trouble.team}", trouble.person, trouble.what)
        if now >= self._next_roll_call:
            self._next_roll_call = now + SECONDS_PER_DAY
            self._roll_call(now)

    def _from_the_start(self, people: People) -> list[int]:
        """Places held by those of the census, who may be more than there are places."""
        here = [0] * len(self._plan.services)
        for arriving in people:
            entry = self._plan.scenario.census[arriving.census_entry] if arriving.census_entry >= 0 else None
            if entry is not None and entry.service != OUTSIDE:
                here[arriving.arrives_at] += UNLIMITED if self._plan.services[arriving.arrives_at].counts_units else 1
        return here

    # -- who is where -----------------------------------------------------------------------------------------------

    def _note_joined(self, beds: BedManager, now: int) -> None:
        waits, outside = beds.records.waits, beds.records.outside
        for one in outside[self._seen_outside :]:
            self._outside[one.person.arriving.rank] = one.person
            self._preparing[one.person.arriving.rank] = one
        self._seen_outside = len(outside)
        for wait in waits[self._seen_waits :]:
            rank = wait.person.arriving.rank
            before = self._preparing.pop(rank, None)
            if before is not None and not before.left == wait.joined == now:
                self._stop(FIRST_THE_STEPS, now, self._name(wait.to), wait.person, "waits before all steps are done")
            if wait.stay is None:
                self._outside[rank] = wait.person
            if wait.ended == NEVER and wait.person.wait is not wait:
                self._stop(ONE_PLACE_EACH, now, self._name(wait.to), wait.person, "waits in two queues")
        self._seen_waits = len(waits)

    def _note_admitted(self, beds: BedManager, now: int) -> None:
        stays = beds.records.stays
        for stay in stays[self._seen_stays :]:
            person, where = stay.person, self._name(stay.service)
            rank = person.arriving.rank
            before = self._holding.get(rank)
            if before is not None:
                if before.left == NEVER:
                    self._stop(
                        ONE_PLACE_EACH, now, where, person, f"still holds a place in {self._name(before.service)}"
                    )
                if before.left != max(0, stay.admitted) or before.to != stay.service:
                    self._stop(ONE_PLACE_EACH, now, where, person, "did not come straight from the place before")
                self._held[before.service].discard(before)
            self._outside.pop(rank, None)
            self._holding[rank] = stay
            self._held[stay.service].add(stay)
        self._seen_stays = len(stays)

    def _note_left(self, beds: BedManager, now: int) -> None:
        leavers = beds.records.leavers
        for person in leavers[self._seen_left :]:
            rank = person.arriving.rank
            stay = self._holding.pop(rank, None)
            if stay is None and self._outside.pop(rank, None) is None:
                self._stop(EVERYBODY_IS_SOMEWHERE, now, OUTSIDE, person, "left without having been here")
            if stay is not None:
                self._held[stay.service].discard(stay)
                if stay.left == NEVER:
                    self._stop(ONE_PLACE_EACH, now, self._name(stay.service), person, "left and still holds a place")
            if person.wait is not None:
                self._stop(ONE_PLACE_EACH, now, self._name(person.wait.to), person, "left and still waits")
            self._left += 1
        self._seen_left = len(leavers)

    def _everybody_is_somewhere(self, now: int) -> None:
        while self._arrived < len(self._arrivals) and self._arrivals[self._arrived] <= now:
            self._arrived += 1
        here = len(self._holding) + len(self._outside)
        if self._arrived != self._left + here:
            text = f"{self._arrived} arrived, {self._left} left, {here} are here"
            self._stop(EVERYBODY_IS_SOMEWHERE, now, "all services", None, text)

    def _roll_call(self, now: int) -> None:
        """Once a day everybody is looked at, moved or not."""
        for stay in self._holding.values():
            person = stay.person
            if person.stay is not stay or person.has_left or stay.left != NEVER:
                self._stop(
                    ONE_PLACE_EACH, now, self._name(stay.service), person, "does not hold the last place it was given"
                )
        for rank, person in self._outside.items():
            if rank in self._preparing and person.wait is None and not person.has_left:
                if self._preparing[rank].is_clear():
                    self._stop(FIRST_THE_STEPS, now, OUTSIDE, person, "does not wait, and every step is done")
            elif person.stay is not None or person.has_left or person.wait is None:
                self._stop(ONE_PLACE_EACH, now, OUTSIDE, person, "neither waits outside nor has a place")

    # -- places -----------------------------------------------------------------------------------------------------

    def _most_open(self, beds: BedManager, now: int) -> list[int]:
        """The most places that each service had open in this instant: surge may open in it, and closes after placing."""
        most = [service.open_places for service in beds.services]
        for service in beds.services:
            surge = None if service.planned is None else service.planned.service.surge
            if surge is not None:
                if self._surge_was_open[service.number] and not service.surge_is_open:
                    most[service.number] += surge.places
                self._surge_was_open[service.number] = service.surge_is_open
        places = beds.records.places
        for number, at, planned in places[self._seen_places :]:
            if at == now:
                most[number] = max(most[number], UNLIMITED if planned < 0 else planned)
        self._seen_places = len(places)
        return most

    def _places(self, service: ServiceState, most_open: int, now: int) -> None:
        assert service.planned is not None
        here, name = self._held[service.number], service.planned.service.name
        if service.has_bays:
            self._each_bay(service, here, now)
            return
        counted = sum(stay.units_now for stay in here) if service.planned.counts_units else len(here)
        (only,) = service.bays
        if only.held != counted:
            self._stop(HELD_IS_COUNTED, now, name, None, f"{only.held} are counted as held, people hold {counted}")
        planned = places_at(service.planned.service.capacity, now)
        surge = service.planned.service.surge
        extra = surge.places if surge is not None and service.surge_is_open else 0
        if service.open_places != (UNLIMITED if planned is None else planned + extra):
            self._stop(
                OPEN_AS_PLANNED, now, name, None, f"{service.open_places} are open, not {planned} and {extra} of surge"
            )
        taken = counted + only.cleaning
        if taken > max(most_open, self._occupied_before[service.number]):
            last = max(here, key=lambda stay: (stay.admitted, stay.person.arriving.rank), default=None)
            text = f"{taken} are taken, {most_open} are open, {self._occupied_before[service.number]} were taken before"
            self._stop(NEVER_OVERFULL, now, name, last.person if last else None, text)
        self._occupied_before[service.number] = taken

    def _each_bay(self, service: ServiceState, here: set[Stay], now: int) -> None:
        """The same of each bay of a service; and anybody who came in during the run is somebody whom the bay is for."""
        name = self._name(service.number)
        for bay in service.bays:
            assert bay.planned is not None
            mine = [stay for stay in here if stay.bay == bay.planned.number]
            last = max(mine, key=lambda stay: (stay.admitted, stay.person.arriving.rank), default=None)
            where, person = f"{name}, bay {bay.planned.place + 1}", last.person if last else None
            if bay.held != len(mine):
                self._stop(
                    HELD_IS_COUNTED, now, where, None, f"{bay.held} are counted as held, people hold {len(mine)}"
                )
            planned = places_at(bay.planned.capacity, now)
            if bay.open_places != planned:
                self._stop(OPEN_AS_PLANNED, now, where, None, f"{bay.open_places} are open, not {planned}")
            taken = len(mine) + bay.cleaning
            # Those of the census may be too many, and some of their beds may be cleaned already.
            at_the_start = min(taken, self._occupied_before[service.number])
            before = self._taken_in_bay.get(bay.planned.number, at_the_start)
            if taken > max(bay.open_places, before):
                self._stop(
                    NEVER_OVERFULL,
                    now,
                    where,
                    person,
                    f"{taken} are taken, {bay.open_places} are open, {before} before",
                )
            self._taken_in_bay[bay.planned.number] = taken
            for stay in mine:
                fits = bay.planned.for_profiles[stay.person.arriving.group]
                if stay.admitted == now > 0 and not fits[stay.found]:
                    self._stop(FOR_THEM, now, where, stay.person, "has a bed in a bay that is not for them")

    # -- queues -----------------------------------------------------------------------------------------------------

    def _queue(self, service: ServiceState, now: int) -> None:
        before: tuple[int, int, int] | None = None
        for wait in service.queue:
            person, name = wait.person, self._name(service.number)
            if person.wait is not wait or wait.ended != NEVER or wait.to != service.number:
                self._stop(ONE_PLACE_EACH, now, name, person, "is in a queue and does not wait in it")
            order = self._order(wait, now)
            if before is not None and order <= before:
                self._stop(IN_ORDER, now, name, person, "is behind somebody who comes later")
            before = order
            if wait.other != NONE and self._waits_in_vain(service, wait, now):
                self._stop(NOBODY_WAITS_IN_VAIN, now, name, person, f"waits, and could go to {self._name(wait.other)}")

    def _waits_in_vain(self, service: ServiceState, wait: Wait, now: int) -> bool:
        """No place for them will ever be, or they were sent before it opened; where else they go is open."""
        members = [number for number in self._plan.members[service.number] if number < self._plan.died]
        if not members or now < self._plan.opens_second[wait.other]:
            return False
        is_too_early = wait.stay is not None and all(now < self._plan.opens_second[number] for number in members)
        planned = [self._plan.services[number] for number in members]
        return is_too_early or all(self._never_fits(one, wait, now) for one in planned)

    def _never_fits(self, planned: PlannedService, wait: Wait, now: int) -> bool:
        """No bay of a service that is for this person has room for them, now or on any later date."""
        bays = [
            one
            for one in (self._plan.bays[bay] for bay in self._plan.bays_of[planned.number])
            if self._is_for(one, wait)
        ]
        return max(1, wait.units_in(planned.number)) > max((one.most_places_from(now) for one in bays), default=0)

    @staticmethod
    def _is_for(bay: PlannedBay, wait: Wait) -> bool:
        return bay.for_profiles[wait.person.arriving.group][wait.profile]

    def _order(self, wait: Wait, now: int) -> tuple[int, int, int]:
        arrival = self._plan.groups[wait.person.arriving.group].arrivals[wait.profile].arrival
        queue: Arrival | Route = arrival if wait.route is None else wait.route.route
        rise, priority = queue.priority_rises, queue.priority
        if rise is not None:
            at = wait.joined + seconds(rise.after_days)
            if rise.until is not None:
                at = next_clock_time(wait.joined, rise.until.second_of_day)
            priority = rise.to if now >= at else priority
        return priority, wait.joined, wait.person.arriving.rank

    def _line(self, beds: BedManager, number: int) -> list[Wait]:
        """Who waits for a place in this service, directly or on a list, in one order over all these queues."""
        if not self._plan.scenario.lists:
            return beds.services[number].queue
        queues = [service.queue for service in beds.services if number in self._plan.members[service.number]]
        return sorted((wait for queue in queues for wait in queue), key=lambda wait: self._order(wait, beds.clock.now))

    def _nobody_waits_beside_a_free_place(self, beds: BedManager, service: ServiceState, now: int) -> None:
        line = self._line(beds, service.number)
        if not line or not self._door_is_open(service.number, now):
            return
        may_pass = service.planned is not None and (service.planned.service.may_pass or service.has_bays)
        for wait in line:
            bays = [bay for bay in service.bays if bay.planned is None or self._is_for(bay.planned, wait)]
            free = max((bay.free() for bay in bays), default=0)
            if wait.units_in(service.number) > free:
                if not may_pass:
                    return
            elif self._could_leave(wait, now) and (wait.to == service.number or self._has_opened(service.number, now)):
                self._stop(
                    NOBODY_WAITS_BESIDE_A_FREE_PLACE,
                    now,
                    self._name(service.number),
                    wait.person,
                    f"waits, {free} are free",
                )

    def _has_opened(self, number: int, now: int) -> bool:
        """Nobody on a list is sent to a service of it that has not opened."""
        return now >= self._plan.opens_second[number]

    def _could_leave(self, wait: Wait, now: int) -> bool:
        if wait.stay is None:
            return True
        if wait.stay.ready > now or any(not wait.stay.works[step].is_over for step in wait.stay.required):
            return False
        hours = self._plan.services[wait.stay.service].discharge_hours
        return hours is None or hours.is_open(now)

    def _door_is_open(self, service: int, now: int) -> bool:
        door = self._plan.services[service].door if service < self._plan.died else None
        return door is None or door.is_open(now)

    def _no_ring_waits(self, beds: BedManager, now: int) -> None:
        neighbours = self._plan.circle_neighbours
        if not any(neighbours):
            return
        first: dict[tuple[int, int], Wait] = {}
        for to in {bay for after in neighbours for bay in after}:
            planned = self._plan.bays[to]
            for wait in self._line(beds, planned.service) if self._door_is_open(planned.service, now) else ():
                if wait.stay is not None and wait.clear != NEVER and self._is_for(planned, wait):
                    first.setdefault((wait.stay.bay, to), wait)
        could = {pair for pair, wait in first.items() if self._could_leave(wait, now)}
        ring = shortest_circle(len(self._plan.bays), lambda held, to: (held, to) in could, neighbours)
        if ring:
            person = first[ring[0], ring[1] if len(ring) > 1 else ring[0]].person
            names = [self._name(self._plan.bays[bay].service) for bay in [*ring, ring[0]]]
            self._stop(NO_RING_WAITS, now, names[0], person, " -> ".join(names))

    # -- how it is said ---------------------------------------------------------------------------------------------

    def _name(self, service: int) -> str:
        return self._plan.scenario.destinations[service]

    def _stop(self, identity: str, now: int, where: str, person: Person | None, text: str) -> None:
        day, rest = divmod(now, SECONDS_PER_DAY)
        when = self._plan.scenario.calendar.start + timedelta(days=day)
        clock = f"{rest // 3600:02}:{rest // 60 % 60:02}:{rest % 60:02}"
        who = "" if person is None else f", {self._person(person)}"
        raise IdentityBrokenAt(f"{identity}: day {day} at {clock} ({when:%Y-%m-%d}), {where}{who}: {text}")

    def _person(self, person: Person) -> str:
        arriving = person.arriving
        census = "c" if arriving.census_entry >= 0 else ""
        return f"{self._plan.groups[arriving.group].group.name}-{census}{arriving.number} (rank {arriving.rank})"
