"""Shares of a trait by a trait above it: from the command line, in a file that extends another, and as nouns."""

from pathlib import Path

import pytest

from sim.inputs.loading import read_scenario
from sim.inputs.overrides import differences
from sim.inputs.scenario import Group
from tests.inputs.small_world import SMALL_WORLD, problems_of

TRAITS = "people.everyone.traits"
WORLD = SMALL_WORLD.replace(
    "    arrivals_per_day: 2.5\n",
    """\
    arrivals_per_day: 2.5
    traits:
      dementia: 25%
      lives_alone: {by: dementia, yes: 40%, no: 30%}
      need:
        by: dementia
        yes: {by: lives_alone, yes: {none: 40%, bed: 60%}, no: {bed: 50%, care_home: 50%}}
        else: {none: 75%, bed: 25%}
""",
)


@pytest.fixture(autouse=True)
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert WORLD != SMALL_WORLD
    Path("base.yaml").write_text(WORLD, encoding="utf-8")


def people(*sets: str) -> Group:
    return read_scenario("base.yaml", sets=sets).people[0]


def test_the_levels_are_those_of_all_branches_and_what_is_not_named_has_no_share() -> None:
    need = people().traits[2]
    assert need.level_names == ("none", "bed", "care_home")
    assert need.depends_on == {"dementia", "lives_alone"}
    with_dementia, without = (("dementia", "yes"), ("lives_alone", "no")), (("dementia", "no"), ("lives_alone", "no"))
    assert (need.shares_for(with_dementia), need.shares_for(without)) == ((0, 0.5, 0.5), (0.75, 0.25, 0))


def test_branches_are_set_on_the_command_line() -> None:
    changed = people(
        f"{TRAITS}.need.yes.yes.bed=50%", f"{TRAITS}.need.yes.yes.none=50%", f"{TRAITS}.lives_alone.no=20%"
    )
    assert changed.traits[2].shares_for((("dementia", "yes"), ("lives_alone", "yes"))) == (0.5, 0.5, 0)
    assert changed.traits[1].shares_for((("dementia", "no"),)) == (0.2, 0.8)
    (alike,) = people(f"{TRAITS}.need={{none: 90%, bed: 10%}}").traits[2].shares
    assert alike == ((), (0.9, 0.1))


def test_what_no_longer_adds_up_names_the_branch_and_what_is_left_for_it() -> None:
    put = f"--set {TRAITS}.need.yes.yes.bed=70%"
    assert problems_of("base.yaml", sets=[put.removeprefix("--set ")]) == [
        f"{put}: `{TRAITS}.need.yes.yes` adds up to 110%, not 100%: 40% + 70%; "
        "`bed` was changed, the others add up to 40%: write 60% there, or change others too"
    ]


def test_a_share_where_a_branch_stands_is_one_problem() -> None:
    put = f"--set {TRAITS}.need.yes.bed=50%"
    assert problems_of("base.yaml", sets=[put.removeprefix("--set ")]) == [
        f"{put}: `{TRAITS}.need.yes.bed` is no level of `lives_alone`; known here: yes and no"
    ]


def test_a_file_changes_shares_and_one_line_says_so() -> None:
    lines = ["extends: base.yaml", "change:", f"  {TRAITS}.lives_alone: 35%", f"  {TRAITS}.need.else.bed: 20%"]
    Path("other.yaml").write_text("\n".join([*lines, f"  {TRAITS}.need.else.none: 80%"]), encoding="utf-8")
    base, other = read_scenario("base.yaml"), read_scenario("other.yaml")
    told = [(path, old and old.text, new and new.text) for path, old, new in differences(base, other)]
    assert told == [
        (f"{TRAITS}.lives_alone", "by dementia, yes 40%, no 30%", "35%"),
        (f"{TRAITS}.need.else.none", "75%", "80%"),
        (f"{TRAITS}.need.else.bed", "25%", "20%"),
    ]


def test_a_trait_that_a_file_adds_stands_below_the_others() -> None:
    lines = ["extends: base.yaml", "add:", f"  {TRAITS}.frail: {{by: need, bed: 80%, else: 20%}}"]
    Path("other.yaml").write_text("\n".join(lines), encoding="utf-8")
    assert read_scenario("other.yaml").people[0].traits[3].depends_on == {"need"}


def test_too_many_combinations_are_told_before_anything_is_multiplied_out() -> None:
    many = ", ".join(f"t{number}: 50%" for number in range(40))
    census = "census: [{group: everyone, service: hospital, count: 3, elapsed_days: 2, levels: {last: yes}}]\n"
    text = SMALL_WORLD.replace("warm_up_days: 10", "warm_up_days: 0").replace(
        "    journey:", f"    traits: {{{many}, last: {{by: t0, yes: 1%, no: 2%}}}}\n    journey:", 1
    )
    Path("base.yaml").write_text(text + census, encoding="utf-8")
    (problem,) = problems_of("base.yaml")
    assert "2,199,023,255,552 combinations of levels; 10,000 are the most" in problem
