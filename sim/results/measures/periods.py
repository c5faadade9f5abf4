"""Where a dated difference divides the measured window: the periods before and after it.

A service that opens on a date does nothing before it, so an average over the whole window says too little of what it
does. The window is divided where what a scenario plans differently from its baseline changes: places of services and
teams, and the routes of those admitted. The headline period is the last in which dated places differ (routes, where no
places do): from the opening on, or, for a ward that closes again, the time in which it is open. A scenario on its own
is compared with what it plans as the window begins.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sim.inputs.scenario import SECONDS_PER_DAY, Calendar, Route, Scenario
from sim.results.words.labels import counted, spoken

MOST_DATES = 12  # more in one window are a rhythm, such as a rota, and no opening

Week = tuple[tuple[int, int | None], ...]
# places, None for unlimited; a rota of them; or the routes of those admitted
Value = int | Week | None | tuple[Route, ...]
Name = tuple[str, str, str]  # "places", the service, or the team behind "team"; or "routes", the service, the group
Plan = Mapping[Name, Sequence[tuple[int, Value]]]  # each value with the second from which it holds
Gap = tuple[Value, Value] | int  # places more than the baseline plans; both values where they cannot be subtracted

PLACES, ROUTES = "places", "routes"
NOTHING: dict[str, Value] = {PLACES: 0, ROUTES: ()}  # of a service or visit that is not there
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


@dataclass(frozen=True, slots=True)
class Period:
    """Days [first_day, end_day) of the run, counted from its start, and how they are reported."""

    first_day: int
    end_day: int
    words: str  # "from the opening of unit on 1 November 2026 (156 of the 365 measured days)"
    short: str  # "from 1 Nov 2026"
    mark: str  # what happens on its first day: "opening of unit"; empty where the window begins

    @property
    def days(self) -> int:
        """How many days it has."""
        return self.end_day - self.first_day


@dataclass(frozen=True, slots=True)
class Division:
    """The periods of a window in order, and which of them the headline is about."""

    periods: tuple[Period, ...]
    headline: Period


@dataclass(frozen=True, slots=True)
class Divisions:
    """What several scenarios' windows are divided into, and the days that all of their headlines share."""

    by_scenario: tuple[tuple[Division, ...], ...] = ()  # by number; the baseline is measured in everybody's periods
    common: Period | None = None
    years: tuple[tuple[Period, ...], ...] = ()  # by number, where arrivals grow by the year

    def of(self, number: int) -> tuple[Division, ...]:
        """The divisions that a scenario is measured in because something dated differs."""
        return self.by_scenario[number] if self.by_scenario else ()

    def years_of(self, number: int) -> tuple[Period, ...]:
        """The calendar years that a scenario is measured in."""
        return self.years[number] if self.years else ()

    def wholes_of(self, number: int) -> tuple[tuple[Period, ...], ...]:
        """Every set of periods that together are a scenario's window."""
        years = self.years_of(number)
        return (*(one.periods for one in self.of(number)), *((years,) if years else ()))

    def periods_of(self, number: int) -> tuple[Period, ...]:
        """Every period that is measured in a scenario, each once."""
        common = () if self.common is None else (self.common,)
        return tuple(dict.fromkeys((*(one for whole in self.wholes_of(number) for one in whole), *common)))


UNDIVIDED = Divisions()


def divisions(scenarios: Sequence[Scenario], *, compared: bool) -> Divisions:
    """How the window of each scenario is divided: beside the first where they are compared, else on its own."""
    base = scenarios[0] if compared else None
    others = scenarios[1:] if compared else scenarios
    found = [division(base, other) for other in others]
    divided = [one for one in found if one is not None]
    by_scenario = [() if one is None else (one,) for one in found]
    if not compared:
        return Divisions(
            tuple(by_scenario), years=tuple(calendar_years(scenario.calendar, [scenario]) for scenario in scenarios)
        )
    common = in_common(scenarios[0].calendar, (one.headline for one in divided))
    years = calendar_years(scenarios[0].calendar, scenarios)
    return Divisions((tuple(dict.fromkeys(divided)), *by_scenario), common, (years,) * len(scenarios))


