"""SimPy's clock in whole seconds, with one thing added: what is done last in an instant, when everything due has happened."""

from collections.abc import Callable, Generator
from typing import Any

import simpy

LAST = 9  # SimPy runs lower numbers first: 0 urgent, 1 normal

Story = Generator[simpy.Event, Any, None]


class Clock:
    """Whole seconds from the run's first midnight to `until`; nothing past the end is ever stored."""

    def __init__(self, until: int) -> None:
        self._env = simpy.Environment(initial_time=0)
        self._until = until
        self._never = self._env.event()
        self._is_awake = False
        self.last_in_instant: Callable[[], None] = lambda: None

    @property
    def now(self) -> int:
        """The present instant, in seconds."""
        return int(self._env.now)

    def event(self) -> simpy.Event:
        """Something that will happen when somebody says so."""
        return self._env.event()

    def start(self, story: Story) -> None:
        """Begin a story at this instant."""
        self._env.process(story)

    def until(self, instant: int) -> simpy.Event:
        """Happens at that instant, at once if it is past, never if it is after the end."""
        if instant >= self._until:
            return self._never
        return self._env.timeout(max(0, instant - self.now))

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
        event = self._env.event()
        event._ok, event._value = True, None  # a triggered event with a priority of our own: SimPy has no verb for it
        assert event.callbacks is not None
        event.callbacks.append(self._at_last)
        self._env.schedule(event, priority=LAST)  # type: ignore[arg-type]

    def _at_last(self, _: simpy.Event) -> None:
        self._is_awake = False
        self.last_in_instant()

    def run(self) -> None:
        """Let everything happen before the end of the run."""
        self._env.run(until=self._until)
