"""Today's list of inpatients, opened at the desk: a file with one row a person becomes a scenario that starts with these people.

It is read by what `forecast` reads it with. What is written holds of each person where they are, since how many days and what they wait
for; no name, no number, and no column that nobody asked for.
What may be changed here: wording freely.
"""

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import streamlit as st

from sim.desk import session
from sim.desk.server import Desk
from sim.desk.session import ITSELF, Cannot
from sim.desk.shows import plain
from sim.inputs.problems import ScenarioError
from sim.inputs.scenario import Scenario
from sim.own_data.censuses import read_censuses
from sim.own_data.forecasting import MOST_DAYS, missing_in, starting, told_of_steps
from sim.own_data.people_files import read_mapping
from sim.own_data.unlisted import has_levels_to_draw
from sim.results.words.labels import counted
from sim.runs.engines import Engines

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
        (start,) = starting(
            stated.file, last, days, replications=1, engines=engines
        )  # one draw of what it does not list
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
        "Of which day, as in 2026-06-01", key="census day", help="Not needed where the list has a column census"
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
            desk.stated.folder, stated, sent[0], sent[1], desk.engine.engines, day=_day(state["census day"]), days=state["census days"],
            file_name=state["census name"].strip(), name=f"Today's list: {sent[0].name}"[:120],
        )  # fmt: skip
    except (Cannot, OSError) as why:
        state["census wrong"] = str(why).splitlines()
        return
    state["census made"] = [f"Made: scenarios/{file.name}; it is picked above, beside itself.", *_sentences(notes)]
    for path in state.moves:
        state.pop(f"slider {path}", None)
        state.pop(f"text {path}", None)
    state.moves, state.shown = {}, []
    with suppress(KeyError):
        del state["replications"]
    state.file, state.base = file.name, ITSELF


def _day(text: str) -> date | None:
    """The day that was typed; None where nothing was, Cannot where it is no day."""
    try:
        return date.fromisoformat(text.strip()) if text.strip() else None
    except ValueError:
        raise Cannot(f"{text.strip()!r} is no day: write year-month-day, as in 2026-06-01.") from None


def _sentences(notes: Sequence[str]) -> list[str]:
    return [f"{one[:1].upper()}{one[1:]}." for one in notes]
