"""Steps and their teams, for the fast engine.

Plain Python that a compiler can read; see `walking_verbs.py`. What may be changed here: with new expected results, and only together with
the reference engine.
"""

from sim.inputs.timetable import end_of_work
from sim.model.ledger import NEVER
from sim.model.packing import BEFORE_READY, ON_ADMISSION, Packed
from sim.model.rules import seconds
from sim.model.walking_luck import drawn, luck
from sim.model.walking_room import Room


def own_start(plan: Packed, room: Room, stay: int, planned: int) -> int:
    """When a step would start if it waited for nothing."""
    planned_steps, stays = plan.steps, room.stays
    starts, ready = planned_steps[planned].starts, stays[stay].ready_due
    if starts == ON_ADMISSION:
        return room.admissions[stay].admitted
    if starts == BEFORE_READY and ready < NEVER:
        return max(room.admissions[stay].admitted, ready - planned_steps[planned].before)
    return ready


def is_over(room: Room, step: int) -> bool:
    """Is a step finished, or no longer needed?"""
    steps = room.steps
    return steps[step].finished != NEVER or steps[step].dropped != 0


def leave_team_queue(room: Room, step: int, team: int) -> None:
    """Step out of a team's line."""
    teams, steps = room.teams, room.steps
    before, behind = steps[step].before, steps[step].behind
    if before >= 0:
        steps[before].behind = behind
    else:
        teams[team].head = behind
    if behind >= 0:
        steps[behind].before = before
    else:
        teams[team].tail = before


def drop(plan: Packed, room: Room, step: int) -> None:
    """A step is no longer needed: its team place and its place in the team's queue are free at once."""
    planned_steps, stays, steps, teams = plan.steps, room.stays, room.steps, room.teams
    if not is_over(room, step):
        steps[step].dropped = 1
        stays[steps[step].stay].open_steps -= 1
        team = planned_steps[steps[step].planned].team
        if team >= 0 and steps[step].started != NEVER:
            if steps[step].has_team:
                steps[step].has_team = 0
                teams[team].taken -= 1
            else:
                leave_team_queue(room, step, team)


def step_takes(plan: Packed, room: Room, stay: int, planned: int) -> int:
    """Seconds that a step of this stay takes, or seconds of working days."""
    planned_steps, stays = plan.steps, room.stays
    key = plan.services[stays[stay].service].key
    u = luck(room, stays[stay].person, key, room.admissions[stay].visit, planned_steps[planned].takes_key)
    return seconds(drawn(plan, planned_steps[planned].takes, u))


def step_end(plan: Packed, planned: int, start: int, need: int) -> int:
    """When a step that starts then is done."""
    planned_steps, working = plan.steps, plan.working
    if planned_steps[planned].working:
        return end_of_work(working, start, need)
    return start + need
