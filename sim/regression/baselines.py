"""Baselines: the expected file beside each scenario, the event histories beside it, and the log beside both; and what moved from them.

    winter.yaml                    the scenario
    winter.expected.txt            its recorded results
    winter.expected.people.gz      the event history of each patient in replication 1, where they are few
    expected-log.md                every change of an expected file in this folder, with its reason

An expected file holds the versions it was made with, every value in force, every measure (mean and standard deviation
to six digits, and a fingerprint of its values by replication), and fingerprints of the records of each replication by
block of people. Its last line is a checksum: a file that was cut short or edited by hand is refused.

A fingerprint of a block depends on its own people only: rows are named by person and number, never by their position
in a table, so that one more person in the first block does not change the second. Two columns follow from the others
and the scenario, and came later: where somebody goes who does not get in, and when a step was dropped. The first is left
out and of the second only whether it was dropped is in, so that files recorded before are still valid.

With the recorded versions of Python and its packages, everything must be equal: each measure by its fingerprint, the
records by their blocks. With other versions the same scenario may differ a little (`_not_tolerated` says how much); a
scenario whose values were changed may not. docs/check.md states the tolerances for users, and the tests hold them to their
stated rates of false alarms.

People keep these files in their own repositories: a change of the format needs another format number.
"""

import platform
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from math import inf, isnan, sqrt
from pathlib import Path
from typing import NamedTuple

import numpy as np

from sim.home import command_line
from sim.inputs.scenario import Scenario
from sim.model.records import (
    ARRIVAL_STEP_COLUMNS,
    NEVER,
    NONE,
    PEOPLE_COLUMNS,
    PLACES_COLUMNS,
    PROFILE_COLUMNS,
    STAY_COLUMNS,
    STEP_COLUMNS,
    WAIT_COLUMNS,
    Column,
    Ledger,
)
from sim.results.comparison.compare import ReplicationTable
from sim.results.comparison.statistics import LEVEL, spread, t_quantile
from sim.results.event_history import unpack_histories
from sim.results.measure_table import measures
from sim.results.measures.order import MeasureKey

PEOPLE_IN_BLOCK = 500
DIGITS = 12  # hexadecimal, of SHA-256
OF_WAITS = tuple(name for name in WAIT_COLUMNS if name != "otherwise")


class Fingerprints(NamedTuple):
    """One replication's fingerprints: of the people who come, of the open places, and of each block of people."""

    people: str
    places: str
    blocks: tuple[str, ...]


def fingerprints(ledger: Ledger) -> Fingerprints:
    """Return the fingerprints of the records of one replication."""
    people = _bytes(_people(ledger))
    places = _bytes(ledger.places[name] for name in PLACES_COLUMNS)
    return Fingerprints(_short(people), _short(places), tuple(_short(block) for block in _blocks(ledger)))


def _people(ledger: Ledger) -> list[Column]:
    return [one for _, one in _columns_of(ledger.people, PEOPLE_COLUMNS)]


def _columns_of(table: Mapping[str, Column], columns: Iterable[str]) -> list[tuple[str, Column]]:
    """Columns by name; without traits, those of profiles say nothing and are left out."""
    return [(name, table[name]) for name in columns if name not in PROFILE_COLUMNS or table[name].any()]


def bytes_fingerprint(data: bytes) -> str:
    """The fingerprint of some bytes."""
    return _short(data)


def text_fingerprint(text: str) -> str:
    """The fingerprint of a text."""
    return _short(text.encode())


def _blocks(ledger: Ledger) -> list[bytes]:
    count = len(ledger.people["group"])
    stays = ledger.stays
    owner_of_stay, number_of_stay = np.append(stays["person"], NONE), np.append(stays["stay"], NONE)
    in_wait, in_step = ledger.waits["stay"], ledger.steps["stay"]  # row numbers, replaced by person and number
    tables: list[tuple[Column, list[Column]]] = [
        (np.arange(count, dtype=np.int64), _people(ledger)),
        (
            ledger.waits["person"],
            [_own(number_of_stay, in_wait, name, one) for name, one in _columns_of(ledger.waits, OF_WAITS)],
        ),
        (stays["person"], [one for _, one in _columns_of(stays, STAY_COLUMNS)]),
        (owner_of_stay[in_step], [_own(number_of_stay, in_step, name, ledger.steps[name]) for name in STEP_COLUMNS]),
    ]
    outside = ledger.arrival_steps
    if len(outside["person"]):  # without any, fingerprints stay what they were before there were steps outside
        tables.append((outside["person"], [outside[name] for name in ARRIVAL_STEP_COLUMNS]))
    firsts = range(0, count, PEOPLE_IN_BLOCK)
    return [b"|".join(_block_bytes(owner, columns, first) for owner, columns in tables) for first in firsts]


