"""Reads the `.expect` tables beside the worked examples, and writes a ledger in the same words."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sim.inputs.scenario import OUTSIDE as OUTSIDE_NAME
from sim.inputs.scenario import SECONDS_PER_DAY, Scenario
from sim.model.records import NEVER, NONE, OUTSIDE, WAIT_ENDINGS, Ledger

TABLES = ("stays", "waits", "steps", "places", "measures")
Row = dict[str, str]


@dataclass(frozen=True)
class Table:
    """One expected table: which columns are compared, and its rows."""

    columns: tuple[str, ...]
    rows: list[Row]


def read_expectation(path: Path) -> dict[str, Table]:
    """The expected tables of one example."""
    tables: dict[str, Table] = {}
    name, columns = "", ()
    for line in path.read_text(encoding="utf-8").splitlines():
        words = line.partition("#")[0].split()
        if not words:
            continue
        if words[0] in TABLES and len(words) == 1:
            name, columns = words[0], ()
        elif not columns:
            columns = tuple(words)
            tables[name] = Table(columns, [])
        else:
            assert len(words) == len(columns), f"{path.name}: {line!r} has not the columns {columns}"
            tables[name].rows.append(dict(zip(columns, words, strict=True)))
    return tables


def seconds(text: str) -> int:
    """`2.5`, `2d12:00` or `-1d00:00:30` as whole seconds; `-` is never."""
    if text == "-":
        return NEVER
    day, has_clock, clock = text.partition("d")
    whole = round(float(day) * SECONDS_PER_DAY)
    for part, size in zip(clock.split(":") if has_clock else (), (3600, 60, 1), strict=False):
        whole += int(part) * size
    return whole


def same(column: str, expected: str, found: object) -> bool:
    """Is a ledger's cell what the table says? Times to the second."""
    if column in TIME_COLUMNS:
        return seconds(expected) == found
    if column == "units":
        return abs(float(expected) - float(str(found))) < 1e-9
    return expected == str(found)


TIME_COLUMNS = frozenset(
    (
        "admitted",
        "ready",
        "clear",
        "left",
        "need",
        "joined",
        "ended",
        "at",
        "started",
        "team_joined",
        "finished",
        "dropped_at",
    )
)


def people_names(scenario: Scenario, ledger: Ledger) -> list[str]:
    """`group-number` for everybody, `group-c0` for the starting census."""
    columns = (ledger.people[name].tolist() for name in ("group", "number", "from_census"))
    return [
        f"{scenario.people[group].name}-{'c' if census else ''}{number}"
        for group, number, census in zip(*columns, strict=True)
    ]


def in_words(scenario: Scenario, ledger: Ledger) -> dict[str, list[dict[str, object]]]:
    """The ledger's tables with names for numbers; times stay seconds."""
    people = people_names(scenario, ledger)

    def place(number: int) -> str:
        return OUTSIDE_NAME if number == OUTSIDE else scenario.destinations[number]

    def destination(number: int) -> str:
        return "-" if number == NONE else scenario.destinations[number]

    def levels(person: str, profile: int) -> str:
        """The levels of a profile, joined by a stroke; a bar without traits."""
        group = next(one for one in scenario.people if one.name == person.rpartition("-")[0])
        return "/".join(level for _, level in group.profiles[profile]) or "-"

    def rows(table: dict[str, object], words: dict[str, Callable[[int], object]]) -> list[dict[str, object]]:
        names = list(table)
        lists = [table[name].tolist() for name in names]  # type: ignore[attr-defined]
        return [
            {name: words.get(name, int)(cell) for name, cell in zip(names, cells, strict=True)}
            for cells in zip(*lists, strict=True)
        ]

    stays = rows(
        dict(ledger.stays),
        {"person": people.__getitem__, "service": place, "to": destination, "planned_to": destination},
    )
    for stay in stays:
        for name in ("found", "after"):
            stay[name] = levels(str(stay["person"]), int(str(stay[name])))
        if scenario.service(str(stay["service"])).counted_in == "hours_per_week":
            stay["units"] = int(str(stay["units"])) / 60
    waits = rows(
        dict(ledger.waits),
        {
            "person": people.__getitem__,
            "held": place,
            "to": destination,
            "otherwise": destination,
            "ending": WAIT_ENDINGS.__getitem__,
        },
    )
    steps = rows(dict(ledger.steps), {"step": ledger.step_names.__getitem__})
    for step in steps:
        stay = stays[int(str(step["stay"]))]
        step["person"], step["service"] = stay["person"], stay["service"]
    outside = rows(dict(ledger.arrival_steps), {"person": people.__getitem__, "step": ledger.step_names.__getitem__})
    steps += [{**step, "service": OUTSIDE_NAME, "dropped_at": NEVER} for step in outside]
    return {
        "stays": stays,
        "waits": waits,
        "steps": steps,
        "places": rows(dict(ledger.places), {"service": place}),
    }


def differences(name: str, table: Table, found: list[dict[str, object]]) -> list[str]:
    """One line for each row expected and not found, or found and not expected."""
    unmatched = list(found)
    problems = []
    for row in table.rows:
        match = next(
            (cells for cells in unmatched if all(same(key, row[key], cells[key]) for key in table.columns)),
            None,
        )
        if match is None:
            problems.append(f"{name}: expected  {'  '.join(row[key] for key in table.columns)}")
        else:
            unmatched.remove(match)
    for cells in unmatched:
        problems.append(f"{name}: found     {'  '.join(_shown(key, cells[key]) for key in table.columns)}")
    return problems


def _shown(column: str, cell: object) -> str:
    if column not in TIME_COLUMNS:
        return str(cell)
    if cell == NEVER:
        return "-"
    days, rest = divmod(int(str(cell)), SECONDS_PER_DAY)
    hours, rest = divmod(rest, 3600)
    return f"{days}d{hours:02}:{rest // 60:02}:{rest % 60:02}"
