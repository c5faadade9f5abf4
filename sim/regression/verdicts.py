"""Comparison of recorded results with those of this run.

With the recorded versions of Python and its packages, everything must be equal: each measure by its fingerprint, the
records by their blocks. With other versions the same scenario may differ a little (`not_tolerated` says how much); a
scenario whose values were changed may not. docs/check.md states the tolerances for users.

The tests hold the tolerances to their stated rates of false alarms.
"""

from math import inf, sqrt
from typing import NamedTuple

from sim.regression.baselines import NOTHING, ExpectedResults, RecordedMeasure
from sim.results.comparison.statistics import LEVEL, t_quantile
from sim.results.measure_table import measures
from sim.results.measures.order import MeasureKey

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
    beyond = tuple(key for key in not_tolerated(recorded, found) if key not in new)
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


def not_tolerated(recorded: ExpectedResults, found: ExpectedResults) -> tuple[MeasureKey, ...]:
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
