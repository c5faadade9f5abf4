"""Places and lines, for the fast engine: doors, who may move, what the calendar and the surge give.

Plain Python that a compiler can read; see `operations.py`. What may be changed here: with new expected results, and only together with
the reference engine.
"""

from sim.model.compiled.arrays import KEY_TURNAROUND, Packed
from sim.model.compiled.event_queue import due_at, post
from sim.model.compiled.random_lookup import drawn, uniform
from sim.model.compiled.state import CLEAN, MORE_PLACES, OPENING, UNLIMITED, Room
from sim.model.records import NEVER, NONE
from sim.model.rules import seconds


def touch(room: Room, service: int) -> None:
    """Somebody may move into this service, if anybody waits for it; whoever joins its line touches it again."""
    count, touched, wards = room.counters[0], room.touched, room.wards
    if wards[service].is_touched == 0 and wards[service].head >= 0:
        wards[service].is_touched = 1
        touched[count.touched] = service
        count.touched += 1
        count.unsettled = 1


def knock(plan: Packed, room: Room, hours: int, now: int) -> None:
    """Whoever finds hours closed is told of the next opening."""
    opens, closes, knocked = plan.opens, plan.closes, room.knocked
    if not knocked[hours]:
        knocked[hours] = True
        day = room.counters[0].day
        while day < opens.shape[1]:
            if now < opens[hours, day] < closes[hours, day]:
                post(room, opens[hours, day], OPENING, hours)
                break
            day += 1


def is_open(plan: Packed, room: Room, hours: int, now: int) -> bool:
    """Are these hours open?"""
    opens, closes = plan.opens, plan.closes
    if hours < 0:
        return True
    day = room.counters[0].day
    if opens[hours, day] <= now < closes[hours, day]:
        return True
    knock(plan, room, hours, now)
    return False


def plan_places(plan: Packed, room: Room, service: int, now: int) -> None:
    """The places that the calendar and the surge give at this instant, as a row of the ledger too."""
    services, wards, places, count = plan.services, room.wards, room.places, room.counters[0]
    wards[service].open = wards[service].planned_open
    if wards[service].surge_is_open and wards[service].planned_open != UNLIMITED:
        wards[service].open += services[service].surge_places
    row = wards[service].places_row
    if row < 0 or places[row, 1] != now:
        row = count.places
        if row >= len(places):
            count.too_small = MORE_PLACES
            return
        count.places = row + 1
        wards[service].places_row = row
    places[row, 0], places[row, 1] = service, now
    places[row, 2] = -1 if wards[service].open == UNLIMITED else wards[service].open
    touch(room, service)


def never_fits(room: Room, wait: int) -> bool:
    """Will there be no place for this person, now or on any later date?"""
    return bool(max(1, room.waits[wait].units) > room.wards[room.waits[wait].to].most_to_come)


def has_opened(plan: Packed, to: int, now: int) -> bool:
    """Has this destination had a place, on this or any earlier date? Before that people are not sent there."""
    return bool(to >= len(plan.services) or now >= plan.services[to].opens)


def other_way(plan: Packed, room: Room, wait: int) -> int:
    """The destination of somebody who does not get in; NONE where nothing is said, and they wait on."""
    waits, out = room.waits, len(plan.services) + 1
    if waits[wait].stay < 0:
        other = plan.groups[room.persons[waits[wait].person].group].otherwise
        return int(other) if waits[wait].number == 0 and other != waits[wait].to else out
    otherwise = plan.routes[waits[wait].route].otherwise
    return NONE if otherwise < 0 else int(plan.routes[otherwise].to)


def may_go_elsewhere(plan: Packed, room: Room, wait: int, now: int) -> bool:
    """Is there another way, and does it lead to a place that has opened?"""
    other = other_way(plan, room, wait)
    return other != NONE and has_opened(plan, other, now)


def goes_back(plan: Packed, room: Room, wait: int, now: int) -> bool:
    """No place for them will ever be, or people are not sent there before it opens; and they have where to go."""
    if room.waits[wait].stay >= 0 and not has_opened(plan, room.waits[wait].to, now):
        return other_way(plan, room, wait) != NONE
    return never_fits(room, wait) and may_go_elsewhere(plan, room, wait, now)


def count_clear(plan: Packed, room: Room, wait: int, change: int) -> None:
    """Keep count of who, holding a place that somebody else may wait for, is clear to go where."""
    can_ring, count, clear_pairs, waits = plan.can_ring, room.counters[0], room.clear_pairs, room.waits
    where, to = waits[wait].held, waits[wait].to
    if where >= 0 and to < len(can_ring) and can_ring[where, to] and waits[wait].clear != NEVER:
        clear_pairs[where, to] += change
        count.clear_in_rings += change
        count.look_for_rings = 1


def leave_place(plan: Packed, room: Room, stay: int, to: int, is_exchange: bool, now: int) -> None:
    """Nobody holds the place any more; it is free at once, or once it is clean."""
    wards, stays = room.wards, room.stays
    stays[stay].left, stays[stay].to = now, to
    person, service, units = stays[stay].person, stays[stay].service, stays[stay].units_now
    wards[service].held -= units
    room.persons[person].stay_of = NONE
    if plan.services[service].turnaround >= 0 and not is_exchange:
        u = uniform(
            room, person, plan.services[service].key, room.admissions[stay].visit, plan.plain_keys[KEY_TURNAROUND]
        )
        takes = seconds(drawn(plan, plan.services[service].turnaround, u))
        if takes > 0:
            wards[service].cleaning += units
            due_at(room, plan.until, now + takes, CLEAN, stay)
    touch(room, service)