def _own(number_of_stay: Column, rows: Column, name: str, column: Column) -> Column:
    """A column as it is in a fingerprint."""
    if name == "stay":
        return number_of_stay[rows]
    return (column < NEVER).astype(np.int64) if name == "dropped_at" else column


def _block_bytes(owner: Column, columns: list[Column], first: int) -> bytes:
    """Rows of one block of people; every table is sorted by person."""
    start, end = np.searchsorted(owner, [first, first + PEOPLE_IN_BLOCK])
    return _bytes(column[start:end] for column in columns)


def _bytes(columns: Iterable[Column]) -> bytes:
    """Columns as 64-bit whole numbers, lowest byte first, on every machine."""
    return b"".join(np.ascontiguousarray(column, dtype="<i8").tobytes() for column in columns)


def _short(data: bytes) -> str:
    return sha256(data).hexdigest()[:DIGITS]


FORMAT = 1
TITLE = "Expected results of run_sim.py check, format"
WARNING = 'Never edit this by hand: run_sim.py check --update --reason "..." writes it, and keeps the log.'
SHOWN_DIGITS = 6
COMPARED_DIGITS = 8  # of each replication's value: more would be noise of adding up in another order
SECTIONS = ("made with", "values", "measures", "ledgers", "kept")
NOTHING = "-"
SCENARIO_ENDINGS = (".yaml", ".yml")
CONFLICT = re.compile(r"^(<{7}|={7}|>{7})", re.MULTILINE)


class ExpectedFileUnusable(Exception):
    """An expected file cannot be used; the message follows the name of the file, and a command follows the cure."""

    def __init__(self, why: str, cure: str = "take it whole from your repository again") -> None:
        super().__init__(why)
        self.cure = cure


class RecordedMeasure(NamedTuple):
    """One measure over the replications, as text for comparison; `sd` is its standard deviation."""

    key: MeasureKey
    mean: str
    sd: str
    replications: int
    digest: str


class ExpectedResults(NamedTuple):
    """Content of an expected file."""

    versions: dict[str, str]
    values: dict[str, str]  # by dotted path, without defaults
    lines: dict[MeasureKey, RecordedMeasure]
    ledgers: tuple[Fingerprints, ...]  # by replication
    histories_fingerprint: str  # of the event histories of replication 1, empty where they are not kept
    numbers: dict[MeasureKey, int]  # the line number of each measure in the file


def expected_results(
    scenario: Scenario,
    table: ReplicationTable,
    ledgers: Sequence[Fingerprints],
    versions: dict[str, str],
    histories_fingerprint: str,
) -> ExpectedResults:
    """Return the expected results of a scenario from those of a run."""
    lines = {key: _line(key, values.tolist()) for key, values in zip(table.keys, table.values, strict=True)}
    return ExpectedResults(versions, written_values(scenario), lines, tuple(ledgers), histories_fingerprint, {})


def written_values(scenario: Scenario) -> dict[str, str]:
    """Return the values written in the scenario by path, without labels; data files by their fingerprint."""
    found = {
        value.path: " ".join(value.text.split())
        for value in scenario.values
        if value.line and value.path not in ("name", "question")
    }
    for file, digest in scenario.files:
        if not file.endswith(SCENARIO_ENDINGS):
            found[f"data in {file.rpartition('/')[2]}"] = digest[:DIGITS]
    return found


