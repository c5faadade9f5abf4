"""Calibration: a scenario's results held against published figures, target by target.

The targets themselves are in `scenarios/targets`. Which of them exclude each other is seen before anything runs: people in a service
are people a day x days each (Little's law). Every target is a range, so every figure that follows from some is a range too. Where two
ranges of one figure do not meet, no settings can show all of these targets, and the sentence says the arithmetic.
"""

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import inf, sqrt

from sim.diagnostics.offered_load import arrivals_per_day, open_places
from sim.inputs.files import Address, Target, read_targets
from sim.inputs.problems import Mark, Problems, did_you_mean, listed, quoted
from sim.inputs.scenario import ALL_HOSPITALS, Scenario
from sim.results.comparison.compare import cut
from sim.results.comparison.statistics import Spread, spread
from sim.results.measure_table import BY, SHARES, measures
from sim.results.measures.hospitals import has_several
from sim.results.split import trait_names
from sim.results.words.labels import counted, figure, title
from sim.runs.engines import BY_REFERENCE, Engines
from sim.runs.experiment import Listener, Shared, run_all
from sim.runs.piece import Piece
from sim.runs.store import Store
from sim.runs.workers import Place

Rows = dict[tuple[str, str, str, str], float]  # by service, measure, by and item

MET, NEAR, MISSED, DIFFERS, NOTHING = "met", "within error", "missed", "differs", "no figure"


@dataclass(frozen=True, slots=True)
class Line:
    """One target beside what the scenario shows over its replications."""

    target: Target
    found: Spread | None  # None: the results hold no such row
    replications: int  # that were run; `found` may lack some

    @property
    def ends(self) -> tuple[float | None, float | None]:
        """The 95% interval."""
        if self.found is None:
            return None, None
        return cut(self.found.interval, (0.0, 1.0 if self.target.unit in SHARES else inf))

    @property
    def verdict(self) -> str:
        """Met: the mean lies in the range. Within error: only its interval reaches it."""
        if self.found is None:
            return NOTHING
        if self.target.low <= self.found.mean <= self.target.high:
            return MET
        low, high = self.ends
        if low is not None and high is not None and low <= self.target.high and high >= self.target.low:
            return NEAR
        return MISSED if self.target.binds else DIFFERS


def calibrate(
    scenario: Scenario,
    targets: Sequence[Target],
    workers: Place,
    listener: Listener | None = None,
    engines: Engines = BY_REFERENCE,
    store: Store | None = None,
) -> list[Line]:
    """Runs the scenario and puts its figures beside the targets."""
    (pieces,) = run_all(Shared((scenario,), engines=engines), workers, store, listener)
    return [line_of(target, found) for target, found in zip(targets, figures(targets, pieces), strict=True)]


def line_of(target: Target, found: Sequence[float | None]) -> Line:
    """A target beside its figure in each replication."""
    known = [value for value in found if value is not None]
    return Line(target, spread(known) if known else None, len(found))


def figures(targets: Sequence[Target], pieces: Sequence[Piece]) -> list[list[float | None]]:
    """For each target its figure in every replication; None where a replication has no such row."""
    found: list[list[float | None]] = [[] for _ in targets]
    for piece in pieces:
        rows = {key[:4]: float(value) for key, value in zip(piece.keys, piece.values, strict=True)}
        for target, values in zip(targets, found, strict=True):
            values.append(_value(target, rows))
    return found


def checked_targets(file: str, scenario: Scenario) -> tuple[Target, ...]:
    """The targets of a file that this scenario can show; ScenarioError for names that it does not have."""
    targets, problems = read_targets(file), Problems()
    services = {*scenario.destinations, "all", "outside"} | ({ALL_HOSPITALS} if has_several(scenario) else set())
    divisions = {*BY, *trait_names(scenario.people)}
    for target in targets:
        mark = Mark(file=file, line=target.line, column=1)
        for one in (target.of, target.divided_by):
            if one is None:
                continue
            for word, known in ((one.service, services), (one.measure, set(measures())), (one.by, divisions)):
                if word not in known:
                    problems.add(mark, f"{quoted(word)} is not known{did_you_mean(word, sorted(known))}")
    problems.stop_if_any()
    return targets


def _value(target: Target, rows: Rows) -> float | None:
    value = _sum(target.of, rows)
    if value is None or target.divided_by is None:
        return value
    below = _sum(target.divided_by, rows)
    return value / below if below else None


