"""Steps on the way out: who needs which, when they start, what they wait for, when they are over.

A step is a process of its own: it waits for its start, for the steps it comes after and for its team, and then takes its
time. The journey is asked to look again when one is over.
"""

from collections.abc import Callable, Sequence

from sim.inputs.calendar import end_of_work, places_at
from sim.model.attributes import conditional_seconds, is_needed
from sim.model.plan import Plan, PlannedStep
from sim.model.records import NEVER, NONE
from sim.model.reference.capacity import UNLIMITED, TeamState
from sim.model.reference.clock import Clock, Process
from sim.model.reference.state import Records, Stay, Work
from sim.model.rules import STARTS, begins, follows_on, seconds, start_of_step


class Steps:
    """The steps of everybody, and the teams that do them."""

    def __init__(self, plan: Plan, clock: Clock, records: Records, look_at: Callable[[Stay], None]) -> None:
        self._plan, self._clock, self._records, self._look_at = plan, clock, records, look_at
        self.teams = [TeamState(0) for _ in plan.teams]
        for number, team in enumerate(plan.scenario.teams):
            self._plan_team(number)
            for change in team.capacity[1:]:
                clock.at(change.from_second, lambda number=number: self._plan_team(number))  # type: ignore[misc]

    def _plan_team(self, number: int) -> None:
        places = places_at(self._plan.scenario.teams[number].capacity, self._clock.now)
        self.teams[number].open_places = UNLIMITED if places is None else places
        self._clock.wake()

    def begin(self, stay: Stay, steps: Sequence[PlannedStep]) -> None:
        """Ask for the steps of the route that was settled at admission, which start by their own clocks."""
        left = stay.steps_left
        needed = [step for step in steps if (is_needed(step, stay.draw) if left is None else step.number in left)]
        self._ask_for(stay, needed, starts_now=False)

    def require(self, stay: Stay, steps: Sequence[PlannedStep]) -> None:
        """Ask for the steps of another route, or of those outside; they start now."""
        self._ask_for(stay, [planned for planned in steps if is_needed(planned, stay.draw)], starts_now=True)

    def _ask_for(self, stay: Stay, needed: Sequence[PlannedStep], starts_now: bool) -> None:
        """What is done counts, what is not asked for is dropped, the rest gets its start."""
        stay.required = frozenset(planned.number for planned in needed)
        for number, work in stay.works.items():
            if number not in stay.required:
                self.drop(work)
        new = [planned for planned in needed if not self._goes_on(stay, planned.number)]
        for planned in new:
            own_start = self._clock.now if starts_now else self._first_start(stay, planned)
            work = Work(stay, planned, own_start, self._clock.event())
            stay.works[planned.number] = work
            self._records.works.append(work)
        for planned in new:
            work = stay.works[planned.number]
            work.after = tuple(stay.works[number] for number in planned.after if number in stay.required)
            self._clock.process(self._do(work))

    def _goes_on(self, stay: Stay, number: int) -> bool:
        return number in stay.works and not stay.works[number].is_dropped()

    def _first_start(self, stay: Stay, planned: PlannedStep) -> int:
        """When a step would start or, for somebody of the census, began, as given, but not before they were admitted."""
        if planned.number in stay.steps_begun:
            return max(-stay.steps_begun[planned.number], stay.admitted)
        # Nobody knows when a step ended that was done before the clock started, so what comes after it starts then.
        follows = stay.steps_left is not None and planned.after
        return self._clock.now if follows else self.own_start(stay, planned)

    def own_start(self, stay: Stay, planned: PlannedStep) -> int:
        """When a step would start if it waited for nothing: on admission, some days before ready, or when ready."""
        step = planned.step
        before = seconds(step.start_days)
        return start_of_step(STARTS.index(step.starts), stay.admitted, stay.ready_due, before)

    def _do(self, work: Work) -> Process:
        if work.own_start > self._clock.now:
            yield self._clock.until(work.own_start)
        for earlier in work.after:
            if not earlier.is_over:
                yield earlier.over
        if work.is_dropped():
            return
        self._begin(work)
        if work.team_place is not None:
            yield work.team_place
            if work.is_dropped():
                return
            work.due = self._end(work, work.team_joined)
        yield self._clock.until(work.due)
        if not work.is_dropped():
            self._finish(work)

    def _begin(self, work: Work) -> None:
        ends = [(earlier.finished, -earlier.planned.number) for earlier in work.after if not earlier.is_dropped()]
        last_end, number = max(ends, default=(-NEVER, NONE))
        if follows_on(work.own_start, last_end, self._clock.now):
            work.waited_for = -number
        work.started = begins(work.own_start, last_end, self._clock.now, work.planned.team != NONE)
        if work.planned.team == NONE:
            work.team_joined = work.started
            work.due = self._end(work, work.started)
            return
        work.team_place = self._clock.event()
        order = (self._priority(work.stay), work.started, work.stay.person.arriving.rank, work.planned.number)
        self.teams[work.planned.team].line_up(work, order)
        self._clock.wake()

    def _priority(self, stay: Stay) -> int:
        """That of the route, or of those outside."""
        if stay.route is not None:
            return stay.route.route.priority
        arriving = stay.person.arriving
        return self._plan.groups[arriving.group].arrivals[arriving.profile].arrival.priority

    def _end(self, work: Work, start: int) -> int:
        step, u = work.planned.step, work.stay.draw(work.planned.takes)
        begun = work.own_start if work.planned.number in work.stay.steps_begun else start
        if begun < 0 and work.stay.steps_left is not None:  # known not to be done; before the run every day counts
            need = max(0, -start) + conditional_seconds(step.takes, -begun, u)
        else:
            need = seconds(step.takes.days(u))
        return end_of_work(self._plan.working, start, need) if step.working_days else start + need

    def _finish(self, work: Work) -> None:
        work.finished = work.due
        self._release_team(work)
        work.over.succeed()
        self._look_at(work.stay)

    def drop(self, work: Work) -> None:
        """A step is no longer needed: its team place and its place in the team's queue are free at once."""
        if work.is_over:
            return
        work.dropped_at = self._clock.now
        if work.planned.team != NONE:
            self.teams[work.planned.team].step_out(work)
            self._release_team(work)
        work.over.succeed()

    def _release_team(self, work: Work) -> None:
        if work.has_team_place:
            work.has_team_place = False
            self.teams[work.planned.team].taken -= 1
            self._clock.wake()

    def place(self) -> bool:
        """Give free team places to those who wait longest for them. Did anybody get one?"""
        placed = False
        for team in self.teams:
            while team.queue and team.taken < team.open_places:
                _, work = team.queue.pop(0)
                team.taken += 1
                work.has_team_place = True
                work.team_joined = self._clock.now
                assert work.team_place is not None
                work.team_place.succeed()
                placed = True
        return placed
