"""Published figures of one organisation as calibration targets, each with its source; and a first scenario that they give.

What cannot be reported is left out, and said. docs/published-files.md says which file gives which figure, and the reason for each
conversion.

A figure has its value over all months, the range over each, and where every part of it stands. Sums are made from counts, never
from percentages. A part that is not published makes the figure unknown; where small counts are to be suppressed, a figure that
tells one is left out, and one more that would tell it by what is left of the whole.
A figure is one call of `add`. The ranges are a rule of thumb, and each target says which.

The scenario is the two-age-group baseline, changed by what is published. Published figures are of all adults: everything published
changes both groups alike, which is an assumption, and every line says so. What is not published (how many places there are outside
hospital) grows with those who need it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import TypeAlias

from sim.diagnostics.offered_load import mean_days
from sim.home import HOME
from sim.inputs.loading import comment, extending, read_scenario, short_number
from sim.inputs.overrides import FROM_OWN_FILE
from sim.inputs.problems import Problems
from sim.inputs.scenario import REASONS
from sim.own_data.published import (
    ACUTE,
    COMMUNITY,
    DRD,
    ENGLAND,
    KH03,
    NAMES,
    Fact,
    Published,
    read_published,
    words_of,
)
from sim.results.words.labels import reason_label

# -- figures made of published counts ----------------------------------------------------------------------------------


FEWEST = 5  # smaller counts are suppressed where that is asked for
ENOUGH_MONTHS = 3  # for the range of a figure
EITHER_WAY, MOST_POINTS = 0.1, 0.03  # of a figure, where fewer months are given; of a share at most so much
LEAST_EITHER_WAY = 0.03  # of a figure, however alike its months are
MOST_CELLS = 4  # that are named one by one
Counts: TypeAlias = dict[str, float | None]  # by item; None: not published
ByMonth: TypeAlias = dict[date, Counts]
Part: TypeAlias = Callable[[ByMonth], float | None]


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of the organisation: its value, the range over the months, and where every part of it stands."""

    says: str
    measure: str
    divided_by: str
    unit: str
    aim: float
    low: float
    high: float
    binds: bool
    source: str
    note: str


# -- citing --------------------------------------------------------------------------------------------------


def _cite(facts: Iterable[Fact]) -> str:
    """Where facts stand: each publication once, then file, sheet, rows (or cells) and months, in the order of the days."""
    ordered = sorted(facts, key=lambda fact: (fact.source, fact.first.replace(day=1), fact.grid.file, fact.grid.sheet))
    parts = []
    for source, theirs in groupby(ordered, key=lambda one: one.source):
        places = [_where(list(group)) for _, group in groupby(theirs, key=lambda one: (one.grid.file, one.grid.sheet))]
        parts.append(f"{NAMES[source]}: {'; '.join(places)}")
    return ". ".join(parts)


def _where(facts: Sequence[Fact]) -> str:
    """Of facts of one sheet: `kh03.xlsx, sheet NHS Trust by Sector, row 18, H18 and N18 (April to June 2025)`."""
    grid = facts[0].grid
    lines = sorted({fact.line for fact in facts})
    words = [Path(grid.file).name, *([f"sheet {grid.sheet}"] if grid.sheet else []), _rows(lines)]
    if grid.sheet:
        columns = sorted({fact.column for fact in facts})
        cells = [grid.place(facts[0].row, column).rpartition("!")[2] for column in columns]
        words.append(", ".join(cells) if len(cells) <= MOST_CELLS else f"{cells[0]} to {cells[-1]}")
    when = words_of(min(fact.first for fact in facts), max(fact.last for fact in facts))
    return f"{', '.join(words)} ({when})"


def _rows(lines: Sequence[int]) -> str:
    if len(lines) == 1:
        return f"row {lines[0]}"
    if lines[-1] - lines[0] == len(lines) - 1:
        return f"rows {lines[0]} to {lines[-1]}"
    return (
        f"rows {', '.join(map(str, lines))}"
        if len(lines) <= MOST_CELLS
        else f"{len(lines)} rows from {lines[0]} to {lines[-1]}"
    )


