"""The three verbs for researchers, and the page that describes them."""

import doctest
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import sim
from sim.inputs.problems import ScenarioError
from tests.hall.files import write, write_pair
from tests.hall.worlds import bigger, small

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_the_page_about_python_works_as_it_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    page = ROOT / "docs" / "python.md"
    result = doctest.testfile(str(page), module_relative=False, encoding="utf-8")
    assert result.attempted > 10
    assert result.failed == 0


def test_importing_sim_loads_nothing_heavy() -> None:
    code = "import sys, sim; print('pandas' in sys.modules, 'numpy' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert found.stdout == "False False\n"


def test_the_verbs_are_these() -> None:
    assert sim.__all__ == [
        "Comparison",
        "Run",
        "ScenarioError",
        "Solution",
        "compare",
        "read_scenario",
        "run_scenario",
        "solve",
        "sweep",
    ]
    assert set(sim.__all__) <= set(dir(sim))
    with pytest.raises(AttributeError, match="no attribute 'simulate'"):
        sim.simulate  # noqa: B018


def test_tables_of_the_verbs_are_the_files_of_the_command_line(tmp_path: Path) -> None:
    base, more = write_pair(tmp_path)
    comparison = sim.compare(base, more, replications=2)
    single = sim.run_scenario(base, replications=2)
    of_base = comparison.summary.query("scenario == 'base'").reset_index(drop=True)
    assert single.summary.equals(of_base)
    assert set(comparison.differences["baseline"]) == {"base"}


@pytest.mark.slow
def test_workers_do_not_change_a_table() -> None:
    base = small(replications=3)
    one, two = (sim.compare(base, bigger(base), workers=workers) for workers in (1, 2))
    assert one.replications.equals(two.replications)
    assert one.census.equals(two.census)
    assert one.differences.equals(two.differences)


def test_what_cannot_be_paired_is_named() -> None:
    base = small(replications=2)
    other = small(id="other", replications=2, seed=9)
    comparison = sim.compare(base, bigger(base), other)
    assert comparison.not_compared == {"other.yaml": "cannot be compared with the base: seed is 9, not 1"}


def test_a_comparison_with_nothing_to_compare_is_refused() -> None:
    with pytest.raises(ValueError, match=r"nothing to compare:\nother.yaml: cannot be compared .*: seed is 9, not 1"):
        sim.compare(small(replications=2), small(id="other", replications=2, seed=9))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"engine": "simpy"}, "the engine is auto, compiled or reference, not 'simpy'"),
        ({"engine": ""}, "the engine is auto, compiled or reference, not ''"),
        ({"engine": None}, "the engine is auto, compiled or reference, not None"),
        ({"workers": 0}, "workers must be a whole number, 1 or more, not 0"),
        ({"workers": 1.5}, "workers must be a whole number, 1 or more, not 1.5"),
        ({"workers": True}, "workers must be a whole number, 1 or more, not True"),
        ({"replications": 0}, "replications must be a whole number, 1 or more, not 0"),
        ({"replications": "3"}, "replications must be a whole number, 1 or more, not '3'"),
    ],
)
def test_an_argument_that_means_nothing_is_refused(arguments: dict[str, Any], words: str) -> None:
    for verb in (sim.run_scenario, lambda one, **more: sim.compare(one, bigger(one), **more)):
        with pytest.raises(ValueError, match=words):
            verb(small(replications=2), **arguments)


def test_a_single_text_is_no_list_of_changes() -> None:
    with pytest.raises(ValueError, match=r"sets is a list of changes: sets=\['seed=2'\]"):
        sim.read_scenario("any.yaml", sets="seed=2")


def test_a_wrong_file_raises_what_is_wrong_with_it(tmp_path: Path) -> None:
    write(tmp_path, "wrong.yaml", "name: 1\nwrong: 2\n")
    with pytest.raises(ScenarioError, match=r"wrong.yaml:2:1: "):
        sim.read_scenario(tmp_path / "wrong.yaml")


def test_what_a_cell_shows_is_a_few_lines() -> None:
    base = small(replications=2)
    other = small(id="other", replications=2, seed=9)
    for shown in (base, sim.run_scenario(base), sim.compare(base, bigger(base), other)):
        lines = repr(shown).splitlines()
        assert 2 <= len(lines) <= 4
        assert max(map(len, lines)) < 200
        assert str(base.calendar.measured_days) in repr(shown)
    assert repr(sim.compare(base, bigger(base), other)).splitlines() == [
        "base compared with more: 2 replications of 60 days, seed 1",
        "  tables: .differences, .summary, .replications, .census",
        "  warning: 2 in .warnings",
        "  left out: 1 in .not_compared",
    ]


def test_replications_count_from_1_as_messages_do() -> None:
    tables = sim.run_scenario(small(replications=3))
    assert tables.replications["replication"].unique().tolist() == [1, 2, 3]
