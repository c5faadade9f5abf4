"""Whatever code and documents cite is there: rules by number, pages, sections and links."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RULES = re.compile(r"\b(money )?[Rr]ules? (\d+)(?:,? (?:and|to|or) (\d+))?(?:,? (?:and|to|or) (\d+))?")
LINK = re.compile(r"\]\((?!https?:)([^)\s#]*)(?:#([^)\s]+))?\)")
PAGE = re.compile(r"(?<![\w/.*-])((?:docs/)?(?:[a-z_-]+/)*[a-z][a-z_-]*\.md)\b")
MADE_BY_A_RUN = {"expected-log.md", "summary.md"}


def tracked(*endings: str) -> list[Path]:
    """Files of the repository with these endings; without git, every file outside hidden folders."""
    listed = subprocess.run(["git", "-C", ROOT, "ls-files"], capture_output=True, encoding="utf-8", check=False)
    names = listed.stdout.splitlines() or [str(path.relative_to(ROOT)) for path in ROOT.glob("[!.]*/**/*.*")]
    return [ROOT / name for name in names if name.endswith(endings) and (ROOT / name).exists()]


def rules_of(page: str, heading: str) -> set[int]:
    return {int(number) for number in re.findall(rf"\*\*{heading} (\d+)\.", (ROOT / page).read_text(encoding="utf-8"))}


def cited_rules(text: str) -> set[tuple[bool, int]]:
    return {(bool(money), int(number)) for money, *numbers in RULES.findall(text) for number in numbers if number}


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", re.sub(r"\[(.*?)\]\(.*?\)", r"\1", h).lower()).replace(" ", "-") for h in headings}


def missing_in(path: Path, text: str) -> list[str]:
    """What a file cites that is not there."""
    known = {
        False: rules_of("docs/model.md", "Rule"),
        True: rules_of("docs/money.md", "Money rule"),
    }
    found = [f"rule {number}" for money, number in cited_rules(text) if number not in known[money]]
    if path.suffix == ".md":
        for target, section in LINK.findall(text):
            page = (path.parent / target) if target else path
            if not page.exists():
                found.append(f"link {target}")
            elif section and section not in anchors(page):
                found.append(f"section {target}#{section}")
    folders = (ROOT, ROOT / "docs", ROOT / "docs" / "decisions", ROOT / "tests" / "worked_examples", path.parent)
    found += [
        f"page {name}"
        for name in set(PAGE.findall(re.sub(r"https?://\S+", "", text)))
        if (name.startswith("docs/") or path.relative_to(ROOT).parts[0] != "tests")  # tests write pages of their own
        and name not in MADE_BY_A_RUN
        and "my_" not in name
        and not any((folder / name).exists() for folder in folders)
    ]
    return found


@pytest.mark.slow
def test_everything_cited_is_there() -> None:
    missing = {
        str(path.relative_to(ROOT)): found
        for path in tracked(".py", ".md", ".yaml", ".toml")
        if path.name != "test_citations.py" and (found := missing_in(path, path.read_text(encoding="utf-8")))
    }
    assert missing == {}


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("see rule 99", ["rule 99"]),
        ("money rules 1 to 77", ["rule 77"]),
        ("[a](nowhere.md)", ["link nowhere.md", "page nowhere.md"]),
        ("[a](docs/model.md#no-such-section)", ["section docs/model.md#no-such-section"]),
        ("docs/nothing.md says so", ["page docs/nothing.md"]),
        ("rule 3, [a](docs/model.md#rules), docs/money.md", []),
    ],
)
def test_a_citation_of_nothing_is_noticed(text: str, missing: list[str]) -> None:
    assert missing_in(ROOT / "page.md", text) == missing