# -- counts ------------------------------------------------------------------------------------------------


def _by_month(facts: Iterable[Fact]) -> ByMonth:
    """Facts added up by month and item; an item with a part that is not published is None."""
    found: ByMonth = {}
    for fact in facts:
        items = found.setdefault(fact.first.replace(day=1), {})
        before = items.get(fact.item, 0.0)
        items[fact.item] = None if before is None or fact.value is None else before + fact.value
    return found


def total(months: ByMonth, items: Iterable[str]) -> float | None:
    """The sum over months and items; None where any part is not published or missing."""
    parts = [month.get(item) for item in items for month in months.values()]
    return None if not parts or any(part is None for part in parts) else sum(part for part in parts if part is not None)


def of(*items: str) -> Part:
    """The sum of items, as a part of a figure."""
    return lambda months: total(months, items)


def less(part: Part, other: Part) -> Part:
    """One part less another."""

    def difference(months: ByMonth) -> float | None:
        first, second = part(months), other(months)
        return None if first is None or second is None else first - second

    return difference


def _number_of_months(months: ByMonth) -> float:
    """How many there are: below a sum of monthly means."""
    return float(len(months))


@dataclass(slots=True)
class Figures:
    """The figures that are made, and what was left out, each with the reason."""

    suppress: bool
    made: list[Figure] = field(default_factory=list)
    untold: list[str] = field(default_factory=list)

    def add(  # noqa: PLR0913, PLR0917 - a target has that many parts
        self,
        says: str,
        measure: str,
        parts: tuple[Part, Part],
        months: ByMonth,
        facts: Sequence[Fact],
        unit: str = "share",
        divided_by: str = "",
        note: str = "",
        *,
        binds: bool = False,
    ) -> None:
        """A figure that is one part over another; both of all months together for the aim, of each month for the range."""
        above, below = parts[0](months), parts[1](months)
        if above is None or not below:
            self.untold.append(f"{says}: a count that it needs is not published")
            return
        if unit == "share" and self._is_small(above, below - above):
            self.hide(says)
            return
        pairs = [(parts[0]({month: items}), parts[1]({month: items})) for month, items in months.items()]
        each = [one / other for one, other in pairs if one is not None and other]
        aim, how = above / below, "Assumption: a tenth either way"
        most = min(EITHER_WAY * aim, MOST_POINTS) if unit == "share" else EITHER_WAY * aim
        if most < EITHER_WAY * aim:
            how = "Assumption: three points either way"
        low, high = aim - most, aim + most
        if len(each) >= ENOUGH_MONTHS and not any(self._is_small(one) for one, _ in pairs if one is not None):
            least = LEAST_EITHER_WAY * aim
            low, high = min(*each, aim - least), max(*each, aim + least)
            how = f"The lowest and the highest of {len(each)} months, at least 3 in 100 either way"
        high = min(high, 1.0) if unit == "share" else high
        said = ". ".join(["All adults", how, *([note] if note else [])])
        self.made.append(Figure(says, measure, divided_by, unit, aim, low, high, binds, _cite(facts), said))

    def hide(self, says: str) -> None:
        """Says of a figure that it is suppressed."""
        self.untold.append(f"{says}: suppressed, as it or another is about fewer than {FEWEST} people")

    def hidden(self, counts: Mapping[str, float | None]) -> set[str]:
        """Which of several counts that make up a whole are suppressed: those under 5, and never one alone, which the others would tell."""
        known = {item: count for item, count in counts.items() if count}
        found = {item for item, count in known.items() if self._is_small(count)}
        if len(found) == 1:
            found |= {
                item for _, item in sorted((count, item) for item, count in known.items() if item not in found)[:1]
            }
        return found

    def _is_small(self, *counts: float) -> bool:
        return self.suppress and any(0 < count < FEWEST for count in counts)


# -- what the whole hospital should show -------------------------------------------------------------------------------


