"""A scenario may come from anybody: it can neither run away with the machine nor speak to the terminal."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from sim.inputs.problems import MOST_PROBLEMS
from tests.inputs.small_world import SMALL_WORLD, problems_of

pytestmark = pytest.mark.usefixtures("in_own_folder")

ROOT = Path(__file__).parents[2]


def answer_to(text: str | bytes, file: str = "s.yaml") -> list[str]:
    """What the reader says to a file with such content."""
    Path(file).write_bytes(text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass"))
    return problems_of(file)


def test_escape_sequences_never_reach_the_terminal() -> None:
    answer = answer_to(SMALL_WORLD.replace("beds: 5", '"beds\\e[2J": 5'))
    assert answer == [
        r"s.yaml:8:5: `services.unit.beds\x1b[2J` is not known; did you mean `beds`?",
    ]


def test_what_is_repeated_from_a_file_is_cut_short() -> None:
    answer = answer_to(SMALL_WORLD.replace("beds: 5", f"beds: {'five ' * 10_000}"))
    assert answer == [
        "s.yaml:8:11: `services.unit.beds` is `five five five five five five five five five five five fi...`, "
        "longer than any number here"
    ]


def test_a_file_with_a_thousand_slips_is_answered_with_a_hundred() -> None:
    services = "".join(f"  s{number}: {{kind: x, beds: y}}\n" for number in range(400))
    answer = answer_to(SMALL_WORLD.replace("teams:", f"{services}teams:"))
    assert len(answer) == MOST_PROBLEMS + 1
    assert answer[-1] == "s.yaml: more than 99 problems; cure these first"


def test_a_file_that_is_too_large_is_not_read() -> None:
    assert answer_to("#" * 1_000_001) == ["s.yaml: is larger than 1,000,000 bytes, more than any scenario needs"]


def test_nesting_has_an_end() -> None:
    answer = "there are more levels inside each other here than any scenario needs"
    assert answer_to("a: " + "[" * 100_000) == [f"s.yaml:1:28: {answer}"]
    assert answer_to("a: " + "{a: " * 100_000) == [f"s.yaml:1:100: {answer}"]


def test_a_billion_laughs_are_one_alias_refused() -> None:
    answer = answer_to("a: &a [x, x]\nb: [*a, *a]\n")
    assert "s.yaml:2:5: `*a` points to another line; write the value itself" in answer


@pytest.mark.parametrize("tag", ["!!python/object/apply:os.system ['true']", "!!binary aGk=", "!local x"])
def test_tags_do_nothing(tag: str) -> None:
    answer = answer_to(SMALL_WORLD.replace("beds: 5", f"beds: {tag}"))
    assert "s.yaml:8:11: text that begins with ! needs quotes; YAML's tags are not read" in answer


@pytest.mark.parametrize("number", ["9" * 5_000, "1" + ",000" * 500, "0." + "1" * 5_000, "9" * 5_000 + "%"])
def test_endless_numbers_are_refused(number: str) -> None:
    assert len(answer_to(SMALL_WORLD.replace("beds: 5", f"beds: {number}"))) == 1


def test_people_are_limited() -> None:
    answer = answer_to(SMALL_WORLD.replace("arrivals_per_day: 2.5", "arrivals: [{day: 1, count: 9,999,999}]"))
    assert answer == [
        "s.yaml:18:32: `9,999,999` between brackets reads as more than one value; write 9999999 or '9,999,999'",
    ]
    answer = answer_to(SMALL_WORLD.replace("arrivals_per_day: 2.5", "arrivals: [{day: 1, count: 10000000}, {day: 2}]"))
    assert answer == [
        "s.yaml:18:15: `people.everyone.arrivals` brings about 10,000,001 people in 30 days; 10,000,000 are the most"
    ]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (
            "name: x".encode("utf-16"),
            "is not plain text in UTF-8, from a character in line 1 on; save it again with that encoding",
        ),
        (
            b"name: x\nquestion: \xff",
            "is not plain text in UTF-8, from a character in line 2 on; save it again with that encoding",
        ),
    ],
)
def test_other_encodings_are_refused(content: bytes, reason: str) -> None:
    assert answer_to(content) == [f"s.yaml: {reason}"]


def test_only_ordinary_files_are_read() -> None:
    Path("folder.yaml").mkdir()
    assert problems_of("folder.yaml") == ["folder.yaml: is a folder, not a file"]
    assert problems_of("passwd") == ["passwd: is no scenario: its name does not end in .yaml or .yml"]
    if hasattr(os, "mkfifo"):
        os.mkfifo("pipe.yaml")
        assert problems_of("pipe.yaml") == ["pipe.yaml: is no ordinary file"]


def test_lengths_are_read_only_from_a_csv_file_of_lengths() -> None:
    text = SMALL_WORLD.replace("stay_days: 25", "stay_days: {empirical: {file: stays.csv}}")
    Path("stays.csv").write_text("days\n3\nfour\n5,6\n-1\n")
    assert answer_to(text) == [
        "stays.csv:3:1: this line is `four`, not a number; the file holds one column of days",
        "stays.csv:4:1: this line holds 2 columns, `5` and `6`; if it is one number, write 5.6; "
        "the file holds one column of days",
        "stays.csv:5:1: this line is -1; it cannot be below 0; the file holds one column of days",
    ]
    Path("stays.csv").write_text("days\n")
    assert answer_to(text) == ["s.yaml:30:44: `stays.csv` holds no lengths"]


def test_a_scenario_is_named_by_a_safe_file_name() -> None:
    answer = answer_to(SMALL_WORLD, file="=cmd.yaml")
    assert answer == ["=cmd.yaml: `=cmd.yaml` is no name for a scenario, as tables show it; begin it with a letter"]


def test_reading_loads_none_of_the_slow_libraries() -> None:
    code = (
        "import sys; from sim.inputs.loading import read_scenario; read_scenario('scenarios/baseline.yaml'); "
        "print(sorted({'numpy', 'pandas', 'scipy', 'matplotlib', 'simpy', 'difflib', 'json'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.slow
def test_a_scenario_is_the_same_whatever_the_hash_seed() -> None:
    code = (
        "from dataclasses import astuple; from sim.inputs.loading import read_scenario; "
        "print(astuple(read_scenario('tests/inputs/every_key.yaml')), astuple(read_scenario('scenarios/cedarwood.yaml')))"
    )
    read = [
        subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert read[0] == read[1]
