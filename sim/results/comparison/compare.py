"""Replications put together, and scenarios compared on the same people; figures and midnights of every replication.

Figures are added replication by replication and read back row by row. What is put together lies set aside (`spill.py`), not in
memory, so that ten thousand replications take no more of it than thirty. A figure comes back with the bits that it went in with,
in the order of the replications.

A summary is the mean over replications with its 95% interval (`statistics.py`). A difference is scenario minus baseline,
replication by replication, so that the random numbers that both share cancel; its interval is the interval of the
difference. No interval reaches beyond what a measure can be: it is cut there, which leaves out no value that
could be true. The verdict is "better" or "worse" where the measure has a good direction and "higher" or
"lower" where it has none; it is "cannot tell" when the interval contains no difference (0 on its edge
included) and when there is one replication only.

With k scenarios compared to one baseline, `low_all` and `high_all` hold for all k differences of a measure
at once with 95% (Bonferroni: each at 1 - 0.05 / k). They are beside low and high and decide nothing.

A row that one replication or scenario lacks counts as 0 where the table of measures says so (people, bed days,
nights, money); for shares, means of people and percentiles there is nothing to compare, and the replication
is left out. Rows by a trait that one of the scenarios does not have are not compared. `replications` says in how many the row is
defined, of a difference in how many both rows are.

People are the same in every scenario: a group's person keeps their number, arrival and random numbers. Compared are the dates on
which each of them left hospital for the first time: who sooner, who later, by how many nights. Those who went to a service that the
baseline does not have are told apart, by where they waited for it.

The rule of the verdict is a contract.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol, overload

import numpy as np
from numpy.typing import NDArray

from sim.inputs.scenario import SECONDS_PER_DAY, Scenario
from sim.model.records import ADMITTED, NEVER, NONE, Column
from sim.results.comparison.statistics import Interval, spread, standard_deviation
from sim.results.measure_table import BY, HIGHER, LOWER, is_of_people, limits_of_difference, measures
from sim.results.measures.order import MeasureKey, SortKey
from sim.results.spill import Slot, Spill, smallest
from sim.results.step_functions import is_first
from sim.results.wait_passes import PASSES, People, Places, Queues
from sim.results.window import Key, Row, Window

# -- figures in every replication --------------------------------------------------------------------------------------


DAYS_IN_A_BLOCK = 64  # replications that are put together in memory

Series = tuple[str, str]  # service, measure
Counts = NDArray[Any]  # replications x days, whole numbers


class _BlockOfDays(NamedTuple):
    """Some replications together: series x replications x days."""

    slot: Slot
    shape: tuple[int, ...]
    kind: np.dtype[Any]


class Days(Mapping[Series, Counts]):
    """Replications x days of each series; a series is read when it is asked for."""

    def __init__(self, spill: Spill, blocks: Sequence[_BlockOfDays], places: Mapping[Series, int]) -> None:
        self._spill, self._blocks, self.places = spill, blocks, places

    def under(self, places: Mapping[Series, int]) -> "Days":
        """The same under other names, or under more."""
        return Days(self._spill, self._blocks, places)

    def __getitem__(self, series: Series) -> Counts:
        """Replications x days."""
        return np.concatenate([self._part(block, self.places[series]) for block in self._blocks])

    def _part(self, block: _BlockOfDays, number: int) -> Counts:
        _, replications, days = block.shape
        count = replications * days * block.kind.itemsize
        data = self._spill.read(block.slot, number * count, count)
        return np.frombuffer(data, block.kind).reshape(replications, days)

    def __iter__(self) -> Iterator[Series]:
        """Every series."""
        return iter(self.places)

    def __len__(self) -> int:
        """How many series there are."""
        return len(self.places)


class GatheringDays:
    """One scenario's midnights as its replications come, in order."""

    def __init__(self, spill: Spill) -> None:
        self._spill = spill
        self._series: tuple[Series, ...] = ()
        self._open: list[NDArray[Any]] = []
        self._blocks: list[_BlockOfDays] = []

    def add(self, series: tuple[Series, ...], counts: NDArray[np.int64]) -> None:
        """The next replication: a row of counts for each series, the same in every replication."""
        assert self._series in ((), series)
        self._series = series
        self._open.append(smallest(counts))
        if len(self._open) == DAYS_IN_A_BLOCK:
            self._close_block()

    def _close_block(self) -> None:
        together = np.stack(self._open, axis=1)  # of the largest type among them
        self._blocks.append(_BlockOfDays(self._spill.keep(together.tobytes()), together.shape, together.dtype))
        self._open = []

    def days(self) -> Days:
        """All of them."""
        if self._open:
            self._close_block()
        return Days(self._spill, self._blocks, {one: number for number, one in enumerate(self._series)})


