"""Plain words and sensible figures for people: labels of measures, rounding, intervals, verdicts, totals of a window; and names.

A fortnight in December is no year: its totals are never multiplied. Files for programs hold the totals of the window.

What scenarios are called in titles, sentences, tables and charts: what `--set` changed is always said with the name. No name is
cut in a sentence, and no two scenarios get the same label.

What counts as a year is a contract; the wording is not.
"""

import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from sim.inputs.problems import counted as counted  # noqa: PLC0414 - one of the words of results too
from sim.inputs.scenario import OUTSIDE, Scenario
from sim.results.measure_table import NO_SUCH_TRAIT, SHARES, Measure, is_of_people, measures

DAYS_PER_YEAR = 365
A_YEAR = "a year"


def times(measured_days: int) -> float:
    """Return the factor from a window's total to a year of 365 days, or 1 where the window is shorter."""
    return DAYS_PER_YEAR / measured_days if measured_days >= DAYS_PER_YEAR else 1.0


def factor(measure: str, measured_days: int) -> float:
    """The same for any measure: 1 for what is not a total."""
    return times(measured_days) if measures()[measure].is_total else 1.0


def per(measured_days: int) -> str:
    """The time that a total is of: `a year`, or `in the 56 days measured`."""
    if measured_days >= DAYS_PER_YEAR:
        return A_YEAR
    return "in the 1 day measured" if measured_days == 1 else f"in the {measured_days} days measured"


def per_one_of(windows: Iterable[int]) -> str:
    """Return the same for several scenarios; `in the days measured` where their times differ."""
    times_measured = {per(days) for days in windows}
    return times_measured.pop() if len(times_measured) == 1 else "in the days measured"


def per_each_of(windows: Iterable[int]) -> tuple[str, list[str]]:
    """The time of a table's heading, and that of each row: in the heading where all are of one time, else in each row."""
    each = [per(days) for days in windows]
    return (each[0], [""] * len(each)) if len(set(each)) == 1 else ("", each)


def over(text: str, measured_days: int) -> str:
    """Adapt a label with `a year` to this window; the days of a short one are put at the end, or before a colon."""
    time = per(measured_days)
    if time == A_YEAR or f" {A_YEAR}" not in text:
        return text
    before, after = text.split(f" {A_YEAR}", maxsplit=1)
    rest, colon, part = after.partition(": ")
    return f"{before}{rest} {time}{colon}{part}"


def totals_text(windows: Iterable[int]) -> str:
    """Return the time that the totals of these windows are of, as part of a sentence."""
    lengths = sorted(set(windows))
    if len(lengths) > 1:
        return "totals are per year where a year or more was measured, else of the days measured"
    (days,) = lengths
    if days < DAYS_PER_YEAR:
        return f"totals are those of {'this day' if days == 1 else f'these {days} days'}, not of a year"
    if days <= DAYS_PER_YEAR + 1:
        return "totals are per year of 365 days"
    return f"totals are averages per year of 365 days over these {days:,} days"


def side_by_side(windows: Iterable[int]) -> tuple[list[float], str]:
    """Return the factor that puts each window's totals on one scale, and the time of that scale."""
    lengths = list(windows)
    if len({per(days) for days in lengths}) == 1:
        return [times(days) for days in lengths], per(lengths[0])
    return [1 / days for days in lengths], "a day"


MOST_FINER = 2  # decimals more, so that an end of an interval shows its side of 0
MONEY = frozenset({"GBP"})

LACK_WORDS = {"place": "no place free", "hours": "closed hours", "arranging": "arranging it", "team": "no team free"}

ENDING_WORDS = {
    "moved_by_design": "moved on to another list by design",
    "elsewhere": "who gave up waiting and went elsewhere",
    "with_nothing": "who gave up waiting, left with nothing",
}

_REASONS = {
    "hospital_process": "hospital process",
    "hub_assessment": "transfer hub assessment",
    "funding_decision": "funding decision",
    "p1_reablement": "reablement at home (P1)",
    "home_care": "home care (P1)",
    "home_community_health": "community health at home",
    "p2_bed": "reablement bed (P2)",
    "p3_care_home": "care home (P3)",
    "eol_fast_track_chc": "end of life, fast track",
    "equipment": "equipment",
    "housing_adaptation": "housing adaptation",
    "housing_homeless": "homelessness",
    "choice_selffund": "choice or self-funding",
    "safeguarding_capacity": "safeguarding, capacity",
    "destination_readiness": "home not ready",
    "other_interface": "other, between services",
}


def reason_label(reason: str) -> str:
    """A reason of delay in words."""
    return _REASONS.get(reason, spoken(reason))


