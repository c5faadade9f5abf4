"""What scenarios are called in titles, sentences, tables and charts; what `--set` changed is always said with the name.

No name is cut in a sentence, and no two scenarios get the same label.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sim.inputs.scenario import Scenario
from sim.results.words.labels import counted, shortened, spoken

SHORT_NAME = 16  # names up to this stay whole
LABEL_WIDTH = 60  # letters of a label in tables and charts, where it may take two lines
LONGEST_SLUG = 48
NOT_IN_A_FOLDER = r"(?:[^A-Za-z0-9.]|\.(?!\d)|(?<!\d)\.)+"  # a dot stays inside a number
SET_BY = "--set "  # how the command line's changes are marked
RUN_ONLY = ("replications", "seed", "calendar.follow_up_days")  # how often and for how long it is run, not what it is
SECTIONS = (
    "services",
    "people",
    "steps",
    "teams",
    "lists",
)  # said without their name: `services.unit.beds` is `unit beds`
PARTS_OF_A_VALUE = ("fixed", "exponential", "lognormal", "gamma", "weibull", "triangular", "uniform", "mean", "sd",
                    "median", "low", "mode", "high", "share")  # say nothing without what they belong to  # fmt: skip
LONGEST_VALUE = 80
MOST_SETTINGS = 3


@dataclass(frozen=True, slots=True)
class Setting:
    """One value that `--set` put in place of a file's."""

    path: str
    old: str
    new: str

    @property
    def words(self) -> str:
        """The displayed form of the path."""
        first, *rest = self.path.split(".")
        parts = rest if first in SECTIONS and rest else [first, *rest]
        return _said(["to" if part == "then" else part for part in parts if part != "journey"])

    @property
    def brief(self) -> str:
        """The value's own name and what it is now, without the service or group that it belongs to."""
        parts = self.path.split(".")
        start = len(parts) - 1
        while start > 0 and parts[start] in PARTS_OF_A_VALUE:
            start -= 1
        return f"{_said(parts[start:])} {self.value}"

    @property
    def value(self) -> str:
        """The new value, where it is short enough to be displayed."""
        text = re.sub(r"\{from: (\S+), \w+: (\S+)\}", r"\2 from \1", self.new).strip("[]")  # of a dated list
        return text if len(text) <= LONGEST_VALUE else "changed"

    @property
    def now(self) -> str:
        """What it is now: `cedarwood beds 80`."""
        return f"{self.words} {self.value}"

    @property
    def before(self) -> str:
        """What it was."""
        if len(self.old) > LONGEST_VALUE:
            return "see the list of changes"
        return f"was {self.old}" if self.old else "new"


def settings(scenario: Scenario) -> list[Setting]:
    """What `--set` changed in a scenario; a value that was the same before is no change."""
    return [
        Setting(one.path, _one_line(one.old), _one_line(one.new))
        for one in scenario.changes
        if one.file.startswith(SET_BY) and one.path not in RUN_ONLY and one.old != one.new
    ]


def settings_text(found: Sequence[Setting], *, in_brackets: bool = False) -> str:
    """Return the settings in words, the first few of many; old values follow a comma where all is in brackets."""
    more = len(found) - MOST_SETTINGS
    each = [f"{one.now}, {one.before}" if in_brackets else f"{one.now} ({one.before})" for one in found]
    return "; ".join(each[:MOST_SETTINGS]) + (f"; and {more} more" if more > 0 else "")


def in_all(scenarios: Sequence[Scenario]) -> list[Setting]:
    """What was set alike in every one of several scenarios."""
    first, *others = scenarios
    return [one for one in settings(first) if others and all(one in settings(other) for other in others)]


def title(scenario: Scenario, without: Sequence[Setting] = ()) -> str:
    """Return the whole name and its settings, without those displayed elsewhere."""
    own = [one for one in settings(scenario) if one not in without]
    name = _name(scenario) or scenario.id
    return f"{name} — changed: {settings_text(own)}" if own else name


def question(scenario: Scenario) -> str:
    """The planner's question, with what was set, as its own numbers may no longer hold."""
    found = settings(scenario)
    if not (scenario.question and found):
        return scenario.question
    return f"{_with_new_numbers(scenario.question, found)} (Here: {settings_text(found, in_brackets=True)}.)"


