"""Several files against one: the ranking first, then a table each for a few and a sentence each for many."""

import csv
import json
import re
from pathlib import Path

import pytest

from sim.cli import main
from tests.hall.files import write, write_pair

pytestmark = pytest.mark.usefixtures("blank_charts")

OTHERS = ("more.yaml", "tight.yaml", "a.yaml", "b.yaml")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with base.yaml and four files beside it, in which we stand."""
    write_pair(tmp_path)
    for name, beds in (("tight", 1), ("a", 4), ("b", 5)):
        write(tmp_path, f"{name}.yaml", f"name: {name}\nextends: base.yaml\nchange: {{services.unit.beds: {beds}}}\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def compare(*others: str) -> Path:
    assert main(["compare", "base.yaml", *others, "--outputs", "out", "--workers", "1", "--replications", "2"]) == 0
    return Path("out") / Path("out/latest").read_text().strip()


def tables_in(text: str) -> int:
    """How many headline tables were printed: each has one line of this kind."""
    return sum(line.startswith("people in hospital at midnight") for line in text.splitlines())


@pytest.mark.slow
def test_two_others_are_ranked_first_and_keep_their_tables(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = compare("more.yaml", "tight.yaml")
    said = capsys.readouterr().out
    assert said.index("Ranking: 2 scenarios by delayed people avoided in hospital, against Base") < said.index(
        "people in hospital at midnight"
    )
    first = " ".join(said[: said.index("Ranking: ")].split())
    assert re.match(r"(Fewer people are delayed|More people are delayed|These runs cannot tell|How many people)", first)
    assert "More beds" in first
    assert tables_in(said) == 2
    assert "1. More beds" in said and "cash in the 40 days measured by payer" in said and "council" in said
    assert {"ranking.svg", "ranking.png"} <= {path.name for path in (here / folder / "charts").iterdir()}


@pytest.mark.slow
@pytest.mark.usefixtures("here")
def test_the_command_that_repeats_it_ranks_in_the_same_way() -> None:
    usual = compare("more.yaml", "tight.yaml")
    asked = compare("more.yaml", "tight.yaml", "--order", "money", "--indifference", "3")
    assert asked != usual
    repeat = json.loads((asked / "run.json").read_text())["repeat_with"].split()[2:]
    files = {path: path.read_bytes() for path in asked.rglob("*") if path.is_file() and path.name != "run.json"}
    assert main([*repeat, "--outputs", "again", "--workers", "1"]) == 0
    again = Path("again") / asked.name
    assert {path: (again / path.relative_to(asked)).read_bytes() for path in files} == files


@pytest.mark.slow
@pytest.mark.usefixtures("here")
def test_more_than_three_others_have_a_sentence_each(capsys: pytest.CaptureFixture[str]) -> None:
    compare(*OTHERS)
    said = capsys.readouterr().out
    assert tables_in(said) == 0
    sentence = r"There\s+is\s+a\s+cost\s+per\s+delayed\s+day\s+only\s+where\s+delayed\s+days\s+are\s+avoided\."
    after = re.split(sentence, said)[1]
    assert len(re.findall(r"^\d\.  \S", after, re.MULTILINE)) == 4
    assert "The figures of each are in the report." in after


@pytest.mark.slow
@pytest.mark.usefixtures("here")
def test_one_other_looks_as_before(capsys: pytest.CaptureFixture[str]) -> None:
    folder = compare("more.yaml")
    said = capsys.readouterr().out
    assert "Ranking" not in said and tables_in(said) == 1
    assert not (folder / "ranking.csv").exists() and not (folder / "charts" / "ranking.svg").exists()
    assert json.loads((folder / "results.json").read_text(encoding="utf-8"))["ranking"] == []


@pytest.mark.slow
@pytest.mark.usefixtures("here")
def test_files_for_programs_agree_with_each_other_and_with_the_differences() -> None:
    folder = compare(*OTHERS)
    results = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    table = list(csv.DictReader((folder / "ranking.csv").read_text(encoding="utf-8").splitlines()))
    assert [row["scenario"] for row in results["ranking"]] == [row["scenario"] for row in table]
    means = [row["delayed_people"] for row in results["ranking"]]
    assert means == sorted(means)
    for row in results["ranking"]:
        (difference,) = [
            one
            for one in results["differences"]
            if (one["scenario"], one["service"], one["measure"], one["by"])
            == (row["scenario"], "hospital", "midnight_delayed_mean", "")
        ]
        assert (row["delayed_people"], row["delayed_people_low_all"]) == (difference["mean"], difference["low_all"])


@pytest.mark.slow
def test_a_pattern_with_the_base_and_an_unpairable_file_ranks_the_rest(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(here, "later.yaml", "name: Later\nextends: base.yaml\nchange: {calendar.start: 2026-05-04}\n")
    folder = compare("*.yaml")
    assert "Not compared: later.yaml: " in capsys.readouterr().out
    ranked = json.loads((folder / "results.json").read_text(encoding="utf-8"))["ranking"]
    assert sorted(row["scenario"] for row in ranked) == ["a", "b", "more", "tight"]
