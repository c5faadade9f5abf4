"""The desk's page, as Streamlit runs it anew at each click: pick, move, watch, pin, save, solve.

Everything on it goes through `session.py`, so that the command line can repeat it. What a tab has moved stands
in its address too: a reload goes on where it was.
"""

from collections.abc import Mapping
from dataclasses import replace

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from sim.desk import shows
from sim.desk.keeping import animate, ask, census, pin, save
from sim.desk.session import (
    BEDS,
    ITSELF,
    MOST_REPLICATIONS,
    PINNED,
    Cannot,
    Comparison,
    Control,
    Desk,
    Moved,
    controls,
    moved,
    the_desk,
)
from sim.desk.shows import plain
from sim.diagnostics.warnings import left_behind
from sim.inputs.problems import ScenarioError
from sim.inputs.scenario import Scenario

TICK = 0.4  # seconds of replications between two looks
SHOWN_AT_FIRST = 4  # beds and places
FIRST_FILES = ("cedarwood.yaml", "baseline.yaml")
STARTS = ("baseline.yaml",)
SLIDER, FIELD = "slider ", "text "  # before the key of each


# -- what the tab knows ------------------------------------------------------------------------------------


def begin(desk: Desk) -> None:
    """A new tab, or one that was reloaded: what its address says."""
    if "moves" in st.session_state:
        return
    asked = st.query_params
    names = desk.stated.names()
    st.session_state.moves = dict(one.split("=", 1) for one in asked.get_all("set") if "=" in one)
    st.session_state.file = next(
        (one for one in (asked.get("file"), *FIRST_FILES) if one in names), names[0] if names else None
    )
    st.session_state.base = asked.get("base", STARTS[0] if STARTS[0] in names else ITSELF)
    st.session_state.shown = list(st.session_state.moves)
    count = asked.get("replications", "")
    st.session_state.replications = int(count) if count.isdecimal() and 2 <= int(count) <= MOST_REPLICATIONS else None


def remember() -> None:
    """What a reload would find again, in the address."""
    state = st.session_state
    wanted = {"file": state.file, "base": state.base, "set": [f"{path}={text}" for path, text in state.moves.items()]}
    wanted |= {"replications": str(state.replications)} if state.replications else {}
    now = {key: st.query_params.get_all(key) for key in st.query_params}
    if now != {key: value if isinstance(value, list) else [value] for key, value in wanted.items() if value}:
        st.query_params.from_dict({key: value for key, value in wanted.items() if value})


def move(path: str, text: str, stated: str) -> None:
    """A value as it is wanted; back as the file says where it is the same."""
    if text.strip() in ("", stated):
        st.session_state.moves.pop(path, None)
    else:
        st.session_state.moves[path] = text.strip()


def put_back() -> None:
    """Everything as the file says."""
    for key in [one for one in st.session_state if str(one).startswith((SLIDER, FIELD))]:
        del st.session_state[key]
    st.session_state.moves = {}


def another_file() -> None:
    """What was moved in one file is not moved in another."""
    put_back()
    st.session_state.shown = []


# -- what may be moved -------------------------------------------------------------------------------------


def pick(desk: Desk) -> None:
    """Which scenario, beside which, over how many replications."""
    names = desk.stated.names()
    if has_other_people(desk):
        st.session_state.base = ITSELF
    others = [ITSELF, *(f"{PINNED}{name}" for name in desk.pins), *names]
    if st.session_state.base not in others:
        st.session_state.base = ITSELF
    left, right, last = st.columns([3, 3, 1])
    left.selectbox("Scenario", names, key="file", on_change=another_file, help="A file in scenarios/")
    right.selectbox("Compared with", others, key="base")
    last.number_input(
        "Replications",
        2,
        MOST_REPLICATIONS,
        value=None,
        key="replications",
        step=1,
        placeholder="as in the file",
        help="As many as the file says, where nothing is typed",
    )


def has_other_people(desk: Desk) -> bool:
    """Whether the scenario starts from people whom the base does not have, as today's census does: it is compared with itself then."""
    file, base = st.session_state.file, st.session_state.base
    names = desk.stated.names()
    if file not in names or base not in names:
        return False
    try:
        stated, other = desk.stated(file), desk.stated(base)
    except ScenarioError:  # said where it is shown
        return False
    return bool(stated.census) and stated.census != other.census