Numbers = NDArray[np.int32]

BITS_OF_A_WORD = 12  # five words make one whole number
MOST_WORDS = 1 << BITS_OF_A_WORD
PARTS = 5  # of a key


class KeyTable:
    """Keys, numbered as they come up."""

    def __init__(self) -> None:
        self.keys: list[Key] = []
        self._numbers: dict[Key, int] = {}
        self._words: dict[str, int] = {}
        self._spelling = np.zeros((PARTS, 0), dtype=np.int32)
        self._codes, self._of_codes = np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int32)
        self._chosen: dict[Callable[[str], bool], list[bool]] = {}

    def number(self, key: Key) -> int:
        """The number of a key."""
        if key not in self._numbers:
            self._numbers[key] = len(self.keys)
            self.keys.append(key)
        return self._numbers[key]

    def number_all(self, keys: Iterable[Key]) -> Numbers:
        """The numbers of keys, nearly all of which have come up before."""
        keys = keys if isinstance(keys, Sequence) else list(keys)
        try:
            return np.array(list(map(self._numbers.__getitem__, keys)), dtype=np.int32)
        except KeyError:
            return np.array([self.number(key) for key in keys], dtype=np.int32)

    def numbers(self, words: Sequence[str], columns: NDArray[np.int64]) -> Numbers:
        """The numbers of keys that are written as words and which of them are in each of five columns."""
        known = [self._words.setdefault(word, len(self._words)) for word in words]
        if len(self._words) > MOST_WORDS:
            return self.number_all(_spelt(words, columns))
        codes = np.zeros(columns.shape[1], dtype=np.int64)
        for column in np.array(known, dtype=np.int64)[columns]:
            codes = codes << BITS_OF_A_WORD | column
        places = np.searchsorted(self._codes, codes)
        new = np.append(self._codes, -1)[places] != codes
        if new.any():
            self._learn(codes[new], _spelt(words, columns[:, new]))
            places = np.searchsorted(self._codes, codes)
        return self._of_codes[places]

    def in_words(self, numbers: Numbers) -> tuple[list[str], NDArray[np.int64]]:
        """Keys as `numbers` reads them: every word once, in the alphabet's order, and which of them each of five columns holds."""
        if len(self.keys) > self._spelling.shape[1]:
            new = self.keys[self._spelling.shape[1] :]
            more = [
                [self._words.setdefault(word, len(self._words)) for word in part] for part in zip(*new, strict=True)
            ]
            self._spelling = np.concatenate([self._spelling, np.array(more, dtype=np.int32)], axis=1)
        columns, every = self._spelling[:, numbers], list(self._words)
        is_used = np.zeros(len(every), dtype=bool)
        is_used[columns] = True
        used = sorted(np.flatnonzero(is_used).tolist(), key=every.__getitem__)
        places = np.zeros(len(every), dtype=np.int64)
        places[used] = np.arange(len(used))
        return [every[number] for number in used], places[columns]

    def _learn(self, codes: NDArray[np.int64], keys: Iterable[Key]) -> None:
        numbers = self.number_all(keys)
        every, first = np.unique(np.append(self._codes, codes), return_index=True)
        self._codes, self._of_codes = every, np.append(self._of_codes, numbers)[first]

    def are_about(self, is_meant: Callable[[str], bool]) -> NDArray[np.bool_]:
        """By number, whether a key's measure is one of those that are meant."""
        chosen = self._chosen.setdefault(is_meant, [])
        chosen += [is_meant(key[1]) for key in self.keys[len(chosen) :]]
        return np.array(chosen, dtype=bool)


