"""SimPy's clock in whole seconds, with one thing added: what is done last in an instant, when everything due has happened."""

from collections.abc import Callable, Generator
from typing import Any

import simpy

LAST = 9  # SimPy runs lower numbers first: 0 urgent, 1 normal

Story = Generator[simpy.Event, Any, None]


class Clock(simpy.Environment):
    """Whole seconds from the run's first midnight to the end; nothing past the end is ever stored."""

    def __init__(self, end: int) -> None:
        super().__init__(initial_time=0)
        self._end = end
        self._never = self.event()
        self._is_awake = False
        self.last_in_instant: Callable[[], bool] = lambda: False  # returns whether it wants to be called again

    @property
    def now(self) -> int:
        """The present instant, in seconds."""
        return self._now  # type: ignore[return-value]  # whole, as everything that is added to it

    def start(self, story: Story) -> None:
        """Begin a story at this instant."""
        self.process(story)

    def until(self, instant: int) -> simpy.Event:
        """Happens at that instant, at once if it is past, never if it is after the end."""
        if instant >= self._end:
            return self._never
        return simpy.Timeout(self, max(0, instant - self.now))

    def at(self, instant: int, action: Callable[[], None]) -> None:
        """Do something at an instant to come, before what is done last in it."""
        event = self.until(instant)
        if event is not self._never and event.callbacks is not None:
            event.callbacks.append(lambda _: action())

    def wake(self) -> None:
        """What is done last in an instant shall be done (again) in this one."""
        if self._is_awake:
            return
        self._is_awake = True
        event = simpy.Event(self)
        event._ok, event._value = True, None  # a triggered event with a priority of our own: SimPy has no verb for it
        event.callbacks.append(self._at_last)
        self.schedule(event, priority=LAST)  # type: ignore[arg-type]

    def _at_last(self, _: simpy.Event) -> None:
        again = self.last_in_instant()
        self._is_awake = False
        if again:
            self.wake()

    def run_to_the_end(self) -> None:
        """Let everything happen before the end of the run."""
        self.run(until=self._end)
