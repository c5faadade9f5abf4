"""Every program of the benchmarks runs the same model: what its stays show agrees with the reference engine's.

On a small hospital with so few places that beds are blocked and people wait outside. Seeds are fixed, so the verdict is too.
"""

from collections.abc import Callable
from functools import cache

import numpy as np
import pytest
from scipy import stats

from benchmarks import idiomatic_simpy, limit, ours
from benchmarks.model import Model, Stays, as_numbers, figures, lasting, read_model, resized
from sim.model.records import NEVER

DAYS, REPLICATIONS = 300, 12
SMALL = lasting(
    resized(read_model(), {"hospital": 53, "unit": 4, "home_reablement": 28, "care_home": 8}, arrivals_per_day=8.14),
    DAYS,
)
MODEL = as_numbers(SMALL)
ONE_IN_A_THOUSAND = 0.001


def by_engine(name: str) -> Callable[[int], Stays]:
    return lambda seed: ours.stays(ours.run(SMALL, seed, name))


def by_simpy() -> Callable[[int], Stays]:
    return lambda seed: idiomatic_simpy.stays(MODEL, idiomatic_simpy.run(MODEL, DAYS, seed))


def by_ciw() -> Callable[[int], Stays]:
    pytest.importorskip("ciw")
    from benchmarks import ciw_model

    return lambda seed: ciw_model.stays(ciw_model.run(MODEL, DAYS, seed))


def compiled_c(whole_ledger: bool) -> limit.Limit:
    try:
        return limit.Limit(whole_ledger)
    except limit.NoCompiler as reason:
        pytest.skip(str(reason))


def by_c() -> Callable[[int], Stays]:
    program = compiled_c(whole_ledger=False)
    return lambda seed: limit.stays(program.run(MODEL, DAYS, seed))


PROGRAMS: dict[str, Callable[[], Callable[[int], Stays]]] = {
    "reference": lambda: by_engine("reference"),
    "compiled": lambda: by_engine("compiled"),
    "idiomatic_simpy": by_simpy,
    "ciw": by_ciw,
    "c": by_c,
}


@cache
def found(program: str) -> dict[str, list[float]]:
    """What each replication of a program shows, by figure."""
    run = PROGRAMS[program]()
    every = [figures(MODEL, run(seed), (DAYS / 5, DAYS)) for seed in range(REPLICATIONS)]
    return {figure: [one[figure] for one in every] for figure in every[0]}


FIGURES = [*(f"people in {name}" for name in MODEL.services), "people who wait for a place", "spells a day"]


@pytest.mark.slow
@pytest.mark.parametrize("figure", FIGURES)
@pytest.mark.parametrize("program", [name for name in PROGRAMS if name != "reference"])
def test_what_a_program_shows_agrees_with_the_reference_engine(program: str, figure: str) -> None:
    one, other = found(program)[figure], found("reference")[figure]
    assert stats.ttest_ind(one, other, equal_var=False).pvalue > ONE_IN_A_THOUSAND, (np.mean(one), np.mean(other))


@pytest.mark.slow
@pytest.mark.parametrize("program", PROGRAMS)
def test_small_hospital_is_busy_blocked_and_within_its_places(program: str) -> None:
    here = found(program)
    for name, places in MODEL.places.items():
        assert 0.5 * places < np.mean(here[f"people in {name}"]) <= places
    assert np.mean(here["people who wait for a place"]) > 0.5


@pytest.mark.slow
@pytest.mark.parametrize("program", ["idiomatic_simpy", "ciw", "c", "reference"])
def test_same_seed_gives_the_same_stays(program: str) -> None:
    run = PROGRAMS[program]()
    one, again, other = run(3), run(3), run(4)
    assert np.array_equal(one.left, again.left)
    assert not np.array_equal(one.admitted[:50], other.admitted[:50])


def test_model_is_as_large_as_it_says() -> None:
    scenario = read_model()
    model: Model = as_numbers(scenario)
    community = sum(way.share for way in model.ways if way.to in model.places)
    home = sum(way.share for way in model.ways if way.to == "home")
    a_day = model.arrivals_per_day / (1 - home - community * model.home_share)
    days = scenario.calendar.warm_up_days + scenario.calendar.measured_days
    assert a_day * days == pytest.approx(82_000, rel=0.005)
    for way in model.ways:
        if way.to in model.places:
            load = a_day * way.share * model.stay[way.to].mean / model.places[way.to]
            assert 0.9 < load < 0.96
    beds = sum(a_day * way.share * (way.stay.mean + (way.process.mean if way.process else 0)) for way in model.ways)
    assert beds == pytest.approx(452, abs=1)
    events = a_day * days * (2 + 2 * community)  # arrivals and returns are one a spell
    assert events == pytest.approx(192_000, rel=0.01)


def test_whole_ledger_of_c_agrees_with_its_stays() -> None:
    tables = compiled_c(whole_ledger=True).run(MODEL, DAYS, 1)
    stays, waits, steps = tables["stays"], tables["waits"], tables["steps"]
    alone = compiled_c(whole_ledger=False).run(MODEL, DAYS, 1)["stays"]
    assert all(np.array_equal(stays[name], alone[name]) for name in stays)
    got_in = (waits["to"] < len(MODEL.services)) & (waits["ended"] != NEVER)
    assert np.count_nonzero(got_in) == len(stays["person"])
    assert np.all(waits["ended"] >= waits["joined"])
    assert np.all(stays["service"][steps["stay"]] == 0)
    finished = steps["finished"] != NEVER
    assert np.array_equal(steps["finished"][finished], steps["due"][finished])