class Keys(Sequence[Key]):
    """The keys of one replication, by number."""

    def __init__(self, table: KeyTable, numbers: Numbers) -> None:
        self.table, self.numbers = table, numbers

    @staticmethod
    def of(keys: Sequence[Key], table: KeyTable) -> "Keys":
        """Keys by number: of the table that they have, or else of this one."""
        if isinstance(keys, Keys):
            return keys
        return Keys(table, table.number_all(keys))

    def places(self, is_meant: Callable[[str], bool]) -> NDArray[np.int64]:
        """Where those stand whose measure is meant."""
        return np.flatnonzero(self.table.are_about(is_meant)[self.numbers])

    def at(self, places: NDArray[np.int64]) -> "Keys":
        """Those that are in some places."""
        return Keys(self.table, self.numbers[places])

    def and_also(self, keys: Iterable[Key]) -> "Keys":
        """These, and others behind them."""
        return Keys(self.table, np.append(self.numbers, self.table.number_all(keys)))

    def __len__(self) -> int:
        """How many there are."""
        return len(self.numbers)

    @overload
    def __getitem__(self, place: int) -> Key: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[Key, ...]: ...
    def __getitem__(self, place: int | slice) -> Key | tuple[Key, ...]:
        """One of them, or some."""
        if isinstance(place, slice):
            return tuple(self.table.keys[number] for number in self.numbers[place].tolist())
        return self.table.keys[int(self.numbers[place])]

    def __iter__(self) -> Iterator[Key]:
        """Each in order."""
        return map(self.table.keys.__getitem__, self.numbers.tolist())

    def __eq__(self, other: object) -> bool:
        """Whether others name the same in the same order."""
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> tuple[type, tuple[tuple[Key, ...]]]:
        """To another process they go without their table."""
        return tuple, (tuple(self),)


def _spelt(words: Sequence[str], columns: NDArray[np.int64]) -> list[Key]:
    return [
        (words[service], words[measure], words[by], words[item], words[unit])
        for service, measure, by, item, unit in columns.T.tolist()
    ]


IN_A_BLOCK = 128  # replications that are put together in memory
BYTES = 8  # of a figure

Figures = NDArray[np.float64]


class Rows(Protocol):
    """Figures row by row, each over the replications; an array of rows and replications is one."""

    @property
    def shape(self) -> tuple[int, ...]:
        """How many rows and replications."""

    def __getitem__(self, row: int, /) -> Figures:
        """One row over the replications."""

    def __iter__(self) -> Iterator[Figures]:
        """Every row."""


class ReplicationTable(NamedTuple):
    """One scenario's rows by replication: `values[row]` over the replications, NaN for a row that is not there."""

    scenario: str
    keys: tuple[MeasureKey, ...]
    units: tuple[str, ...]
    values: Rows


class _Block(NamedTuple):
    """Some replications together: a row for each figure that was known by then."""

    slot: Slot
    rows: int
    replications: int