def spoken(name: str) -> str:
    """A name from a scenario in words: `reablement_unit` is `reablement unit`."""
    return "NHS" if name == "nhs" else name.replace("_", " ")


def payer_label(name: str) -> str:
    """A payer in words: `nhs` is `NHS`."""
    return name.upper() if name in ("nhs", "icb", "chc") else spoken(name)


def _place(service: str) -> str:
    return "all services" if service == "all" else spoken(service)


def part_words(by: str, item: str) -> str:
    """One item of a division in a planner's words; of a trait the level."""
    if item == NO_SUCH_TRAIT and is_of_people(by):
        return "others"
    fixed = {"lack": LACK_WORDS, "ending": ENDING_WORDS}
    if by in fixed:
        return fixed[by][item]
    if by in ("payer", "contributor"):
        return payer_label(item)
    if by == "payer_and_year":
        payer, _, year = item.rpartition(", ")
        return f"{payer_label(payer)}, year {year}"
    if by == "year":
        return f"year {item}"
    return reason_label(item) if by == "reason" else spoken(item)


def measure_label(measure: str, service: str, by: str = "", item: str = "", *, measured_days: int) -> str:
    """What a row is about, in a planner's words; totals are of a year, or of a window of so many days."""
    text = _label(measures()[measure], service, by)
    if service == "all":
        text = text.replace(" ({service})", "")  # a part of all services names none
    text = text.replace("{service}", _place(service)).replace("{item}", part_words(by, item))
    if is_of_people(by):
        text += f", {_split_words(by, item)}"
    elif by == "bay":
        text += f", bay {item}"
    return over(text, measured_days)


def _label(measure: Measure, service: str, by: str) -> str:
    """The label of the part, of all services or of outside where the table has one, else that of a service."""
    special = {"all": measure.label_all, OUTSIDE: measure.label_outside}.get(service, "")
    part = "" if is_of_people(by) else measure.label_of_part
    if by == "contributor":  # whose money it is, where a pooled fund is sent the bill
        part = part.replace("paid by", "with the money of")
    return (by and part) or special or measure.label


def _split_words(by: str, item: str) -> str:
    """A group, or a level with its trait: `dementia: yes`."""
    return f"{spoken(by)}: {part_words(by, item)}"


def figure(value: float | None, unit: str, *, signed: bool = False, like: float | None = None, finer: int = 0) -> str:
    """A number as a planner reads it: 93.3%, £1.98m, 4.3, 1,240; `like` is the largest number beside it; `finer`: more decimals."""
    if value is None or not math.isfinite(value):
        return "-"
    sign = "-" if value < 0 else "+" if signed else ""
    size, largest = abs(value), abs(value) if like is None else max(abs(value), abs(like))
    if unit in SHARES:
        return _zero_unsigned(f"{sign}{100 * size:.{1 + finer}f}" + (" points" if signed else "%"))
    if unit in MONEY:
        return _zero_unsigned(sign + _pounds(size, largest))
    return _zero_unsigned(sign + plain(size, largest, fine_below=0.95 if signed else 0.095, finer=finer))


def plain(size: float, largest: float, fine_below: float = 0.95, finer: int = 0) -> str:
    """A size without unit: no decimals beside large numbers, one, or two beside small ones."""
    if largest >= 99.95:
        return f"{size:,.{finer}f}"
    if not 0 < largest < fine_below:
        return f"{size:.{1 + finer}f}"
    return f"{size:.{min(4, max(2, math.ceil(-math.log10(largest)))) + finer}f}"


def _pounds(size: float, largest: float) -> str:
    """In millions, in thousands or whole, as the largest; what would be nothing there, in its own: never £0k or £0.00m."""
    if largest >= 999_500:
        text = f"£{size / 1e6:,.2f}m"
    elif largest >= 9_950:
        text = f"£{size / 1e3:,.0f}k"
    else:
        return f"£{size:,.0f}"
    return text if _is_not_zero(text) else _pounds(size, size)


def _zero_unsigned(text: str) -> str:
    """-0.0 is 0.0: a rounded nothing has no direction."""
    return text[1:] if text[:1] in "+-" and not _is_not_zero(text) else text


def _is_not_zero(text: str) -> bool:
    return any(digit in "123456789" for digit in text)


def change_and_interval(
    mean: float, low: float | None, high: float | None, unit: str, factor: float = 1.0, beside: Sequence[float] = ()
) -> tuple[str, str]:
    """A difference and its interval, all three in the same decimals: `-4.3`, `-4.5 to -4.1`; and in those of others beside them."""
    numbers = [factor * value for value in (mean, low, high) if value is not None]
    like = max(abs(number) for number in (*numbers, *(factor * value for value in beside)))
    for finer in range(MOST_FINER + 1):
        texts = [figure(number, unit, signed=True, like=like, finer=finer) for number in numbers]
        if not (low and high and low * high > 0) or all(map(_is_not_zero, texts[1:])):
            break  # an end that is reported as 0.0 would say that nobody can tell
    return texts[0], " to ".join(text.removesuffix(" points") for text in texts[1:])


