"""Faults are planted by syntax tree: layout does not matter, and a fault that does not fit exactly once is an error."""

import ast

import pytest

from tests.mutation import planted

SOURCE = """
def place(wait):
    if wait.units > 3 and (
        wait.clear  # a comment
        or wait.outside
    ):
        count.acted += 1
        count.unsettled = 1
    return wait.units

def judge(wait):
    count.acted += 1
    return wait.outside or wait.outside
"""


@pytest.mark.parametrize(
    ("good", "bad", "found"),
    [
        ("wait.clear or wait.outside", "wait.clear", "if wait.units > 3 and wait.clear:"),
        ("count.acted += 1; count.unsettled = 1", "count.acted += 1", "count.acted += 1\n    return wait.units"),
        ("return wait.units", "return 0", "return 0\n\ndef judge"),
    ],
)
def test_a_fault_is_planted_whatever_the_layout(good: str, bad: str, found: str) -> None:
    (tree,) = planted([SOURCE], [("place", good, bad)])
    assert found in ast.unparse(tree)


@pytest.mark.parametrize(
    ("function", "good"),
    [("judge", "wait.outside"), ("place", "wait.held"), ("place", "count.unsettled = 0"), ("nobody", "wait.units")],
)
def test_a_fault_that_does_not_fit_exactly_once_is_an_error(function: str, good: str) -> None:
    with pytest.raises(AssertionError, match=r"^stands \d times in "):
        planted([SOURCE], [(function, good, good)])