class Gathering:
    """One scenario's figures as its replications come, in order."""

    def __init__(self, spill: Spill) -> None:
        self._spill = spill
        self._own = KeyTable()
        self._translated: dict[KeyTable, Numbers] = {}  # by the number of another table, the number in our own
        self._blocks: list[_Block] = []
        self._open: list[tuple[NDArray[np.int32], Figures]] = []
        self._defined = np.zeros(0, dtype=np.int64)
        self.replications = 0

    def add(self, keys: Sequence[Key], values: Figures) -> None:
        """The next replication."""
        places = self._places(Keys.of(keys, self._own))
        counts = np.bincount(places, minlength=len(self._own.keys))
        counts[: len(self._defined)] += self._defined
        self._defined = counts
        self._open.append((places, values))
        self.replications += 1
        if len(self._open) == IN_A_BLOCK:
            self._close_block()

    def _places(self, keys: Keys) -> Numbers:
        """The numbers of the keys in our own table."""
        if keys.table is self._own:
            return keys.numbers
        known = self._translated.get(keys.table, np.zeros(0, dtype=np.int32))
        if len(known) < len(keys.table.keys):
            more = [self._own.number(key) for key in keys.table.keys[len(known) :]]
            known = self._translated[keys.table] = np.append(known, np.array(more, dtype=np.int32))
        return known[keys.numbers]

    def _close_block(self) -> None:
        together = np.full((len(self._own.keys), len(self._open)), np.nan)
        for replication, (places, values) in enumerate(self._open):
            together[places, replication] = values
        self._blocks.append(_Block(self._spill.keep(together.tobytes()), *together.shape))
        self._open = []

    @property
    def defined(self) -> dict[MeasureKey, int]:
        """In how many replications each figure was there."""
        return {key[:4]: int(number) for key, number in zip(self._own.keys, self._defined, strict=True) if number}

    def table(self, scenario: str, place: Callable[[MeasureKey], SortKey]) -> ReplicationTable:
        """All of them, in the canonical order."""
        if self._open:
            self._close_block()
        there = [(number, key) for number, key in enumerate(self._own.keys) if self._defined[number]]
        numbers = {key[:4]: number for number, key in there}
        units = {key[:4]: key[4] for _, key in there}
        assert len(units) == len(there), "a figure has one unit"
        keys = tuple(sorted(numbers, key=place))
        values = _SetAside(self._spill, self._blocks, [numbers[key] for key in keys], keys)
        return ReplicationTable(scenario, keys, tuple(units[key] for key in keys), values)


class _SetAside:
    """The rows of a table, read when they are asked for."""

    def __init__(
        self, spill: Spill, blocks: Sequence[_Block], numbers: Sequence[int], keys: Sequence[MeasureKey]
    ) -> None:
        self._spill, self._blocks, self._numbers = spill, blocks, numbers
        self._absent = [0.0 if measures()[key[1]].absent_is_zero else np.nan for key in keys]
        self.shape: tuple[int, ...] = len(keys), sum(block.replications for block in blocks)

    def __getitem__(self, row: int) -> Figures:
        """One row over the replications."""
        parts = [self._part(block, self._numbers[row]) for block in self._blocks]
        values = np.concatenate(parts) if parts else np.zeros(0)
        values[np.isnan(values)] = self._absent[row]
        return values

    def __iter__(self) -> Iterator[Figures]:
        """Every row."""
        return map(self.__getitem__, range(len(self._numbers)))

    def _part(self, block: _Block, number: int) -> Figures:
        if number >= block.rows:  # it came up for the first time later
            return np.full(block.replications, np.nan)
        width = block.replications * BYTES
        return np.frombuffer(self._spill.read(block.slot, number * width, width), np.float64)


def gather(
    scenario: str, place: Callable[[MeasureKey], SortKey], replications: Iterable[Sequence[Row]]
) -> ReplicationTable:
    """The rows of all replications side by side, in the canonical order."""
    found = Gathering(Spill())
    for rows in replications:
        found.add([key_of(row) for row in rows], np.array([row.value for row in rows], dtype=np.float64))
    return found.table(scenario, place)


def key_of(row: Row) -> Key:
    """What a row is about, and its unit."""
    return row.service, row.measure, row.by, row.item, row.unit


def _by_key(table: ReplicationTable) -> Mapping[MeasureKey, int]:
    """The number of each row."""
    return {key: number for number, key in enumerate(table.keys)}


# -- scenarios compared ------------------------------------------------------------------------------------------------


CANNOT_TELL, NO_CHANGE = "cannot tell", "no change"