def title_of_all(scenarios: Sequence[Scenario], *, compared: bool) -> str:
    """Return the title of the results; settings common to all scenarios appear once."""
    common = in_all(scenarios)
    names = [title(scenario, common) for scenario in scenarios]
    everywhere = f" — changed in all: {settings_text(common)}" if common else ""
    if not compared:
        return _some(names, 4) + everywhere
    others_told = _some(names[1:], 3)
    dash = " —" if " — " in others_told else ""
    return f"{others_told}{dash} compared with {names[0]}{everywhere}"


def _some(names: Sequence[str], most: int) -> str:
    """The first few names in a row; whole names hold commas, so semicolons part them."""
    more = len(names) - most
    return "; ".join(names[:most]) + (f" and {more} more" if more > 0 else "")


def in_sentences(scenarios: Sequence[Scenario]) -> dict[str, str]:
    """What to call each scenario in a sentence, by id: never cut, and with what was set in it but not in all."""
    common = in_all(scenarios)

    def named(name: str, scenario: Scenario) -> str:
        own = [one for one in settings(scenario) if one not in common]
        return f"{name} ({settings_text(own, in_brackets=True)})" if own else name

    return _apart(scenarios, named)


def labels(scenarios: Sequence[Scenario], width: int) -> dict[str, str]:
    """A label of at most so many letters for each id, for tables and charts; settings common to all are left out."""
    common = in_all(scenarios)

    def named(name: str, scenario: Scenario) -> str:
        ending = _ending([one for one in settings(scenario) if one not in common], width)
        return shortened(name, width - len(ending)) + ending

    return _apart(scenarios, named)


def _ending(found: Sequence[Setting], width: int) -> str:
    """What was set, behind a name, where there is room for it."""
    if not found:
        return ""
    brief = f", {found[0].brief}" + (f", {len(found) - 1} more set" if len(found) > 1 else "")
    return brief if len(brief) <= 2 * width // 3 else f", {counted(len(found), 'value')} set"


def _apart(scenarios: Sequence[Scenario], named: Callable[[str, Scenario], str]) -> dict[str, str]:
    """Names up to their first comma; whole ones, or ids, where two would be alike."""
    found: dict[str, str] = {}
    for name_of in (lambda one: _first_part(_name(one)), _name, lambda one: one.id):
        found = {one.id: named(name_of(one) or one.id, one) for one in scenarios}
        if len(set(found.values())) == len(found):
            return found
    return {one.id: one.id for one in scenarios}


def _first_part(name: str) -> str:
    if len(name) <= SHORT_NAME:
        return name
    return re.split(r"[,;:(]| - | – ", name, maxsplit=1)[0].strip()


def _name(scenario: Scenario) -> str:
    """The planner's name for it on one line, with the numbers that were set."""
    return _with_new_numbers(_one_line(scenario.name), settings(scenario))


def _with_new_numbers(text: str, found: Sequence[Setting]) -> str:
    """A number of the text that was set anew is the new one, so that no title says 29 beds where 80 were run.

    A number of one digit, or one that the text has twice, may well mean something else: it stays.
    """
    for one in found:
        old = rf"(?<![\d.,£]){re.escape(one.old)}(?![\d%]|[.,]\d)"
        if one.old.isdigit() and one.new.isdigit() and len(one.old) > 1 and len(re.findall(old, text)) == 1:
            text = re.sub(old, one.new, text)
    return text


def _one_line(text: str) -> str:
    return shortened(text, len(text))


def _said(parts: Sequence[str]) -> str:
    return " ".join(spoken(part) for part in parts)


def slug(scenarios: Sequence[Scenario]) -> str:
    """What was set, as part of a folder's name: whole settings only, so that no number is cut."""
    found = list({(one.path, one.new): one for scenario in scenarios for one in settings(scenario)}.values())
    if not found:
        return ""
    for texts in ([one.now for one in found], [one.brief for one in found]):
        joined = re.sub(NOT_IN_A_FOLDER, "-", " and ".join(texts)).strip("-")
        if len(joined) <= LONGEST_SLUG:
            return joined
    return f"{len(found)}-values-set" if len(found) > 1 else "one-value-set"
