"""What is kept at the desk: pinned results, the change as a scenario file, its results as files.

What may be changed here: freely.
"""

import shlex

import streamlit as st

from sim.desk import files, shows
from sim.desk.controls import Moved
from sim.desk.server import Desk
from sim.desk.session import FIRST, ITSELF, MOST_REPLICATIONS, PINNED, Cannot, Comparison, Pin
from sim.desk.shows import plain
from sim.home import COMMAND
from sim.inputs.scenario import Scenario


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
    st.session_state.setdefault("save file", files.suggested(""))

    def named() -> None:
        st.session_state["save file"] = files.suggested(st.session_state["save name"])

    name = st.text_input("Name of the scenario", key="save name", max_chars=200, on_change=named)
    question = st.text_input("Question that it answers (optional)", key="save question", max_chars=400)
    file = st.text_input("File, in scenarios/", key="save file")
    ready = now.scenario is not None and bool(now.sets) and bool(name.strip())
    if st.button("Save the scenario", disabled=not ready):
        assert now.scenario is not None
        try:
            saved = files.save(desk.stated.folder, file.strip(), name, question, now.scenario)
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
    st.code(files.compare_words(compared_with, desk.stated(name), replications), language=None)
    if st.button("Write tables, charts and report to outputs/"):
        write(desk, compared_with, desk.stated(name), replications)


def write(desk: Desk, base: Scenario, other: Scenario, replications: int) -> None:
    """The folder that the command line would write."""
    bar = st.progress(0.0, "Running ...")

    def listener(done: int, total: int, _: float | None = None, /) -> None:
        bar.progress(done / total, f"{done} of {total} replications")

    try:
        with desk.engine.lock:
            folder = files.write_results(base, other, replications, desk.engine.engines, listener)
    except (Cannot, OSError) as why:
        st.error(plain(str(why)))
    else:
        bar.empty()
        st.success(plain(f"Written to {folder}"))


MOST_DAYS = 28  # of an animation that a page can hold beside all else


def animate(now: Moved) -> None:
    """Beds and queues of one replication of what is on the page, to watch; the command that writes the same as a file."""
    st.caption(
        "One replication, as one year may go: who is in which place, who is ready to leave and still holds it, and who waits outside. "
        "The SimPy model runs it, which takes some seconds."
    )
    left, right = st.columns(2)
    days = left.number_input("Days to watch", 1, MOST_DAYS, 7, key="animation days")
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
    from sim.results.charts.animation import (  # what it imports takes time, which the page should not
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
    words = [*COMMAND, "events", now.scenario.file, "--animation", "animation.html", "--days", str(days)]
    words += ["--replication", str(number)] if number > 1 else []
    return shlex.join([*words, *(word for one in now.sets for word in ("--set", one))])