class Estimate(NamedTuple):
    """A row over the replications; sd and interval are None with one replication."""

    scenario: str
    service: str
    measure: str
    by: str
    item: str
    unit: str
    mean: float
    sd: float | None
    low: float | None
    high: float | None
    replications: int


class PairedDifference(NamedTuple):
    """A row's difference to the baseline; `share_better` is None where no direction is good."""

    scenario: str
    baseline: str
    service: str
    measure: str
    by: str
    item: str
    unit: str
    mean: float
    sd: float | None
    low: float | None
    high: float | None
    replications: int
    verdict: str
    share_better: float | None
    low_all: float | None
    high_all: float | None
    variance_ratio: float | None = (
        None  # that of the difference over the sum of both, which other people in each would give
    )


def summarise(table: ReplicationTable) -> list[Estimate]:
    """Mean, sd and 95% interval of every row."""
    found = []
    for key, unit, values in zip(table.keys, table.units, table.values, strict=True):
        here = spread(values[~np.isnan(values)].tolist())
        low, high = cut(here.interval, measures()[key[1]].limits())
        found.append(Estimate(table.scenario, *key, unit, here.mean, here.sd, low, high, here.replications))
    return found


def differences(
    baseline: ReplicationTable, scenario: ReplicationTable, place: Callable[[MeasureKey], SortKey], scenarios: int = 1
) -> list[PairedDifference]:
    """Scenario minus baseline, row by row; `scenarios` is how many are compared to it altogether."""
    units = dict(zip(baseline.keys, baseline.units, strict=True))
    units.update(zip(scenario.keys, scenario.units, strict=True))
    comparable = {
        *BY,
        *({key[2] for key in baseline.keys} & {key[2] for key in scenario.keys}),
    }  # a trait, if both have it
    before, after = _rows_of(baseline), _rows_of(scenario)
    found = []
    for key in sorted((key for key in units if key[2] in comparable), key=place):
        ours, theirs = before(key), after(key)
        changes = theirs - ours
        known = ~np.isnan(changes)
        if known.any():
            row = _difference(baseline.scenario, scenario.scenario, key, units[key], changes[known].tolist(), scenarios)
            apart = (ours[known].tolist(), theirs[known].tolist())
            found.append(row._replace(variance_ratio=variance_ratio(row.sd, *apart)))
    return found


def _rows_of(table: ReplicationTable) -> Callable[[MeasureKey], NDArray[np.float64]]:
    """A function that gives a row over the replications: nothing, or no figure, where the table has no such row."""
    numbers = _by_key(table)

    def row(key: MeasureKey) -> NDArray[np.float64]:
        if key in numbers:
            return table.values[numbers[key]]
        return np.full(table.values.shape[1], 0.0 if measures()[key[1]].absent_is_zero else np.nan)

    return row


def _difference(
    baseline: str, scenario: str, key: MeasureKey, unit: str, changes: list[float], scenarios: int
) -> PairedDifference:
    here = spread(changes, scenarios)
    within = limits_of_difference(unit)
    low, high = cut(here.interval, within)
    direction = measures()[key[1]].better_of("" if is_of_people(key[2]) else key[3])
    said = difference_verdict(low, high, direction)
    good = share_better(changes, direction)
    all_ = cut(here.interval_all, within)
    return PairedDifference(
        scenario, baseline, *key, unit, here.mean, here.sd, low, high, here.replications, said, good, *all_
    )


def variance_ratio(sd: float | None, before: Sequence[float], after: Sequence[float]) -> float | None:
    """What common random numbers bought: the variance of the difference over the sum of the variances; None of what never varies."""
    if sd is None:
        return None
    apart = sum((standard_deviation(values) or 0.0) ** 2 for values in (before, after))
    return sd * sd / apart if apart else None


def cut(interval: Interval | None, within: tuple[float, float]) -> tuple[float | None, float | None]:
    """The ends of an interval, cut where no value can lie; none with one replication."""
    if interval is None:
        return None, None
    least, most = within
    return max(interval.low, least), min(interval.high, most)


