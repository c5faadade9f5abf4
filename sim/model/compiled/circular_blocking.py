"""Rings, for the fast engine: people who hold the places that they wait for among each other.

Plain Python that a compiler can read; see `operations.py`. What may be changed here: with new expected results, and only together with
the reference engine.
"""

from sim.model.compiled.arrays import Packed
from sim.model.compiled.capacity import is_open
from sim.model.compiled.state import FOUND, FOUND_FROM, MEMBER, SEEN, Room
from sim.model.records import NEVER, NONE


def find_ring(plan: Packed, room: Room, now: int) -> int:
    """The shortest ring through the service that stands last in the file; how many are in it, which `room.ring` says."""
    ring, wards, waits, count_ring = room.ring, room.wards, room.waits, 0
    start = len(plan.services)
    while start > 0 and count_ring == 0:
        start -= 1
        ring[SEEN] = 0
        ring[SEEN, start] = 1
        ring[FOUND, 0] = start
        looked, found, end = 0, 1, NONE
        while looked < found and end < 0:
            service = ring[FOUND, looked]
            looked += 1
            for to in range(len(plan.services)):
                if (
                    plan.can_ring[service, to]
                    and room.clear_pairs[service, to] > 0
                    and (to == start or ring[SEEN, to] == 0)
                    and is_open(plan, room, plan.services[to].door, now)
                    and is_open(plan, room, plan.services[service].own_hours, now)
                ):
                    if to == start:
                        end = service
                        break
                    ring[SEEN, to] = 1
                    ring[FOUND_FROM, to] = service
                    ring[FOUND, found] = to
                    found += 1
        to = start
        while end >= 0:  # back along the ring: the first in line of those who hold each place
            member = wards[to].head
            while waits[member].held != end or waits[member].clear == NEVER:
                member = waits[member].behind
            ring[MEMBER, count_ring] = member
            count_ring += 1
            to = end
            end = NONE if end == start else ring[FOUND_FROM, end]
    return count_ring
