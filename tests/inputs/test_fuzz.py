"""Whatever the file holds, the reader gives a scenario or says what is wrong; nothing else."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.inputs.small_world import SMALL_WORLD, problems_of

pytestmark = pytest.mark.usefixtures("in_own_folder")

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


def read_any(content: str | bytes) -> None:
    """Read a file with such content; if it is refused, there is something to say, on one line each."""
    Path("s.yaml").write_bytes(content if isinstance(content, bytes) else content.encode("utf-8", "replace"))
    answer = problems_of("s.yaml")
    assert all(line.isprintable() and ": " in line for line in answer)


@MANY
@given(content=st.binary(max_size=300))
def test_any_bytes(content: bytes) -> None:
    read_any(content)


@MANY
@given(text=st.text(max_size=300))
def test_any_text(text: str) -> None:
    read_any(text)


@MANY
@given(parts=st.lists(PIECES, max_size=40))
def test_any_pieces_of_yaml(parts: list[str]) -> None:
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
def test_a_spoilt_small_world(text: str) -> None:
    read_any(text)


@pytest.mark.slow
@MANY
@given(text=spoilt(EVERY_KEY))
def test_a_spoilt_world_of_every_key(text: str) -> None:
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


@pytest.mark.slow
@MANY
@given(text=shuffled_lines(EVERY_KEY))
def test_shuffled_lines(text: str) -> None:
    read_any(text)


@MANY
@given(text=st.text(alphabet="0123456789.,-abc\n \t\"'", max_size=60))
def test_any_file_of_lengths(text: str) -> None:
    Path("stays.csv").write_bytes(text.encode())
    read_any(SMALL_WORLD.replace("stay_days: 25", "stay_days: {empirical: {file: stays.csv}}"))


PATHS = ["services", "unit", "hospital", "beds", "people", "everyone", "journey", "then", "home", "share", "stay_days",
         "fixed", "steps", "hub", "costs", "1", "", "teams", "census", "seed", "queue_limit", "arrival"]  # fmt: skip


@MANY
@given(path=st.lists(st.sampled_from(PATHS), max_size=7), value=st.one_of(PIECES, st.text(max_size=20)))
def test_any_set_and_any_change(path: list[str], value: str) -> None:
    Path("base.yaml").write_text(SMALL_WORLD, encoding="utf-8")
    assert all(line.isprintable() for line in problems_of("base.yaml", sets=[f"{'.'.join(path)}={value}"]))
    for key in ("change", "add"):
        read_any(f"extends: base.yaml\n{key}: {{{'.'.join(path) or 'x'}: {value}}}\n")


@pytest.mark.parametrize(
    "text", ["a: " + "? " * 20_000, "- " * 5_000, "'" * 9_999, "\n" * 50_000, "a: |\n" + " x\n" * 5_000]
)
def test_long_and_odd_files_come_to_an_end(text: str) -> None:
    read_any(text)