def difference_verdict(low: float | None, high: float | None, direction: str) -> str:
    """Return the verdict on a difference with this interval."""
    if low is None or high is None or low <= 0.0 <= high:
        return CANNOT_TELL
    if direction == LOWER:
        return "better" if high < 0.0 else "worse"
    if direction == HIGHER:
        return "better" if low > 0.0 else "worse"
    return "higher" if low > 0.0 else "lower"


class Judged(Protocol):
    """A difference with its interval and its verdict."""

    @property
    def mean(self) -> float: ...
    @property
    def low(self) -> float | None: ...
    @property
    def high(self) -> float | None: ...
    @property
    def verdict(self) -> str: ...


def verdict_text(judged: Judged) -> str:
    """The verdict for a reader: `no change` where every replication is the same to the last digit, which these runs can tell."""
    return NO_CHANGE if judged.mean == judged.low == judged.high == 0.0 else judged.verdict


def share_better(changes: Sequence[float], direction: str) -> float | None:
    """The share of replications in which the scenario was better; None where no direction is good."""
    if direction not in (LOWER, HIGHER):
        return None
    sign = 1.0 if direction == HIGHER else -1.0
    return sum(change * sign > 0.0 for change in changes) / len(changes)


# -- the same people ---------------------------------------------------------------------------------------------------


Departures = NDArray[np.int64]  # one row a person, in the columns below
GROUP, FROM_CENSUS, NUMBER = range(3)
# The day on which they first left hospital (or STILL_THERE), for which destination, and where they waited for it.
LEFT, TO, WAITED_ON = range(3, 6)
STILL_THERE = -1


@dataclass(frozen=True, slots=True)
class SamePeople:
    """Means over replications, in the measured window: people, and nights between the two dates of leaving."""

    scenario: str
    baseline: str
    people: float
    left_sooner: float
    left_later: float
    left_same_date: float
    nights_sooner: float
    nights_later: float
    admitted: tuple["Admitted", ...] = ()


@dataclass(frozen=True, slots=True)
class Admitted:
    """Those who left hospital for a service that only this scenario has, from one waiting list: means over replications.

    `nights_sooner` is how many nights each of them left hospital before they did in the baseline, on average.
    """

    service: str
    waited_on: str
    people: float
    nights_sooner: float