def calendar_years(calendar: Calendar, scenarios: Sequence[Scenario]) -> tuple[Period, ...]:
    """The calendar years of the window, the first and last as far as they are measured; none where no arrivals grow."""
    grows = any(group.by_year for scenario in scenarios for group in scenario.people)
    first, end = calendar.warm_up_days, calendar.warm_up_days + calendar.measured_days
    opens = calendar.start + timedelta(days=first)
    closes = calendar.start + timedelta(days=end - 1)
    if not grows or opens.year == closes.year:
        return ()
    turns = [(date(year, 1, 1) - calendar.start).days for year in range(opens.year + 1, closes.year + 1)]
    days = zip((first, *turns), (*turns, end), range(opens.year, closes.year + 1), strict=True)
    return tuple(
        Period(begins, ends, f"in {year} {_of_days(calendar, ends - begins)}", str(year), "")
        for begins, ends, year in days
    )


def division(base: Scenario | None, other: Scenario) -> Division | None:
    """How dated differences from the baseline divide the measured window; None where there are none inside it."""
    theirs = _plan(other)
    ours = _as_the_window_begins(theirs, other.calendar) if base is None else _plan(base)
    first, end = other.calendar.window
    turns = _turns(ours, theirs, first, end)
    if not 0 < len(turns) <= MOST_DATES:
        return None
    days = [second // SECONDS_PER_DAY for second in (first, *turns, end)]
    marks = ["", *(_mark(names, theirs, at) for at, names in turns.items()), ""]
    periods = tuple(
        _period(other.calendar, days[number : number + 2], marks[number : number + 2])
        for number in range(len(days) - 1)
    )
    dated = _decisive(name for names in turns.values() for name in names)
    differing = [period for period in periods if _differs(dated, ours, theirs, period.first_day * SECONDS_PER_DAY)]
    return Division(periods, differing[-1] if differing else periods[-1])


def period_of_comparison(base: Scenario, other: Scenario) -> Period | None:
    """The days that a comparison is about, where something dated divides the window; None: all of it."""
    found = division(base, other)
    return found.headline if found else None


def days_of(period: Period | None, scenario: Scenario) -> int:
    """How many days figures are of that are of this period of a scenario; None: the whole window."""
    return period.days if period else scenario.calendar.measured_days


def words_of(period: Period | None) -> str:
    """Which days these are."""
    return period.words if period else "the whole window"


def within(scenario: Scenario, period: Period) -> Scenario:
    """The scenario, measured in this period only."""
    calendar = replace(scenario.calendar, warm_up_days=period.first_day, measured_days=period.days, follow_up_days=0)
    return scenario.once(("within", period), lambda: replace(scenario, calendar=calendar))


def in_common(calendar: Calendar, headlines: Iterable[Period]) -> Period | None:
    """The days that all headline periods share: when every dated change is in force; None where there are none."""
    different = list(dict.fromkeys(headlines))
    if len(different) <= 1:
        return different[0] if different else None
    first, end = max(one.first_day for one in different), min(one.end_day for one in different)
    if first >= end:
        return None
    when = _when(calendar, first, end)
    words = f"{when}, when everything dated is in force {_of_days(calendar, end - first)}"
    return Period(first, end, words, _when(calendar, first, end, brief=True), "")


# -- what is planned on a date -------------------------------------------------------------------------------


def _plan(scenario: Scenario) -> Plan:
    plan: dict[Name, Sequence[tuple[int, Value]]] = {}
    for name, capacity in (
        *((service.name, service.capacity) for service in scenario.services),
        *((f"team {team.name}", team.capacity) for team in scenario.teams),
    ):
        # a rota comes round, and divides nothing
        plan[PLACES, name, ""] = [(one.from_second, one.rota or one.places) for one in capacity if one.is_dated]
    for group in scenario.people:
        for visit in group.journey:
            plan[ROUTES, visit.service, group.name] = [(one.from_second, _bare(one.routes)) for one in visit.dated]
    return plan


def _bare(routes: Sequence[Route]) -> tuple[Route, ...]:
    """Routes without where they are written: with dates they stand elsewhere in a file than without."""
    return tuple(replace(route, path="") for route in routes)


def _as_the_window_begins(plan: Plan, calendar: Calendar) -> Plan:
    first, _ = calendar.window
    return {name: [(0, _planned(plan, name, first))] for name in plan}


def _planned(plan: Plan, name: Name, at: int) -> Value:
    """What holds at an instant."""
    return [NOTHING[name[0]], *(value for second, value in plan.get(name, ()) if second <= at)][-1]


def _gap(ours: Plan, theirs: Plan, name: Name, at: int) -> Gap:
    before, after = _planned(ours, name, at), _planned(theirs, name, at)
    if isinstance(before, int) and isinstance(after, int):
        return after - before
    return 0 if before == after else (before, after)


def _turns(ours: Plan, theirs: Plan, first: int, end: int) -> dict[int, list[Name]]:
    """Instants inside the window at which a gap changes, in order, with the names of whose."""
    found: dict[int, list[Name]] = {}
    for name in dict.fromkeys((*theirs, *ours)):
        steps = {second for plan in (ours, theirs) for second, _ in plan.get(name, ())}
        for at in sorted(at for at in steps if first < at < end):
            if _gap(ours, theirs, name, at) != _gap(ours, theirs, name, at - 1):
                found.setdefault(at, []).append(name)
    return dict(sorted(found.items()))


def _decisive(names: Iterable[Name]) -> list[Name]:
    """Of what turns, what decides which period is the headline: places, as routes to a closed ward may stay."""
    found = list(names)
    return [name for name in found if name[0] == PLACES] or found


def _differs(names: Iterable[Name], ours: Plan, theirs: Plan, at: int) -> bool:
    return any(_gap(ours, theirs, name, at) != 0 for name in names)


# -- words ---------------------------------------------------------------------------------------------------


def _mark(names: Sequence[Name], theirs: Plan, at: int) -> str:
    """What happens at an instant, openings before closings before other changes, routes last."""
    whose_by_kind: dict[str, list[str]] = {
        "opening of": [],
        "closing of": [],
        "change of places of": [],
        "change of routes from": [],
    }
    for name in names:
        whose_by_kind[_kind(theirs, name, at)].append(spoken(name[1]))
    kind, whose = next((kind, whose) for kind, whose in whose_by_kind.items() if whose)
    return f"{kind} {' and '.join(dict.fromkeys(whose))}"


def _kind(theirs: Plan, name: Name, at: int) -> str:
    """Whether this scenario's places open or close; where they stay, the baseline's places change."""
    if name[0] == ROUTES:
        return "change of routes from"
    before, after = _planned(theirs, name, at - 1), _planned(theirs, name, at)
    if before == 0 != after:
        return "opening of"
    return "closing of" if after == 0 != before else "change of places of"


def _period(calendar: Calendar, days: Sequence[int], marks: Sequence[str]) -> Period:
    (first, end), (begins, ends) = days, marks
    when = _when(calendar, first, end)
    if begins:
        when = when.replace("from ", f"from the {begins} on ", 1)
    elif ends:
        when = when.replace("before ", f"before the {ends} on ", 1)
    words = f"{when} {_of_days(calendar, end - first)}"
    return Period(first, end, words, _when(calendar, first, end, brief=True), begins)


def _of_days(calendar: Calendar, days: int) -> str:
    return f"({days:,} of the {counted(calendar.measured_days, 'measured day')})"


def _when(calendar: Calendar, first: int, end: int, *, brief: bool = False) -> str:
    """`before 1 November 2026`, `from 1 November 2026`, `from 1 November 2026 to 31 March 2027`."""
    opens = calendar.warm_up_days
    closes = opens + calendar.measured_days
    if first == opens:
        return f"before {date_words(calendar, end, brief=brief)}"
    from_ = f"from {date_words(calendar, first, brief=brief)}"
    return from_ if end == closes else f"{from_} to {date_words(calendar, end - 1, brief=brief)}"


def date_words(calendar: Calendar, day: int, *, brief: bool = False) -> str:
    """A day of the run as a date: `1 November 2026`, or `1 Nov 2026`."""
    when = calendar.start + timedelta(days=day)
    month = MONTHS[when.month - 1]
    return f"{when.day} {month[:3] if brief else month} {when.year}"
