"""Documents, help, messages and docstrings use the field's words; names that are frozen stay, and the glossary explains them."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.test_citations import ROOT, tracked

LONGEST_LINE = 120
LATER = ("CHANGELOG.md",)  # entries are added at its top until the release

OLD_WORDS = {  # what used to be written, and what the field calls it
    r"of-which": "included in",
    r"\b(witness|testif)\w*": "cross-check",
    r"\bluck\b": "chance, random numbers, common random numbers",
    r"\btake care\b": "warning",
    r"\bslips?\b": "mistake",
    r"(?<!be )\btold\b(?! apart)": "reported, shown",
    r"\bwalk(s|ed|ing)?\b": "run, event loop",
    r"\bthe law\b": "reference implementation",
    r"\bseat(s|ed|ing)?\b": "initial census placement",
    r"\bleavers?\b": "discharges, people who leave",
    r"\bpatience\b": "longest wait, reneging",
    r"(?<!front )(?-i:\b[Dd]oors?\b)": "admission hours, opening hours",
    r"\b(a|the|one|each|shortest) rings?\b": "circle, circular blocking",
    r"\bnought\b": "zero",
    r"\bfaults? of ours\b": "internal error",
    r"\bidentit(y|ies)\b": "invariant",
    r"\bmay be changed (here|freely)": "what depends on it, as in: a change here moves results",
}
OLD = [(re.compile(pattern, re.IGNORECASE), better) for pattern, better in OLD_WORDS.items()]

FROZEN = (  # keys of scenario files and names of measures that are a contract; the glossary has the field's word for each
    "leavers",
    "gave_up",
    "turned_away",
    "delay_mean_if_delayed_nights",
    "then",
    "otherwise",
    "may_join",
    "may_pass",
    "lost_ground",
    "prevented_share",
    "longest_wait_days",
    "stay_days",
    "out",
)
NAMES = re.compile(
    r"\w+ leavers (?=\w+=)|--no-witness|\{\w+\}"
)  # a measure as targets name it, an old option, a place to fill
GENERATED = re.compile(r"<!-- benchmarks: begin.*?<!-- benchmarks: end -->|^```.*?^```", re.MULTILINE | re.DOTALL)

Found = tuple[str, str, str]  # where, the old word, the field's


def old_words_in(where: str, text: str) -> Iterator[Found]:
    """Old words outside `code`."""
    plain = NAMES.sub("", re.sub(r"`[^`]*`", "", text))
    for pattern, better in OLD:
        for match in pattern.finditer(plain):
            yield where, match[0], better


def prose(path: Path) -> str:
    """A page without its blocks of code and measured tables, which quote files, commands and what they print."""
    return GENERATED.sub("", path.read_text(encoding="utf-8"))


def pages() -> list[Path]:
    """Every page but those of the tests."""
    return [path for path in tracked(".md") if path.relative_to(ROOT).parts[0] != "tests"]


def code() -> list[Path]:
    return [path for path in tracked(".py") if path.relative_to(ROOT).parts[0] in ("sim", "benchmarks", "run_sim.py")]


def is_text(value: str) -> bool:
    """More than one word, and no list of names."""
    return " " in value.strip() and not re.fullmatch(r"[a-z ]*(\w+_\w+ [\w ]*)+\w*", value.strip())


def in_code(path: Path) -> Iterator[Found]:
    """Old words in docstrings, messages (every text of more than one word) and comments."""
    source, name = path.read_text(encoding="utf-8"), str(path.relative_to(ROOT))
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and is_text(node.value):
            yield from old_words_in(f"{name}:{node.lineno}", node.value)
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield from old_words_in(f"{name}:{token.start[0]}", token.string)


def test_pages_use_the_words_of_the_field() -> None:
    found = [
        one
        for path in pages()
        if path.name not in ("glossary.md", *LATER)  # the glossary explains them
        for one in old_words_in(str(path.relative_to(ROOT)), prose(path))
    ]
    assert found == []


def test_messages_help_docstrings_and_comments_use_the_words_of_the_field() -> None:
    assert [one for path in code() for one in in_code(path)] == []


def test_comments_and_questions_of_scenarios_use_the_words_of_the_field() -> None:
    found = []
    for path in tracked(".yaml"):
        if path.relative_to(ROOT).parts[0] == "scenarios":
            lines = path.read_text(encoding="utf-8").splitlines()
            said = [
                line.partition("#")[2] if "#" in line else line
                for line in lines
                if re.search("#|^name:|^question:", line)
            ]
            found += old_words_in(str(path.relative_to(ROOT)), "\n".join(said))
    assert found == []


def test_templates_of_the_report_use_the_words_of_the_field() -> None:
    found = [
        one
        for path in tracked(".j2", ".html")
        if path.relative_to(ROOT).parts[0] == "sim"
        for one in old_words_in(str(path.relative_to(ROOT)), path.read_text(encoding="utf-8"))
    ]
    assert found == []


@pytest.mark.parametrize("name", FROZEN)
def test_a_frozen_name_is_in_the_glossary(name: str) -> None:
    rows = [
        line for line in (ROOT / "docs/glossary.md").read_text(encoding="utf-8").splitlines() if line.startswith("|")
    ]
    assert any(f"`{name}`" in row.split("|")[1] for row in rows)


def too_long(page: str) -> list[str]:
    """Lines beyond 120 columns, but for tables, links, and commands and output as they are (blocks without a language)."""
    found, block = [], None
    for line in page.splitlines():
        if line.lstrip().startswith("```"):
            block = line.strip("` ") if block is None else None
            continue
        is_exempt = line.lstrip().startswith("|") or "](" in line or block in ("", "bash")
        if len(line) > LONGEST_LINE and not is_exempt:
            found.append(line)
    return found


def pages_in_lines() -> list[Path]:
    """The pages that people edit and review: those beside the README, and in docs."""
    here = [path for path in pages() if path.relative_to(ROOT).parts[0] == "docs" or path.parent == ROOT]
    return [path for path in here if path.name not in LATER]


@pytest.mark.parametrize("page", pages_in_lines(), ids=lambda path: str(path.relative_to(ROOT)))
def test_lines_of_pages_fit_into_a_diff(page: Path) -> None:
    assert too_long(page.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("an of-which and never added", ["of-which"]),
        ("Take care: the luck of a year", ["luck", "Take care"]),
        ("it is told by day; two people told apart", ["told"]),
        ("`leavers` counts discharges; 3 leavers", ["leavers"]),
        ("two identities; no nought", ["identities", "nought"]),
        ("the front door, the door of the unit", ["door"]),
        ("hospital leavers pathway=0", []),
    ],
)
def test_old_words_are_found_in_prose_only(text: str, words: list[str]) -> None:
    assert sorted(word for _, word, _ in old_words_in("", text)) == sorted(words)


def test_long_lines_are_found_outside_tables_links_and_commands() -> None:
    long = "x " * 61
    assert too_long(f"{long}\n| {long}|\n[{long}](a.md)\n```\n{long}\n```\n```yaml\n{long}\n```") == [long, long]
