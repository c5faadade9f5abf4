"""What a solution says: the answer in a sentence, the table behind it, and why nothing more can be had."""

from collections.abc import Iterator, Sequence
from math import ceil, isfinite

from sim.inputs.problems import capital, listed
from sim.results.comparison.accounts import is_lever
from sim.results.measure_table import SHARES
from sim.results.words.labels import LACK_WORDS, counted, figure, reason_label
from sim.studies.settings import Setting
from sim.studies.solve import AT_MIDNIGHT, Left, Solved, Study, Tried, said
from sim.studies.solve_search import CANNOT_TELL, DOMINATED, MISSES, Chosen, Found

MOST_REASONS = 6
MOST_TIMES_MORE = 100  # replications, of which it is still worth to speak
SMALL = 100  # figures below have two decimals
HEADS = ("", "mean", "bounds", "replications", "the target")
HEAD_OF_BOTH = "of cost and figure"


def question_words(study: Study) -> str:
    """The question in a sentence."""
    moved = " and ".join(f"{said(one)} {ends(one)}" for one in study.world.all)
    start = "the cheapest mix of " if study.several else ""
    return f"Asked: {start}{moved}, so that {aim_words(study)}."


def aim_words(study: Study) -> str:
    """What is aimed at, and how surely."""
    return f"{label(study)}: {study.target.shown}, with {_sure(study)}"


def label(study: Study) -> str:
    """The figure that is aimed at, beside the base where there is one."""
    return _changed(study, study.target.figure.label(study.days))


def _changed(study: Study, text: str) -> str:
    """A label inside a sentence; beside a base it is the change that is shown."""
    return f"the change of {text[:1].lower()}{text[1:]}" if study.world.base else f"{text[:1].lower()}{text[1:]}"


def answer_words(solved: Solved) -> Iterator[str]:
    """The answer, how sure it is, and what is not known."""
    study, best, found = solved.study, solved.best, solved.found
    if solved.answer is not None:
        yield f"Answer: {_named(solved)}. {capital(label(study))}: {_figure(study, best.mean)}, {_bound(study, best)} with {_sure(study)}."
    elif found.is_reachable is None:
        yield (
            f"Cannot tell: {_none(solved)} surely meets the target, but some may. "
            f"The nearest is {solved.text(best.point)}, with {_with_bounds(study, best)}."
        )
        yield from _how_many_more(solved, best)
    else:
        yield f"Not reachable: {_none(solved)} meets the target. The best is {_with_bounds(study, best)}, with {_at(solved, best)}."
    yield from _of_mixes(solved, found) if isinstance(found, Chosen) else _of_values(solved, found)
    yield from _why(solved)


def ends(setting: Setting) -> str:
    """`from 0 to 60 in steps of 5`, or the values one by one where they were typed so."""
    if not setting.of.is_range:
        return ", ".join(map(setting.shown, range(len(setting.numbers))))
    step = f" in steps of {setting.of.step}" if setting.of.step else ""
    return f"from {setting.shown(0)} to {setting.shown(len(setting.numbers) - 1)}{step}"


def _names(study: Study) -> str:
    return " and ".join(map(said, study.world.all))


def _sure(study: Study) -> str:
    return f"{100 * study.looks.confidence:g}% confidence"


def _named(solved: Solved) -> str:
    """What the answer is called: a cheapest mix, or the smallest or largest value."""
    text = solved.text(solved.best.point)
    if isinstance(solved.found, Chosen):
        return (
            f"{text}, the cheapest mix that meets the target ({_cost_label(solved.study)} {_cost(solved, solved.best)})"
        )
    (setting,) = solved.study.world.all
    end = "smallest" if solved.found.helps_upwards or not solved.found.one_way else "largest"
    return f"{said(setting)} {text}, the {end} value that meets the target{_of_which(solved, setting)}"


def _none(solved: Solved) -> str:
    if solved.study.several:
        return f"none of {counted(len(solved.tried), 'mix', 'mixes')}"
    return f"no value of {_names(solved.study)} {ends(solved.study.world.all[0])}"


def _of_which(solved: Solved, setting: Setting) -> str:
    """Of what the answer is the smallest, where that is not every value between the ends."""
    if isinstance(solved.found, Found) and not solved.found.one_way and len(solved.tried) < solved.study.sizes[0]:
        return f", of the {len(solved.tried)} values that were run"
    if not setting.of.is_range:
        return ", of the values asked for"
    return f", in steps of {setting.of.step}" if setting.of.step else ""