def _sum(wanted: Address, rows: Rows) -> float | None:
    """The rows added up; items that no replication's row names are nothing, a missing measure is None."""
    keys = [(wanted.service, wanted.measure, wanted.by, item) for item in wanted.items]
    if not any(key in rows for key in keys) and (wanted.service, wanted.measure, "", "") not in rows:
        return None
    return sum(rows.get(key, 0.0) for key in keys)


# -- a period that was kept back ----------------------------------------------------------------------------

PREDICTED, OUTSIDE = "as predicted", "outside"
HELD_OUT_HEADS = ("held out", "observed", "predicted", "95% prediction", "", "source")


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a scenario predicts of a figure that it was not fitted to, beside what came.

    Observed is the aim of the target, or the middle of its range. The 95% prediction interval is where one more replication would
    lie: mean plus or minus t(n - 1) sd sqrt(1 + 1/n), of n replications as long as the period.
    """

    line: Line

    @property
    def observed(self) -> float:
        """What came."""
        target = self.line.target
        return (target.low + target.high) / 2 if target.aim is None else target.aim

    @property
    def ends(self) -> tuple[float, float] | None:
        """The prediction interval, in the measure's unit; None with fewer than two replications that have the figure."""
        from scipy.special import stdtrit  # slow to import

        found = self.line.found
        if found is None or found.sd is None:
            return None
        half = float(stdtrit(found.replications - 1, 0.975)) * found.sd * sqrt(1 + 1 / found.replications)
        most = 1.0 if self.line.target.unit in SHARES else inf
        return max(0.0, found.mean - half), min(most, found.mean + half)

    @property
    def verdict(self) -> str:
        """Whether what came lies in the interval."""
        if self.ends is None:
            return NOTHING
        low, high = self.ends
        return PREDICTED if low <= self.observed <= high else OUTSIDE


def held_out_table(predictions: Sequence[Prediction]) -> list[tuple[str, ...]]:
    """The predictions as rows of text, in the order of HELD_OUT_HEADS."""
    rows: list[tuple[str, ...]] = []
    for prediction in predictions:
        unit, found = prediction.line.target.unit, prediction.line.found
        ends = "" if prediction.ends is None else " to ".join(_text(end, unit) for end in prediction.ends)
        mean = "-" if found is None else _text(found.mean, unit)
        rows.append(
            (
                prediction.line.target.says,
                _text(prediction.observed, unit),
                mean,
                ends,
                prediction.verdict,
                prediction.line.target.source,
            )
        )
    return rows


def held_out_summary(predictions: Sequence[Prediction]) -> str:
    """How many held-out figures came as predicted, and how to read that."""
    good = sum(prediction.verdict == PREDICTED for prediction in predictions)
    return (
        f"{good} of {counted(len(predictions), 'held-out figure')} came as predicted: inside the interval in which 95% of such periods would "
        "lie by chance, were the scenario true. Figures of one period are alike, and miss together. The interval does not hold how well "
        "the settings are known."
    )


# -- for a program and a spreadsheet --------------------------------------------------------------------------

ACCEPTED, HELD_OUT = "target", "held out"
LINE_COLUMNS = (
    *("part", "target", "binds", "service", "measure", "unit", "low", "aim", "high"),
    *("mean", "lower", "upper", "replications", "verdict", "source"),
)


def line_cells(one: Line | Prediction) -> tuple[str | float | bool | None, ...]:
    """A target and its figure in the order of LINE_COLUMNS: with the 95% interval of the mean; held out, the prediction interval."""
    line = one.line if isinstance(one, Prediction) else one
    target, found = line.target, line.found
    part = HELD_OUT if isinstance(one, Prediction) else ACCEPTED
    lower, upper = one.ends or (None, None)
    said = (part, target.says, target.binds, target.of.service, target.of.measure, target.unit)
    simulated = (found.mean if found else None, lower, upper, found.replications if found else 0)
    return (*said, target.low, target.aim, target.high, *simulated, one.verdict, target.source)


# -- the table ---------------------------------------------------------------------------------------------

HEADS = ("target", "accepted", "simulated", "95% interval", "", "source")


def table(lines: Sequence[Line]) -> list[tuple[str, ...]]:
    """The lines as rows of text, in the order of HEADS."""
    return [
        (
            line.target.says,
            _range(line.target),
            "-" if line.found is None else _text(line.found.mean, line.target.unit) + _in_how_many(line, line.found),
            _interval(line),
            line.verdict,
            line.target.source,
        )
        for line in lines
    ]