DELAYED_BANDS = ("1", "2-3", "4-6", "7-13", "14-20", "21+")
TOLD_BANDS = {"1 to 6 nights": ("1", "2-3", "4-6"), "7 to 13 nights": ("7-13",), "14 nights and more": ("14-20", "21+")}
PATHWAYS = ("0", "1", "2", "3")
# as in other tables, without the pathway behind a reason
REASON_NAMES = {one: reason_label(one).partition(" (P")[0] for one in REASONS} | {"p2_bed": "pathway 2 bed"}


@dataclass(frozen=True, slots=True)
class Known:
    """A published value and its source."""

    value: float
    source: str


@dataclass(slots=True)
class Preset:
    """What the published files say of an organisation, and what they do not."""

    organisation: str
    name: str
    published: Published
    figures: Figures
    known: dict[str, Known] = field(default_factory=dict)  # what the first scenario is made from
    shares: tuple[float, ...] = ()  # of those who leave alive, on pathways 0 to 3
    shares_of_england: tuple[float, ...] = ()

    def of(self, source: str, measure: str) -> list[Fact]:
        """The organisation's facts of one kind."""
        return self.published.of(self.organisation, source, measure)


def preset_of(files: Sequence[str], organisation: str, problems: Problems, *, suppress: bool = False) -> Preset:
    """The targets of an organisation; what is wrong with the files is raised, all at once."""
    published = read_published(files, organisation, problems)
    code = organisation.strip().upper()
    found = Preset(code, published.organisations.get(code, ""), published, Figures(suppress))
    _check_sums(found, problems)
    problems.stop_if_any()
    for part in (_beds, _late, _nights, _discharges, _delayed_people, _destinations, _reasons, _community):
        part(found)
    return found


def _check_sums(preset: Preset, problems: Problems) -> None:
    """Discharges by delay come to all discharges, where all of them are published."""
    parted = _by_month(preset.of(DRD, "by_delay"))
    for whole in preset.of(DRD, "discharged"):
        parts = total({whole.first: parted.get(whole.first, {})}, ("0", *DELAYED_BANDS))
        if whole.value is not None and parts is not None and abs(parts - whole.value) > 0.5:
            what = f"is {whole.value:,.0f} discharges, and those by days of delay come to {parts:,.0f}"
            whole.grid.wrong(problems, whole.row, whole.column, what)


# -- KH03 ----------------------------------------------------------------------------------------------------


def _beds(preset: Preset) -> None:
    """Occupancy, and what the first scenario needs of beds: the mean over the quarters given."""
    for measure in ("beds_available", "beds_occupied"):
        facts = [one for one in preset.of(KH03, measure) if one.value is not None]
        if facts:
            preset.known[measure] = Known(sum(one.value or 0 for one in facts) / len(facts), _cite(facts))
    facts = [*preset.of(KH03, "beds_available"), *preset.of(KH03, "beds_occupied")]
    if facts:
        quarters: ByMonth = {}
        for fact in facts:
            quarters.setdefault(fact.first, {})[fact.measure] = fact.value
        parts = of("beds_occupied"), of("beds_available")
        note = "General and acute beds overnight, those of children among them"
        preset.figures.add(
            "Occupancy at midnight", "hospital midnight_occupancy", parts, quarters, facts, note=note, binds=True
        )


# -- Discharge Ready Date ------------------------------------------------------------------------------------

LATE = less(of("discharged"), of("0"))  # all who left a day or more after they were ready


def _drd(preset: Preset) -> ByMonth:
    months = _by_month(preset.of(DRD, "by_delay"))
    for one in (*preset.of(DRD, "discharged"), *preset.of(DRD, "delay_days")):
        months.setdefault(one.first, {})[one.measure] = one.value
    return months


