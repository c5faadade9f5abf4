"""What all tests share: three tiers, by how long a test takes.

Everyday tests run always. Tests marked `slow` take more than a few seconds of processor time and run in CI: with
`--all` beside the everyday ones, with `--slow` alone. Tests marked `nightly` take minutes and run with `--nightly`,
beside all others.
"""

import os

import pytest

# One thread of linear algebra in each process: with a worker of pytest on every processor, more of them only wait for each
# other, and burn thirty times the time of a small matrix exponential. Before NumPy is loaded; commands that tests start inherit it.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# No test may pass on what an earlier one has found: the user's store of finished blocks is left alone.
os.environ["BEDFLOW_STORE"] = "off"

TIERS = {
    "everyday": "the everyday tests; `--all` runs the slow ones too, `--nightly` those that take minutes as well",
    "slow": "the slow tests only; without `--slow` the everyday ones run",
    "all": "the everyday tests and the slow ones; `--nightly` runs those that take minutes as well",
    "nightly": "every test there is",
}
ALLOWED = {
    "everyday": (frozenset(),),
    "slow": (frozenset({"slow"}),),
    "all": (frozenset(), frozenset({"slow"})),
    "nightly": (frozenset(), frozenset({"slow"}), frozenset({"nightly"}), frozenset({"slow", "nightly"})),
}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--all", action="store_true", help="run the slow tests as well, as CI does")
    parser.addoption("--slow", action="store_true", help="run the slow tests only")
    parser.addoption("--nightly", action="store_true", help="run everything, the tests that take minutes too")


def tier(config: pytest.Config) -> str:
    """The tier asked for, the longest where several are."""
    return next((name for name in ("nightly", "all", "slow") if config.getoption(f"--{name}")), "everyday")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    allowed = ALLOWED[tier(config)]
    marks = {
        item: frozenset(mark.name for mark in item.iter_markers() if mark.name in ("slow", "nightly")) for item in items
    }
    config.hook.pytest_deselected(items=[item for item in items if marks[item] not in allowed])
    items[:] = [item for item in items if marks[item] in allowed]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        terminalreporter.write_line(f"Tests that ran: {TIERS[tier(config)]}.")


def _left_blank(monkeypatch: pytest.MonkeyPatch, *formats: str) -> None:
    """Charts are composed and, in these formats, saved without what is on them."""
    from matplotlib.figure import Figure

    from sim.results.charts import style

    for name in formats:
        save = getattr(style, name)
        monkeypatch.setattr(style, name, lambda drawing, save=save: save(Figure(figsize=drawing.get_size_inches())))


@pytest.fixture
def blank_png(monkeypatch: pytest.MonkeyPatch) -> None:
    """For tests that look at no PNG: drawing those is a third of the time of a small command."""
    _left_blank(monkeypatch, "_png")


@pytest.fixture
def blank_charts(monkeypatch: pytest.MonkeyPatch) -> None:
    """For tests that look at no chart: drawing them is half of the time of a small command."""
    _left_blank(monkeypatch, "_png", "_svg")
