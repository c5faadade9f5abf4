"""What is done at the desk with what is moved: results pinned, the change and its results kept as files, and `solve` asked.

`solve` says which value meets a target, with what is moved on the page held; the command that asks the same stands beside it.

Today's list of inpatients is opened here too: a file with one row a person becomes a scenario that starts with these people. It
is read by what `forecast` reads it with. What is written holds of each person where they are, since how many days and what they
wait for; no name, no number, and no column that nobody asked for.
"""

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import streamlit as st

from sim.desk import session, shows
from sim.desk.session import (
    BEDS,
    FIRST,
    ITSELF,
    MOST_REPLICATIONS,
    PINNED,
    Cannot,
    Comparison,
    Control,
    Desk,
    Moved,
    Pin,
    controls,
    day_of,
)
from sim.desk.shows import boxed, plain, table
from sim.home import typed
from sim.inputs.problems import ScenarioError, capital
from sim.inputs.scenario import Scenario
from sim.own_data.censuses import read_censuses
from sim.own_data.forecasting import MOST_DAYS, missing_in, starting, told_of_steps
from sim.own_data.people_files import read_mapping
from sim.own_data.unlisted import has_levels_to_draw
from sim.results.measure_table import HEADLINE
from sim.results.measures.hospitals import main_place
from sim.results.words.labels import counted
from sim.runs.engines import Engines
from sim.runs.experiment import HowToRun
from sim.runs.store import default_store

if TYPE_CHECKING:
    from sim.studies.solve import Solved


def pin(desk: Desk, comparison: Comparison | None) -> None:
    """Keep a result to compare it with others; every tab sees it."""
    name = st.text_input("Name of the result", key="pin name", max_chars=80).strip()
    if st.button("Pin this result", disabled=comparison is None):
        assert comparison is not None
        comparison.add(FIRST, 0.0)  # where it was clicked before anything was there to pin
        name = name or f"result {len(desk.pins) + 1}"
        if name in desk.pins:
            st.error(plain(f"{name} is pinned already; choose another name."))
        else:
            desk.pins[name] = Pin(
                name, st.session_state.file, tuple(f"{p}={v}" for p, v in st.session_state.moves.items()), comparison
            )
            st.rerun()  # it can be chosen above now
    if desk.pins:
        st.html(shows.pinned(list(desk.pins.values())))
        gone = st.selectbox("Take a pin out", [None, *desk.pins], format_func=lambda one: one or "none")
        if gone and st.button("Take it out"):
            del desk.pins[gone]
            st.rerun()


def save(desk: Desk, now: Moved, replications: int) -> None:
    """The change as a scenario file, and the command that repeats the comparison."""
    st.session_state.setdefault("save file", session.suggested(""))

    def named() -> None:
        st.session_state["save file"] = session.suggested(st.session_state["save name"])

    name = st.text_input("Name of the scenario", key="save name", max_chars=200, on_change=named)
    question = st.text_input("Question that it answers (optional)", key="save question", max_chars=400)
    file = st.text_input("File, in scenarios/", key="save file")
    ready = now.scenario is not None and bool(now.sets) and bool(name.strip())
    if st.button("Save the scenario", disabled=not ready):
        assert now.scenario is not None
        try:
            saved = session.save(desk.stated.folder, file.strip(), name, question, now.scenario)
        except Cannot as why:
            st.error(plain(str(why)))
        else:
            st.session_state.saved = saved.name, st.session_state.base, st.session_state.file, replications
    elif not now.sets:
        st.caption("Move something, and give it a name; then it can be saved.")
    if "saved" in st.session_state:
        told(desk, *st.session_state.saved)


def told(desk: Desk, name: str, base: str, moved_file: str, replications: int) -> None:
    """What was saved last, what repeats it, and its results as files."""
    st.success(plain(f"Saved: scenarios/{name}"))
    if base.startswith(PINNED):
        st.caption(
            "It was compared with a pinned result, which has no file of its own: save that one too, and compare the two files."
        )
        return
    compared_with = desk.stated(moved_file if base == ITSELF else base)
    st.markdown("This repeats the comparison on the command line, to the last digit:")
    st.code(session.compare_words(compared_with, desk.stated(name), replications), language=None)
    if st.button("Write tables, charts and report to outputs/"):
        write(desk, compared_with, desk.stated(name), replications)


def write(desk: Desk, base: Scenario, other: Scenario, replications: int) -> None:
    """The folder that the command line would write."""
    bar = st.progress(0.0, "Running ...")

    def listener(done: int, total: int, _: float | None = None, /) -> None:
        bar.progress(done / total, f"{done:,} of {counted(total, 'replication')}")

    try:
        with desk.engine.lock:
            folder = session.write_results(base, other, replications, desk.engine.engines, listener)
    except (Cannot, OSError) as why:
        st.error(plain(str(why)))
    else:
        bar.empty()
        st.success(plain(f"Written to {folder}"))


MOST_DAYS_OF_FILM = 28  # of an animation that a page can hold beside all else


