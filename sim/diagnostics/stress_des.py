"""The answers of a scenario to the reporting checklist STRESS-DES, in Markdown: what the file and the program know.

What only the people who do a study know is left to them and says so. The checklist is that of Monks and others (2019),
Strengthening the reporting of empirical simulation studies, Journal of Simulation 13(1), 55 to 67.
After a change, make docs/stress-des.md anew (its test says how).
"""

import re
import textwrap
from collections import Counter
from collections.abc import Iterator

from sim import __version__
from sim.diagnostics.warnings import warnings_before_a_run
from sim.home import command_line
from sim.inputs.scenario import Group, Places, Scenario, Service, Team
from sim.results.measure_table import measures
from sim.results.words.labels import counted, spoken

WIDTH = 118
MOST_CHANGES = 30
LONGEST_VALUE = 100
MARKUP = re.compile(r"([\\`*_\[\]<>#|~])")
YOURS = "**Yours to write:**"


def stress_des(scenario: Scenario) -> str:
    """The whole page, of one scenario, in lines that fit into a diff."""
    parts = (_objectives, _logic, _data, _experimentation, _implementation, _access)
    head = [
        f"# STRESS-DES: {_plain(scenario.name)}",
        "",
        f"Made by `{_code(command_line('show', scenario.file, '--stress-des'))}`, from the scenario and the program. What only you "
        f"know is marked {YOURS}",
    ]
    lines = [*head, *(line for part in parts for line in part(scenario))]
    return "\n".join(map(_wrapped, lines)) + "\n"


