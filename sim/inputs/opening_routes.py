"""Routes that a file changes for the sake of a service that opens later: they hold for those admitted from its opening on.

A file that adds a unit sends people there, by new routes or as the `otherwise` of routes that were there before. Where
the unit opens within the run, all that the file says of these routes gets the date of the opening; until then the
routes are as in the file below. Without this, people who wait would be bound for a building that is not open, and the
scenario would differ from its baseline before anything has changed. Routes that are written with dates stay as written.

What may be changed here: with `docs/model.md`, rule 19.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sim.inputs.by_level import MayDepend, is_by_level, leaves
from sim.inputs.fields import ROUTES, DatedRoutesSpec, VisitSpec
from sim.inputs.nodes import Node, Table, Text
from sim.inputs.overrides import THE_SCENARIO, Layer
from sim.inputs.parsed import ParsedScenario
from sim.inputs.problems import Path, dotted, listed
from sim.inputs.reading import ByLevel, Reading, each, is_parsed, is_sound
from sim.inputs.scenario import SECONDS_PER_DAY
from sim.inputs.shares import TOLERANCE, percent
from sim.inputs.tree import find, put


@dataclass(frozen=True, slots=True)
class Late:
    """A layer whose routes to a service hold only from its opening on."""

    layer: Layer
    service: str
    opens: date


def date_the_routes(parsed: ParsedScenario, layers: list[Layer], reading: Reading) -> tuple[str, ...]:
    """Give dates to the routes of services that open later; a sentence for each file whose routes got one."""
    found: dict[tuple[str, date], dict[str, list[Late]]] = {}
    for visit in [visit for _, people in each(parsed.spec.people) for visit in parsed.raw_visits(people)]:
        path = (*visit.path, "then")
        is_plain = all(is_parsed(routes) for routes in leaves(visit.then))  # none has dates already
        late = list(_late(parsed, layers, path)) if is_plain else []
        if late and _date(parsed, layers, visit, late, reading):
            for one in late:
                found.setdefault((one.service, one.opens), {}).setdefault(dotted(path), []).append(one)
    return tuple(_sentence(*key, paths) for key, paths in found.items())


def _sentence(service: str, opens: date, paths: dict[str, list[Late]]) -> str:
    layers = list(dict.fromkeys((one.layer.file, one.layer.below) for late in paths.values() for one in late))
    files, below = listed([file for file, _ in layers], "and"), layers[0][1]
    return (
        f"{service} opens on {opens}: what {files} {'say' if len(layers) > 1 else 'says'} of {listed(paths, 'and')} holds for "
        f"people admitted from then on; before, it is as in {'the files' if below == THE_SCENARIO else below}"
    )


def _late(parsed: ParsedScenario, layers: list[Layer], path: Path) -> Iterator[Late]:
    """Layers that lead people of a visit to services which open during the run, or change how they are led there."""
    for number, layer in enumerate(layers):
        before = find(layer.before, path)
        after = find(layers[number + 1].before if number + 1 < len(layers) else parsed.tree, path)
        if isinstance(before, Table) and isinstance(after, Table) and before is not after:
            opens = {name: second for name in _moved(before, after) if (second := parsed.opens_second(name))}
            if opens and parsed.start is not None:
                first = min(opens, key=lambda name: opens[name])
                yield Late(layer, first, parsed.start + timedelta(days=opens[first] // SECONDS_PER_DAY))


def _moved(before: Table, after: Table) -> list[str]:
    """Destinations of routes that are new or were changed, and where such routes lead otherwise."""
    if is_by_level(after):
        return [name for level, entry in after.entries.items() for name in _moved_of_level(before, level, entry.value)]
    if is_by_level(before):
        before = Table({}, before.mark)
    moved = {
        name: entry.value
        for name, entry in after.entries.items()
        if name not in before.entries or before.entries[name].value is not entry.value
    }
    others = (find(route, ("otherwise",)) for route in moved.values())
    return [*moved, *(other.text for other in others if isinstance(other, Text))]


def _moved_of_level(before: Table, level: str, after: Node) -> list[str]:
    """The same of the routes of one level."""
    below = find(before, (level,)) if is_by_level(before) else before
    if below is after or not isinstance(after, Table):
        return []
    return _moved(below if isinstance(below, Table) else Table({}, before.mark), after)


def _date(parsed: ParsedScenario, layers: list[Layer], visit: VisitSpec, late: list[Late], reading: Reading) -> bool:
    """The routes of a visit by date: those at the start leave out all late layers, each opening brings in its own."""
    path, dates = (*visit.path, "then"), sorted({one.opens for one in late})
    dated: list[DatedRoutesSpec] = []
    for since in (parsed.start, *dates):
        left_out = [one.layer for one in late if since is None or one.opens > since]
        node = _without(layers, left_out, path)
        routes = visit.then if not left_out or node is None else MayDepend(ROUTES).read(node, path, reading)
        if left_out and not _adds_up(parsed, path, routes, min(dates)):
            return False
        one = DatedRoutesSpec(path)
        one |= {"from": since, "routes": routes}
        dated.append(one)
    visit.then = dated
    return True


def _without(layers: list[Layer], left_out: list[Layer], path: Path) -> Node | None:
    """What would be at a path if some layers had said nothing of it."""
    node = find(layers[0].before, path)
    for layer in layers:
        for where, entry in layer.puts if layer not in left_out else ():
            inside = where[len(path) :]
            if where[: len(path)] != path:
                whole = find(entry.value, path[len(where) :]) if path[: len(where)] == where else None
                node = node if whole is None else whole
            elif not inside:
                node = entry.value
            elif node is not None and (len(inside) == 1 or find(node, inside[:1]) is not None):
                node = put(node, inside, entry.mark, entry.value)
    return node


def _adds_up(parsed: ParsedScenario, path: Path, routes: Any, opens: date) -> bool:
    """Do the shares before an opening add up, once what lies above the late file is said of them too?"""
    if isinstance(routes, ByLevel):
        return all(_adds_up(parsed, path, one, opens) for one in leaves(routes))
    shares = [route.share for route in routes.values()] if is_sound(routes) else []
    total = sum(shares)
    if not shares or abs(total - 1) <= TOLERANCE:
        return True
    what = (
        f"adds up to {percent(total)}, not 100%, before {opens}, when the routes are as in the file below; change shares "
        "there that are in both, or write `then` with dates"
    )
    parsed.refuse(path, what)
    return False
