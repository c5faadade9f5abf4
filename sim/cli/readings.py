"""What else the question can mean that is asked where no file is named: each reading against a baseline of its own.

One table tells the answers side by side, so that nobody takes the first for the only one.

What may be changed here: wording freely; another reading is a line of READINGS.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sim.cli.arguments import Options
from sim.cli.files import place_for
from sim.cli.screen import Screen
from sim.cli.tables import columns, wrapped
from sim.home import HOME, PROGRAM, shortest
from sim.inputs.loading import read_scenario
from sim.results.comparison.findings import Findings
from sim.results.measure_table import measures
from sim.results.words import labels
from sim.results.words.labels import figure, interval
from sim.runs.collecting import beside, gathered, paired
from sim.runs.experiment import Shared, run_all
from sim.runs.piece import Replications
from sim.runs.specification import Job

UNIT = "cedarwood"


class Reading(NamedTuple):
    """One reading: in words, and the two files that are compared."""

    says: str
    base: str
    other: str


AS_SHIPPED = "for those who wait today"
READINGS = (
    Reading("the same, beside 42 beds", "scenarios/variants/pathway2_42_beds.yaml", "scenarios/cedarwood/beside_42_beds.yaml"),
    Reading("when treatment is over", "scenarios/variants/counted_from_treatment.yaml", "scenarios/cedarwood/early_step_down.yaml"),
    Reading(
        "the same, beside 42 beds",
        "scenarios/variants/counted_from_treatment_42_beds.yaml",
        "scenarios/cedarwood/early_step_down_beside_42_beds.yaml",
    ),
)  # fmt: skip
TOLD = ("midnight_delayed_mean", "admissions", "occupancy", "cost_cash_gbp")
HEADS = ("29 beds of Cedarwood", "fewer delayed people", "people a week", "how full", "more cash a year")
WHICH_IS_YOURS = (
    "Which is yours? Three things that no source tells decide it: how many of those who need reablement or a bed could go as soon as "
    "their treatment is over, four days before the ward calls them ready (here three in ten), how long they then stay (here 16 days; with 20 little is left: cedarwood/early_step_down_20_days.yaml), and how many pathway 2 beds there "
    "are already (26 and 42 fit the published figures alike). Each line is held against a baseline with the same clock and beds."
)


def tell_readings(first: Findings, options: Options, job: Job, screen: Screen) -> None:
    """Runs the other readings and prints one table of all of them, below the answer to the first."""
    screen.note(
        f"Now {len(READINGS)} other readings of the question, each against a baseline of its own, then it is done."
    )
    found = [first, *(_found(one, options, job, screen) for one in READINGS)]
    screen.say("What the question can mean:")
    columns(
        screen,
        [HEADS, *(_row(*pair) for pair in zip((AS_SHIPPED, *(one.says for one in READINGS)), found, strict=True))],
    )
    screen.say()
    wrapped(screen, WHICH_IS_YOURS)
    for one in READINGS:
        screen.say(f"  {PROGRAM} compare {shortest(HOME / one.base)} {shortest(HOME / one.other)}")


def _found(reading: Reading, options: Options, job: Job, screen: Screen) -> Findings:
    scenarios, _ = paired([
        read_scenario(shortest(HOME / file), replications=options.replications, seed=options.seed)
        for file in (reading.base, reading.other)
    ])  # fmt: skip
    workers = place_for(options, sum(one.replications for one in scenarios))
    try:
        pieces = run_all(Shared(scenarios, engines=job.engines), workers, job.store, screen.progress)
    finally:
        screen.end_progress()
    told = [_for_the_table(theirs) for theirs in beside(scenarios, pieces)]
    return gathered(scenarios, told, compared=True)


def _for_the_table(pieces: Replications) -> Replications:
    """The replications without thousands of rows that the table does not tell, which take longest to put together."""
    return Replications(len(pieces), lambda number: pieces[number].only(_is_told), pieces.seconds)


def _is_told(measure: str) -> bool:
    return measure in TOLD


def _row(says: str, findings: Findings) -> Sequence[str]:
    return says, *_cells(findings)


def _cells(findings: Findings) -> Iterator[str]:
    """Fewer delayed people, admissions a week, occupancy and cash."""
    other = findings.scenarios[1]
    yield _change(findings, findings.main_service.name, "midnight_delayed_mean", sign=-1)
    came, full = (findings.estimate(other.id, UNIT, name) for name in ("admissions", "occupancy"))
    yield figure(came.mean / (other.calendar.measured_days / 7), "people") if came else ""
    yield figure(full.mean, full.unit) if full else ""
    yield _change(findings, "all", "cost_cash_gbp")


def _change(findings: Findings, service: str, measure: str, sign: int = 1) -> str:
    row = findings.difference(findings.scenarios[1].id, service, measure)
    if row is None:
        return ""
    unit, factor = measures()[measure].unit, labels.factor(measure, findings.windows[0])
    text = figure(sign * factor * row.mean, unit)
    if row.low is None or row.high is None:
        return text
    low, high = sorted((sign * row.low, sign * row.high))
    return f"{text} ({interval(low, high, unit, factor)})"
