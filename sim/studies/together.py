"""Several levers together: what each does alone, what each adds, and shares of the whole that add up.

A lever is a file that extends the base. Every selection of up to six of them is run on the same people. The share of a
lever is its Shapley value (1953): what it adds, on average over all orders in which the levers could come. Of more levers
the selections are too many: each is run alone and on top of all others, and all are put one on top of the other, in the
order in which they are named and in its reverse. The share is then what a lever adds on average over these two orders
(antithetic permutations, as in Mitchell and others 2022, Journal of Machine Learning Research 23). Either way the shares
add up to what all do together in every replication, not only on average.
No result depends on the number of workers.
"""

from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass, replace
from itertools import combinations
from math import factorial, isnan
from pathlib import Path

import numpy as np

from sim.inputs.loading import read_together
from sim.inputs.problems import Problem, ScenarioError
from sim.inputs.scenario import Scenario
from sim.runs.collecting import beside, named_apart, paired
from sim.runs.experiment import HowToRun, ScenarioRuns, Work
from sim.studies.assumptions import Effect, Floats, Wanted, effect_of

MOST_IN_ALL_ORDERS = 6  # 64 scenarios
MOST_LEVERS = 12  # 44 scenarios
Selection = tuple[int, ...]  # numbers of levers, rising


@dataclass(frozen=True, slots=True)
class LeverEffects:
    """What one lever does to one measure."""

    lever: Scenario
    alone: Effect  # beside the base
    step: Effect  # on top of those named before it
    last: Effect  # on top of all others
    share: Effect  # of the whole; the shares add up


@dataclass(frozen=True, slots=True)
class Together:
    """What levers do to one measure, each and together."""

    wanted: Wanted
    base: Scenario
    all_of_them: Scenario
    levers: tuple[LeverEffects, ...]
    whole: Effect
    parts_alone: Effect  # what they do alone, added up


@dataclass(frozen=True, slots=True)
class Step:
    """What one lever does to one measure, in one order of the levers."""

    alone: Effect  # beside the base
    adds: Effect  # on top of those before it
    up_to_here: Effect  # with those before it, beside the base


@dataclass(frozen=True, slots=True)
class InOrder:
    """What levers do to one measure, one put on top of the other; the steps add up to the whole in every replication."""

    steps: tuple[Step, ...]
    whole: Effect
    parts_alone: Effect  # what they do alone, added up
    difference: Effect  # the whole less its parts


def in_order(wanted: Wanted, base: Floats, alone: Sequence[Floats], up_to_here: Sequence[Floats]) -> InOrder:
    """Figures by replication of the base, of each lever alone, and of the first one, two, three ... levers together."""
    befores = (base, *up_to_here[:-1])
    steps = [
        Step(_effect(wanted, one - base), _effect(wanted, after - before), _effect(wanted, after - base))
        for one, before, after in zip(alone, befores, up_to_here, strict=True)
    ]
    whole, parts = up_to_here[-1] - base, sum((one - base for one in alone), np.zeros_like(base))
    return InOrder(tuple(steps), _effect(wanted, whole), _effect(wanted, parts), _effect(wanted, whole - parts))


def selections(levers: int) -> list[Selection]:
    """What is run of so many levers, the empty selection first and all of them last."""
    if levers <= MOST_IN_ALL_ORDERS:
        return [chosen for size in range(levers + 1) for chosen in combinations(range(levers), size)]
    every = tuple(range(levers))
    found = {(), every}
    for one in every:
        found |= {(one,), every[:one], every[one:], every[:one] + every[one + 1 :]}
    return sorted(found, key=lambda chosen: (len(chosen), chosen))


def read_selections(
    base: str, levers: Sequence[str], sets: Sequence[str], replications: int | None, seed: int | None
) -> dict[Selection, Scenario]:
    """The base with every selection of the levers; ScenarioError says which two change the same value."""
    if not 2 <= len(levers) <= MOST_LEVERS:
        text = f"{len(levers)} levers: name 2 to {MOST_LEVERS}, as selections of them are run"
        raise ScenarioError([Problem(base, 0, 0, text)])
    whole = read_together(base, levers, sets, replications, seed)  # what cannot be together is reported first, once
    found = {
        chosen: read_together(base, [levers[number] for number in chosen], sets, replications, seed)
        for chosen in selections(len(levers))[:-1]
    }
    found[tuple(range(len(levers)))] = whole
    alone = {chosen: replace(one, id=Path(levers[chosen[0]]).stem) for chosen, one in found.items() if len(chosen) == 1}
    chosen_ones, left_out = paired(named_apart(list((found | alone).values())))
    if left_out:
        wrong = [(levers[chosen[0]], paired((found[()], one))[1]) for chosen, one in alone.items()]
        raise ScenarioError([Problem(file, 0, 0, why.reason) for file, whys in wrong for why in whys])
    return dict(zip(found, chosen_ones, strict=True))


