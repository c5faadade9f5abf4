"""SimPy's clock in whole seconds, with what is done last in an instant, when everything due has happened; and who is told at once.

A story is a generator that yields what it waits for, as in any SimPy model. Here it begins at once and leaves no event behind
when it is over: a SimPy `Process` puts one of each into the calendar, and a quarter of all events were these.
"""

from collections.abc import Callable, Generator
from typing import Any

import simpy

Story = Generator[simpy.Event, Any, None]


class News(simpy.Event):
    """Something that somebody waits to be told. They go on at once, without a turn in the calendar of events."""

    def tell(self, what: Any = None) -> None:
        """Tell those who wait; `what` is what their `yield` gives them."""
        self._ok, self._value = True, what
        waiting = self.callbacks
        self.callbacks = None  # type: ignore[assignment]  # SimPy's mark of what has happened
        for go_on in waiting:
            go_on(self)


class _Teller:
    """Tells one story: goes on with it whenever what it waits for has happened."""

    __slots__ = ("_story",)

    def __init__(self, story: Story) -> None:
        self._story = story

    def go_on(self, happened: simpy.Event) -> None:
        story, what = self._story, happened._value
        try:
            while True:
                awaited = story.send(what)
                waiting: Any = awaited.callbacks  # None where it has happened already
                if waiting is not None:
                    waiting.append(self.go_on)
                    return
                what = awaited._value
        except StopIteration:
            return


class Clock(simpy.Environment):
    """Whole seconds from the run's first midnight to the end; nothing past the end is ever stored."""

    def __init__(self, end: int) -> None:
        super().__init__(initial_time=0)
        self._end = end
        self._never = self.event()
        self._start = self.news()  # what every story waits for before its first word
        self._start.tell()
        self._is_awake = False
        self.last_in_instant: Callable[[], bool] = lambda: False  # returns whether it wants to be called again

    @property
    def now(self) -> int:
        """The present instant, in seconds."""
        return self._now  # type: ignore[return-value]  # whole, as everything that is added to it

    def start(self, story: Story) -> None:
        """Begin a story at this instant, and go on with it as it asks."""
        _Teller(story).go_on(self._start)

    def until(self, instant: int) -> simpy.Event:
        """Happens at that instant, at once if it is past, never if it is after the end."""
        if instant >= self._end:
            return self._never
        delay = instant - self.now
        return simpy.Timeout(self, delay if delay > 0 else 0)

    def at(self, instant: int, action: Callable[[], None]) -> None:
        """Do something at an instant to come, before what is done last in it."""
        event = self.until(instant)
        if event is not self._never and event.callbacks is not None:
            event.callbacks.append(lambda _: action())

    def news(self) -> News:
        """Something that somebody will be told."""
        return News(self)

    def wake(self) -> None:
        """What is done last in an instant shall be done (again) in this one."""
        self._is_awake = True

    def run_to_the_end(self) -> None:
        """Instant by instant: everything that is due, then what is done last, until nothing more is due in it."""
        while True:
            if self.peek() == self.now:
                self.step()
            elif self._is_awake:
                self._is_awake = self.last_in_instant()
            elif self.peek() < self._end:
                self.step()
            else:
                return
