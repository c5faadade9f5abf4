"""The places of every destination: opened by the calendar and by surge, held, cleaned, and held in part as need tapers.

Nothing is decided here. Whatever changes the places of a ward touches it, and the bed manager then looks at its queue.
What may be changed here: with new expected results, and then in every engine.
"""

from sim.inputs.scenario import Surge
from sim.inputs.timetable import NOT_IN_THIS_RUN
from sim.model import plan as quantities
from sim.model.plan import Plan
from sim.model.records import NEVER
from sim.model.reference.clock import Clock
from sim.model.reference.recording import Records
from sim.model.reference.services import Ward
from sim.model.reference.state import Stay
from sim.model.rules import seconds, tapered


class Places:
    """Every ward, and which of them have been touched: where somebody may move."""

    def __init__(self, plan: Plan, clock: Clock, records: Records) -> None:
        self._clock, self.records = clock, records
        self.wards = [Ward(planned.number, planned) for planned in plan.services]
        self.wards += [Ward(plan.died, None), Ward(plan.out, None)]
        self.touched: set[int] = set()
        self.is_replanned = False  # by the calendar, in this instant
        self.surges: list[tuple[Ward, Surge]] = []
        for ward, planned in zip(self.wards, plan.services, strict=False):
            self._replan(ward)
            for change in planned.service.capacity[1:]:
                clock.at(change.from_second, lambda ward=ward: self._replan(ward))  # type: ignore[misc]
            if planned.service.surge is not None:
                self.surges.append((ward, planned.service.surge))

    def touch(self, number: int) -> None:
        """Something changed for this ward: look at its queue before the instant is over."""
        self.touched.add(number)
        self._clock.wake()

    def touch_all(self) -> None:
        """A door opened somewhere: look at every queue."""
        self.touched.update(range(len(self.wards)))
        self._clock.wake()

    def _replan(self, ward: Ward) -> None:
        """The calendar gives other places from now on, and there may be none for somebody any more."""
        assert ward.planned is not None
        ward.most_to_come = ward.planned.most_places_from(self._clock.now)
        self.is_replanned = True
        self._open_as_planned(ward)

    def _open_as_planned(self, ward: Ward) -> None:
        ward.plan_places(self._clock.now)
        planned = -1 if ward.open_places == NOT_IN_THIS_RUN else ward.open_places
        self.records.places.append((ward.number, self._clock.now, planned))
        self.touch(ward.number)

    def hold(self, stay: Stay) -> None:
        """Somebody holds a place from now on; less of it as their need tapers."""
        ward, visit = self.wards[stay.service], stay.planned_visit.visit
        stay.units_now = stay.units
        ward.held += stay.units
        if visit is not None and visit.tapers:
            for taper in visit.tapers:
                units = tapered(stay.units, taper.share)
                self._clock.at(
                    stay.admitted + seconds(taper.after_days),
                    lambda units=units: self._taper(stay, ward, units),  # type: ignore[misc]
                )

    def _taper(self, stay: Stay, ward: Ward, units: int) -> None:
        if stay.left == NEVER:
            ward.held += units - stay.units_now
            stay.units_now = units
            self.touch(ward.number)

    def give_up(self, stay: Stay, cleans: bool) -> None:
        """A place is free, at once or when it has been cleaned."""
        ward = self.wards[stay.service]
        ward.held -= stay.units_now
        assert ward.planned is not None
        turnaround = ward.planned.service.turnaround
        if cleans and turnaround is not None:
            self._clean(ward, stay.units_now, seconds(turnaround.days(stay.draw(quantities.TURNAROUND))))
        self.touch(ward.number)

    def _clean(self, ward: Ward, units: int, takes: int) -> None:
        if takes == 0:
            return
        ward.cleaning += units

        def is_clean() -> None:
            ward.cleaning -= units
            self.touch(ward.number)

        self._clock.at(self._clock.now + takes, is_clean)

    def open_surge(self) -> bool:
        """Surge places open when so many wait, and close when few do. Did any open?"""
        opened = False
        for ward, surge in self.surges:
            waiting = len(ward.queue)
            if not ward.surge_is_open and waiting >= surge.opens_when_waiting:
                ward.surge_is_open = opened = True
                self._open_as_planned(ward)
            elif ward.surge_is_open and waiting <= surge.closes_when_waiting:
                ward.surge_is_open = False
                self._open_as_planned(ward)
        return opened