def departures(window: Window) -> Departures:
    """When each person who was ever in a hospital left it for the first time; rows by group, census and number."""
    stays, people = window.ledger.stays, window.ledger.people
    passes = window.passes(PASSES)
    if passes is not None:
        tables = [
            kind(*(table[name] for name in kind._fields))
            for kind, table in ((People, people), (Places, stays), (Queues, window.ledger.waits))
        ]
        found = np.empty((len(people["group"]), 6), dtype=np.int64)
        return found[: passes.departures(found, *tables, window.is_acute)]
    rows = np.flatnonzero(window.is_acute[stays["service"]])
    rows = rows[is_first(stays["person"][rows])]
    person = stays["person"][rows]
    who: list[Column] = [people["group"][person], people["from_census"][person], people["number"][person]]
    left = np.where(stays["left"][rows] < NEVER, stays["left"][rows] // SECONDS_PER_DAY, STILL_THERE)
    return np.stack([*who, left, stays["to"][rows], _waited_on(window)[rows]], axis=1)


def _waited_on(window: Window) -> Column:
    """By stay: the service or waiting list in whose queue a person was for the place that they left for."""
    waits = window.ledger.waits
    found = np.full(len(window.ledger.stays["to"]), NONE, dtype=np.int64)
    inside = (waits["ending"] == ADMITTED) & (waits["stay"] != NONE)
    found[waits["stay"][inside]] = waits["to"][inside]
    return found


class Following:
    """Follows the same people through a scenario and its baseline, replication by replication."""

    def __init__(self, base: Scenario, other: Scenario) -> None:
        self._base, self._other, self._replications = base, other, 0
        self._sums = np.zeros(6, dtype=np.int64)  # people, and nights, as in SamePeople
        self._came: dict[
            tuple[int, int], NDArray[np.int64]
        ] = {}  # people and nights, by where to and where they waited
        known = set(base.destinations)
        self._is_new = np.array([name not in known for name in other.destinations])

    def add(self, ours: Departures, theirs: Departures) -> None:
        """One replication of both: `departures` of the baseline and of the scenario."""
        before, after = _people(self._base, self._other, ours, theirs)
        nights = after[:, LEFT] - before[:, LEFT]
        self._replications += 1
        self._sums += _counted(nights)
        new = self._is_new[after[:, TO]]
        for to, waited_on in np.unique(after[new][:, (TO, WAITED_ON)], axis=0).tolist():
            mine = (after[:, TO] == to) & (after[:, WAITED_ON] == waited_on)
            both = np.array([mine.sum(), -nights[mine].sum()])
            self._came[to, waited_on] = self._came.get((to, waited_on), np.zeros(2, dtype=np.int64)) + both

    def found(self) -> SamePeople:
        """Means over the replications."""
        people, sooner, later, same, nights_sooner, nights_later = (self._sums / self._replications).tolist()
        came = tuple(self._admitted())
        ids = self._other.id, self._base.id
        return SamePeople(*ids, people, sooner, later, same, nights_sooner, nights_later, came)

    def _admitted(self) -> Iterator[Admitted]:
        """Who came to services that the baseline does not have, by service and by where they waited."""
        names = self._other.destinations
        for (to, waited_on), both in sorted(self._came.items()):
            people, nights = both.tolist()
            yield Admitted(names[to], names[waited_on], people / self._replications, nights / people)


def _counted(nights: NDArray[np.int64]) -> NDArray[np.int64]:
    """People, those who left sooner, later, on the same date, and the nights sooner and later."""
    sooner, later = nights < 0, nights > 0
    same = len(nights) - sooner.sum() - later.sum()
    return np.array([len(nights), sooner.sum(), later.sum(), same, -nights[sooner].sum(), nights[later].sum()])


def _people(base: Scenario, other: Scenario, ours: Departures, theirs: Departures) -> tuple[Departures, Departures]:
    """The rows of those who left in the window in either scenario, and at some time in both."""
    first, end = (second // SECONDS_PER_DAY for second in base.calendar.window)
    before, after = _matched(_by_name(base, ours), _by_name(other, theirs))
    left = before[:, LEFT], after[:, LEFT]
    measured = (left[0] != STILL_THERE) & (left[1] != STILL_THERE)
    measured &= ((left[0] >= first) & (left[0] < end)) | ((left[1] >= first) & (left[1] < end))
    return before[measured], after[measured]


def _by_name(scenario: Scenario, rows: Departures) -> dict[tuple[str, int], Departures]:
    """Return the rows of each group by name and census; files may list the groups in different orders."""
    found = {}
    for number, group in enumerate(scenario.people):
        for from_census in (0, 1):
            mine = rows[(rows[:, GROUP] == number) & (rows[:, FROM_CENSUS] == from_census)]
            if len(mine):
                found[group.name, from_census] = mine
    return found


def _matched(
    ours: dict[tuple[str, int], Departures], theirs: dict[tuple[str, int], Departures]
) -> tuple[Departures, Departures]:
    """The rows of those who were in hospital in both scenarios, person beside person."""
    nobody = np.zeros((0, WAITED_ON + 1), dtype=np.int64)
    before, after = [nobody], [nobody]
    for key in ours.keys() & theirs.keys():
        _, mine, other = np.intersect1d(
            ours[key][:, NUMBER], theirs[key][:, NUMBER], assume_unique=True, return_indices=True
        )
        before.append(ours[key][mine])
        after.append(theirs[key][other])
    return np.concatenate(before), np.concatenate(after)