def _wrapped(line: str) -> str:
    """A line, or an item of a list, over several lines; a word is never broken."""
    indent = " " * (len(line) - len(line.lstrip()) + 2) if line.lstrip().startswith("- ") else ""
    return textwrap.fill(line, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


def _objectives(scenario: Scenario) -> Iterator[str]:
    yield from ("", "## 1. Objectives", "")
    yield f"- **Purpose.** {_plain(scenario.question) or 'The file states no question.'} {YOURS} who asked, and what will be decided."
    yield (
        f"- **Outputs.** {len(measures())} measures, each with unit, definition and good direction "
        "(`docs/measures.md`). The headline is people delayed on an average day, delayed bed days by reason, people "
        "waiting, and cost by payer."
    )
    changes = [change for change in scenario.changes if change.path not in ("name", "question")]
    yield (
        f"- **Experimentation aims.** {counted(len(changes), 'change')} to what the file extends, compared on the same people:"
        if changes
        else "- **Experimentation aims.** The file changes no other: it is a baseline."
    )
    for change in changes[:MOST_CHANGES]:
        yield f"    - `{_code(change.path)}`: {_change(change.old, change.new)}"
    if len(changes) > MOST_CHANGES:
        yield f"    - and {len(changes) - MOST_CHANGES} more: `{_code(command_line('show', scenario.file))}`"


def _logic(scenario: Scenario) -> Iterator[str]:
    yield from ("", "## 2. Logic", "")
    yield (
        "- **Base model.** A person arrives, holds a place for as long as they need care, is declared ready, goes through "
        "the steps of their route, waits for the next place while they hold the present one, and moves. The rules, "
        "numbered, and the order of events at one instant: `docs/model.md`."
    )
    yield "- **Scenario logic.** A scenario states only what differs from what it extends; both meet the same people."
    yield (
        "- **Algorithms.** Arrivals: a Poisson process of unit rate for each group, mapped through the calendar's "
        "intensity, or the times of a file. Lengths: inverse transforms of one uniform number."
    )
    yield "- **Entities.** People, in groups:"
    yield from (f"    - {_group(group)}" for group in scenario.people)
    yield (
        f"- **Activities.** Stays in {counted(len(scenario.services), 'service')}, and {counted(len(scenario.steps), 'step')}"
        + (f": {', '.join(_plain(spoken(step.name)) for step in scenario.steps)}." if scenario.steps else ".")
    )
    yield "- **Resources.**"
    yield from (f"    - {_service(service)}" for service in scenario.services)
    yield from (f"    - {_team(team)}" for team in scenario.teams)
    shared = "".join(f" The list {_plain(spoken(one.name))} serves {_named(one.services)}." for one in scenario.lists)
    yield f"- **Queues.** One for each service: by priority, then time joined, then person.{shared}"
    enter = dict.fromkeys(to for group in scenario.people for to, _ in group.arrives_at)
    yield f"- **Entry and exit.** People come to {_named(enter)}; they leave the model at home, by death, or for `out`."


def _data(scenario: Scenario) -> Iterator[str]:
    written = [value for value in scenario.values if value.line]
    assumed = [value for value in written if "assumption" in value.note.lower()]
    sourced = sum(bool(value.note) for value in written) - len(assumed)
    by_part = Counter(spoken(value.path.split(".")[0]) for value in assumed)
    where = ", ".join(f"{part} {number}" for part, number in by_part.most_common())
    yield from ("", "## 3. Data", "")
    yield (
        f"- **Sources.** Of {len(written)} values that files state, {sourced} have a source or reason beside them and "
        f"{len(assumed)} are marked as assumed{f' ({_plain(where)})' if where else ''}; the others, mostly names and "
        "choices, say nothing. Facts with addresses: `docs/evidence/parameters.csv`."
    )
    yield f"- **Input parameters.** `{_code(command_line('show', scenario.file))}` prints each with its file and line."
    yield f"- **Pre-processing.** {YOURS} how you made numbers of your data."
    notices = [*scenario.notices, *warnings_before_a_run(scenario)]
    yield f"- **Assumptions.** The report lists them.{' What the program notes before a run:' if notices else ''}"
    yield from (f"    - {_plain(notice)}" for notice in notices)


def _experimentation(scenario: Scenario) -> Iterator[str]:
    calendar = scenario.calendar
    people = sum(entry.count for entry in scenario.census)
    begins = f"with {counted(people, 'person', 'people')} in places" if people else "empty"
    yield from ("", "## 4. Experimentation", "")
    yield (
        f"- **Initialisation.** The run begins {begins} on {calendar.start}, {counted(calendar.warm_up_days, 'day')} before "
        "the measured days. The warm-up is cut from the records; nothing is reset. Each report judges it (MSER-5)."
    )
    follow = (
        f" People are followed up for {counted(calendar.follow_up_days, 'day')} more."
        if calendar.follow_up_days
        else ""
    )
    yield f"- **Run length.** {counted(calendar.measured_days, 'measured day')}.{follow}"
    yield (
        f"- **Estimation.** {counted(scenario.replications, 'replication')}, seed {scenario.seed}. Means with 95% intervals "
        "that allow for skewness; differences are paired on the same people (`docs/precision.md`)."
    )


def _implementation(scenario: Scenario) -> Iterator[str]:
    yield from ("", "## 5. Implementation", "")
    yield (
        f"- **Software.** bedflow {__version__}, Python with SimPy; the compiled engine gives the same records. Exact "
        "versions, processor and system stand in `run.json` of each result folder."
    )
    yield (
        "- **Random numbers.** Philox 4x64-10, keyed by seed, replication, group, person, service, visit and quantity. The "
        "same inputs give the same bytes, for any number of workers."
    )
    yield "- **Model execution.** Event by event in whole seconds; ties by phases (rule 3), then time joined, then person."
    yield (
        f"- **System.** `{_code(command_line('run', scenario.file, '--plan'))}` says how long a run takes on your computer."
    )


def _access(scenario: Scenario) -> Iterator[str]:
    files = ", ".join(f"`{_code(name)}`" for name, _ in scenario.files)
    yield from ("", "## 6. Code access", "")
    yield "- **Program.** MIT licence; how to cite and archive it: `docs/cite.md`, `CITATION.cff`."
    yield f"- **Files of this scenario.** {files}; their SHA-256 stand in `run.json`. {YOURS} where you archived them."


def _group(group: Group) -> str:
    if group.arrivals is not None:
        comes = f"{counted(len(group.arrivals), 'person', 'people')} at stated times"
    elif group.bookings is not None:
        comes = f"{counted(len(group.bookings.people), 'booking')} of a file"
    elif group.arrivals_every is not None:
        comes = f"one every {group.arrivals_every.mean_days:g} days on average"
    else:
        comes = f"{group.arrivals_per_day:g} a day"
    traits = f"; traits: {_named(trait.name for trait in group.traits)}" if group.traits else ""
    return f"{_plain(spoken(group.name))}: {comes}, to {_named(to for to, _ in group.arrives_at)}{traits}"


def _service(service: Service) -> str:
    limit = f"; at most {service.queue_limit} may wait" if service.queue_limit is not None else ""
    hours = "; admits in stated hours" if service.admission_hours else ""
    bays = f"; in {counted(len(service.bays), 'bay')}" if service.bays else ""
    return f"{_plain(spoken(service.name))}: {_size(service.capacity, service.counted_in)}{limit}{hours}{bays}"


def _team(team: Team) -> str:
    return f"team {_plain(spoken(team.name))}: {_size(team.capacity, 'places')}"


def _size(capacity: tuple[Places, ...], counted_in: str) -> str:
    """How many places at the start of the run, and whether that changes."""
    first = capacity[0].places
    if first is None:
        size = "no limit"
    elif counted_in == "hours_per_week":
        size = f"{first / 60:g} hours a week"
    else:
        size = f"{first} {counted_in}"
    return f"{size} at the start, changing by date or rota" if len(capacity) > 1 or capacity[0].rota else size


def _change(old: str, new: str) -> str:
    """What a value was, and what it is."""
    new = f"`{_code(new)}`"
    return f"`{_code(old)}` becomes {new}" if old else f"new, {new}"


def _named(names: "Iterator[str] | tuple[str, ...] | dict[str, None]") -> str:
    return ", ".join(_plain(spoken(name)) for name in names)


def _plain(text: str) -> str:
    """Text of a planner's on one line, in which nothing is markup."""
    return MARKUP.sub(r"\\\1", " ".join(text.split()))


def _code(text: str) -> str:
    """The same between backticks, shortened."""
    line = " ".join(text.replace("`", "'").split())
    return line if len(line) <= LONGEST_VALUE else f"{line[:LONGEST_VALUE]} ..."