def _line(key: MeasureKey, values: list[float]) -> RecordedMeasure:
    """Return the recorded form of a measure; values are by replication, NaN where it is undefined."""
    there = [value for value in values if not isnan(value)]
    here = spread(there)
    text = " ".join(NOTHING if isnan(value) else _number(value, COMPARED_DIGITS) for value in values)
    sd = NOTHING if here.sd is None else _number(here.sd, SHOWN_DIGITS)
    return RecordedMeasure(key, _number(here.mean, SHOWN_DIGITS), sd, here.replications, text_fingerprint(text)[:8])


def _number(value: float, digits: int) -> str:
    text = format(value, f".{digits}g")
    return "0" if float(text) == 0.0 else text


def expected_file_text(expected: ExpectedResults) -> str:
    """The file's text."""
    parts = [f"{TITLE} {FORMAT}", WARNING, "", "[made with]"]
    parts += [f"{name}  {version}" for name, version in expected.versions.items()]
    parts += ["", "[values]  path  value"]
    parts += [f"{path}  {text}" for path, text in expected.values.items()]
    parts += ["", "[measures]  service  measure  by  item  mean  sd  replications  fingerprint"]
    parts += [_measure_text(line) for line in expected.lines.values()]
    parts += ["", "[ledgers]  replication  people  places  blocks of 500 people"]
    parts += [
        "  ".join([str(number), ledger.people, ledger.places, *ledger.blocks])
        for number, ledger in enumerate(expected.ledgers, 1)
    ]
    if expected.histories_fingerprint:
        parts += ["", "[kept]  stories of replication 1", expected.histories_fingerprint]
    body = "\n".join(parts) + "\n"
    return f"{body}\nend {text_fingerprint(body)}\n"


def _measure_text(line: RecordedMeasure) -> str:
    key = [part or NOTHING for part in line.key]
    return "  ".join([*key, line.mean, line.sd, str(line.replications), line.digest])


def read_expected_file(text: str) -> ExpectedResults:
    """What the text of an expected file says; ExpectedUnusable where it cannot be used."""
    _check_whole(text)
    sections = _sections(text)
    try:
        lines = {line.key: line for _, row in sections["measures"] for line in [_read_line(row)]}
        numbers = {_read_line(row).key: number for number, row in sections["measures"]}
        return ExpectedResults(
            dict(_two(row) for _, row in sections["made with"]),
            dict(_two(row) for _, row in sections["values"]),
            lines,
            tuple(_read_ledger(row) for _, row in sections["ledgers"]),
            sections["kept"][0][1] if sections["kept"] else "",
            numbers,
        )
    except (ValueError, IndexError) as problem:  # the checksum is right: another program wrote it
        raise ExpectedFileUnusable("cannot be read, although nothing is missing from it") from problem


def _check_whole(text: str) -> None:
    if CONFLICT.search(text):
        raise ExpectedFileUnusable("holds conflict markers of git", "take either side whole")
    found = re.match(rf"{re.escape(TITLE)} (\d+)\n", text)
    if found is None:
        raise ExpectedFileUnusable("is damaged: its first line is not that of an expected file")
    if int(found[1]) != FORMAT:
        raise ExpectedFileUnusable(
            f"is of format {found[1]}; this program reads and writes format {FORMAT}",
            "check with the version of bedflow that wrote it",
        )
    body, end, seal = text.rpartition("\nend ")
    if not end:
        raise ExpectedFileUnusable("is damaged: it is cut short, for its last line is missing")
    if seal.strip() != text_fingerprint(body):
        raise ExpectedFileUnusable("is damaged: it was edited by hand or cut, for its last line does not fit the rest")


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


def _read_line(row: str) -> RecordedMeasure:
    service, measure, by, item, mean, sd, replications, digest = row.split("  ")
    key = (service, measure, "" if by == NOTHING else by, "" if item == NOTHING else item)
    return RecordedMeasure(key, mean, sd, int(replications), digest)


def _read_ledger(row: str) -> Fingerprints:
    _, people, places, *blocks = row.split("  ")
    return Fingerprints(people, places, tuple(blocks))


ENDING, HISTORIES_ENDING, LOG = ".expected.txt", ".expected.people.gz", "expected-log.md"
LARGEST_FILE = 20_000_000  # bytes
PACKAGES = ("numpy", "scipy", "simpy")