def summary(lines: Sequence[Line]) -> str:
    """How many of the binding targets, and of the rest, are met."""
    said = []
    for binds, what in ((True, "binding target"), (False, "other figure")):
        chosen = [line for line in lines if line.target.binds == binds]
        if chosen:
            good = sum(line.verdict in (MET, NEAR) for line in chosen)
            missed = [line.target.says for line in chosen if line.verdict in (MISSED, NOTHING)]
            words = f"{good} of {counted(len(chosen), what)} met"
            said.append(words + (f" (missed: {'; '.join(missed)})" if missed else ""))
    return ". ".join(said) + "."


def waits_on_lists(scenario: Scenario, lines: Sequence[Line]) -> Iterator[str]:
    """A sentence for each wait that has no figure because people wait for the service on a list."""
    for line in lines:
        of = line.target.of
        lists = [one.name for one in scenario.lists if of.service in one.services]
        if line.verdict == NOTHING and lists and measures()[of.measure].split == "waiting":
            instead = listed([quoted(f"{name} {of.measure}") for name in lists], "or")
            yield (
                f"{line.target.says}: nobody waits for {quoted(of.service)} alone, as people wait on "
                f"{listed([quoted(name) for name in lists], 'and')}; write {instead}"
            )


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the page: its heading, the rows of its table (heads first), and a sentence below."""

    heading: str
    rows: Sequence[tuple[str, ...]]
    says: str = ""


def page(scenario: Scenario, lines: Sequence[Line], command: str, more: Sequence[Section] = ()) -> str:
    """The table as a page of Markdown, with what a fit adds to it."""
    parts = [
        "# Calibration\n",
        f"{title(scenario)}: {counted(scenario.replications, 'replication')} of\n"
        f"{scenario.calendar.measured_days} measured days. This command makes the page, so do not edit it:\n\n"
        f"```\n{command}\n```\n",
        f"{summary(lines)}\n",
    ]
    for binds, heading in ((True, "Targets that bind"), (False, "The rest: looked at, not fitted")):
        chosen = [line for line in lines if line.target.binds == binds]
        if chosen:
            parts += [f"## {heading}\n", _markdown([HEADS, *table(chosen)])]
    for section in more:
        parts += [
            f"## {section.heading}\n",
            _markdown(section.rows),
            *([f"{_wrapped(section.says)}\n"] if section.says else []),
        ]
    notes = [_note(f"- {line.target.says}: {line.target.note}") for line in lines if line.target.note]
    if notes:
        parts += ["## Notes\n", "\n".join(notes) + "\n"]
    parts.append(
        "*Met*: the average is in the accepted range. *Within error*: its 95% interval reaches the range.\n"
        "Sources are rows of [the evidence table](evidence/parameters.csv).\n"
    )
    return "\n".join(parts)


def _note(text: str) -> str:
    """An item of a list in lines of at most 120 columns."""
    return textwrap.fill(text, 119, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)


def _wrapped(text: str) -> str:
    return textwrap.fill(text, 119, break_long_words=False, break_on_hyphens=False)


def _markdown(rows: Sequence[tuple[str, ...]]) -> str:
    """A table whose first row is its heads."""
    heads, *others = rows
    whole = [heads, tuple("---" for _ in heads), *others]
    return "\n".join("| " + " | ".join(cell.replace("|", "/") for cell in row) + " |" for row in whole) + "\n"


def _range(target: Target) -> str:
    low, high = _text(target.low, target.unit), _text(target.high, target.unit)
    if low == high:
        return low
    return f"{low} to {high}" if target.aim is None else f"{_text(target.aim, target.unit)} ({low} to {high})"


def _interval(line: Line) -> str:
    low, high = line.ends
    if low is None or high is None:
        return ""
    return f"{_text(low, line.target.unit)} to {_text(high, line.target.unit)}"


def _in_how_many(line: Line, found: Spread) -> str:
    """What follows a figure that some replications lack."""
    return f" (in {found.replications} of {line.replications})" if found.replications < line.replications else ""


def _text(value: float, unit: str) -> str:
    return f"{value:.2f}" if unit in ("ratio", "nights", "days") else figure(value, unit)


# -- targets that exclude each other -----------------------------------------------------------------------------------


SLACK = 0.02  # windows end, and midnights are not all of the day: ranges that miss each other by less may both be true
FLOW, STAY, PEOPLE, WAITING, NIGHTS = "people a day", "days each", "people", "people waiting", "nights of delay"
DELAYED_PEOPLE, OCCUPIED, DELAYED, OF_BED_DAYS = "people delayed", "occupied", "delayed", "of bed days"
PARTS = (OCCUPIED, DELAYED, OF_BED_DAYS)  # shares, reported in percent
MOST_A_SERVICE = 3  # sentences; more say the same again


@dataclass(frozen=True, slots=True)
class Known:
    """From where to where a figure lies, and the arithmetic or the source that says so."""

    low: float
    high: float
    words: str

    def misses(self, other: "Known") -> bool:
        """Whether the two cannot both be true."""
        return self.high * (1 + SLACK) < other.low or other.high * (1 + SLACK) < self.low


@dataclass(frozen=True, slots=True)
class _Said:
    """What the targets say of one service."""

    service: str
    targets: tuple[Target, ...]
    days: int

    def of(self, measure: str, divided_by: str = "") -> Iterator[Target]:
        """The targets of a whole measure, or of one over another."""
        for target in self.targets:
            below = target.divided_by
            if target.of == Address(self.service, measure) and (
                below == Address(self.service, divided_by) if divided_by else below is None
            ):
                yield target

    def known(self, unit: str, measure: str, divided_by: str = "", *, a_day: bool = False) -> Iterator[Known]:
        """The same as ranges; totals of the window a day, where that is wanted."""
        days = self.days if a_day else 1
        for target in self.of(measure, divided_by):
            yield _stated(target.low / days, target.high / days, unit, _name(target))


def conflicting_targets(targets: Sequence[Target], scenarios: Sequence[Scenario]) -> list[str]:
    """A sentence for each two ranges of one figure that cannot both be true.

    `scenarios` are those between which beds and arrivals may lie: one, or one for each end of what a fit may move.
    """
    found = []
    for service in dict.fromkeys(target.of.service for target in targets):
        said = _Said(service, tuple(targets), scenarios[0].calendar.measured_days)
        figures = (_flows(said, scenarios), _stays(said), _people(said, scenarios), _waiting(said, scenarios))
        first = next((mine for figure in figures if (mine := _conflicts(service, figure))), [])
        found += [*first, *_conflicts(service, _nights(said))][:MOST_A_SERVICE]
    return found


def _conflicts(service: str, figures: Sequence[Known]) -> list[str]:
    return [
        f"{service}: these exclude each other. {one.words}; but {other.words}."
        for one, other in combinations(figures, 2)
        if one.misses(other)
    ]


def _flows(said: _Said, scenarios: Sequence[Scenario]) -> list[Known]:
    """People a day through a service, as targets say and as the scenario sends them."""
    found = [*said.known(FLOW, "throughput_per_day")]
    for measure in ("admissions", "leavers"):
        found += said.known(FLOW, measure, a_day=True)
    return [*found, *_sent(said.service, scenarios)]


def _sent(service: str, scenarios: Sequence[Scenario]) -> Iterator[Known]:
    """Whom the scenario sends to a service from outside, where all of them enter it in the end; at least these, where others come too."""
    if not all(_takes_everybody(scenario, service) for scenario in scenarios):
        return
    rates = [_from_outside(scenario, service) for scenario in scenarios]
    if min(rates) > 0:
        others = any(_is_sent_to(scenario, service) for scenario in scenarios)
        yield _stated(min(rates), inf if others else max(rates), FLOW, "whom the scenario sends from outside")


def _from_outside(scenario: Scenario, service: str) -> float:
    return sum(
        sum(arrivals_per_day(scenario, group)) * share
        for group in scenario.people
        for to, share in group.arrives_at
        if to == service
    )


def _takes_everybody(scenario: Scenario, service: str) -> bool:
    """Whether nobody who comes to a service from outside gives up, is turned away or dies before."""
    if service not in {one.name for one in scenario.services} or scenario.service(service).queue_limit is not None:
        return False
    return all(
        arrival.longest_wait is None and arrival.dies_while_waiting is None
        for group in scenario.people
        for arrival in group.arrivals_outside
    )


def _is_sent_to(scenario: Scenario, service: str) -> bool:
    """Whether people come to a service from another one, or in other ways."""
    routes = [
        route
        for group in scenario.people
        for visit in group.journey
        for route in visit.routes_between(*scenario.calendar.window)
    ]
    ways = [to for route in routes for to in (route.to, route.otherwise) if to is not None]
    ways += [to for group in scenario.people for to, _ in group.arrives_at if to != service]
    return any(service in scenario.members(to) for to in ways)


def _stays(said: _Said) -> list[Known]:
    """Days that each person stays."""
    found = [*said.known(STAY, "length_of_stay_mean_days")]
    for measure in ("leavers", "admissions"):
        found += said.known(STAY, "occupied_bed_days", measure)
    return found


def _people(said: _Said, scenarios: Sequence[Scenario]) -> list[Known]:
    """People in a service at a time: what is said of them, what follows, and the beds that there are."""
    found = [*said.known(PEOPLE, "occupied_bed_days", a_day=True), *said.known(PEOPLE, "midnight_census_mean")]
    found += [_product(flow, stay, PEOPLE) for flow in _flows(said, scenarios) for stay in _stays(said)]
    beds = _beds(said.service, scenarios)
    if beds is not None:
        for measure in ("occupancy", "midnight_occupancy"):
            found += [_product(share, beds, PEOPLE) for share in said.known(OCCUPIED, measure)]
        found.append(Known(0.0, beds.high, f"the scenario has {_number(beds.high)} beds or places"))
    for delayed in _delayed(said):
        for share in said.known(OF_BED_DAYS, "delayed_bed_days", "occupied_bed_days"):
            if share.low > 0:
                ends = delayed.low / share.high, delayed.high / share.low
                found.append(Known(*ends, f"{delayed.words} / {share.words} = {_span(*ends, PEOPLE)}"))
    return found


def _delayed(said: _Said) -> list[Known]:
    """People delayed at a time."""
    found = [*said.known(DELAYED_PEOPLE, "delayed_people_mean"), *said.known(DELAYED_PEOPLE, "midnight_delayed_mean")]
    return [*found, *said.known(DELAYED_PEOPLE, "delayed_bed_days", a_day=True)]


def _beds(service: str, scenarios: Sequence[Scenario]) -> Known | None:
    """Beds or places of a service in the window; None where there is no limit, or hours are counted."""
    if any(service not in {one.name for one in scenario.services} for scenario in scenarios):
        return None
    found = [scenario.service(service) for scenario in scenarios]
    places = [open_places(*both) for both in zip(found, scenarios, strict=True)]
    known = [place for place in places if place is not None]
    if len(known) < len(places) or any(one.counted_in == "hours_per_week" for one in found):
        return None
    least = min(
        place - (service.surge.places if service.surge else 0) for place, service in zip(known, found, strict=True)
    )
    return _stated(least, max(known), "beds or places", "the scenario")


def _waiting(said: _Said, scenarios: Sequence[Scenario]) -> list[Known]:
    """People who wait for a service: as is said, and at least those who enter in the end."""
    found = [*said.known(WAITING, "queue_mean")]
    for flow in _flows(said, scenarios):
        for wait in said.known("days waited", "wait_mean_days"):
            low = flow.low * wait.low
            found.append(Known(low, inf, f"{flow.words} x {wait.words} = {_span(low, inf, WAITING)}"))
    return found


def _nights(said: _Said) -> list[Known]:
    """Nights of delay of all who leave: as is said, and by the share delayed and the nights of those."""
    found = [*said.known(NIGHTS, "delay_mean_nights")]
    for share in said.known(DELAYED, "delayed_share"):
        for nights in said.known(NIGHTS, "delay_mean_if_delayed_nights"):
            found.append(_product(share, nights, NIGHTS))
    return found


def _stated(low: float, high: float, unit: str, by: str) -> Known:
    return Known(low, high, f"{_span(low, high, unit)} ({by})")


def _product(one: Known, other: Known, unit: str) -> Known:
    low, high = one.low * other.low, inf if inf in (one.high, other.high) else one.high * other.high
    return Known(low, high, f"{one.words} x {other.words} = {_span(low, high, unit)}")


def _name(target: Target) -> str:
    return target.says if target.binds else f"{target.says}, which does not bind"


def _span(low: float, high: float, unit: str) -> str:
    """As in: 1 to 1.2 people a day."""
    ends = [f"{end:.1%}" if unit in PARTS else _number(end) for end in (low, high)]
    if high == inf:
        return f"at least {ends[0]} {unit}"
    return f"{ends[0]} {unit}" if ends[0] == ends[1] else f"{ends[0]} to {ends[1]} {unit}"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 99.5 else f"{value:.3g}"
