"""Beds and queues of one replication, animated by vidigi: a page of its own that needs nothing from elsewhere."""

from collections.abc import Sequence
from datetime import timedelta
from html import escape
from io import BytesIO
from math import ceil
from typing import Any

import pandas as pd

from sim.inputs.scenario import Scenario
from sim.model.records import Ledger
from sim.results.files.people_tables import Event, events, log_csv, ready_to_leave, shown_services, waiting_outside
from sim.results.words.labels import counted, spoken, title

HOURS = 6  # between two pictures
MINUTES = 60
IN_A_ROW = 30
PLACES_AT, READY_AT, OUTSIDE_AT = 700, 1080, 300  # where each block ends, across
ROW, GAP = 22, 70  # height of a row of people, and between two services
MOST_SHOWN = 450  # people of one service or queue; vidigi tells how many more there are


class NoVidigi(Exception):
    """The package that draws is not here."""


def animation_page(scenario: Scenario, ledger: Ledger, replication: int, days: int) -> str:
    """The animation as a page of its own."""
    return str(animation(scenario, ledger, replication, days).to_html(include_plotlyjs=True, full_html=True))


def animation(scenario: Scenario, ledger: Ledger, replication: int, days: int) -> Any:
    """Plotly's figure: from the first measured day on, a picture every six hours; NoVidigi where the package is not here."""
    try:
        from vidigi.animation import animate_activity_log
    except ImportError:
        raise NoVidigi("The animation needs vidigi, which is not here: pip install 'bedflow[animation]'") from None
    log = pd.read_csv(BytesIO(log_csv(scenario, ledger, replication)), dtype={"entity_id": str})
    first = scenario.calendar.warm_up_days
    last = min(first + days, first + scenario.calendar.measured_days)
    most = _most_places(events(scenario, ledger))
    figure = animate_activity_log(
        log,
        _positions(scenario, most, set(log["event"])),
        scenario=most,
        simulation_time_unit="minutes",
        every_x_time_units=HOURS * MINUTES,
        warm_up=first * 24 * MINUTES,
        limit_duration=last * 24 * MINUTES,
        step_snapshot_max=MOST_SHOWN,
        wrap_queues_at=IN_A_ROW // 2,
        wrap_resources_at=IN_A_ROW,
        gap_between_resources=12,
        gap_between_entities=12,
        gap_between_resource_rows=ROW,
        gap_between_queue_rows=ROW,
        custom_entity_icon_list=["●"],  # which every font has
        entity_icon_size=13,
        entity_resource_offset_y=0,
        resource_icon_size=13,
        resource_opacity=0.35,
        stage_label_offset=30,
        text_size=13,
        start_date=scenario.calendar.start.isoformat(),
        time_display_units="dhm",
        plotly_height=900,
        frame_duration=300,
        frame_transition_duration=0,
        override_x_max=READY_AT + 120,
    )
    shown = scenario.calendar.start + timedelta(days=first)
    about = f"replication {replication + 1}, {counted(last - first, 'day')} from {shown.isoformat()}; who is ready to leave still holds a place"
    figure.update_layout(title=f"{escape(title(scenario))}<br><sub>{about}</sub>")
    return figure


def _most_places(log: Sequence[Event]) -> dict[str, int]:
    """The highest number of a place that is ever used, by service: so many are drawn."""
    found: dict[str, int] = {}
    for event in log:
        if event.kind == "resource_use" and event.place is not None:
            found[event.event] = max(found.get(event.event, 0), event.place)
    return found


def _positions(scenario: Scenario, most: dict[str, int], known: set[str]) -> pd.DataFrame:
    """Where each service and queue stands: a block a service, who is ready beside it, who waits outside before it."""
    rows: list[tuple[str, int, int, str, str | None]] = []
    height = GAP
    for service in reversed(shown_services(scenario)):
        if service in known:
            rows.append((service, PLACES_AT, height, spoken(service), service))
            ready = ready_to_leave(service)
            rows += [(ready, READY_AT, height, "ready to leave", None)] if ready in known else []
            height += ROW * ceil(most[service] / IN_A_ROW) + GAP
    for number, name in enumerate(
        destination for destination in scenario.destinations if waiting_outside(destination) in known
    ):
        rows.append(
            (waiting_outside(name), OUTSIDE_AT, height + GAP * number, f"waiting outside for {spoken(name)}", None)
        )
    rows += [("arrival", 0, height, "", None), ("depart", READY_AT + 100, GAP, "", None)]
    columns = ["event", "x", "y", "label", "resource"]
    return pd.DataFrame(rows, columns=columns)