def movers(stated: Scenario, now: Moved) -> None:
    """The sliders and fields, and what is wrong with a value, below it."""
    problems, along = now.problems, moved_along(now)
    found = {control.path: control for control in controls(stated)}
    shown = _shown_at_first(stated, found)
    shown += [path for path in st.session_state.shown if path in found and path not in shown]
    overridden = overridden_by_others(stated)
    for path in shown:
        mover(found[path], problems.get(path, ()), overridden.get(path, ""), along.get(path, ""))
    more = [path for path in found if path not in shown]

    def add() -> None:
        if st.session_state.add:
            st.session_state.shown.append(st.session_state.add)
            st.session_state.add = None

    def named(path: str) -> str:
        return f"{found[path].kind}: {found[path].label} ({found[path].text})"

    st.selectbox("Move something else", more, index=None, key="add", format_func=named, on_change=add,
                 placeholder="beds, stays, shares, steps, prices: type a word of its name")  # fmt: skip
    st.button("Put everything back", on_click=put_back, disabled=not st.session_state.moves)
    for path, words in problems.items():
        if path not in shown:
            st.error("\n\n".join(map(plain, words)))


def moved_along(now: Moved) -> dict[str, str]:
    """Of each value that nobody moved but the move of another share of its list: as what it is run."""
    sets = (one.partition("=") for one in now.sets)
    return {path: text for path, _, text in sets if path not in st.session_state.moves}


def overridden_by_others(stated: Scenario) -> dict[str, str]:
    """Of each moved value that does not hold on some routes: how few people it moves, and what moves all."""
    return {
        path: f"It moves fewer people than it seems: {value.path} is {value.where}; {value.cure}"
        for path in st.session_state.moves
        for value in left_behind(stated, [path])
    }


def _shown_at_first(stated: Scenario, found: Mapping[str, Control]) -> list[str]:
    """The beds and places that the file itself names, else the first ones."""
    own = {value.path for value in stated.values if value.file == stated.file}
    beds = [control.path for control in found.values() if control.kind == BEDS and control.has_slider]
    mine = [path for path in beds if path in own]
    return (mine + [path for path in beds if path not in mine])[: max(len(mine), SHOWN_AT_FIRST)][:8]


def _slid(control: Control, slider: str, field: str) -> None:
    """The value of a slider, into the field beside it too; Streamlit asks a slider that is gone as well."""
    if slider in st.session_state:
        st.session_state[field] = control.written(st.session_state[slider])
        move(control.path, st.session_state[field], control.text)


def _typed(control: Control, slider: str, field: str) -> None:
    """What was typed; the slider follows."""
    if field in st.session_state:
        st.session_state.pop(slider, None)
        move(control.path, st.session_state[field], control.text)
        if control.path not in st.session_state.moves:
            st.session_state[field] = control.text


def mover(control: Control, problems: tuple[str, ...], overridden: str, along: str) -> None:
    """One value: a slider, a field for what a slider cannot say, and what is wrong with it or to be known of it."""
    path, now = control.path, st.session_state.moves.get(control.path, control.text)
    # by file and by what it says: what was shown of another file, or before this one was changed, is not shown again
    of = f"{path}, {st.session_state.file}: {control.text}"
    slider, field = f"{SLIDER}{of}", f"{FIELD}{of}"
    if st.session_state.get(field) is None:
        st.session_state[field] = now
    place = control.on_slider(now)
    row = st.container(horizontal=True, vertical_alignment="bottom")
    if control.has_slider:
        if st.session_state.get(slider) is None:
            st.session_state[slider] = control.number if place is None else place
        note = f"{path}; in the file {control.text}" + (f" ({control.note})" if control.note else "")
        row.slider(
            plain(control.label),
            control.low,
            control.high,
            key=slider,
            step=control.step,
            on_change=_slid,
            args=(control, slider, field),
            help=plain(note),
            format="%.10g",
        )
    else:
        row.markdown(plain(control.label))
    row.text_input(
        plain(f"{control.label}, exactly"),
        key=field,
        on_change=_typed,
        args=(control, slider, field),
        label_visibility="collapsed",
        width=110,
    )
    if problems:
        st.error("\n\n".join(map(plain, problems)))
    elif path in st.session_state.moves:
        st.caption(plain(f"was {control.text}"))
        if overridden:
            st.warning(plain(overridden))
    elif along:
        st.caption(plain(f"now {along}, as another share of its list moved: together they make up 100%"))


