"""Help: written by the options themselves, the same on the screen, in the README and in docs/commands.md."""

import shlex
import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from sim.cli import main
from sim.cli.help_pages import PAGE, README, commands_page, readme_table, written_into
from sim.cli.verbs import NAMES, Verb, every_verb, every_verb_shown, parse, verb_named, verb_shown
from sim.inputs.loading import read_scenario

ROOT = Path(__file__).parents[2]
REFRESH = "refresh it: python3 -m sim.cli.help_pages"
OF_EVERY_VERB = {"help"}  # words of the parser that are no options of the command
each_verb = pytest.mark.parametrize("verb", every_verb(), ids=lambda verb: verb.name)


def test_the_pages_are_those_that_the_verbs_make() -> None:
    readme = (ROOT / README).read_text(encoding="utf-8")
    assert readme_table() in readme, REFRESH
    assert written_into(readme) == readme, REFRESH
    assert (ROOT / PAGE).read_text(encoding="utf-8") == commands_page(), REFRESH


def test_the_short_list_has_each_verb_once_and_says_how_to_go_on() -> None:
    lines = every_verb_shown("bedflow").splitlines()
    for verb in every_verb():
        assert len([line for line in lines if line.startswith(f"  bedflow {verb.name}")]) == 1
    assert any(line.startswith("bedflow VERB --help") for line in lines)
    assert all(len(line) <= 116 for line in lines)


@each_verb
def test_the_help_of_a_verb_has_every_option_with_its_meaning(verb: Verb[Any]) -> None:
    shown = verb_shown(verb, "python -m sim")
    assert "run_sim.py" not in shown
    for action in verb.parser().actions():
        assert action.help, action.dest
        assert f"\n  {[*action.option_strings, action.metavar][0]}" in shown or "--help" in action.option_strings
        assert all(len(line) <= 116 for line in shown.splitlines())


@each_verb
def test_what_a_verb_can_be_told_is_what_its_command_knows(verb: Verb[Any]) -> None:
    known = {field.name for field in fields(verb.options)}
    told = {action.dest for action in verb.parser().actions()} - OF_EVERY_VERB
    assert told <= known or verb.passes_on


@each_verb
def test_every_example_can_be_typed(verb: Verb[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    for line, does in verb.examples:
        assert does
        options = parse([verb.name, *shlex.split(line)])
        paths = [word.partition("=")[0] for word in shlex.split(line) if word.startswith("services.")]
        known = {value.path for value in read_scenario(options.files[0]).values} if paths else set()
        assert set(paths) <= known


@each_verb
def test_the_pages_that_tell_more_are_there(verb: Verb[Any]) -> None:
    assert all((ROOT / guide).is_file() for guide in verb.guides)


@pytest.mark.parametrize(
    ("argv", "shown"),
    [
        (["--help"], None),
        (["-h"], None),
        (["help"], None),
        (["help", "nothing"], None),
        (["help", "check"], "check"),
        (["check", "--help"], "check"),
        (["compare", "a.yaml", "--seed", "x", "-h"], "compare"),
        (["test", "--help"], "test"),
        (["--replications", "5", "--help"], None),
    ],
)
def test_help_is_given_wherever_it_is_asked_for(capsys, argv: list[str], shown: str | None) -> None:
    assert main(argv) == 0
    assert capsys.readouterr().out == (verb_shown(verb_named(shown)) if shown else every_verb_shown()) + "\n"


def test_what_goes_to_pytest_is_not_ours_to_answer() -> None:
    assert parse(["test", "-k", "help", "--help"]).text == ""
    assert parse(["test", "tests/hall", "--seed", "3"]).rest == ["tests/hall", "--seed", "3"]


@pytest.mark.parametrize("name", NAMES)
def test_no_verb_makes_its_help_wait_for_what_it_runs(name: str) -> None:
    heavy = ["numpy", "pandas", "scipy", "matplotlib", "simpy", "yaml", "numba"]
    code = f"import sys; from sim.cli import main; main([{name!r}, '--help']); print([n for n in {heavy} if n in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert found.stdout.endswith("[]\n")
