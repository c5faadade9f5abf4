"""What follows from a group is worked out once in a process, and is no part of what was said."""

import pickle
from dataclasses import replace

import pytest

from sim.inputs.nodes import read_nodes
from sim.inputs.problems import Problems, ScenarioError
from sim.inputs.scenario import Group, Trait

TRAIT = Trait(name="need", level_names=("high", "low"), shares=(((), (0.25, 0.75)),))
GROUP = Group(name="residents", arrives_at=(("unit", 1.0),), traits=(TRAIT,))


def test_a_group_works_out_its_profiles_once() -> None:
    assert GROUP.profiles is GROUP.profiles == ((("need", "high"),), (("need", "low"),))
    assert GROUP.shares_of_profiles is GROUP.shares_of_profiles == (0.25, 0.75)


def test_each_question_has_its_own_answer_and_the_first_one_stays() -> None:
    group = replace(GROUP, name="others")
    assert (group.once("one", lambda: 1), group.once("two", lambda: 2), group.once("one", lambda: 3)) == (1, 2, 1)


def test_other_traits_have_other_profiles() -> None:
    assert GROUP.profiles
    assert replace(GROUP, traits=()).profiles == ((),)


def test_what_was_worked_out_neither_travels_nor_counts() -> None:
    group = replace(GROUP)
    group.once("much", lambda: "x" * 100_000)
    there = pickle.loads(pickle.dumps(group))
    assert there == group == GROUP
    assert hash(there) == hash(group) == hash(GROUP)
    assert len(pickle.dumps(group)) == len(pickle.dumps(there)) < 10_000
    assert there.once("much", lambda: "worked out again") == "worked out again"


def test_a_file_that_many_scenarios_extend_is_taken_apart_once() -> None:
    text = "name: Baseline # assumption\npeople: {residents: {}}\n"
    first = read_nodes(text, "a.yaml", Problems())
    assert read_nodes(text, "a.yaml", Problems()) is first
    assert read_nodes(text, "b.yaml", Problems()).root.mark.file == "b.yaml"
    assert read_nodes(text.replace("Baseline", "Other"), "a.yaml", Problems()) != first


def test_what_is_wrong_with_a_file_is_said_each_time() -> None:
    said = []
    for _ in range(2):
        problems = Problems()
        read_nodes("name: one\nname: two\n", "a.yaml", problems)
        said.append(problems.found)
    assert said[0] == said[1] != ()
    for _ in range(2):
        with pytest.raises(ScenarioError, match="more than 99 problems"):
            read_nodes("name: one\n" + "name: again\n" * 101, "a.yaml", Problems())