def animate(now: Moved) -> None:
    """Beds and queues of one replication of what is on the page, to watch; the command that writes the same as a file."""
    st.caption(
        "One replication, as one year may go: who is in which place, who is ready to leave and still holds it, and who waits outside. "
        "The SimPy model runs it, which takes some seconds."
    )
    left, right = st.columns(2)
    days = left.number_input("Days to watch", 1, MOST_DAYS_OF_FILM, 7, key="animation days")
    number = right.number_input("Replication", 1, MOST_REPLICATIONS, 1, key="animation replication")
    if st.button("Animate", disabled=now.scenario is None):
        assert now.scenario is not None
        st.session_state.animated = (
            _figure(now.scenario, int(number) - 1, int(days)),
            _animation_words(now, int(number), int(days)),
        )
    if "animated" in st.session_state:
        figure, words = st.session_state.animated
        if isinstance(figure, str):
            st.error(plain(f"{figure}. The command below brings it along; then open the desk anew."))
        else:
            st.plotly_chart(figure, width="stretch", key="animation", config={"displaylogo": False})
        st.markdown("The same as a page of its own:")
        st.code(words, language=None)


def _figure(scenario: Scenario, replication: int, days: int) -> object:
    """The animation, or why there is none."""
    from sim.model import engine
    from sim.results.files.people_tables import (  # what it imports takes time, which the page should not
        NoVidigi,
        animation,
    )

    with st.spinner("The SimPy model runs the replication ..."):
        try:
            return animation(scenario, engine.run(scenario, replication), replication, days)
        except NoVidigi as why:
            return str(why)


def _animation_words(now: Moved, number: int, days: int) -> str:
    assert now.scenario is not None
    asked = {"animation": "animation.html", "days": days, "replication": number if number > 1 else None}
    return typed("events", [now.scenario.file], **asked, set=now.sets)


# -- `solve`, asked at the desk ----------------------------------------------------------------------------------------


FIRST_LOOK = 10  # replications of each value before more are added where they cannot tell


MOST_SETTINGS = 4  # of a mix: each more multiplies what has to be tried


def ask(desk: "Desk", stated: Scenario, now: Moved) -> None:
    """The question, its answer in the words of the command line, and every value that was tried."""
    found = {control.path: control for control in controls(stated) if control.has_slider}
    st.caption(
        "What is the smallest (or largest) value with which a figure is where it should be, or, of several values, their cheapest mix? "
        "All else stays as it is on this page."
    )
    if "solve paths" not in st.session_state or st.session_state.get("solve of") != stated.file:
        own = {value.path for value in stated.values if value.file == stated.file}
        first = sorted(found, key=lambda path: (found[path].kind != BEDS, path not in own))[:1]
        st.session_state["solve paths"], st.session_state["solve of"] = first, stated.file
    # of a file that was changed on the disk
    st.session_state["solve paths"] = [one for one in st.session_state["solve paths"] if one in found]
    paths = st.multiselect("Which values", list(found), format_func=lambda one: found[one].label, key="solve paths",
                           max_selections=MOST_SETTINGS)  # fmt: skip
    changes = []
    for path in paths:
        left, right = st.columns(2)
        named = f"{found[path].label}, " if len(paths) > 1 else ""
        least, most, of = *_first_ends(found[path], stated), f"{path}, {stated.file}"
        low = left.text_input(plain(f"{named}from"), least, key=f"solve from {of}")
        high = right.text_input(plain(f"{named}to"), most, key=f"solve to {of}")
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