def versions() -> dict[str, str]:
    """Return the versions that may change results: Python (first two numbers) and the numerical packages."""
    found = {"python": ".".join(platform.python_version_tuple()[:2])}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "none"
    return found


@dataclass(frozen=True, slots=True)
class Baseline:
    """A scenario file and its recorded results; `trouble` says why they cannot be used."""

    scenario_file: str
    file: Path
    expected: ExpectedResults | None = None
    histories: list[str] | None = None
    trouble: str = ""

    @property
    def histories_file(self) -> Path:
        """The file of event histories of replication 1."""
        return self.file.with_name(self.file.name.removesuffix(ENDING) + HISTORIES_ENDING)

    @property
    def log(self) -> Path:
        """The log of expected results of this folder."""
        return self.file.with_name(LOG)


def baseline_of(scenario_file: str) -> Baseline:
    """Read the recorded results of a scenario."""
    scenario = Path(scenario_file)
    file = scenario.with_name(scenario.stem + ENDING)
    empty = Baseline(scenario_file, file)
    command = command_line("check", scenario_file, "--update", ending='--reason "..."')
    if not file.is_file():
        return _with(empty, trouble=f"there is no {file.name} beside it; `{command}` makes it")
    try:
        expected = read_expected_file(_text(file))
    except ExpectedFileUnusable as problem:
        return _with(empty, trouble=f"{file} {problem}; {problem.cure}, or record what is found now: `{command}`")
    return Baseline(
        scenario_file, file, expected, _read_histories(empty.histories_file, expected.histories_fingerprint)
    )


def _with(baseline: Baseline, trouble: str) -> Baseline:
    return Baseline(baseline.scenario_file, baseline.file, trouble=trouble)


def _text(file: Path) -> str:
    try:
        if file.stat().st_size > LARGEST_FILE:
            raise ExpectedFileUnusable(f"is larger than {LARGEST_FILE:,} bytes, more than any expected file needs")
        return file.read_text(encoding="utf-8")  # any line endings
    except UnicodeDecodeError:
        raise ExpectedFileUnusable("is damaged: it is not plain text in UTF-8") from None
    except OSError as problem:
        raise ExpectedFileUnusable(
            f"cannot be read: {problem.strerror or problem}", "let this computer's user read it"
        ) from None


def _read_histories(file: Path, fingerprint: str) -> list[str] | None:
    """Read event histories; None where there are none, or their fingerprint differs from the recorded one."""
    if not fingerprint:
        return None
    try:
        if file.stat().st_size > LARGEST_FILE:
            return None
        histories = unpack_histories(file.read_bytes())
    except (OSError, ValueError):
        return None
    return histories if bytes_fingerprint("\n\n".join(histories).encode()) == fingerprint else None


def scenarios_in(folder: Path, *, all_of_them: bool) -> list[str]:
    """Return the scenarios in a folder and its subfolders: all, or those with an expected file."""
    found = [path for path in _visible(folder, "*") if path.suffix in SCENARIO_ENDINGS and path.is_file()]
    return [path.as_posix() for path in found if all_of_them or path.with_name(path.stem + ENDING).is_file()]


def expected_files_without_scenario(folder: Path, scenarios: Sequence[str]) -> list[str]:
    """Return the expected files in a folder whose scenario is missing."""
    known = {Path(scenario).with_suffix("") for scenario in scenarios}
    return [
        file.as_posix()
        for file in _visible(folder, f"*{ENDING}")
        if file.with_name(file.name.removesuffix(ENDING)) not in known
    ]


def _visible(folder: Path, pattern: str) -> list[Path]:
    """Return the paths in a folder and its subfolders, without hidden files and folders."""
    return sorted(
        path
        for path in folder.rglob(pattern)
        if not any(part.startswith(".") for part in path.relative_to(folder).parts)
    )


# -- what moved --------------------------------------------------------------------------------------------------------


SAME, TOLERATED, MOVED = "as recorded", "within tolerances", "moved"
SHARE_OF_HALF_WIDTH = 0.75  # with the same people: so much of the 95% interval's half-width
FALSE_ALARMS = 0.01  # with other people: the stated share of unmoved scenarios that is called moved at most ...
LEVEL_OF_TEST = 0.005  # ... and the level that keeps to it, for rare events have longer tails than Student's t
FEWEST = 5  # a mean of fewer replications, where others lack the measure, is not judged


