"""The method of `solve` on functions whose answer is known: right where it can be, at its stated rates where it must guess."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from sim.results.comparison.statistics import t_quantile
from sim.studies.solve_search import (
    CANNOT_TELL,
    DOMINATED,
    MEETS,
    MISSES,
    ON_FRONTIER,
    Choice,
    Evaluate,
    Found,
    Goal,
    Looks,
    Point,
    Search,
    Trials,
    Values,
    bounds,
    lattice,
)

AT_MOST_0 = Goal(at_most=True, value=0.0)
VALUES, TRUTH = 40, 20
LOOKS = Looks(30, 240, 0.95)
SEEDS = 400
WORST = 0.05 + 3 * (0.05 * 0.95 / SEEDS) ** 0.5  # three standard errors above what may go wrong


def noisy(means: Callable[[Point], float], seed: int, *, common: float = 1.0, sd: float = 1.0) -> Evaluate:
    """Means with normal noise, so much of whose variance is common to all points; the first replications are always the same."""
    draw = np.random.default_rng(seed)
    shared = draw.normal(0, sd, LOOKS.most)
    own: dict[Point, Values] = {}

    def evaluate(points: Sequence[Point], replications: int) -> list[Values]:
        found = []
        for point in points:
            mine = own.setdefault(point, draw.normal(0, sd, LOOKS.most))
            noise = np.sqrt(common) * shared + np.sqrt(1 - common) * mine
            found.append(means(point) + noise[:replications])
        return found

    return evaluate


def solved(evaluate: Evaluate, goal: Goal = AT_MOST_0, values: int = VALUES, looks: Looks = LOOKS) -> Found:
    return Search(Trials(evaluate, looks, goal), values).run()


# -- looks -------------------------------------------------------------------------------------------------


def test_replications_double_up_to_the_most_and_the_error_is_shared_out() -> None:
    assert Looks(30, 240, 0.95).sizes == (30, 60, 120, 240)
    assert Looks(30, 200, 0.95).sizes == (30, 60, 120, 200)
    assert Looks(30, 30, 0.95).sizes == (30,)
    assert [Looks(30, 240, 0.95).error(size) for size in (30, 60, 120, 240)] == pytest.approx(
        [0.05 * part / 15 for part in (1, 2, 4, 8)]
    )
    assert Looks(30, 240, 0.9).error(240, 5) == pytest.approx(0.1 * 8 / 15 / 5)
    assert Looks(30, 30, 0.9).error(30) == pytest.approx(0.1)


def test_a_bound_is_the_one_sided_student_interval() -> None:
    # mean 3, sd 1.5811, 5 values: 3 -+ 2.1318 * 1.5811 / sqrt(5), t tables: 95%, 4 degrees
    low, high = bounds(np.array([1.0, 2, 3, 4, 5]), 0.05)
    assert (low, high) == pytest.approx((3 - 1.5074, 3 + 1.5074), abs=1e-4)


def test_the_long_side_of_skewed_values_is_bounded_as_willink_does() -> None:
    # 0 0 0 0 5: mean 1, sd sqrt(5), third moment 5 / 12 * 60 = 25, or 5 ** 0.5 sds; a = 1 / 6, t 2.1318
    low, high = bounds(np.array([0.0, 0, 0, 0, 5]), 0.05)
    assert low == pytest.approx(1 - 2.1318, abs=1e-3)  # Student's is the further one here
    assert high == pytest.approx(1 + (1.2985 ** (1 / 3) + 1) * 3, abs=1e-3)


@pytest.mark.parametrize("error", [0.05, 0.01])
def test_a_bound_on_skewed_values_fails_hardly_more_often_than_stated(error: float) -> None:
    """Thirty exponential values, more skewed than a year's mean of a queue; Student's own upper bound fails far more often."""
    draws = np.random.default_rng(1).exponential(1.0, (4000, 30))
    found = np.array([bounds(one, error) for one in draws])
    half = t_quantile(1 - error, 29) * draws.std(axis=1, ddof=1) / 30**0.5
    ours, students = np.mean(found[:, 1] < 1), np.mean(draws.mean(axis=1) + half < 1)
    assert ours <= 2 * error and students >= 1.5 * ours
    assert np.mean(found[:, 0] > 1) <= 1.4 * error


def test_replications_without_a_figure_do_not_count() -> None:
    assert bounds(np.array([1.0, np.nan, 2, 3, 4, 5]), 0.05) == bounds(np.array([1.0, 2, 3, 4, 5]), 0.05)
    assert bounds(np.array([np.nan, 7.0]), 0.05) == (-np.inf, np.inf)


# -- one setting, nothing left to chance -------------------------------------------------------------------


@pytest.mark.parametrize("truth", range(1, VALUES))
def test_without_noise_the_answer_is_exact_wherever_it_lies(truth: int) -> None:
    found = solved(noisy(lambda at: truth - 0.5 - at[0], 1, sd=0.0))
    assert (found.answer, found.helps_upwards, found.undecided, found.one_way) == (truth, True, None, True)


@pytest.mark.parametrize("truth", range(VALUES - 1))
def test_where_larger_values_make_it_worse_the_largest_is_found(truth: int) -> None:
    found = solved(noisy(lambda at: at[0] - truth - 0.5, 1, sd=0.0))
    assert (found.answer, found.helps_upwards, found.undecided) == (truth, False, None)


def test_at_least_is_at_most_the_other_way() -> None:
    assert solved(noisy(lambda at: at[0], 1, sd=0.0), Goal(at_most=False, value=12.5)).answer == 13


def test_a_target_met_everywhere_is_met_by_the_cheap_end() -> None:
    assert solved(noisy(lambda at: -1 - at[0], 1)).answer == 0
    assert solved(noisy(lambda at: -99 + at[0], 1)).answer == VALUES - 1


def test_what_nothing_reaches_is_not_reachable_and_the_best_is_named() -> None:
    found = solved(noisy(lambda at: 100 - at[0], 1))
    assert (found.answer, found.is_reachable, found.best) == (None, False, VALUES - 1)


def test_a_setting_that_moves_nothing_is_said_to_move_nothing() -> None:
    assert not solved(noisy(lambda _: 5.0, 1, common=0.0)).moves
    assert solved(noisy(lambda at: 5.0 - at[0], 1)).moves


def test_one_value_between_the_ends_is_enough() -> None:
    assert solved(noisy(lambda _: -1.0, 1), values=1).answer == 0
    assert solved(noisy(lambda _: 1.0, 1), values=1).is_reachable is False


def test_a_figure_that_no_replication_has_is_undecided() -> None:
    found = solved(noisy(lambda _: float("nan"), 1))
    assert (found.answer, found.is_reachable) == (None, None)


# -- not one way -------------------------------------------------------------------------------------------


def test_a_valley_is_seen_and_every_value_is_run() -> None:
    found = solved(noisy(lambda at: abs(at[0] - 10) - 3.5, 1, sd=0.1))  # 7 to 13 meet it; both ends miss it
    assert (found.answer, found.one_way, found.undecided) == (7, False, None)
    assert found.statements == VALUES


def test_more_values_than_can_be_run_are_spread_evenly() -> None:
    trials = Trials(noisy(lambda at: abs(at[0] - 500) - 130, 1, sd=0.1), LOOKS, AT_MOST_0)
    found = Search(trials, 1000).run()
    assert not found.one_way and found.answer is not None and 370 <= found.answer <= 390
    assert len(trials.found) < 70


# -- one setting, rates ------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("common", [1.0, 0.8])
@pytest.mark.parametrize("slope", [0.1, 0.02])
def test_the_answer_is_too_small_no_more_often_than_stated(slope: float, common: float) -> None:
    too_small = shut_out = 0
    for seed in range(SEEDS):
        found = solved(noisy(lambda at: slope * (TRUTH - at[0]), seed, common=common))
        assert found.answer is not None
        first = found.undecided[0] if found.undecided else found.answer
        too_small += found.answer < TRUTH
        shut_out += first > TRUTH
    assert too_small / SEEDS <= WORST
    assert shut_out / SEEDS <= WORST


@pytest.mark.slow
def test_the_hardest_function_is_answered_too_small_no_more_often_than_stated() -> None:
    """All values below the answer just miss: on the same people, one wrong is all wrong."""
    found = [solved(noisy(lambda at: 0.0 if at[0] < TRUTH else -1.0, seed)).answer for seed in range(SEEDS)]
    assert np.mean([one is not None and one < TRUTH for one in found]) <= WORST


@pytest.mark.slow
def test_a_planted_step_of_one_sd_is_found_nearly_always_and_a_null_one_hardly_ever() -> None:
    """A step of 0.5 sd on each side of the target is 2.7 standard errors at 30 replications, 7.7 at 240."""
    found = [solved(noisy(lambda at: 0.5 if at[0] < TRUTH else -0.5, seed)) for seed in range(SEEDS)]
    assert np.mean([one.answer == TRUTH and one.undecided is None for one in found]) >= 0.95
    null = [solved(noisy(lambda _: 0.001, seed)).answer for seed in range(SEEDS)]  # nothing meets it, by a hair
    assert np.mean([one is not None for one in null]) <= WORST


@pytest.mark.slow
def test_more_looks_cost_no_confidence() -> None:
    looks = Looks(10, 240, 0.9)
    found = [
        solved(noisy(lambda at: 0.0 if at[0] < TRUTH else -1.0, seed), looks=looks).answer for seed in range(SEEDS)
    ]
    assert np.mean([one is not None and one < TRUTH for one in found]) <= 0.1 + 3 * (0.09 / SEEDS) ** 0.5


def test_replications_are_added_only_where_nobody_can_tell() -> None:
    trials = Trials(noisy(lambda at: TRUTH - 0.5 - at[0], 1, sd=0.5), LOOKS, AT_MOST_0)
    Search(trials, VALUES).run()
    sizes = {at: len(values) for (at,), values in trials.found.items()}
    assert sizes[0] == sizes[VALUES - 1] == 30 and len(sizes) <= 8
    assert trials.verdicts[(0,)] == MISSES and trials.verdicts[(VALUES - 1,)] == MEETS


# -- mixes -------------------------------------------------------------------------------------------------


def beds_and_places(at: Point) -> float:
    """Each of both takes one off, the second setting two; 7.5 have to be taken off."""
    return 7.5 - at[0] - 2 * at[1]


def chosen(evaluate: Evaluate, prices: tuple[float, float], sizes: tuple[int, int] = (9, 5)) -> Choice:
    trials = Trials(evaluate, LOOKS, AT_MOST_0)

    def costs(point: Point) -> Values:
        return np.full(len(trials.found[point]), prices[0] * point[0] + prices[1] * point[1])

    return Choice(trials, lattice(sizes), costs)


@pytest.mark.parametrize(
    ("prices", "answer"), [((1, 10), (8, 0)), ((10, 1), (0, 4)), ((3, 5), (0, 4)), ((1, 2.5), (8, 0))]
)
def test_the_cheapest_mix_is_found(prices: tuple[float, float], answer: Point) -> None:
    found = chosen(noisy(beds_and_places, 1, sd=0.2), prices).run()
    assert (found.answer, found.perhaps, found.is_reachable) == (answer, (), True)


def test_of_mixes_at_the_same_cost_the_one_nearer_to_the_goal_is_named() -> None:
    found = chosen(noisy(lambda at: -1.0 - at[0], 1, sd=0.2), (0, 0), (3, 1)).run()
    assert found.answer == (2, 0)


def test_no_mix_reaches_what_is_out_of_reach() -> None:
    found = chosen(noisy(lambda at: 50.0 - at[0] - at[1], 1, sd=0.2), (1, 1)).run()
    assert (found.answer, found.is_reachable, found.best) == (None, False, (8, 4))


def test_a_cheaper_mix_that_perhaps_meets_the_target_is_named_beside_the_answer() -> None:
    found = chosen(noisy(lambda at: 1 - at[0], 1), (1, 1), (4, 1)).run()  # one is exactly on the edge
    assert found.answer == (2, 0) and found.perhaps == ((1, 0),)


@pytest.mark.slow
@pytest.mark.parametrize("common", [1.0, 0.0])
def test_a_mix_that_misses_is_named_no_more_often_than_stated(common: float) -> None:
    """Mixes up to the true one all miss by a hair, the hardest case; the true one is cheaper than all others that meet it."""
    wrong = 0
    for seed in range(SEEDS):
        evaluate = noisy(lambda at: 0.001 if at[0] < 6 else -1.0, seed, common=common)
        found = chosen(evaluate, (1, 0), (12, 1)).run()
        wrong += found.answer != (6, 0)
    assert wrong / SEEDS <= WORST


def test_costs_that_are_simulated_are_compared_on_the_same_people() -> None:
    dear, wrong = {(0,): 5.0, (1,): 5.5, (2,): 6.0}, 0
    for seed in range(SEEDS):
        noise = np.random.default_rng(seed).normal(0, 10, LOOKS.most)
        trials = Trials(noisy(lambda _: -1.0, seed), LOOKS, AT_MOST_0)
        choice = Choice(
            trials, lattice([3]), lambda at, trials=trials, noise=noise: dear[at] + noise[: len(trials.found[at])]
        )
        wrong += choice.run().answer != (0,)
    assert wrong == 0  # the noise of 10 is common to all three


def test_the_frontier_is_what_each_pound_more_surely_improves() -> None:
    steps = {0: 9.0, 1: 5.0, 2: 5.0, 3: 7.0, 4: 2.0}  # by cost: 2 costs more for the same, 3 more for worse
    choice = chosen(noisy(lambda at: steps[at[0]], 1, sd=0.3), (1, 0), (5, 1))
    choice.run()
    marks = {at: mark for (at, _), mark in choice.frontier().items()}
    assert marks == {0: ON_FRONTIER, 1: ON_FRONTIER, 2: DOMINATED, 3: DOMINATED, 4: ON_FRONTIER}


def test_what_noise_hides_is_no_part_of_the_frontier_and_not_dominated() -> None:
    choice = chosen(noisy(lambda _: 5.0, 1, common=0.0, sd=3.0), (1, 0), (2, 1))
    choice.run()
    assert choice.frontier() == {(0, 0): ON_FRONTIER, (1, 0): CANNOT_TELL}
