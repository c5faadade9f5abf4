"""The words of a list for steps that are not done: names of steps, a planner's own words, or reasons as the discharge-ready-date return has them.

A cell may hold several. What may be changed here: what is understood; never make two readings of one text possible.
"""

import re
from collections.abc import Iterator, Sequence

from sim.inputs.problems import closest, did_you_mean, listed, quoted
from sim.inputs.scenario import REASONS, Scenario, Step
from sim.own_data.people_files import ANY_OTHER, Words
from sim.own_data.published import labels
from sim.own_data.tables import bare
from sim.results.measures.delays import reason_of_service
from sim.results.words.labels import reason_label

COLUMN = "steps_left"
BETWEEN = ";"
ALSO_BETWEEN = re.compile(r"\s*[,&+/\n]\s*|\s+and\s+", re.IGNORECASE)  # where a cell is no word as a whole
NOTHING = ("", "none", "nil", "nothing")
NO_PLACE = "capacity"  # how a published reason begins that says that there is no room


class NotUnderstood(ValueError):
    """What is wrong with a cell, as the end of a sentence; nothing that may be a name is repeated."""


class StepWords:
    """Reads cells of a scenario's list."""

    def __init__(self, scenario: Scenario, words: Words) -> None:
        self._scenario = scenario
        self._theirs = words.words.get(COLUMN, {})
        self._steps = {bare(step.name): step.name for step in scenario.steps}
        self._reasons = {bare(word): (reason, False) for reason in REASONS for word in (reason, reason_label(reason))}
        published = ((label, item) for label, (_, measure, item) in labels().items() if measure == "reason")
        self._reasons |= {bare(label): (item, label.startswith(NO_PLACE)) for label, item in published}

    def read(self, text: str, way: Sequence[Step], places: tuple[str, str]) -> tuple[str, ...]:
        """The steps of a way, from one place to another, that a cell names; NotUnderstood says why not."""
        found: list[str] = []
        for word in self._split(text):
            found += self._meant(word, way, places)
        from_place, to = places
        if wrong := [name for name in dict.fromkeys(found) if all(step.name != name for step in way)]:
            names = listed(map(quoted, wrong), "and")
            raise NotUnderstood(f"names {names}, no step on the way from {quoted(from_place)} to {quoted(to)}")
        return tuple(dict.fromkeys(found))

    def names_any(self, text: str) -> bool:
        """Whether a cell names any step, known or not."""
        return bare(text) not in NOTHING

    def _split(self, text: str) -> Iterator[str]:
        """The words of a cell: between semicolons, and between commas or `and` where all of them are understood."""
        for piece in text.split(BETWEEN):
            parts = [one for one in ALSO_BETWEEN.split(piece.strip()) if one]
            yield from parts if not self._knows(piece) and all(map(self._knows, parts)) else [piece.strip()]

    def _knows(self, word: str) -> bool:
        key = bare(word)
        return any(key in known for known in (self._theirs, self._steps, self._reasons, NOTHING))

    def _meant(self, word: str, way: Sequence[Step], places: tuple[str, str]) -> list[str]:
        known = self._knows(word)
        word = self._theirs.get(bare(word), word if known else self._theirs.get(ANY_OTHER, word))
        key = bare(word)
        if key in self._steps:
            return [self._steps[key]]
        if key in NOTHING:
            return []
        if key in self._reasons:
            return self._of_reason(*self._reasons[key], way, places)
        raise NotUnderstood(self._unknown(word, way, places))

    def _of_reason(self, reason: str, no_place: bool, way: Sequence[Step], places: tuple[str, str]) -> list[str]:
        """The one step on the way with a reason; none where the reason is that there is no room in the place that is awaited."""
        from_place, to = places
        if no_place and reason in self._awaited(to):
            return []
        steps = [step.name for step in way if step.reason == reason]
        of = f"the reason {quoted(reason_label(reason))}"
        if not steps:
            raise NotUnderstood(f"names {of}, which no step on the way from {quoted(from_place)} to {quoted(to)} has")
        if len(steps) > 1:
            raise NotUnderstood(f"names {of}; say by the name of the step whether it is {listed(map(quoted, steps))}")
        return steps

    def _awaited(self, to: str) -> set[str]:
        """The reasons of people who wait for a place."""
        services = {one.name: one for one in self._scenario.services}
        stated = {one.reason for one in self._scenario.lists if one.name == to and one.reason}
        found = {reason_of_service(services[name]) for name in self._scenario.members(to) if name in services}
        return found | stated

    def _unknown(self, word: str, way: Sequence[Step], places: tuple[str, str]) -> str:
        every = [step.name for step in self._scenario.steps]
        if closest(word, every) is not None:
            return f"names a step that is not known{did_you_mean(word, every)}"
        if not way:
            return f"names a step, and there is none on the way from {quoted(places[0])} to {quoted(places[1])}"
        known = listed([step.name for step in way], "and")
        return (
            f"names a step that is not known; on the way from {quoted(places[0])} to {quoted(places[1])} there are {known}; say with --columns "
            f"what your words mean, and put {quoted(BETWEEN)} between two"
        )
