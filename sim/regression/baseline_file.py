"""What a scenario is expected to give: small, rounded text beside the scenario, and how it is read and written.

A file holds the versions it was made with, every value in force, every measure (mean and standard deviation to six
digits, and a fingerprint of its values by replication), and fingerprints of each replication's ledger by block of people.
Its last line seals the rest: what was cut short or edited by hand is refused.

What may be changed here: by agreement only, and with another format number.
"""

import re
from collections.abc import Iterator, Sequence
from math import isnan
from typing import NamedTuple

from sim.inputs.scenario import Scenario
from sim.regression.fingerprints import DIGITS, Digests, short_digest
from sim.results.comparison.compare import Table, spread
from sim.results.comparison.order import Key

FORMAT = 1
TITLE = "Expected results of run_sim.py check, format"
WARNING = 'Never edit this by hand: run_sim.py check --update --reason "..." writes it, and keeps the log.'
SHOWN_DIGITS = 6
COMPARED_DIGITS = 8  # of each replication's value: more would be noise of adding up in another order
SECTIONS = ("made with", "values", "measures", "ledgers", "kept")
NOTHING = "-"
SCENARIO_ENDINGS = (".yaml", ".yml")
CONFLICT = re.compile(r"^(<{7}|={7}|>{7})", re.MULTILINE)


class ExpectedUnusable(Exception):
    """Why an expected file cannot be used, in words that follow its name."""


class Line(NamedTuple):
    """One measure over the replications, as text to be compared; `spread` is its standard deviation."""

    key: Key
    mean: str
    sd: str
    replications: int
    digest: str


class Expected(NamedTuple):
    """Everything in an expected file."""

    versions: dict[str, str]
    values: dict[str, str]  # by dotted path, those that somebody wrote
    lines: dict[Key, Line]
    ledgers: tuple[Digests, ...]  # by replication
    stories: str  # the fingerprint of the stories of replication 1, empty where they are not kept
    numbers: dict[Key, int]  # the line of the file on which each measure stands


def expectation(
    scenario: Scenario, table: Table, ledgers: Sequence[Digests], versions: dict[str, str], stories: str
) -> Expected:
    """What is to be expected from now on, from what was found."""
    lines = {key: _line(key, [float(value) for value in values]) for key, values in _rows(table)}
    return Expected(versions, written_values(scenario), lines, tuple(ledgers), stories, {})


def _rows(table: Table) -> Iterator[tuple[Key, Sequence[float]]]:
    return zip(table.keys, table.values, strict=True)


def written_values(scenario: Scenario) -> dict[str, str]:
    """The values that somebody wrote, by path, neither defaults nor labels; files of data by their fingerprint."""
    found = {
        value.path: " ".join(value.text.split())
        for value in scenario.values
        if value.line and value.path not in ("name", "question")
    }
    for file, digest in scenario.files:
        if not file.endswith(SCENARIO_ENDINGS):
            found[f"data in {file.rpartition('/')[2]}"] = digest[:DIGITS]
    return found


def _line(key: Key, values: list[float]) -> Line:
    """A measure's line: by replication a value, or NaN where there is none."""
    there = [value for value in values if not isnan(value)]
    here = spread(there)
    text = " ".join(NOTHING if isnan(value) else _number(value, COMPARED_DIGITS) for value in values)
    sd = NOTHING if here.sd is None else _number(here.sd, SHOWN_DIGITS)
    return Line(key, _number(here.mean, SHOWN_DIGITS), sd, here.replications, short_digest(text)[:8])


def _number(value: float, digits: int) -> str:
    text = format(value, f".{digits}g")
    return "0" if float(text) == 0.0 else text


def text_of(expected: Expected) -> str:
    """The file's text."""
    parts = [f"{TITLE} {FORMAT}", WARNING, "", "[made with]"]
    parts += [f"{name}  {version}" for name, version in expected.versions.items()]
    parts += ["", "[values]  path  value"]
    parts += [f"{path}  {text}" for path, text in expected.values.items()]
    parts += ["", "[measures]  service  measure  by  item  mean  sd  replications  fingerprint"]
    parts += [_measure_text(line) for line in expected.lines.values()]
    parts += ["", "[ledgers]  replication  people  places  blocks of 500 people"]
    parts += [
        "  ".join([str(number), one.people, one.places, *one.blocks]) for number, one in enumerate(expected.ledgers, 1)
    ]
    if expected.stories:
        parts += ["", "[kept]  stories of replication 1", expected.stories]
    body = "\n".join(parts) + "\n"
    return f"{body}\nend {short_digest(body)}\n"


def _measure_text(line: Line) -> str:
    key = [part or NOTHING for part in line.key]
    return "  ".join([*key, line.mean, line.sd, str(line.replications), line.digest])


def read_expected(text: str) -> Expected:
    """What the text of an expected file says; ExpectedUnusable where it cannot be used."""
    _check_whole(text)
    sections = _sections(text)
    try:
        lines = {line.key: line for _, row in sections["measures"] for line in [_read_line(row)]}
        numbers = {_read_line(row).key: number for number, row in sections["measures"]}
        return Expected(
            dict(_two(row) for _, row in sections["made with"]),
            dict(_two(row) for _, row in sections["values"]),
            lines,
            tuple(_read_ledger(row) for _, row in sections["ledgers"]),
            sections["kept"][0][1] if sections["kept"] else "",
            numbers,
        )
    except (ValueError, IndexError) as problem:  # the seal fits: written by a program that has other ideas
        raise ExpectedUnusable("cannot be read, although nothing is missing from it") from problem


def _check_whole(text: str) -> None:
    if CONFLICT.search(text):
        raise ExpectedUnusable("holds conflict markers of git; take either side whole, then run check again")
    found = re.match(rf"{re.escape(TITLE)} (\d+)\n", text)
    if found is None:
        raise ExpectedUnusable("is damaged: its first line is not that of an expected file")
    if int(found[1]) != FORMAT:
        raise ExpectedUnusable(f"is of format {found[1]}; this program reads and writes format {FORMAT}")
    body, end, seal = text.rpartition("\nend ")
    if not end:
        raise ExpectedUnusable("is damaged: it is cut short, for its last line is missing")
    if seal.strip() != short_digest(body):
        raise ExpectedUnusable("is damaged: it was edited by hand or cut, for its last line does not fit the rest")


def _sections(text: str) -> dict[str, list[tuple[int, str]]]:
    """The lines of each section with their numbers in the file."""
    sections: dict[str, list[tuple[int, str]]] = {name: [] for name in SECTIONS}
    name = ""
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("["):
            name = line[1:].partition("]")[0]
            sections.setdefault(name, [])
        elif name and line and not line.startswith("end "):
            sections[name].append((number, line))
    return sections


def _two(row: str) -> tuple[str, str]:
    name, gap, value = row.partition("  ")
    if not gap:
        raise ValueError(row)
    return name, value


def _read_line(row: str) -> Line:
    service, measure, by, item, mean, sd, replications, digest = row.split("  ")
    key = (service, measure, "" if by == NOTHING else by, "" if item == NOTHING else item)
    return Line(key, mean, sd, int(replications), digest)


def _read_ledger(row: str) -> Digests:
    _, people, places, *blocks = row.split("  ")
    return Digests(people, places, tuple(blocks))