# -- what it does ------------------------------------------------------------------------------------------


def base_of(desk: Desk, stated: Scenario, replications: int) -> Scenario:
    """The scenario that the moved one is compared with."""
    name = st.session_state.base
    if name.startswith(PINNED) and name.removeprefix(PINNED) in desk.pins:
        found = desk.pins[name.removeprefix(PINNED)].comparison.other
    else:
        found = stated if name == ITSELF else desk.stated(name)
    return replace(found, replications=replications)


def comparison_of(desk: Desk, stated: Scenario, now: Moved, replications: int) -> Comparison:
    """The comparison that the page is about: the one that is there, or a new one."""
    assert now.scenario is not None
    base = base_of(desk, stated, replications)
    asked = (base, stated, now.sets, replications)
    kept = st.session_state.get("kept")
    if kept is None or kept[0] != asked:
        st.session_state.trail = []
        st.session_state.kept = kept = (asked, Comparison(desk.engine, base, now.scenario))
    found: Comparison = kept[1]
    return found


def watch(comparison: Comparison, most: int, above: DeltaGenerator, beside: DeltaGenerator) -> None:
    """Replications in growing batches, and what they say after each."""
    with above:
        bar, words = st.progress(0.0), st.empty()
    with beside:
        chart, table = st.empty(), st.empty()
    trail = st.session_state.trail
    seconds = 0.0
    while True:
        comparison.add(most, seconds)
        found = comparison.findings()
        row = shows.headline_difference(found)
        if row and row.low is not None and (not trail or trail[-1][0] != comparison.replications):
            trail.append((comparison.replications, row))
        bar.progress(comparison.replications / most)
        if trail:
            chart.altair_chart(shows.narrowing(trail, most), width="stretch")
        table.html(shows.figures(found))
        words.html(shows.sentence(comparison, found, most))  # last: it says how many the others are of
        if comparison.replications >= most:
            break
        seconds = TICK
    if comparison.warnings:
        with beside.expander(f"Warning: {len(comparison.warnings)}"):
            for warning in comparison.warnings:
                st.markdown(plain(warning))


# -- the page ----------------------------------------------------------------------------------------------


def page() -> None:
    """All of it, from top to bottom; what takes long comes last."""
    desk = the_desk()
    begin(desk)
    st.header("The desk")
    st.caption("Move a bed, a stay, a share, a step or a price, and watch what it does to the same people.")
    pick(desk)
    if st.session_state.file is None:
        st.error("There is no scenario file in the folder scenarios/.")
        return
    stated = desk.stated(st.session_state.file)
    most = st.session_state.replications or stated.replications
    now = moved(stated, st.session_state.moves, most)
    above = st.container()
    left, right = st.columns([2, 3], gap="large")
    with left:
        movers(stated, now)
    remember()
    beside = right.container()
    comparison, why = compared(desk, stated, now, most)
    below(desk, stated, now, comparison, most)
    if comparison is None:
        above.error(plain(why))
    else:
        watch(comparison, most, above, beside)


def below(desk: Desk, stated: Scenario, now: Moved, comparison: Comparison | None, most: int) -> None:
    """What else can be done, a tab each."""
    keep, saving, asking, opening, watching = st.tabs(
        ["Pin and compare", "Save", "Solve", "Open a census", "Animation"]
    )
    with keep:
        pin(desk, comparison)
    with saving:
        save(desk, now, most)
    with asking:
        ask(desk, stated, now)
    with opening:
        census(desk, stated)
    with watching:
        animate(now)


def compared(desk: Desk, stated: Scenario, now: Moved, most: int) -> tuple[Comparison | None, str]:
    """The comparison, or why there is none."""
    if now.scenario is None:
        return None, "A value cannot be used as it is; what is wrong stands below it."
    try:
        return comparison_of(desk, stated, now, most), ""
    except (Cannot, ScenarioError) as problem:
        return None, str(problem)


def main() -> None:
    """The page, or in words why it cannot be shown."""
    st.set_page_config(page_title="The desk", layout="wide")
    try:
        page()
    except (Cannot, ScenarioError) as problem:
        for line in str(problem).splitlines():
            st.error(plain(line))


main()