def _late(preset: Preset) -> None:
    """How many leave late, and by how much."""
    bands, wholes = preset.of(DRD, "by_delay"), preset.of(DRD, "discharged")
    if not bands or not wholes:
        return
    months, late = _drd(preset), "hospital delayed_share"
    facts = [*wholes, *(band for band in bands if band.item == "0")]
    preset.figures.add("Discharges delayed", late, (LATE, of("discharged")), months, facts, binds=True)
    kept_back = preset.figures.hidden({says: total(months, items) for says, items in TOLD_BANDS.items()})
    for says, items in TOLD_BANDS.items():
        name = f"Of those delayed: {says}"
        if says in kept_back:
            preset.figures.hide(name)
            continue
        address = f"hospital delay_band_share band={'|'.join(items)}"
        facts = [*wholes, *(band for band in bands if band.item in ("0", *items))]
        preset.figures.add(name, address, (of(*items), LATE), months, facts, divided_by=late, binds=True)


def _nights(preset: Preset) -> None:
    """Nights of delay, of those delayed and of all."""
    wholes, days = preset.of(DRD, "discharged"), preset.of(DRD, "delay_days")
    if not wholes or not days:
        return
    none = [one for one in preset.of(DRD, "by_delay") if one.item == "0"]
    months, says = _drd(preset), "Nights of delay of those delayed"
    address, parts = "hospital delay_mean_if_delayed_nights", (of("delay_days"), LATE)
    preset.figures.add(says, address, parts, months, [*wholes, *days, *none], "nights", binds=True)
    says, address, parts = (
        "Nights of delay of all discharges",
        "hospital delay_mean_nights",
        (of("delay_days"), of("discharged")),
    )
    preset.figures.add(says, address, parts, months, [*wholes, *days], "nights")
    above, below = total(months, ["delay_days"]), total(months, ["discharged"])
    if above is not None and below:
        preset.known["delay_nights"] = Known(above / below, _cite([*wholes, *days]))


def _discharges(preset: Preset) -> None:
    """Discharges a day."""
    wholes = preset.of(DRD, "discharged")
    if not wholes:
        return
    days = {one.first: float((one.last - one.first).days + 1) for one in wholes}
    months: ByMonth = {one.first: {"discharged": one.value, "days": days[one.first]} for one in wholes}
    parts = of("discharged"), of("days")
    preset.figures.add("Discharges a day", "hospital throughput_per_day", parts, months, wholes, "people a day")
    above, below = total(months, ["discharged"]), sum(days.values())
    if above is not None:
        preset.known["discharges_a_day"] = Known(above / below, _cite(wholes))


# -- situation reports ---------------------------------------------------------------------------------------


def _daily_means(preset: Preset, source: str) -> ByMonth:
    """By month the mean of the days on which people ready and people remaining are both published."""
    days = {one.first: one.value for one in preset.of(source, "ready") if one.value is not None}
    stayed = {one.first: one.value for one in preset.of(source, "remaining") if one.value is not None}
    found: ByMonth = {}
    for month, group in groupby(sorted(days.keys() & stayed.keys()), key=lambda day: day.replace(day=1)):
        both = list(group)
        found[month] = {
            "ready": sum(days[day] for day in both) / len(both),
            "remaining": sum(stayed[day] for day in both) / len(both),
        }
    return found


RELEASED = less(of("ready"), of("remaining")), of("ready")


