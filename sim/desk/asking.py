"""`solve`, asked at the desk: which value meets a target, with what is moved on the page held; and the command that asks the same.

What may be changed here: freely.
"""

import shlex
from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from sim.desk.controls import Moved, controls
from sim.desk.shows import boxed, plain, table
from sim.home import COMMAND
from sim.inputs.problems import ScenarioError
from sim.inputs.scenario import Scenario
from sim.results.measure_table import HEADLINE
from sim.results.measures.hospitals import main_place
from sim.runs.experiment import HowToRun
from sim.runs.store import default_store

if TYPE_CHECKING:
    from sim.desk.server import Desk
    from sim.studies.solve import Solved

FIRST_LOOK = 10  # replications of each value before more are added where they cannot tell


MOST_SETTINGS = 4  # of a mix: each more multiplies what has to be tried


def ask(desk: "Desk", stated: Scenario, now: Moved) -> None:
    """The question, its answer in the words of the command line, and every value that was tried."""
    found = {one.path: one for one in controls(stated) if one.has_slider}
    st.caption(
        "What is the smallest (or largest) value with which a figure is where it should be, or, of several values, their cheapest mix? "
        "All else stays as it is on this page."
    )
    st.session_state.setdefault("solve paths", list(found)[:1])
    st.session_state["solve paths"] = [
        one for one in st.session_state["solve paths"] if one in found
    ]  # of another file
    paths = st.multiselect("Which values", list(found), format_func=lambda one: found[one].label, key="solve paths",
                           max_selections=MOST_SETTINGS)  # fmt: skip
    changes = []
    for path in paths:
        left, right = st.columns(2)
        named = f"{found[path].label}, " if len(paths) > 1 else ""
        low = left.text_input(plain(f"{named}from"), "0", key=f"solve from {path}")
        high = right.text_input(plain(f"{named}to"), found[path].written(found[path].high), key=f"solve to {path}")
        changes.append((path, f"{low}..{high}"))
    left, right = st.columns([3, 1])
    target = left.text_input("Target", f"{main_place(stated)}.{HEADLINE} <= 35", key=f"solve target {stated.file}",
                             help="service.measure <= value, or >=; docs/measures.md lists the measures")  # fmt: skip
    confidence = right.number_input("Confidence, %", 50, 99, 95, key="solve confidence")
    moves = [one for one in now.sets if one.partition("=")[0] not in paths]
    words = _words(stated, changes, target, confidence, moves)
    if st.button("Ask", disabled=not paths or now.scenario is None):
        st.session_state.solved = _answer(desk, stated, changes, target, confidence / 100, moves), words
    if "solved" in st.session_state:
        _tell(*st.session_state.solved)


Changes = Sequence[tuple[str, str]]  # a path, and between which ends


def _words(stated: Scenario, changes: Changes, target: str, confidence: float, moves: Sequence[str]) -> str:
    """What asks the same on the command line."""
    words = [*COMMAND, "solve", stated.file]
    words += [word for path, between in changes for word in ("--change", path, "--between", between)]
    words += ["--target", target, "--confidence", f"{confidence:g}%"]
    words += ["--replications", str(FIRST_LOOK), "--no-cross-check"]
    return shlex.join([*words, *(word for move in moves for word in ("--set", move))])


def _answer(
    desk: "Desk", stated: Scenario, changes: Changes, target: str, confidence: float, moves: Sequence[str]
) -> "Solved | str":
    """The answer, or why there is none."""
    from dataclasses import replace

    from sim.studies.solve import Asked, solve, study_of

    bar = st.progress(0.0, "Looking ...")

    def listener(done: int, total: int, _: float | None = None, /) -> None:
        bar.progress(
            min(done / total, 1.0) if total else 0.0, f"Looking ... {done} of {total} replications of this look"
        )

    try:
        asked = Asked(stated.file, list(changes), target, confidence, sets=tuple(moves), replications=FIRST_LOOK)
        study = study_of(asked)
        with desk.engine.lock:
            engines = replace(desk.engine.engines, cross_check=False)
            return solve(study, HowToRun(1, listener, engines, default_store()))
    except (ScenarioError, ValueError) as problem:
        return str(problem)
    finally:
        bar.empty()


def _tell(found: "Solved | str", words: str) -> None:
    if isinstance(found, str):
        for line in found.splitlines():
            st.error(plain(line))
        return
    from sim.studies.solve_words import answer_words, heads, rows

    for text in answer_words(found):
        st.markdown(plain(text))
    st.html(boxed(table([str(one) for one in heads(found)], rows(found, found.tried))))
    st.markdown("The same question on the command line:")
    st.code(words, language=None)