def _at(solved: Solved, one: Tried) -> str:
    """A mix as it is called; of one setting also its name."""
    text = solved.text(one.point)
    return text if solved.study.several else f"{_names(solved.study)} {text}"


def _of_values(solved: Solved, found: Found) -> Iterator[str]:
    if solved.answer is not None:
        yield from _beside_the_answer(solved, found)
    elif found.is_reachable is None and found.undecided:
        yield f"These runs cannot tell for {_undecided(solved, found)}; all others miss the target."
    if not found.one_way:
        met = [solved.text(one.point) for one in solved.tried if one.verdict not in (MISSES, CANNOT_TELL)]
        yield (
            f"A larger value is sometimes better and sometimes worse here, so {counted(len(solved.tried), 'value')} were run, and all "
            f"statements about them hold together." + (f" These meet the target: {', '.join(met)}." if met else "")
        )
    if found.moves:
        yield from _flat(solved, found)
    else:
        yield "Between the two ends these runs see no change."


def _beside_the_answer(solved: Solved, found: Found) -> Iterator[str]:
    """The value next to the answer: missed, undecided, or not there."""
    if found.undecided:
        first, last = ((end,) for end in found.undecided)
        yield f"For {_undecided(solved, found)} these runs cannot tell; for {solved.text(solved.best.point)} they can."
        edge = last if found.helps_upwards else first
        yield from _how_many_more(solved, next(one for one in solved.tried if one.point == edge))
        return
    assert found.answer is not None
    beside = found.answer + (-1 if found.helps_upwards else 1)
    missed = next((one for one in solved.tried if one.point == (beside,)), None)
    if missed and missed.verdict == MISSES:
        yield f"With {solved.text(missed.point)} the target is missed: {_figure(solved.study, missed.mean)} ({_bounds(solved.study, missed)})."
    elif not 0 <= beside < solved.study.sizes[0]:
        yield "This is the end of the range, so every value in it meets the target; beyond it nothing was tried."


def _undecided(solved: Solved, found: Found) -> str:
    """The values for which nobody can tell: a range where more always helps, else one by one."""
    assert found.undecided is not None
    unknown = [one for one in solved.tried if one.verdict == CANNOT_TELL]
    if not found.one_way:
        return listed([solved.text(one.point) for one in unknown], "and")
    first, last = ((end,) for end in found.undecided)
    if first == last:
        return solved.text(first)
    between = [solved.text(one.point) for one in unknown if first <= one.point <= last]
    return f"{solved.text(first)} to {solved.text(last)} ({listed(between, 'and')} were run)"


def _flat(solved: Solved, found: Found) -> Iterator[str]:
    """From which value on nothing changes any more that could be seen."""
    *others, last = sorted(solved.tried, key=lambda one: one.point, reverse=not found.helps_upwards)
    first = last
    for other in reversed(others):
        if solved.differ(other.point, last.point):
            break
        first = other
    if first is not last and solved.answer is None:
        yield f"From {solved.text(first.point)} to {solved.text(last.point)} these runs see no change."


def _of_mixes(solved: Solved, found: Chosen) -> Iterator[str]:
    if found.perhaps:
        texts = "; ".join(solved.text(one) for one in found.perhaps[:MOST_REASONS])
        more = len(found.perhaps) - MOST_REASONS
        others = f", and {more} more" if more > 0 else ""
        what = counted(len(found.perhaps), "other mix", "other mixes")
        yield f"For {what} these runs cannot tell whether they meet the target, or cost less: {texts}{others}."
    study = solved.study
    free = [said(one) for one in study.world.all if any(is_lever(path, study.stated) for path in one.of.paths)]
    if study.cost and study.cost.unit == "GBP" and free:
        yield (
            f"Not priced: {listed(free, 'and')}. The scenario has no price for it, so it looks cheap here. Give it one under `costs`, or "
            "use --price to say what each additional one costs."
        )
    kept = sum(one.mark != DOMINATED for one in solved.tried)
    yield f"{kept} of {counted(len(solved.tried), 'mix', 'mixes')} are not dominated: no other mix surely costs no more and is surely as good."


