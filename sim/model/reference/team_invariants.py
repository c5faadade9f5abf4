"""The observer's part for teams: who works with which team, counted apart from the teams' own counts.

What may be changed here: an identity is added freely; one is taken away by agreement.
"""

from sim.inputs.timetable import places_at
from sim.model.plan import Plan
from sim.model.records import NEVER, NONE
from sim.model.reference.bed_manager import BedManager
from sim.model.reference.services import UNLIMITED, Team
from sim.model.reference.state import Person, Work

TAKEN_IS_COUNTED = "team places taken = the steps that run with them"
TEAM_NEVER_OVERFULL = "team places taken <= the larger of open and taken before"
NOBODY_WAITS_FOR_A_FREE_TEAM = "nobody waits for a team with a free place"
TEAM_IN_ORDER = "steps wait for a team by priority, start and rank"
TEAM_OPEN_AS_PLANNED = "team places open = planned for this instant"


class TeamTrouble(Exception):
    """An identity of a team that does not hold."""

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
        """Test every team; raise TeamTrouble at the first identity that is broken."""
        works = beds.records.works
        for work in works[self._seen :]:
            if work.planned.team != NONE:
                self._going_on[work.planned.team].append(work)
        self._seen = len(works)
        for number, team in enumerate(beds.steps.teams):
            self._look_at(number, team, beds.clock.now)

    def _look_at(self, number: int, team: Team, now: int) -> None:
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

    def _queue(self, team_name: str, team: Team, waiting: list[Work], running: int) -> None:
        if waiting and running < team.open_places:
            what = f"waits, {team.open_places - running} are free"
            raise TeamTrouble(NOBODY_WAITS_FOR_A_FREE_TEAM, team_name, waiting[0].stay.person, what)
        if {id(work) for work in waiting} != {id(work) for _, work in team.queue}:
            what = f"{len(waiting)} steps wait, {len(team.queue)} stand in the queue"
            raise TeamTrouble(TAKEN_IS_COUNTED, team_name, None, what)
        starts = [(order[0], work.started, work.stay.person.arriving.rank) for order, work in team.queue]
        for (_, later), one, other in zip(team.queue[1:], starts, starts[1:], strict=False):
            if other < one:
                raise TeamTrouble(TEAM_IN_ORDER, team_name, later.stay.person, "stands behind somebody who comes later")
