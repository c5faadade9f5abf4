"""Planting a fault in a source by its syntax tree: layout, comments and the file it stands in do not matter.

A fault is a function, what stands there and what shall stand there instead: an expression, or one or several statements that
follow each other. What is looked for has to stand there exactly once.
"""

import ast
from collections.abc import Iterable
from dataclasses import replace

from sim.inputs.scenario import Scenario

Fault = tuple[str, str, str]  # function, good, bad


def planted(sources: Iterable[str], faults: Iterable[Fault]) -> list[ast.Module]:
    """The sources as syntax trees with these faults in them; AssertionError where one does not fit exactly once."""
    trees = [ast.parse(source) for source in sources]
    for function, good, bad in faults:
        bodies = [
            node
            for tree in trees
            for node in ast.walk(tree)
            if isinstance(node, ast.FunctionDef) and node.name == function
        ]
        found = sum(_plant(body, ast.parse(good).body, ast.parse(bad).body) for body in bodies)
        assert found == 1, f"stands {found} times in {function}: {good}"
    for tree in trees:
        ast.fix_missing_locations(tree)
    return trees


def _plant(body: ast.FunctionDef, good: list[ast.stmt], bad: list[ast.stmt]) -> int:
    if len(good) == 1 and isinstance(good[0], ast.Expr):
        assert isinstance(bad[0], ast.Expr)
        replacing = _Replacing(good[0].value, bad[0].value)
        replacing.visit(body)
        return replacing.found
    return _plant_statements(body, [ast.dump(one) for one in good], bad)


def nothing_worked_out(scenario: Scenario) -> Scenario:
    """The same scenario with groups that remember nothing, which a fault in what they are asked once would not reach."""
    return replace(scenario, people=tuple(replace(group) for group in scenario.people))


class _Replacing(ast.NodeTransformer):
    """Puts one expression in the place of another."""

    def __init__(self, good: ast.expr, bad: ast.expr) -> None:
        self._good, self._bad, self.found = ast.dump(good), bad, 0

    def visit(self, node: ast.AST) -> ast.AST:
        if isinstance(node, ast.expr) and ast.dump(node) == self._good:
            self.found += 1
            return self._bad
        return self.generic_visit(node)


def _plant_statements(body: ast.AST, good: list[str], bad: list[ast.stmt]) -> int:
    found = 0
    for node in ast.walk(body):
        for block in (getattr(node, name, None) for name in ("body", "orelse")):
            if isinstance(block, list):
                dumped = [ast.dump(one) for one in block]
                for first in range(len(block) - len(good), -1, -1):
                    if dumped[first : first + len(good)] == good:
                        block[first : first + len(good)] = bad
                        found += 1
    return found