def interval(low: float | None, high: float | None, unit: str, factor: float = 1.0) -> str:
    """The interval of an average, `36.1 to 37.2`; nothing where there is none."""
    if low is None or high is None:
        return ""
    like = factor * max(abs(low), abs(high))
    return " to ".join(figure(factor * end, unit, like=like) for end in (low, high))


def shortened(text: str, width: int) -> str:
    """One line of at most so many characters."""
    line = " ".join("".join(mark if mark.isprintable() else " " for mark in text).split())
    return line if len(line) <= width else line[: max(1, width - 3)].rstrip() + "..."


# -- what scenarios are called -----------------------------------------------------------------------------------------


SHORT_NAME = 16  # names up to this stay whole
LABEL_WIDTH = 60  # letters of a label in tables and charts, where it may take two lines
LONGEST_SLUG = 48
NOT_IN_A_FOLDER = r"(?:[^A-Za-z0-9.]|\.(?!\d)|(?<!\d)\.)+"  # a dot stays inside a number
SET_BY = "--set "  # how the command line's changes are marked
RUN_ONLY = ("replications", "seed", "calendar.follow_up_days")  # how often and for how long it is run, not what it is
# said without their name: `services.unit.beds` is `unit beds`
SECTIONS = ("services", "people", "steps", "teams", "lists")
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
        Setting(change.path, _one_line(change.old), _one_line(change.new))
        for change in scenario.changes
        if change.file.startswith(SET_BY) and change.path not in RUN_ONLY and change.old != change.new
    ]


def settings_text(found: Sequence[Setting], *, in_brackets: bool = False) -> str:
    """Return the settings in words, the first few of many; old values follow a comma where all is in brackets."""
    more = len(found) - MOST_SETTINGS
    each = [
        f"{setting.now}, {setting.before}" if in_brackets else f"{setting.now} ({setting.before})" for setting in found
    ]
    return "; ".join(each[:MOST_SETTINGS]) + (f"; and {more} more" if more > 0 else "")


def in_all(scenarios: Sequence[Scenario]) -> list[Setting]:
    """What was set alike in every one of several scenarios."""
    first, *others = scenarios
    return [setting for setting in settings(first) if others and all(setting in settings(other) for other in others)]


def title(scenario: Scenario, without: Sequence[Setting] = ()) -> str:
    """Return the whole name and its settings, without those displayed elsewhere."""
    own = [setting for setting in settings(scenario) if setting not in without]
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
        own = [setting for setting in settings(scenario) if setting not in common]
        return f"{name} ({settings_text(own, in_brackets=True)})" if own else name

    return _apart(scenarios, named)


def labels(scenarios: Sequence[Scenario], width: int) -> dict[str, str]:
    """A label of at most so many letters for each id, for tables and charts; settings common to all are left out."""
    common = in_all(scenarios)

    def named(name: str, scenario: Scenario) -> str:
        ending = _ending([setting for setting in settings(scenario) if setting not in common], width)
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
        found = {scenario.id: named(name_of(scenario) or scenario.id, scenario) for scenario in scenarios}
        if len(set(found.values())) == len(found):
            return found
    return {scenario.id: scenario.id for scenario in scenarios}


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
    for setting in found:
        old = rf"(?<![\d.,£]){re.escape(setting.old)}(?![\d%]|[.,]\d)"
        if setting.old.isdigit() and setting.new.isdigit() and len(setting.old) > 1 and len(re.findall(old, text)) == 1:
            text = re.sub(old, setting.new, text)
    return text


def _one_line(text: str) -> str:
    return shortened(text, len(text))


def _said(parts: Sequence[str]) -> str:
    return " ".join(spoken(part) for part in parts)


def slug(scenarios: Sequence[Scenario]) -> str:
    """What was set, as part of a folder's name: whole settings only, so that no number is cut."""
    found = list(
        {(setting.path, setting.new): setting for scenario in scenarios for setting in settings(scenario)}.values()
    )
    if not found:
        return ""
    for texts in ([one.now for one in found], [one.brief for one in found]):
        joined = re.sub(NOT_IN_A_FOLDER, "-", " and ".join(texts)).strip("-")
        if len(joined) <= LONGEST_SLUG:
            return joined
    return f"{len(found)}-values-set" if len(found) > 1 else "one-value-set"