def _first_ends(control: Control, stated: Scenario) -> tuple[str, str]:
    """Between which values is looked, where nobody says: of hospital beds from half of them, as a hospital without beds is refused."""
    acute = {service.name for service in stated.services if service.kind == "acute"}
    of_hospital = control.kind == BEDS and control.path.split(".")[1] in acute
    return control.written(control.number // 2 if of_hospital else 0), control.written(control.high)


Changes = Sequence[tuple[str, str]]  # a path, and between which ends


def _words(stated: Scenario, changes: Changes, target: str, confidence: float, moves: Sequence[str]) -> str:
    """What asks the same on the command line."""
    asked = [word for path, between in changes for word in ("--change", path, "--between", between)]
    asked += [
        "--target",
        target,
        "--confidence",
        f"{confidence:g}%",
        "--replications",
        str(FIRST_LOOK),
        "--no-cross-check",
    ]
    return typed("solve", [stated.file, *asked], set=moves)


def _answer(
    desk: "Desk", stated: Scenario, changes: Changes, target: str, confidence: float, moves: Sequence[str]
) -> "Solved | str":
    """The answer, or why there is none."""
    from dataclasses import replace

    from sim.studies.solve import Asked, solve, study_of

    bar = st.progress(0.0, "Looking ...")

    def listener(done: int, total: int, _: float | None = None, /) -> None:
        bar.progress(
            min(done / total, 1.0) if total else 0.0,
            f"Looking ... {done:,} of {counted(total, 'replication')} of this look",
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
    from sim.studies.solve import answer_words, heads, rows

    for text in answer_words(found):
        st.markdown(plain(text))
    st.html(boxed(table([str(one) for one in heads(found)], rows(found, found.tried))))
    st.markdown("The same question on the command line:")
    st.code(words, language=None)


# -- today's list of inpatients ----------------------------------------------------------------------------------------


DAYS = 56
KINDS = ("csv", "xlsx")


@dataclass(frozen=True, slots=True)
class Uploaded:
    """A file that a browser sent: its name there, and what is in it."""

    name: str
    content: bytes


def opened(  # noqa: PLR0913 - what is asked for on the page
    folder: Path,
    stated: Scenario,
    census: Uploaded,
    mapping: Uploaded | None,
    engines: Engines,
    *,
    day: date | None,
    days: int,
    file_name: str,
    name: str,
) -> tuple[Path, list[str]]:
    """Writes the scenario that starts with these people; its file, and what to know of how they were read. Cannot says why not."""
    if stated.census:
        raise Cannot(f"{Path(stated.file).name} starts with people of its own: pick a scenario without a census.")
    with TemporaryDirectory() as place:
        list_file, words_file = _put(place, "list", census), _put(place, "words", mapping)
        try:
            found = read_censuses(str(list_file), stated, read_mapping(words_file), day)
        except ScenarioError as error:
            told = {str(list_file): census.name, words_file: mapping.name if mapping else ""}
            raise Cannot(_as_named(str(error), told)) from None
    last = found.all[-1]
    try:
        # one draw of what it does not list
        (start,) = starting(stated.file, last, days, replications=1, engines=engines)
    except ScenarioError as error:
        raise Cannot(str(error)) from None
    notes = [*found.notes]
    if len(found.all) > 1:
        notes.append(
            f"the file holds {counted(len(found.all), 'census', 'censuses')}; this is the last, of {last.day:%d/%m/%Y}"
        )
    missing = missing_in(last, stated)
    notes += [one for one in missing if "at rest, others in each" not in one]
    steps = told_of_steps(last, stated)
    notes += [steps] if steps else []
    if missing or steps or has_levels_to_draw(stated, last):
        notes.append(
            "people, levels of traits and steps that the list does not give, such as who is at home, are drawn once; `forecast` draws them "
            "ten times"
        )
    return session.save(
        folder, file_name, name, f"What happens from {last.day:%d/%m/%Y} on, with who is there now?", start
    ), notes


def _put(place: str, name: str, one: Uploaded | None) -> str | None:
    """The file in a folder that goes again; its ending tells how it is read."""
    if one is None:
        return None
    ending = re.sub(r"[^a-z]", "", Path(one.name).suffix.lower())
    file = Path(place, f"{name}.{ending or 'csv'}")
    file.write_bytes(one.content)
    return str(file)


def _as_named(text: str, names: dict[str | None, str]) -> str:
    """What is wrong, with the files called as they are called on the planner's computer."""
    for file, name in names.items():
        text = text.replace(file, name) if file else text
    return text


# -- on the page -------------------------------------------------------------------------------------------


def census(desk: Desk, stated: Scenario) -> None:
    """The fields, what was wrong, or what was made."""
    st.caption(
        "Open a list of who is in which bed today, one row a person, with your own headings: service and admitted, and if you have them "
        "ready, waiting for, steps left, group. The people start the scenario that is picked above."
    )
    left, right = st.columns(2)
    left.file_uploader("List of inpatients (CSV or Excel, up to 1 MB)", KINDS, key="census file")
    right.file_uploader(
        "Your headings and words, if they are not ours (CSV: column, yours, ours)", ["csv"], key="census words"
    )
    day, days, file = st.columns(3)
    day.text_input(
        "Of which day, as in 01/06/2026", key="census day", help="Not needed where the list has a column census"
    )
    days.number_input("Days ahead", 1, MOST_DAYS, DAYS, key="census days")
    st.session_state.setdefault("census name", "today")
    file.text_input("File of the new scenario", key="census name")
    st.button("Open it", on_click=_open, args=(desk, stated), disabled=st.session_state.get("census file") is None)
    for line in st.session_state.pop("census wrong", ()):
        st.error(plain(line))
    for line in st.session_state.get("census made", ()):
        st.success(plain(line))


def _open(desk: Desk, stated: Scenario) -> None:
    """Makes the scenario, and picks it; said on the page that is made next."""
    state = st.session_state
    sent = [
        None if (one := state.get(key)) is None else Uploaded(one.name, one.getvalue())
        for key in ("census file", "census words")
    ]
    state["census made"] = []
    if sent[0] is None:
        return
    try:
        file, notes = opened(
            desk.stated.folder, stated, sent[0], sent[1], desk.engine.engines, day=day_of(state["census day"]), days=state["census days"],
            file_name=state["census name"].strip(), name=f"Today's list: {sent[0].name}"[:120],
        )  # fmt: skip
    except (Cannot, OSError) as why:
        state["census wrong"] = str(why).splitlines()
        return
    state["census made"] = [f"Made: scenarios/{file.name}; it is picked above, beside itself.", *_sentences(notes)]
    state.moves, state.shown = {}, []
    with suppress(KeyError):
        del state["replications"]
    state.file, state.base = file.name, ITSELF


def _sentences(notes: Sequence[str]) -> list[str]:
    return [f"{capital(note)}." for note in notes]
