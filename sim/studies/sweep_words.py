"""What a sweep found, in words and in columns.

What may be changed here: wording freely.
"""

from collections.abc import Iterator, Sequence
from textwrap import wrap

from sim.inputs.problems import listed
from sim.results.comparison.accounts import NOT_PRICED, is_lever
from sim.results.comparison.compare import PairedDifference
from sim.results.measure_table import measures
from sim.results.words import labels
from sim.results.words.labels import change_and_interval, counted, figure, interval, measure_label
from sim.studies.settings import Point
from sim.studies.sweep import COST, OCCUPANCY, Figure, Flat, Sweep

HEAD_WIDTH = 20
NO_FIGURE = "-"
MOST_LINES_SAID = 6  # of the values of another setting, one by one
NOTHING_SEEN = "nothing changes that {replications} could see"


def label(sweep: Sweep, one: Figure) -> str:
    """A figure in words, with its time."""
    return measure_label(one.measure, one.service, measured_days=sweep.scenario.calendar.measured_days)


def factor(sweep: Sweep, one: Figure) -> float:
    """What a figure is multiplied with to be reported as its label says."""
    return labels.factor(one.measure, sweep.scenario.calendar.measured_days)


def level_text(sweep: Sweep, point: Point, one: Figure) -> str:
    """A figure with its interval, as in `33.8 (32.1 to 35.5)`."""
    found = sweep.estimate(point, one)
    if found is None:
        return NO_FIGURE
    unit, times = measures()[one.measure].unit, factor(sweep, one)
    ends = interval(found.low, found.high, unit, times)
    like = times * max(abs(found.mean), abs(found.high or 0.0))
    return figure(times * found.mean, unit, like=like) + (f" ({ends})" if ends else "")


def change_text(sweep: Sweep, change: PairedDifference | None, one: Figure) -> str:
    """A difference with its interval, as in `-0.3 (-0.4 to -0.2)`."""
    if change is None:
        return NO_FIGURE
    unit = measures()[one.measure].unit
    text, ends = change_and_interval(change.mean, change.low, change.high, unit, factor(sweep, one))
    return f"{text} ({ends})" if ends else text


# -- columns -----------------------------------------------------------------------------------------------


def heads(sweep: Sweep, figures: Sequence[Figure]) -> list[list[str]]:
    """The heading of `rows`, on as many lines as it needs."""
    texts = [short(setting.path) for setting in sweep.all]
    for one in figures:
        texts.append(label(sweep, one))
        texts += ["less the base"] if sweep.has_difference(one) else []
        texts += ["what the next step changes"] if _has_steps(sweep, one) else []
    lines = [wrap(text, HEAD_WIDTH) for text in texts]
    height = max(map(len, lines))
    return [[line[row] if row < len(line) else "" for line in lines] for row in range(height)]


def rows(sweep: Sweep, figures: Sequence[Figure]) -> list[list[str]]:
    """A row for each point: its figures, how far they are from the base, and of one setting what the next step changes."""
    changes = {
        (step.start, one): step.change for one in figures if _has_steps(sweep, one) for step in sweep.steps(0, one)
    }
    found = []
    for point in sweep.points:
        cells = [setting.shown(number) for setting, number in zip(sweep.all, point, strict=True)]
        for one in figures:
            is_compared = sweep.has_difference(one)
            cells.append(shown(sweep, point, one) if is_compared else level_text(sweep, point, one))
            cells += [change_text(sweep, sweep.from_base(point, one), one)] if is_compared else []
            if _has_steps(sweep, one):
                is_last = (point, one) not in changes
                cells.append("" if is_last else change_text(sweep, changes[point, one], one))
        found.append(cells)
    return found


def matrix(sweep: Sweep, one: Figure) -> list[list[str]]:
    """Of two settings, the first down and the second across: one figure's means."""
    down, across = sweep.all
    texts = [
        [shown(sweep, (row, column), one) for column in range(len(across.numbers))] for row in range(len(down.numbers))
    ]
    top = [
        f"{short(down.path)} \\ {short(across.path)}",
        *(across.shown(number) for number in range(len(across.numbers))),
    ]
    return [top, *([down.shown(row), *cells] for row, cells in enumerate(texts))]


def shown(sweep: Sweep, point: Point, one: Figure) -> str:
    """A figure without its interval."""
    found = sweep.estimate(point, one)
    if found is None:
        return NO_FIGURE
    return figure(factor(sweep, one) * found.mean, measures()[one.measure].unit)


def short(path: str) -> str:
    """The end of a path that still says what it is: `cedarwood.beds`, `stay_days.lognormal.mean`."""
    parts = path.split(".")
    if parts[0] == "people" and "journey" in parts[:-1]:
        return ".".join(parts[parts.index("journey") + 1 :])
    return ".".join(parts[1:]) if len(parts) > 2 else path


def _has_steps(sweep: Sweep, one: Figure) -> bool:
    """Of one setting; a share of places is what it is."""
    return len(sweep.all) == 1 and one.measure != OCCUPANCY


# -- sentences ---------------------------------------------------------------------------------------------


def sentences(sweep: Sweep, figures: Sequence[Figure]) -> list[str]:
    """Where nothing changes any more, what the steps before do and cost, and what has no price."""
    mains = [one for one in figures if one.measure not in (OCCUPANCY, COST)] or list(figures[:1])
    varied = [number for number, setting in enumerate(sweep.all) if len(setting.numbers) > 1]
    said = [text for one in mains for number in varied for text in _along(sweep, number, one)]
    if len(sweep.all) == 1 and varied:
        said += [text for one in mains for text in _knee(sweep, one)]
        said += list(_steps_words(sweep, mains[0], figures))
    return [*said, *_not_priced(sweep, figures)]


