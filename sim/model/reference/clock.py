"""SimPy's clock in whole seconds, with what is done last in an instant, when everything that is due has happened.

Journeys and steps are SimPy processes; what they wait for are SimPy events and timeouts.
"""

from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any

import simpy

Process = Generator[simpy.Event, Any, None]


class Clock(simpy.Environment):
    """Whole seconds from the run's first midnight to the end; nothing past the end is ever stored."""

    if TYPE_CHECKING:
        now: int  # whole, as everything that is added to it

    def __init__(self, end: int) -> None:
        super().__init__(initial_time=0)
        self._end = end
        self._never = self.event()
        self._is_awake = False
        self.last_in_instant: Callable[[], bool] = lambda: False  # returns whether it wants to be called again

    def until(self, instant: int) -> simpy.Event:
        """Happens at that instant, at once if it is past, never if it is after the end."""
        if instant >= self._end:
            return self._never
        return self.timeout(max(0, instant - self.now))

    def at(self, instant: int, action: Callable[[], None]) -> None:
        """Do something at an instant to come, before what is done last in it."""
        event = self.until(instant)
        if event is not self._never and event.callbacks is not None:
            event.callbacks.append(lambda _: action())

    def wake(self) -> None:
        """What is done last in an instant shall be done (again) in this one."""
        self._is_awake = True

    def run_to_the_end(self) -> None:
        """Instant by instant: everything that is due, then what is done last, until nothing more is due in it."""
        while True:
            instant = self.peek()
            if instant != self.now and self._is_awake:
                self._is_awake = self.last_in_instant()
            elif instant < self._end:
                self.step()
            else:
                return
