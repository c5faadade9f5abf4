"""What was found as Markdown, on the screen and between the markers of docs/benchmarks.md and README.md."""

import textwrap

from benchmarks import ours, programs
from benchmarks.findings import ASKED, NOT_ASKED, Asked, Findings, machine
from benchmarks.processes import ROOT, Comparison
from benchmarks.rounds import Spread
from benchmarks.sizes import QUICK

NAMES = {
    programs.CIW: "Ciw",
    ours.REFERENCE: "**our reference engine** (SimPy)",
    programs.SIMPY: "SimPy, idiomatic: a process a person, `Resource`, draws as it goes (NumPy)",
    programs.SIMPY_STANDARD: "SimPy, idiomatic, with the standard library's `random`",
    ours.COMPILED: "**our compiled engine**",
    programs.WHOLE_C: "C, bucket queue, all records",
    programs.C: "C, bucket queue, stays only: the practical limit",
}
BEGIN, END = "<!-- benchmarks: begin (written by benchmarks/run.py --write) -->", "<!-- benchmarks: end -->"
README, PAGE = ROOT / "README.md", ROOT / "docs" / "benchmarks.md"
NO_FIGURE = "–"


def page(found: Findings) -> str:
    """All tables."""
    parts = [engines(found), asked(found), inside(found)]
    if found.comparison is not None:
        parts.append(comparison(found.comparison))
    return "\n\n".join(parts)


def engines(found: Findings) -> str:
    """The first table: the same model by every program, the slowest first."""
    rows = [
        (NAMES[key], f"{readable(found.speeds[key])}", told(found.over_simpy.get(key)), told(found.below_c.get(key)))
        for key in sorted(found.speeds, key=lambda key: found.speeds[key])
    ]
    head = ("program", "spells a second", "× idiomatic SimPy", "C is so many times as fast")
    missing = [f"No figure for {NAMES[key]}: {reason}." for key, reason in found.reasons.items() if key in NAMES]
    sizes = (
        f" Quick: SimPy and the reference engine ran {QUICK.slow_days} days, Ciw {QUICK.ciw_days}; a spell is a spell."
        if found.quick
        else ""
    )
    about = (
        f"Medians of {found.rounds} interleaved rounds, processor time; in brackets the lowest and highest of the rounds. "
        f"{machine()}.{sizes}"
    )
    return "\n".join([markdown(head, rows), "", filled(about), *missing])


def asked(found: Findings) -> str:
    """The second table: each ratio, and what was asked of it."""
    rows = [(one.says, told(found.figures.get(one.key)), _verdict(one, found)) for one in ASKED]
    rows += [(says, told(found.figures.get(key)), "") for key, says in NOT_ASKED.items()]
    reasons = {found.reasons[key]: None for key, figure in found.figures.items() if figure is None}
    notes = [f"{NO_FIGURE}: {'; '.join(reasons)}."] if reasons else []
    if found.process_replications:
        notes.append(
            f"Two processes over one: {found.process_replications} replications of the baseline, run, checked and measured; "
            "the processes' start-up is in it."
        )
    return "\n".join([markdown(("figure", "found", "asked"), rows), *([""] if notes else []), *notes])


def _verdict(one: Asked, found: Findings) -> str:
    figure = found.figures.get(one.key)
    wanted = f"{one.bound} {one.value:g}"
    return wanted if figure is None else f"{wanted}: {one.verdict(figure)}"


def inside(found: Findings) -> str:
    """What is inside each program's timing."""
    return markdown(
        ("program", "in its time"), [(NAMES[key], programs.INSIDE[key]) for key in NAMES if key in found.speeds]
    )


def comparison(one: Comparison) -> str:
    """Where the time of the default comparison goes."""
    total = sum(one.stages.values())
    rows = [(name, f"{spent:.2f}", f"{spent / total:.0%}") for name, spent in one.stages.items()]
    rows.append(("**whole process, on the wall**", f"{one.seconds:.2f}", ""))
    about = (
        f"`python3 run_sim.py`: 2 scenarios × {one.replications} replications, {one.workers} processes, {one.engine} engine. "
        "Stages are added up over the processes, so they may exceed the wall-clock time."
    )
    return "\n".join([markdown(("stage", "seconds", "share"), rows), "", filled(about)])


def filled(text: str) -> str:
    """A paragraph in lines of at most 120 columns."""
    return textwrap.fill(text, 119, break_long_words=False, break_on_hyphens=False)


def markdown(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """A table."""
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def told(figure: Spread | None) -> str:
    """`2.04 (1.95–2.21)`, or a dash."""
    if figure is None:
        return NO_FIGURE
    if figure.low == figure.high:
        return readable(figure.middle)
    return f"{readable(figure.middle)} ({readable(figure.low)}–{readable(figure.high)})"


def readable(value: float) -> str:
    """Three figures that count, two below one; thousands apart."""
    if value >= 100:
        return f"{float(f'{value:.3g}'):,.0f}"
    return f"{value:.2f}" if value < 10 else f"{value:.1f}"


def write(found: Findings) -> None:
    """Puts all tables into the page, the first into the README, each between its markers."""
    for file, text in ((PAGE, page(found)), (README, engines(found))):
        file.write_text(between_markers(file.read_text(encoding="utf-8"), text), encoding="utf-8")


def between_markers(whole: str, text: str) -> str:
    """A page with other text between its markers."""
    before, rest = whole.split(BEGIN)
    _, after = rest.split(END)
    return f"{before}{BEGIN}\n{text}\n{END}{after}"
