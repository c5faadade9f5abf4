"""Whatever the file holds, the reader gives a scenario or says what is wrong; nothing else."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.inputs.loading import ScenarioError, read_scenario
from tests.inputs.small_world import SMALL_WORLD

EVERY_KEY = (Path(__file__).parent / "every_key.yaml").read_text(encoding="utf-8")
MANY = settings(
    max_examples=int(os.environ.get("LOADER_EXAMPLES", "80")),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
PIECES = st.sampled_from(
    ["{", "}", "[", "]", ":", ": ", ",", "-", "#", "'", '"', "|", ">", "&a", "*a", "!x", "%", "@", "\n", "  ", "\t", "\\",
     "<<", "?", "~", "0", "1,200", "40%", "£", "home", "unit", "then", "beds", "2026-04-06", "\u00a0", "\ud83d\ude00"]
)  # fmt: skip


def read_any(content: str | bytes, file: str = "s.yaml") -> None:
    """Read it; a ScenarioError must have something to say, on one line each."""
    Path(file).write_bytes(content if isinstance(content, bytes) else content.encode("utf-8", "replace"))
    try:
        read_scenario(file)
    except ScenarioError as error:
        assert error.problems
        assert all(str(problem).isprintable() for problem in error.problems)
        assert all(problem.text and problem.line >= 0 for problem in error.problems)


@MANY
@given(content=st.binary(max_size=300))
def test_any_bytes(in_own_folder: Path, content: bytes) -> None:
    read_any(content)


@MANY
@given(text=st.text(max_size=300))
def test_any_text(in_own_folder: Path, text: str) -> None:
    read_any(text)


@MANY
@given(parts=st.lists(PIECES, max_size=40))
def test_any_pieces_of_yaml(in_own_folder: Path, parts: list[str]) -> None:
    read_any("".join(parts))


@st.composite
def spoilt(draw: st.DrawFn, text: str) -> str:
    """A text with some pieces cut out, doubled, swapped or put in."""
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 30)))
        other = draw(st.integers(0, len(text)))
        new = draw(st.sampled_from(["", text[start:end] * 2, text[other : other + 20], draw(PIECES)]))
        text = text[:start] + new + text[end:]
    return text


@MANY
@given(text=spoilt(SMALL_WORLD))
def test_a_spoilt_small_world(in_own_folder: Path, text: str) -> None:
    read_any(text)


@MANY
@given(text=spoilt(EVERY_KEY))
def test_a_spoilt_world_of_every_key(in_own_folder: Path, text: str) -> None:
    Path("lengths.csv").write_text("days\n10\n20\n")
    read_any(text)


@st.composite
def shuffled_lines(draw: st.DrawFn, text: str) -> str:
    """A text in which some lines stand elsewhere or have lost their place."""
    lines = text.splitlines()
    for _ in range(draw(st.integers(1, 5))):
        one, other = draw(st.integers(0, len(lines) - 1)), draw(st.integers(0, len(lines) - 1))
        lines[one], lines[other] = lines[other], draw(st.sampled_from([lines[one], lines[one].strip(), lines[other]]))
    return "\n".join(lines)


@MANY
@given(text=shuffled_lines(EVERY_KEY))
def test_shuffled_lines(in_own_folder: Path, text: str) -> None:
    read_any(text)


@MANY
@given(text=st.text(alphabet="0123456789.,-abc\n \t\"'", max_size=60))
def test_any_file_of_lengths(in_own_folder: Path, text: str) -> None:
    Path("stays.csv").write_bytes(text.encode())
    read_any(SMALL_WORLD.replace("stay_days: 25", "stay_days: {empirical: {file: stays.csv}}"))


PATHS = ["services", "unit", "hospital", "beds", "people", "everyone", "journey", "then", "home", "share", "stay_days",
         "fixed", "steps", "hub", "costs", "1", "", "teams", "census", "seed", "queue_limit", "arrival"]  # fmt: skip


@MANY
@given(path=st.lists(st.sampled_from(PATHS), max_size=7), value=st.one_of(PIECES, st.text(max_size=20)))
def test_any_set_and_any_change(in_own_folder: Path, path: list[str], value: str) -> None:
    Path("base.yaml").write_text(SMALL_WORLD, encoding="utf-8")
    try:
        read_scenario("base.yaml", sets=[f"{'.'.join(path)}={value}"])
    except ScenarioError as error:
        assert all(str(problem).isprintable() for problem in error.problems)
    for key in ("change", "add"):
        read_any(f"extends: base.yaml\n{key}: {{{'.'.join(path) or 'x'}: {value}}}\n")


@pytest.mark.parametrize("text", ["a: " + "? " * 20_000, "- " * 5_000, "'" * 9_999, "\n" * 50_000, "a: |\n" + " x\n" * 5_000])
def test_long_and_odd_files_come_to_an_end(text: str, in_own_folder: Path) -> None:
    read_any(text)