def _delayed_people(preset: Preset) -> None:
    """Who is delayed on an average day, and how many of those ready leave on the day."""
    facts = [*preset.of(ACUTE, "ready"), *preset.of(ACUTE, "remaining")]
    if not facts:
        return
    months, rival = _daily_means(preset, ACUTE), "delay_nights" in preset.known
    note = "The mean of the days"
    note += ". Discharge Ready Date says another delay of the same people, and binds instead" if rival else ""
    parts, stayed = (of("remaining"), _number_of_months), facts[len(facts) // 2 :]
    address = "hospital midnight_delayed_mean"
    preset.figures.add(
        "Delayed people at midnight", address, parts, months, stayed, "people", "", note, binds=not rival
    )
    preset.figures.add("Released of those ready, a day", "hospital released_share", RELEASED, months, facts)


def _destinations(preset: Preset) -> None:
    """On which pathway people leave."""
    facts = preset.of(ACUTE, "pathway")
    if not facts:
        return
    months = _by_month(facts)
    counts = {item: total(months, [item]) for item in PATHWAYS}
    kept_back = preset.figures.hidden(counts)
    for item in PATHWAYS:
        says = f"Discharged alive on pathway {item}"
        if item in kept_back:
            preset.figures.hide(says)
            continue
        note = "The scenario's needs are made from it" if item != "0" else ""
        address, whole = f"hospital leavers pathway={item}", f"hospital leavers pathway={'|'.join(PATHWAYS)}"
        preset.figures.add(says, address, (of(item), of(*PATHWAYS)), months, facts, divided_by=whole, note=note)
    theirs, shares = _by_month(preset.published.of(ENGLAND, ACUTE, "pathway")), _shares(months)
    if shares and not kept_back:
        preset.shares, preset.shares_of_england = shares, _shares(theirs)
        preset.known["pathways"] = Known(total(months, PATHWAYS) or 0.0, _cite(facts))


def _shares(months: ByMonth) -> tuple[float, ...]:
    """The part of each pathway; nothing where one is not published."""
    whole = total(months, PATHWAYS)
    return tuple((total(months, [item]) or 0.0) / whole for item in PATHWAYS) if whole else ()


def _reasons(preset: Preset) -> None:
    """What those wait for who have stayed 7 days and more: the mean of the months."""
    facts = preset.of(ACUTE, "reason")
    if not facts:
        return
    months, whole = _by_month(facts), "hospital long_stay_delayed_people_mean"
    means = {reason: (total(months, [reason]) or 0.0) / len(months) for reason in REASON_NAMES}
    kept_back = preset.figures.hidden(means)
    for reason, name in REASON_NAMES.items():
        says = f"Long stayers: {name}"
        if reason in kept_back:
            preset.figures.hide(says)
            continue
        parts, note = (of(reason), of(*REASON_NAMES)), "Of those who have stayed 7 days or more"
        preset.figures.add(says, f"{whole} reason={reason}", parts, months, facts, divided_by=whole, note=note)


def _community(preset: Preset) -> None:
    """Community beds, whichever hospital people come from: shares only, as the beds are not this hospital's alone."""
    if preset.of(COMMUNITY, "remaining"):
        says = "Released of those ready in community beds, a day"
        preset.figures.untold.append(f"{says}: the model counts releases of hospitals only")
    facts = preset.of(COMMUNITY, "pathway")
    if facts:
        home, note = "community_beds leavers next_service=home|home_care", "Of those who go home or into a care home"
        parts, below = (of("0", "1"), of("0", "1", "3")), f"{home}|long_term_care"
        preset.figures.add(
            "Home from a pathway 2 bed", home, parts, _by_month(facts), facts, divided_by=below, note=note
        )


# -- the table of targets ------------------------------------------------------------------------------------


def target_rows(figures: Sequence[Figure]) -> Iterator[tuple[str, ...]]:
    """The figures as rows of a targets file, in the order of its columns."""
    for figure in figures:
        numbers = (amount(value, figure.unit) for value in (figure.low, figure.aim, figure.high))
        yield (
            figure.says,
            figure.measure,
            figure.divided_by,
            figure.unit,
            *numbers,
            "yes" if figure.binds else "no",
            figure.source,
            figure.note,
        )


def amount(value: float, unit: str) -> str:
    """A figure as targets files have it: shares in percent."""
    return f"{100 * value:.4g}%" if unit == "share" else f"{value:.4g}"


# -- a first scenario --------------------------------------------------------------------------------------------------


PARENT = "scenarios/variants/all_adults.yaml"
MARK = "# Made from published files by `"
GROUPS = ("older_people", "younger_people")
# Of the two-age-group baseline and of England, all adults: rows of docs/evidence/parameters.csv.
DISCHARGES_A_DAY = 63.7  # demand.dgh_discharges_500bed
OCCUPIED = 0.93 * 500  # acute.occupancy_ga times 500 beds
DELAY_NIGHTS = 0.138 * 6.1  # delay.share_patients_delayed times delay.mean_days_if_delayed
PATHWAY_SHARES = (0.852, 0.099, 0.032, 0.0173)  # path.actual_p0 to path.actual_p3
PATHWAY_OF_NEED = {"reablement": 1, "home_care": 1, "community_health": 1, "bed": 2, "care_home": 3}
SERVICES = {  # outside hospital, and the pathway that leads there; the hub sees who needs any of them
    "services.home_reablement.places": (1,),
    "services.home_care.hours_per_week": (1,),
    "services.community_beds.beds": (2,),
    "services.care_home_assessment.beds": (3,),
    "teams.hub.places": (1, 2, 3),
}
PLAUSIBLE = (0.5, 2.0)  # times the baseline's days: beyond that the files are of different things


@dataclass(frozen=True, slots=True)
class Line:
    """One value of the scenario, and where it is from."""

    path: str
    value: str
    why: str
    is_new: bool = False  # the baseline says nothing there


def lines_of(preset: Preset) -> list[Line]:
    """What the scenario says differently from the baseline, in its order."""
    stated = {value.path: value.text for value in read_scenario(str(HOME / PARENT)).values}
    beds, discharges = preset.known.get("beds_available"), preset.known.get("discharges_a_day")
    found, needs = list[Line](), list(_needs(stated, preset))
    if beds:
        why = f"{beds.source}; general and acute, overnight, those of children among them"
        found.append(Line("services.hospital.beds", f"{beds.value:.0f}", why))
    if discharges:
        found += _arrivals(stated, discharges)
        found += _stays(preset, discharges, needs)
        found += _services(stated, preset, discharges)
    return [*found, *needs]


def assumptions_of(preset: Preset) -> list[str]:
    """The conversions, as sentences for the screen."""
    discharges, found = preset.known.get("discharges_a_day"), []
    if discharges:
        times = discharges.value / DISCHARGES_A_DAY
        found.append(
            f"Age: published figures are of all adults. Of {discharges.value:.1f} discharges a day as many are of people of 65 and "
            f"over as in the baseline (22 of 57 arrivals): both groups' arrivals are {times:.3g} times the baseline's."
        )
    if discharges and "beds_occupied" in preset.known and "delay_nights" in preset.known:
        found.append(
            "Days to ready: people in beds divided by discharges a day, less the nights of delay, beside the same of the baseline; "
            "the same factor for both age groups."
        )
    if preset.shares:
        base = "England in the same file" if preset.shares_of_england else "England (path.actual_p0 to path.actual_p3)"
        found.append(
            f"Needs: who left on a pathway, beside {base}; the same factor for both age groups, as if as many of those who need a "
            "pathway got it as in the baseline."
        )
    if discharges:
        found.append(
            "Places outside hospital are not published by hospital: they are the baseline's, times discharges and pathway. "
            "Put your own in (docs/bcf-plan.md)."
        )
    return found


def _arrivals(stated: Mapping[str, str], discharges: Known) -> Iterator[Line]:
    times = discharges.value / DISCHARGES_A_DAY
    for group in GROUPS:
        path = f"people.{group}.arrivals_per_day"
        why = f"assumption: {times:.4g} times the baseline's {stated[path]}, as {discharges.value:.4g} discharges a day of all adults are of {DISCHARGES_A_DAY}; {discharges.source}"
        yield Line(path, short_number(float(stated[path]) * times), why)


def _stays(preset: Preset, discharges: Known, needs: Sequence[Line]) -> Iterator[Line]:
    """Little's law: people in beds are discharges a day times days each; the days of delay come out of the model.

    The days are of everybody, and people of the longer pathways need more of them: what other needs make of the mean by
    themselves is taken off.
    """
    occupied, delay = preset.known.get("beds_occupied"), preset.known.get("delay_nights")
    if not occupied or not delay:
        return
    mine = occupied.value / discharges.value - delay.value
    times = mine / (OCCUPIED / DISCHARGES_A_DAY - DELAY_NIGHTS)
    if not PLAUSIBLE[0] <= times <= PLAUSIBLE[1]:
        preset.figures.untold.append(
            f"Days to ready: {mine:.1f} would be {times:.2g} times the baseline's; the files are not of the same hospital or people"
        )
        return
    why = f"assumption: {mine:.3g} days to ready ({occupied.value:.4g} people in beds / {discharges.value:.4g} discharges a day - {delay.value:.2g} nights of delay) beside the baseline's {mine / times:.3g}; {occupied.source}"
    by_needs = _days_by_needs(needs)
    why += f"; {by_needs:.4g} times by needs alone, which is taken off" if needs else ""
    for group in GROUPS:
        yield Line(f"people.{group}.journey.hospital.stay_times", short_number(times / by_needs), why, is_new=True)


def _days_by_needs(needs: Sequence[Line]) -> float:
    """How many times the baseline's mean days to ready everybody has with these needs."""
    sets = tuple(f"{line.path}={line.value}" for line in needs)
    with_needs, without = (mean_days(read_scenario(str(HOME / PARENT), moved), "hospital") for moved in (sets, ()))
    return with_needs / without


def _times_of_pathways(preset: Preset) -> dict[int, float]:
    """By pathway, how many times as many leave on it as in England."""
    if not preset.shares:
        return {}
    england = preset.shares_of_england or PATHWAY_SHARES
    return {pathway: preset.shares[pathway] / england[pathway] for pathway in range(4) if england[pathway]}


def _services(stated: Mapping[str, str], preset: Preset, discharges: Known) -> Iterator[Line]:
    size, england = discharges.value / DISCHARGES_A_DAY, preset.shares_of_england or PATHWAY_SHARES
    for path, pathways in SERVICES.items():
        times, words = size, f"{size:.3g} times the baseline's {stated[path]}, as discharges"
        if preset.shares:
            more = sum(preset.shares[pathway] for pathway in pathways) / sum(england[pathway] for pathway in pathways)
            times, words = (
                size * more,
                f"{size * more:.3g} times the baseline's {stated[path]}, as discharges and their pathways",
            )
        value = float(stated[path]) * times
        yield Line(path, str(max(1, round(value))), f"assumption: {words}; not published")


def _needs(stated: Mapping[str, str], preset: Preset) -> Iterator[Line]:
    """The shares of needs of each kind of person: those of a pathway times what the organisation has more of it, the rest none."""
    times, known = _times_of_pathways(preset), preset.known.get("pathways")
    if not times or not known:
        return
    words = ", ".join(f"{times[pathway]:.3g} times on pathway {pathway}" for pathway in (1, 2, 3))
    why = f"assumption: the baseline's, {words}; {known.source}"
    for group in GROUPS:
        start = f"people.{group}.traits.need."
        for branch in sorted(
            {path.rpartition(".")[0] for path in stated if path.startswith(start) and path.endswith(".none")}
        ):
            shares = {need: float(stated[f"{branch}.{need}"].rstrip("%")) for need in ("none", *PATHWAY_OF_NEED)}
            mine = {need: round(shares[need] * times[pathway], 2) for need, pathway in PATHWAY_OF_NEED.items()}
            none = round(100 - sum(mine.values()), 2)
            if none < 0:
                preset.figures.untold.append(
                    "Needs: more people than there are would need care; the pathways are left as they are"
                )
                return
            parts = ", ".join(f"{need}: {share:.6g}%" for need, share in {"none": none, **mine}.items())
            yield Line(branch, f"{{{parts}}}", why)


def scenario_text(preset: Preset, file: Path, command: str) -> str:
    """The scenario as a file."""
    lines = lines_of(preset)
    name = f"{preset.organisation} {preset.name}".strip()
    change, add = (
        [f"{line.path}: {line.value}  # {comment(line.why)}{FROM_OWN_FILE}" for line in lines if line.is_new == is_new]
        for is_new in (False, True)
    )
    question = "Does the model show what is published of this organisation?"
    said = [
        f"{MARK}{command}`.",
        "# A first scenario, to be calibrated and corrected. Published figures are of all adults; what is converted says: assumption.",
        *(f"# {comment(sentence)}" for sentence in assumptions_of(preset)),
        *extending(HOME / PARENT, file, f"{name}, from published figures", question, change, add),
    ]
    return "\n".join(said) + "\n"