def _along(sweep: Sweep, number: int, one: Figure) -> Iterator[str]:
    """Where one figure is flat along one setting, for each value of the other: those of which the same is true, together."""
    told: dict[tuple[tuple[int, int, bool], ...], list[tuple[Point, ...]]] = {}
    for line in sweep.lines(number):
        shape = tuple((flat.first, flat.last, flat.is_nothing) for flat in sweep.flat(line, number, one))
        told.setdefault(shape, []).append(line)
    what = _capital(label(sweep, one))
    for shape, lines in list(told.items())[:MOST_LINES_SAID]:
        flats = [sweep.flat(line, number, one) for line in lines]
        widest = [
            Flat(first, last, max(each[index].most for each in flats), is_nothing)
            for index, (first, last, is_nothing) in enumerate(shape)
        ]
        where = "" if len(sweep.all) == 1 else _where(sweep, number, lines, is_all=len(told) == 1)
        yield f"{what}{where}: {flat_words(sweep, number, widest, one)}."
    if len(told) > MOST_LINES_SAID:
        yield f"{what} along {short(sweep.all[number].path)} elsewhere: see steps.csv."


def _where(sweep: Sweep, number: int, lines: Sequence[tuple[Point, ...]], *, is_all: bool) -> str:
    """As in ` along cedarwood.beds, where stay_times is 0.8 or 1`."""
    other = sweep.all[1 - number]
    along = f" along {short(sweep.all[number].path)}"
    if is_all:
        return f"{along}, wherever {short(other.path)} lies"
    return f"{along}, where {short(other.path)} is {listed([other.shown(line[0][1 - number]) for line in lines])}"


def flat_words(sweep: Sweep, number: int, flats: Sequence[Flat], one: Figure) -> str:
    """As in `from 28 on nothing changes that 30 replications could see; what they could miss is at most 0.4`."""
    setting = sweep.all[number]
    if not flats:
        return "it goes on changing to both ends of the range"
    said, last = [], len(setting.numbers) - 1
    for flat in flats:
        if flat.first == 0 and flat.last == last:
            where = f"between {setting.shown(0)} and {setting.shown(last)}"
        else:
            where = f"up to {setting.shown(flat.last)}" if flat.first == 0 else f"from {setting.shown(flat.first)} on"
        said.append(f"{where} {_nothing(sweep, flat, one)}")
    return ", and ".join(said)


def _nothing(sweep: Sweep, flat: Flat, one: Figure) -> str:
    if flat.is_nothing:
        return "nothing changes at all, in any replication"
    seen = NOTHING_SEEN.format(replications=counted(sweep.scenario.replications, "replication"))
    most = figure(factor(sweep, one) * flat.most, measures()[one.measure].unit, signed=True).lstrip("+")
    return f"{seen}; a change of more than {most} either way is ruled out (95%)"


def _knee(sweep: Sweep, one: Figure) -> Iterator[str]:
    """What the whole range does, and where nearly all of it is done."""
    found, (setting,) = sweep.knee(one), sweep.all
    last = len(setting.numbers) - 1
    whole = sweep.measured[sweep.points[last]].minus(sweep.measured[sweep.points[0]], *one)
    if whole is None or whole.mean == whole.sd == 0.0:
        return
    done = (
        f"; by {setting.shown(found[0])}, {min(99, round(100 * found[1]))}% of that is done"
        if found and found[0] < last
        else ""
    )
    ends = f"From {setting.shown(0)} to {setting.shown(last)} altogether"
    yield f"{ends}: {label(sweep, one)} {change_text(sweep, whole, one)}{done}."


def _steps_words(sweep: Sweep, main: Figure, figures: Sequence[Figure]) -> Iterator[str]:
    """What the first step does and costs, the last one before the flat part, and each one in it."""
    steps = {one: list(sweep.steps(0, one)) for one in figures if one.measure != OCCUPANCY}
    (setting,) = sweep.all
    flats = sweep.flat(sweep.points, 0, main)
    last = len(setting.numbers) - 1
    flat_from = next((flat.first for flat in flats if flat.last == last), last)
    chosen = dict.fromkeys((0, flat_from - 1)) if flat_from else {}
    for number in chosen:
        told = [f"{label(sweep, one)} {change_text(sweep, found[number].change, one)}" for one, found in steps.items()]
        which = ", the last step before the flat part," if number and flat_from < last else ""
        yield f"From {setting.shown(number)} to {setting.shown(number + 1)}{which} changes: {'; '.join(told)}."
    costs = [
        step.change for one, found in steps.items() if one.measure == COST for step in found[flat_from:] if step.change
    ]
    if costs:
        one = next(one for one in steps if one.measure == COST)
        texts = dict.fromkeys(change_text(sweep, change, one) for change in (costs[0], costs[-1]))
        yield f"In the flat part a step changes the {label(sweep, one)} by {', then '.join(texts)}."


def _not_priced(sweep: Sweep, figures: Sequence[Figure]) -> Iterator[str]:
    """Settings that cost work which no price counts."""
    if any(one.measure == COST for one in figures):
        for setting in sweep.all:
            if is_lever(setting.path, sweep.scenario):
                yield (
                    f"What it takes to move {setting.path} is {NOT_PRICED}: the cost tells only what others spend less or more."
                )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