class MovedMeasure(NamedTuple):
    """A measure that moved; `standard_errors` are those of the recorded mean, None where its standard deviation is 0."""

    key: MeasureKey
    expected: str
    got: str
    standard_errors: float | None
    number: int  # line of the expected file, 0 for what is new

    @property
    def size(self) -> float:
        """Sort key: a measure without spread comes first, one without counterpart last."""
        if NOTHING in (self.expected, self.got):
            return -1.0
        return inf if self.standard_errors is None else abs(self.standard_errors)


class MovedValue(NamedTuple):
    """A value of the scenario that changed; empty text where it is missing."""

    path: str
    recorded: str
    now: str


class MovedBlock(NamedTuple):
    """The first block of people whose records differ: replication from 1, ranks [first, last]; or what else differs."""

    replication: int
    first: int
    last: int
    what: str  # "people", "places" or "block"


class Verdict(NamedTuple):
    """The outcome of comparing one scenario with its recorded results."""

    outcome: str
    versions: tuple[MovedValue, ...]
    values: tuple[MovedValue, ...]
    measures: tuple[MovedMeasure, ...]
    block: MovedBlock | None
    beyond: tuple[MeasureKey, ...]  # the measures that are beyond their tolerance, where tolerances applied
    new: tuple[MeasureKey, ...] = ()  # measures that did not exist when this was recorded


def compare_results(recorded: ExpectedResults, found: ExpectedResults, people_in_block: int) -> Verdict:
    """Holds what was found against what was recorded."""
    versions = _differing(recorded.versions, found.versions)
    values = _differing(recorded.values, found.values)
    measures = tuple(sorted(_moved_measures(recorded, found), key=lambda measure: -measure.size))
    block = _first_block(recorded, found, people_in_block)
    new = () if values else _new_measures(recorded, found)
    measures = tuple(one for one in measures if one.key not in new)
    if not measures and block is None:
        return Verdict(SAME, versions, values, measures, block, (), new)
    if not versions or values:
        return Verdict(MOVED, versions, values, measures, block, (), new)
    beyond = tuple(key for key in _not_tolerated(recorded, found) if key not in new)
    return Verdict(MOVED if beyond else TOLERATED, versions, values, measures, block, beyond, new)


def _new_measures(recorded: ExpectedResults, found: ExpectedResults) -> tuple[MeasureKey, ...]:
    """Rows of a measure (and division) that no row of the recorded file has: the table of measures has grown since."""
    known = {key[1:3] for key in recorded.lines}
    return tuple(key for key in found.lines if key[1:3] not in known)


def _differing(recorded: dict[str, str], found: dict[str, str]) -> tuple[MovedValue, ...]:
    paths = [*found, *(path for path in recorded if path not in found)]
    pairs = [MovedValue(path, recorded.get(path, ""), found.get(path, "")) for path in paths]
    return tuple(pair for pair in pairs if pair.recorded != pair.now)


def _moved_measures(recorded: ExpectedResults, found: ExpectedResults) -> list[MovedMeasure]:
    keys = [*found.lines, *(key for key in recorded.lines if key not in found.lines)]
    moved = []
    for key in keys:
        was, now = recorded.lines.get(key), found.lines.get(key)
        if was != now:
            number = recorded.numbers.get(key, 0)
            means = [NOTHING if line is None else line.mean for line in (was, now)]
            moved.append(MovedMeasure(key, means[0], means[1], _standard_errors(was, now), number))
    return moved


def _standard_errors(was: RecordedMeasure | None, now: RecordedMeasure | None) -> float | None:
    """How far the mean moved, in standard errors of the recorded mean."""
    if was is None or now is None:
        return None
    error, moved = _error(was), float(now.mean) - float(was.mean)
    if not moved:
        return 0.0
    return moved / error if error else None


def _error(line: RecordedMeasure) -> float:
    return 0.0 if line.sd == NOTHING else float(line.sd) / sqrt(line.replications)