def _how_many_more(solved: Solved, near: Tried) -> Iterator[str]:
    """About how many replications would tell of one value, from the spread that was seen."""
    study, half = solved.study, (near.high - near.low) / 2
    gap, step = abs(near.mean - study.target.goal.value), study.looks.first
    if not (isfinite(half) and gap > 0):
        return
    needed = ceil(near.replications * (half / gap) ** 2 / step) * step
    if near.replications < needed <= MOST_TIMES_MORE * near.replications:
        yield f"If the mean stays where it is, about {needed:,} replications would tell for {solved.text(near.point)}: --most-replications {needed}."


def _why(solved: Solved) -> Iterator[str]:
    """What the people who are still delayed wait for that the settings do not cure."""
    if not solved.left:
        return
    study = solved.study
    names = _names(study)
    verb = "do" if study.several or names.endswith("s") else "does"
    all_of, uncured = (sum(one.people for one in solved.left if not (only and one.cured)) for only in (False, True))
    first = [one for one in solved.left if not one.cured][:MOST_REASONS]
    reasons = "; ".join(f"{_reason(one)} {figure(one.people, '')}" for one in first)
    yield (
        f"Why: {figure(uncured, '')} of the {figure(all_of, '')} people still delayed there wait for something that {names} {verb} not "
        f"cure: {reasons}{_scaled(study)}."
    )


def _scaled(study: Study) -> str:
    """Where reasons are known over the whole day, and the target counts midnights."""
    return " (reasons over the whole day, scaled to midnight)" if study.target.figure.key[1] in AT_MIDNIGHT else ""


def _reason(left: Left) -> str:
    return f"{reason_label(left.reason)}, {LACK_WORDS.get(left.lack, left.lack)}"


# -- tables ------------------------------------------------------------------------------------------------


def heads(solved: Solved) -> tuple[str, ...]:
    """The heads of the table of what was run."""
    return (
        names(solved.study),
        *HEADS[1:],
        *((_cost_label(solved.study), HEAD_OF_BOTH) if solved.study.several else ()),
    )


def names(study: Study) -> str:
    """What the values of a mix are, in their order."""
    return ", ".join(map(said, study.world.all))


def values(solved: Solved, one: Tried) -> str:
    """The values of a mix, in their order."""
    return ", ".join(setting.shown(at) for setting, at in zip(solved.study.world.all, one.point, strict=True))


def rows(solved: Solved, shown: Sequence[Tried]) -> list[tuple[str, ...]]:
    """What was run, value by value."""
    study = solved.study
    return [
        (
            values(solved, one),
            _figure(study, one.mean),
            _bounds(study, one),
            f"{one.replications:,}",
            one.verdict,
            *((_cost(solved, one), one.mark) if study.several else ()),
        )
        for one in shown
    ]


def _cost_label(study: Study) -> str:
    """What makes a mix cheap, with the time that it is of; prices are of whatever time who gave them means."""
    return _changed(study, study.cost.label(study.days)) if study.cost else "cost by --price"


def _cost(solved: Solved, one: Tried) -> str:
    """What a mix costs: simulated cash beside the best, which is nearly all the same; what prices say, and the best itself, in all."""
    cost = solved.study.cost
    assert one.cost is not None and solved.best.cost is not None
    if cost is None or one is solved.best:
        return figure(
            one.cost, cost.unit if cost else "GBP", signed=cost is not None and solved.study.world.base is not None
        )
    return figure(one.cost - solved.best.cost, cost.unit, signed=True)


def _figure(study: Study, value: float) -> str:
    """A figure with two decimals where it is small, so that it can be held against the target."""
    signed, unit = study.world.base is not None, study.target.figure.unit
    if unit in ("GBP", *SHARES) or not abs(value) < SMALL:
        return figure(value, unit, signed=signed)
    return f"{value:{'+' if signed else ''}.2f}"


def _bounds(study: Study, one: Tried) -> str:
    if not (isfinite(one.low) and isfinite(one.high)):
        return ""
    return f"{_figure(study, one.low)} to {_figure(study, one.high)}"


def _with_bounds(study: Study, one: Tried) -> str:
    return f"{label(study)} {_figure(study, one.mean)} ({_bounds(study, one)})"


def _bound(study: Study, one: Tried) -> str:
    end, words = (one.high, "at most") if study.target.goal.at_most else (one.low, "at least")
    return f"{words} {_figure(study, end)}"
