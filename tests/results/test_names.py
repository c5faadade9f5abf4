"""What scenarios are called: with what --set changed, never cut in a sentence, never two alike."""

from dataclasses import replace

import pytest

from sim.inputs.scenario import Change, Scenario
from sim.results.words.labels import in_sentences, labels, question, settings, settings_text, slug, title, title_of_all
from tests.hall.worlds import small


def named(id: str, name: str, *changes: tuple[str, str, str], asks: str = "") -> Scenario:
    """A scenario of that name with values set on the command line: path, what it was, what it is."""
    return replace(small(id=id, name=name), question=asks, changes=tuple(change(*one) for one in changes))


def change(path: str, old: str, new: str) -> Change:
    return Change(path=path, old=old, new=new, file=f"--set {path}={new}", line=0)


BEDS = ("services.cedarwood.beds", "29", "80")
COMING = ("people.older_people.arrivals_per_day", "26", "27")
BASE = named("baseline", "Baseline, a district general hospital")


def test_the_title_says_what_was_set_and_what_the_file_said() -> None:
    one = named("cedarwood", "Cedarwood, 29 reablement beds", BEDS)
    assert title(one) == "Cedarwood, 80 reablement beds — changed: cedarwood beds 80 (was 29)"
    assert title_of_all((BASE, one), compared=True) == f"{title(one)} — compared with {BASE.name}"


def test_the_question_says_which_number_holds() -> None:
    one = named("cedarwood", "Cedarwood", BEDS, asks="What if we open 29 beds?")
    assert question(one) == "What if we open 80 beds? (Here: cedarwood beds 80, was 29.)"
    assert question(replace(one, changes=())) == "What if we open 29 beds?"


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("29 beds, 29 people", "29 beds, 29 people"),  # which of them is meant?
        ("12.29 beds at 29% or £29 in 1,29 or 2900", "12.29 beds at 29% or £29 in 1,29 or 2900"),
        ("Beds: 29.", "Beds: 80."),
    ],
)
def test_only_a_whole_number_that_stands_once_is_told_anew(name: str, told: str) -> None:
    assert title(named("a", name, BEDS)) == f"{told} — changed: cedarwood beds 80 (was 29)"


def test_what_is_set_in_every_scenario_is_told_once() -> None:
    base, other = named("baseline", "Baseline", COMING), named("cedarwood", "Cedarwood", COMING, BEDS)
    assert title_of_all((base, other), compared=True) == (
        "Cedarwood — changed: cedarwood beds 80 (was 29) — compared with Baseline"
        " — changed in all: older people arrivals per day 27 (was 26)"
    )
    assert in_sentences((base, other)) == {
        "baseline": "Baseline",
        "cedarwood": "Cedarwood (cedarwood beds 80, was 29)",
    }
    assert labels((base, other), 60) == {"baseline": "Baseline", "cedarwood": "Cedarwood, beds 80"}


@pytest.mark.parametrize(
    ("path", "old", "new", "said"),
    [
        ("people.adults.journey.hospital.then.unit.longest_wait_days.fixed", "2", "3",
         "adults hospital to unit longest wait days fixed 3 (was 2)"),
        ("services.unit.queue_limit", "", "5", "unit queue limit 5 (new)"),
        ("services.unit.beds", "29", "[{from: 2026-04-06, beds: 0}, {from: 2026-11-01, beds: 20}]",
         "unit beds 0 from 2026-04-06, 20 from 2026-11-01 (was 29)"),
    ],
)  # fmt: skip
def test_a_path_is_said_without_its_dots(path: str, old: str, new: str, said: str) -> None:
    assert settings_text(settings(named("a", "A", (path, old, new)))) == said


def test_what_changes_nothing_or_only_how_often_it_is_run_is_not_told() -> None:
    assert settings(named("a", "A", ("services.unit.beds", "29", "29"), ("replications", "30", "4"))) == []


def test_changes_of_the_file_itself_are_not_told() -> None:
    one = replace(BASE, changes=(Change(path="services.unit.beds", old="1", new="2", file="a.yaml", line=3),))
    assert settings(one) == [] and title(one) == BASE.name


def test_no_name_is_cut_in_a_sentence() -> None:
    name = "Twenty beds from the first of November beside the hospital, and a great deal more that nobody would read"
    assert in_sentences((BASE, named("a", name)))["a"] == "Twenty beds from the first of November beside the hospital"


def test_two_scenarios_never_have_one_label() -> None:
    alike = [
        named("one", "Cedarwood, 29 beds on one site and a very long tail of words that goes on and on, first"),
        named("two", "Cedarwood, 29 beds on one site and a very long tail of words that goes on and on, second"),
    ]
    assert labels(alike, 30) == {"one": "one", "two": "two"}
    assert in_sentences(alike) == {one.id: one.name for one in alike}
    sets = [named("one", "Cedarwood", BEDS), named("two", "Cedarwood", (*BEDS[:2], "60"))]
    assert labels(sets, 30) == {"one": "Cedarwood, beds 80", "two": "Cedarwood, beds 60"}


def test_a_label_is_as_wide_as_allowed_and_its_number_is_never_cut() -> None:
    long = named("a", "A name that goes on for quite some time", ("services.unit.beds", "29", "80"))
    found = labels((BASE, long), 30)["a"]
    assert len(found) <= 30 and found.endswith("..., beds 80")


def test_a_folder_is_named_after_what_was_set_and_no_number_in_it_is_cut() -> None:
    assert slug((BASE, named("a", "A", BEDS))) == "cedarwood-beds-80"
    assert slug((named("b", "B", COMING), named("a", "A", COMING, BEDS))) == "arrivals-per-day-27-and-beds-80"
    many = [(f"services.{name * 12}.beds", "1", "123456") for name in "abcdef"]
    assert slug((named("a", "A", *many),)) == "6-values-set"
    assert slug((named("a", "A", ("services.unit.beds", "1", "../../etc")),)) == "unit-beds-etc"
    assert slug((BASE,)) == ""