def _first_block(recorded: ExpectedResults, found: ExpectedResults, size: int) -> MovedBlock | None:
    pairs = zip(recorded.ledgers, found.ledgers, strict=False)
    for replication, (was, now) in enumerate(pairs, 1):
        for place in range(max(len(was.blocks), len(now.blocks))):
            if was.blocks[place : place + 1] != now.blocks[place : place + 1]:
                return MovedBlock(replication, place * size, place * size + size - 1, "block")
        if was.people != now.people:  # only where a block's columns do not tell
            return MovedBlock(replication, 0, size - 1, "people")
        if was.places != now.places:
            return MovedBlock(replication, 0, 0, "places")
    if len(recorded.ledgers) != len(found.ledgers):
        return MovedBlock(min(len(recorded.ledgers), len(found.ledgers)) + 1, 0, size - 1, "block")
    return None


# -- tolerances, where the versions are others -----------------------------------------------------------------------


def _not_tolerated(recorded: ExpectedResults, found: ExpectedResults) -> tuple[MeasureKey, ...]:
    """The measures that differ by more than other versions may make them differ.

    The same people came in every replication: a mean may be three quarters of the half-width of its recorded 95%
    interval away. Other people came (a library draws or rounds differently): the means are held against each other as
    two samples, at a level at which 1 in 100 unmoved scenarios is called moved, all its measures together.
    """
    keys = [*recorded.lines, *(key for key in found.lines if key not in recorded.lines)]
    pairs = [(key, _line_of(recorded, key), _line_of(found, key)) for key in keys]
    totals = (len(recorded.ledgers), len(found.ledgers))
    pairs = [(key, was, now) for key, was, now in pairs if not _is_too_thin((was, now), totals)]
    if _same_people(recorded, found):
        return tuple(key for key, was, now in pairs if not _is_near(was, now))
    level = LEVEL_OF_TEST / max(1, len(pairs))
    return tuple(key for key, was, now in pairs if was is None or now is None or not _may_be_chance(was, now, level))


def _is_too_thin(lines: tuple[RecordedMeasure | None, RecordedMeasure | None], totals: tuple[int, int]) -> bool:
    """Too few replications have this measure to say anything, unless it was in all and is gone from all (or came)."""
    counts = [0 if line is None else line.replications for line in lines]
    if all(count >= min(FEWEST, total) for count, total in zip(counts, totals, strict=True)):
        return False
    return not (0 in counts and any(count == total for count, total in zip(counts, totals, strict=True)))


def _same_people(recorded: ExpectedResults, found: ExpectedResults) -> bool:
    return [ledger.people for ledger in recorded.ledgers] == [ledger.people for ledger in found.ledgers]


def _line_of(expected: ExpectedResults, key: MeasureKey) -> RecordedMeasure | None:
    """A measure's line; where it is missing, zero in every replication if that is what absence means."""
    measure = measures().get(key[1])  # none where an older version counted what this one does not
    if key in expected.lines or measure is None or not measure.absent_is_zero:
        return expected.lines.get(key)
    return RecordedMeasure(key, "0", "0", len(expected.ledgers), "")


def _is_near(was: RecordedMeasure | None, now: RecordedMeasure | None) -> bool:
    if was is None or now is None:
        return False
    apart = abs(float(now.mean) - float(was.mean))
    widest = max(_half_width(was), _half_width(now))  # of a rare event one run may have seen nothing
    return apart <= SHARE_OF_HALF_WIDTH * widest + _last_digit(was.mean)


def _half_width(line: RecordedMeasure) -> float:
    if line.replications < 2:
        return 0.0
    return t_quantile(0.5 + LEVEL / 2, line.replications - 1) * _error(line)


def _last_digit(mean: str) -> float:
    """Half of what one more in the last shown digit would be: text was rounded."""
    return abs(float(mean)) * 1e-5


def _may_be_chance(was: RecordedMeasure, now: RecordedMeasure, level: float) -> bool:
    apart = abs(float(now.mean) - float(was.mean))
    if apart <= _last_digit(was.mean):
        return True
    degrees = was.replications + now.replications - 2
    error = sqrt(_error(was) ** 2 + _error(now) ** 2)
    return degrees > 0 and apart <= t_quantile(1 - level / 2, degrees) * error
