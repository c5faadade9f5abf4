"""Journeys that groups share: `journey_like: everyone` is the journey of another group, except for what `journey` says itself.

It is done after all files have been put together, so a change to the journey of the other group changes this one too. What a
group says itself takes the place of the other's value: a key of a visit, of a route in `then`, or a whole visit or route that the
other has not. Values are never mixed: a distribution, a list of dated routes or a value by trait replaces the whole of the other.

What may be changed here: the exact words are tested.
"""

from collections.abc import Mapping

from sim.inputs.nodes import Entry, Node, Table, Text
from sim.inputs.problems import Problems
from sim.inputs.reading import BY

PEOPLE, JOURNEY, LIKE, THEN = "people", "journey", "journey_like", "then"


def with_shared_journeys(tree: Table, problems: Problems) -> Table:
    """The scenario in which every group has its whole journey; circles are noted, and unknown groups left to the reader."""
    people = tree.entries.get(PEOPLE)
    if people is None or not isinstance(people.value, Table):
        return tree
    groups = people.value.entries
    if not any(_like(entry.value) for entry in groups.values()):
        return tree
    found = {name: Entry(entry.mark, _with_journey(name, groups, problems)) for name, entry in groups.items()}
    whole = Table(found, people.value.mark, people.value.partial)
    return Table({**tree.entries, PEOPLE: Entry(people.mark, whole)}, tree.mark, tree.partial)


def _like(group: Node) -> Text | None:
    entry = group.entries.get(LIKE) if isinstance(group, Table) else None
    return entry.value if entry is not None and isinstance(entry.value, Text) else None


def _with_journey(name: str, groups: Mapping[str, Entry], problems: Problems) -> Node:
    """A group with its whole journey, through as many other groups as it takes."""
    group, trail = groups[name].value, [name]
    journey = _journey(group)
    like = _like(group)
    first = like
    while like is not None and like.text in groups:
        if like.text in trail:
            problems.about(
                like.mark, (PEOPLE, name, LIKE), f"goes round in a circle: {' like '.join([*trail, like.text])}"
            )
            return group
        trail.append(like.text)
        below = _journey(groups[like.text].value)
        if below is not None:
            journey = below if journey is None else Entry(journey.mark, _over(below.value, journey.value, _VISITS))
        like = _like(groups[like.text].value)
    if first is None or journey is None or not isinstance(group, Table):
        return group
    return Table({**group.entries, JOURNEY: journey}, group.mark, group.partial)


def _journey(group: Node) -> Entry | None:
    return group.entries.get(JOURNEY) if isinstance(group, Table) else None


_VISITS, _KEYS, _ROUTES, _ROUTE, _WHOLE = range(5)  # what stands under the keys of a table


def _over(below: Node, own: Node, level: int) -> Node:
    """What is written here in place of the other's, key by key as far as keys are names."""
    is_mixed = isinstance(below, Table) and isinstance(own, Table) and level != _WHOLE
    if not is_mixed or not isinstance(below, Table) or not isinstance(own, Table):
        return own
    if BY in below.entries or BY in own.entries:
        return own
    entries = dict(below.entries)
    for key, entry in own.entries.items():
        inside = {_VISITS: _KEYS, _KEYS: _ROUTES if key == THEN else _WHOLE, _ROUTES: _ROUTE, _ROUTE: _WHOLE}[level]
        value = _over(entries[key].value, entry.value, inside) if key in entries else entry.value
        entries[key] = Entry(entry.mark, value, entry.implied)
    return Table(entries, own.mark, own.partial)