def together(scenarios: dict[Selection, Scenario], wanted: Sequence[Wanted], run: HowToRun) -> list[Together]:
    """Runs every selection on the same people, and what each lever does to each measure."""
    every = tuple(scenarios.values())
    side_by_side = beside(every, ScenarioRuns(run)(every, checked=True))
    return [
        effects_of(
            one,
            scenarios,
            {
                chosen: np.array([one.of(piece) for piece in theirs])
                for chosen, theirs in zip(scenarios, side_by_side, strict=True)
            },
        )
        for one in wanted
    ]


def work_of(scenarios: dict[Selection, Scenario], run: HowToRun, processes: int) -> tuple[Work, float]:
    """How much every selection is, and about how many seconds it takes."""
    runs, every = ScenarioRuns(run), tuple(scenarios.values())
    work = runs.work(every, checked=True, at_once=len(every))
    return work, runs.seconds_for(every[-1], work, processes)


def effects_of(wanted: Wanted, scenarios: dict[Selection, Scenario], values: dict[Selection, Floats]) -> Together:
    """What each lever does, of the figures of every selection by replication."""
    whole, number = max(values, key=len), max(map(len, values))
    changes = {chosen: found - values[()] for chosen, found in values.items()}
    levers = []
    for one in range(number):
        others = tuple(other for other in whole if other != one)
        levers.append(
            LeverEffects(
                scenarios[(one,)],
                _effect(wanted, changes[(one,)]),
                _effect(wanted, changes[tuple(range(one + 1))] - changes[tuple(range(one))]),
                _effect(wanted, changes[whole] - changes[others]),
                _effect(wanted, share(changes, one, number)),
            )
        )
    alone = sum((changes[(one,)] for one in range(number)), np.zeros_like(changes[()]))
    return Together(
        wanted, scenarios[()], scenarios[whole], tuple(levers), _effect(wanted, changes[whole]), _effect(wanted, alone)
    )


def share(values: dict[Selection, Floats], one: int, number: int) -> Floats:
    """The part of the whole of one of `number` levers, replication by replication; the parts add up."""
    if number <= MOST_IN_ALL_ORDERS:
        return shapley(values, one, number)
    every = tuple(range(number))
    as_named = values[every[: one + 1]] - values[every[:one]]
    reversed_ = values[every[one:]] - values[every[one + 1 :]]
    found: Floats = (as_named + reversed_) / 2
    return found


def shapley(values: dict[Selection, Floats], one: int, number: int) -> Floats:
    """What one of `number` levers adds, on average over all orders, replication by replication."""
    total = np.zeros_like(values[()])
    for chosen, before in values.items():
        if one not in chosen:
            weight = factorial(len(chosen)) * factorial(number - len(chosen) - 1)
            total += weight * (values[tuple(sorted((*chosen, one)))] - before)
    found: Floats = total / factorial(number)
    return found


def _effect(wanted: Wanted, changes: Floats) -> Effect:
    found = effect_of(wanted, changes)
    if isnan(found.mean):
        text = f"no replication has `{wanted.measure}` of `{wanted.service}` in all scenarios; ask for another measure"
        raise ScenarioError([Problem("", 0, 0, text)])
    return found


KINDS = ("alone", "step", "last", "share")
COLUMNS = ("service", "measure", "lever", "kind", "mean", "low", "high", "verdict")


def rows(found: Together) -> Iterator[tuple[str | float | None, ...]]:
    """The cells of COLUMNS: each lever in every way, then all of them, added up and together."""
    effects = [(one.lever.id, kind, getattr(one, kind)) for one in found.levers for kind in KINDS]
    effects += [("all", "added up", found.parts_alone), ("all", "together", found.whole)]
    for lever, kind, effect in effects:
        yield (found.wanted.service, found.wanted.measure, lever, kind, *astuple(effect))
