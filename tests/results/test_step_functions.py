"""Arithmetic of time spans."""

from sim.results.step_functions import StepFunction, column, count_at, going_on, instants_of, larger, midnights, overlap

DAY = 86_400
ONE_TO_FOUR_AND_TWO_TO_FIVE = going_on(column(1, 2), column(4, 5))


def test_overlap_is_what_lies_inside() -> None:
    assert overlap(column(0, 3, 9, 4), column(5, 7, 12, 20), 2, 10).tolist() == [3, 4, 1, 6]
    assert overlap(column(0, 11), column(1, 12), 2, 10).tolist() == [0, 0]


def test_midnights_are_counted_at_the_start_and_not_at_the_end() -> None:
    start, end = column(0, 1, DAY, DAY - 1, 5), column(DAY, DAY, 2 * DAY, DAY + 1, 6)
    assert midnights(start, end, 0, 9 * DAY).tolist() == [1, 0, 1, 1, 0]
    assert midnights(column(-5 * DAY), column(99 * DAY), 2 * DAY, 9 * DAY).tolist() == [7]


def test_a_path_says_how_many_are_going_on_after_and_before_each_instant() -> None:
    path = ONE_TO_FOUR_AND_TWO_TO_FIVE
    assert path.at(column(0, 1, 2, 3, 4, 5, 6)).tolist() == [0, 1, 2, 2, 1, 0, 0]
    assert path.before(column(0, 1, 2, 3, 4, 5, 6)).tolist() == [0, 0, 1, 2, 2, 1, 0]
    assert count_at(column(1, 2), column(4, 5), column(0, 1, 2, 3, 4, 5, 6)).tolist() == [0, 1, 2, 2, 1, 0, 0]


def test_the_integral_of_a_path_is_over_a_window_or_over_each_span() -> None:
    path = ONE_TO_FOUR_AND_TWO_TO_FIVE
    assert path.integral(0, 10) == 6
    assert path.integral(3, 10) == 3
    assert path.between(column(-5, -3, -3, -3, 2), column(-3, 0, 2, 3, 10)).tolist() == [0, 0, 1, 3, 5]
    assert StepFunction(column(-5), column(2)).between(column(0, 1), column(2, 3)).tolist() == [4, 4]


def test_the_larger_of_two_paths_and_their_instants() -> None:
    planned = StepFunction(column(0, 3), column(2, 0))
    assert larger(planned, ONE_TO_FOUR_AND_TWO_TO_FIVE).at(column(0, 2, 3, 4, 5)).tolist() == [2, 2, 2, 1, 0]
    assert instants_of(column(3, 5), column(1, 3), column(5)).tolist() == [1, 3, 5]
