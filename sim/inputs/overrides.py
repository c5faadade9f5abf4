"""A scenario that extends another one: values are changed and added in the other's tree, and keep file and line; every value in force.

`change` touches only what the other file wrote, `add` only what it did not, so that neither can miss by a mistake of the
pen; every change is kept with its old and new text. `--set` comes last and may do both.

Routes that a file changes for the sake of a service that opens later hold for those admitted from its opening on. A file that adds
a unit sends people there, by new routes or as the `otherwise` of routes that were there before. Where the unit opens within the
run, all that the file says of these routes gets the date of the opening; until then the routes are as in the file below. Without
this, people who wait would be bound for a building that is not open, and the scenario would differ from its baseline before
anything has changed. Routes that are written with dates stay as written.

Journeys that groups share, `journey_like: everyone`, are the journey of another group, except for what `journey` says itself. That
is done after all files have been put together, so a change to the journey of the other group changes this one too. What a group
says itself takes the place of the other's value: a key of a visit, of a route in `then`, or a whole visit or route that the other
has not. Values are never mixed: a distribution, a list of dated routes or a value by trait replaces the whole of the other.

A number of the template that a planner left as it was rests on assumption, as it does in the scenario below; once the
number is changed, or its comment, it is the planner's own.

`docs/model.md` says in rule 19 how routes open. Tests hold the exact words.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any, TypeAlias

from sim.inputs.by_level import MayDepend, depends_in, is_by_level, kind_at, leaves, with_keys
from sim.inputs.durations import Duration
from sim.inputs.field_types import (
    BY,
    DEFAULT,
    AnyKind,
    ByLevel,
    Either,
    Names,
    Reading,
    Record,
    default_node,
    each,
    is_parsed,
    is_sound,
)
from sim.inputs.fields import ROUTES, SCENARIO, DatedRoutesSpec, VisitSpec
from sim.inputs.nodes import Entry, Gap, Node, Rows, Table, Text, child, find, node_text, put
from sim.inputs.parsed import ParsedScenario
from sim.inputs.problems import (
    Mark,
    Path,
    Problems,
    did_you_mean,
    dotted,
    listed,
    no_colon_and_space,
    padded,
    printable,
    quoted,
)
from sim.inputs.scenario import SECONDS_PER_DAY, Change, Scenario, Value
from sim.inputs.values import TOLERANCE, percent

OWN_KEYS = ("name", "question", "sweep")  # each file has its own
MOST_CHANGES = 1_000
Replaced = dict[tuple[str, Path], Node]  # by the file that changed a value, and its path: what stood there before
THE_SCENARIO = "the scenario"  # what the command line changes, whichever files it came from


@dataclass(slots=True)
class Layer:
    """What one file, or the command line, put on the tree below it, in that order."""

    file: str
    below: str
    before: Table
    puts: list[tuple[Path, Entry]] = field(default_factory=list)


class Layers:
    """A tree of values, and what was done to it."""

    def __init__(self, tree: Table, problems: Problems) -> None:
        self.tree = tree
        self.changes: list[Change] = []
        self.layers: list[Layer] = []
        self.replaced: Replaced = {}
        self.inherited: Table | None = None  # the tree with what groups have from the journeys of others
        self._problems = problems
        self._below = ""  # the file that it extends
        self._touched: dict[Path, Mark] = {}
        self._around: dict[Path, Mark] = {}  # every path that leads to a touched one

    def extend(self, root: Table, below: str) -> None:
        """Put the `change` and `add` of one file on the tree."""
        self._begin(root.mark.file, below)
        for key, put_one in (("change", self._change), ("add", self._add)):
            entry = root.entries.get(key)
            if entry is None or isinstance(entry.value, Gap):
                continue
            if not isinstance(entry.value, Table):
                self._no_lines(key, entry)
                continue
            if len(entry.value.entries) > MOST_CHANGES:
                self._problems.add(
                    entry.mark, f"`{key}` holds more than {MOST_CHANGES:,} lines; write a file of its own"
                )
                continue
            for path, one in entry.value.entries.items():
                put_one(tuple(path.split(".")), one)

    def _no_lines(self, key: str, entry: Entry) -> None:
        """`change` or `add` holds one text: a line without its colon and space, or something else."""
        value = entry.value
        slip = no_colon_and_space([value.text], [0]) if isinstance(value, Text) else None
        if slip is not None:
            self._problems.add(value.mark, slip[2])
        else:
            self._problems.add(entry.mark, f"`{key}` must hold lines such as `services.hospital.beds: 300`")

    def _begin(self, file: str, below: str) -> None:
        self._below, self._touched, self._around = below, {}, {}
        self.layers.append(Layer(file, below, self.tree))

    def set(self, path: Path, entry: Entry) -> None:
        """Put one value on the tree, whether something is there already or not."""
        if self._below != THE_SCENARIO:  # what the files touched, the command line may change
            self._begin("the command line", THE_SCENARIO)
        if path[0] in OWN_KEYS and len(path) == 1:
            self._put(path, entry.mark, entry.value)
        elif find(self.tree, path) is None and self._kind_at(path) is not None and self._can_reach(path[:-1]):
            self._add(path, entry)
        else:
            self._change(path, entry)

    def _change(self, path: Path, entry: Entry) -> None:
        kind, old = self._kind_at(path), find(self.tree, path)
        if old is None and self.inherited is not None:
            old = find(self.inherited, path)
        refusal = self._why_not_change(path, kind, old)
        if refusal is not None or kind is None or old is None:
            self._problems.about(entry.mark, path, refusal or "")
            return
        value: Node = entry.value
        if isinstance(value, Text) and isinstance(old, Table) and kind.short in old.entries:
            path, old = (*path, kind.short), old.entries[kind.short].value
        else:
            value = kind.expand(value)
        if self._is_first_touch(path, entry.mark):
            self._note_change(path, node_text(old), node_text(value), entry.mark)
            self.replaced[entry.mark.file, path] = old
            self._put(path, entry.mark, value)

    def _note_change(self, path: Path, old: str, new: str, mark: Mark) -> None:
        self.changes.append(Change(path=".".join(path), old=old, new=new, file=mark.file, line=mark.line))

    def _why_not_change(self, path: Path, kind: AnyKind | None, old: Node | None) -> str | None:
        if path[0] in OWN_KEYS and self._below != THE_SCENARIO:
            return f"is not changed here; write `{path[0]}:` at the top of this file"
        if len(path) == 1 and isinstance(kind, Names | Record):
            return f"is a whole section; write one value by its dotted path, such as `{path[0]}.{_example(path[0])}`"
        if old is None:
            return self._why_missing(path)
        return None

    def _why_missing(self, path: Path) -> str:
        """Why a value cannot be changed that is not there."""
        above, key = self._first_missing(path)
        kind = with_keys(self._kind_at(above))
        node = find(self.tree, above)
        if isinstance(node, Rows | Text) or not isinstance(kind, Record) or kind.inside(key) is None:
            return f"does not exist: {self._lacking(path)}"
        written = [one for one in kind.exactly_one if isinstance(node, Table) and one in node.entries]
        if written and key in kind.exactly_one:
            return f"is not written in {self._below}, which says {quoted(written[0])}; change {dotted(above)}"
        return f"is not written in {self._below}; write it under `add:` instead of `change:`"

    def _lacking(self, path: Path) -> str:
        """What is not there on the way to a path, and what was probably meant."""
        above, key = self._first_missing(path)
        node, kind = find(self.tree, above), with_keys(self._kind_at(above))
        if isinstance(node, Rows):
            rows = f"they count from 1 to {len(node.items)}" if node.items else "there are none"
            return f"there is no row {quoted(key)} in {dotted(above)} of {self._below}; {rows}"
        known = [field.key for field in kind.fields] if isinstance(kind, Record) and not isinstance(node, Text) else []
        written = [entry for entry in node.entries if entry not in known] if isinstance(node, Table) else []
        place = f"in {dotted(above)} of {self._below}" if above else f"in {self._below}"
        return f"there is no {quoted(key)} {place}{did_you_mean(key, known + written)}"

    def _first_missing(self, path: Path) -> tuple[Path, str]:
        """The longest part of a path that leads somewhere, and the key at which it ends."""
        length = next(length for length in range(len(path)) if find(self.tree, path[: length + 1]) is None)
        return path[:length], path[length]

    def _add(self, path: Path, entry: Entry) -> None:
        kind, old = self._kind_at(path), find(self.tree, path)
        if path[0] in OWN_KEYS:
            self._problems.about(entry.mark, path, "is not added; write it at the top of this file")
        elif old is not None:
            self._add_inside(path, entry, kind)
        elif kind is None or not self._can_reach(path[:-1]):
            self._problems.about(entry.mark, path, f"cannot be added: {self._lacking(path)}")
        elif self._is_first_touch(path, entry.mark):
            value = kind.expand(entry.value)
            self._note_change(path, "", node_text(value), entry.mark)
            self._put(path, entry.mark, value)

    def _add_inside(self, path: Path, entry: Entry, kind: AnyKind | None) -> None:
        """Something is there already: new names may come beside its names, but nothing is replaced."""
        if isinstance(entry.value, Table) and (_is_names(kind) or len(path) == 1):
            for key, one in entry.value.entries.items():
                self._add((*path, key), one)
        elif not isinstance(entry.value, Gap):
            self._problems.about(
                entry.mark, path, f"exists already in {self._below}; write it under `change:` to replace it"
            )

    def _kind_at(self, path: Path) -> AnyKind | None:
        """The kind of value that the language knows at a path of this tree."""
        return kind_at(SCENARIO, path, depends_in(self.tree))

    def _can_reach(self, path: Path) -> bool:
        """Does everything up to here exist, or can it be made because the language knows it by that name?"""
        node: Node | None = self.tree
        kind: AnyKind | None = SCENARIO
        for key in path:
            kind = None if kind is None else kind.as_written(is_by_level(node))
            in_rows = isinstance(node, Rows)
            node = child(node, key) if node is not None else None
            if node is None and (in_rows or not isinstance(with_keys(kind), Record)):
                return False
            kind = kind.inside(key) if kind is not None else None
        return kind is not None and (node is None or isinstance(node, Table))

    def _is_first_touch(self, path: Path, mark: Mark) -> bool:
        """Is this value, and all around and inside it, touched only once by this file? Else which one would hold?"""
        prefixes = [path[:length] for length in range(1, len(path) + 1)]
        first = next((self._touched[one] for one in prefixes if one in self._touched), self._around.get(path))
        if first is not None:
            line = f" (first on line {first.line})" if first.line else ""
            self._problems.about(mark, path, f"is changed twice{line}; keep one")
            return False
        self._touched[path] = mark
        for prefix in prefixes:
            self._around.setdefault(prefix, mark)
        return True

    def _put(self, path: Path, mark: Mark, value: Node) -> None:
        self.layers[-1].puts.append((path, Entry(mark, value)))
        tree = put(self.tree, path, mark, value)
        assert isinstance(tree, Table)
        self.tree = tree


def _is_names(kind: AnyKind | None) -> bool:
    return kind is not None and isinstance(kind.plain(), Names)


def _example(section: str) -> str:
    return {
        "services": "hospital.beds",
        "people": "everyone.arrivals_per_day",
        "calendar": "measured_days",
        "steps": "hub_assessment.takes_days",
        "costs": "price_year",
    }.get(section, "name.key")


def check_apart(files: Sequence[tuple[str, Table]], problems: Problems) -> None:
    """No two of several files that are beside each other say what the same value is."""
    spec: dict[Path, tuple[str, Mark]] = {}
    for file, root in files:
        mine = {path: (file, entry.mark) for path, entry in _lines_of(root)}
        for path, (_, mark) in mine.items():
            other = next((known for known in spec if known[: len(path)] == path[: len(known)]), None)
            if other is not None:
                theirs, where = spec[other]
                problems.about(
                    mark,
                    path,
                    f"is changed by {quoted(theirs)}, line {where.line}, too; write one file that says what both do together",
                )
        spec |= mine


def _lines_of(root: Table) -> Iterator[tuple[Path, Entry]]:
    """The lines of `change` and `add`, each with its path."""
    for key in ("change", "add"):
        entry = root.entries.get(key)
        if entry is not None and isinstance(entry.value, Table):
            for path, one in entry.value.entries.items():
                yield tuple(path.split(".")), one


# -- routes to a service that opens later ------------------------------------------------------------------------------


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
        return all(_adds_up(parsed, path, leaf, opens) for leaf in leaves(routes))
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


# -- journeys that groups share ----------------------------------------------------------------------------------------


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


# -- provenance --------------------------------------------------------------------------------------------------------


Notes = Mapping[str, Mapping[int, str]]  # by file, by line
YOURS = "YOURS"  # begins the comment beside a number of the template, which waits for a planner's own
FROM_OWN_FILE = f"; {YOURS}"  # ends the comment beside a number that a worksheet, published figures or stays gave
NOT_YET_REPLACED = "assumption: not yet replaced"


def values_in_force(tree: Table, notes: Notes, replaced: Replaced) -> tuple[Value, ...]:
    """All values by dotted path, in the order of the files, defaults after what was written beside them."""
    return tuple(_value(node, path, notes, replaced) for path, node in _leaves(SCENARIO, tree, ()))


def _leaves(kind: AnyKind | None, node: Node, path: Path) -> Iterator[tuple[Path, Node]]:
    below = list(_below(kind, node))
    if not below:
        yield path, node
    for key, inside, one in below:
        yield from _leaves(inside, one, (*path, key))


def _below(kind: AnyKind | None, node: Node) -> Iterator[tuple[str, AnyKind | None, Node]]:
    """What has values of its own below a node: keys, defaults of keys nobody wrote, items of a list of tables."""
    kind = kind.as_written(is_by_level(node)) if kind else None
    if isinstance(node, Rows) and not all(isinstance(item, Text) for item in node.items):
        for number, item in enumerate(node.items, 1):
            yield str(number), kind.inside(str(number)) if kind else None, item
    if not isinstance(node, Table):
        return
    for key, entry in node.entries.items():
        yield key, kind.inside(key) if kind else None, entry.value
    record = kind.resolved(node) if kind else None
    for known in record.fields if isinstance(record, Record) else ():
        if known.default is not None and known.key not in node.entries:
            yield known.key, known.kind, default_node(known)


def _value(node: Node, path: Path, notes: Notes, replaced: Replaced) -> Value:
    mark, text = node.mark, node_text(node)
    note = notes.get(mark.file, {}).get(mark.line, "") if mark.file != DEFAULT else ""
    if note.startswith(YOURS) and _before(mark.file, path, replaced) == text:
        note = f"{NOT_YET_REPLACED}; {note}"
    return Value(path=".".join(path), text=text, file=mark.file, line=mark.line, note=note)


def _before(file: str, path: Path, replaced: Replaced) -> str | None:
    """The value at a path before a file changed it, or something around it; None where it did not."""
    for length in range(len(path), 0, -1):
        around = replaced.get((file, path[:length]))
        if around is not None:
            old = find(around, path[length:])
            return None if old is None else node_text(old)
    return None


def is_another_hospital(scenario: Scenario, base: Scenario) -> bool:
    """Whether a hospital's own numbers, from the template or from a file of its own, are in a scenario and not in the base."""
    theirs, ours = ({value.path for value in one.values if _is_a_hospitals_own(value.note)} for one in (scenario, base))
    return not theirs <= ours


def _is_a_hospitals_own(note: str) -> bool:
    return note.removeprefix(f"{NOT_YET_REPLACED}; ").startswith(YOURS) or note.endswith(FROM_OWN_FILE)


WIDEST_PATH = 76
WIDEST_VALUE = 28
WIDEST_PLACE = 40
LONGEST_SHOWN = 2_000
NONE: Mapping[str, str] = {}


def show_text(scenario: Scenario, remarks: Mapping[str, str] = NONE) -> str:
    """One line for each value in force, in columns; a remark about the value at a path is before the comment beside it."""
    rows = [_row(value, remarks.get(value.path, "")) for value in scenario.values]
    limits = (WIDEST_PATH, WIDEST_VALUE, WIDEST_PLACE)
    return "".join(f"{'  '.join(row).rstrip()}\n" for row in padded(rows, range(4), limits))


def _row(value: Value, remark: str) -> tuple[str, str, str, str]:
    place = f"{value.file}:{value.line}" if value.line else value.file
    note = "; ".join(part for part in (remark, value.note) if part)
    return (
        value.path,
        printable(" ".join(value.text.split()), LONGEST_SHOWN),
        printable(place, LONGEST_SHOWN),
        f"# {note}" if note else "",
    )


Values: TypeAlias = Mapping[str, Value]
Differing: TypeAlias = tuple[str, Value | None, Value | None]


def other_areas(base: Scenario, other: Scenario) -> list[str]:
    """Groups that the base does not have and that come to hospitals that it does not have either."""
    groups, services = {group.name for group in base.people}, {service.name for service in base.services}
    hospitals = {service.name for service in other.services if service.kind == "acute"} - services
    more = (group for group in other.people if group.name not in groups)
    return [group.name for group in more if any(to in hospitals for to, _ in group.arrives_at)]


def differences(base: Scenario, other: Scenario) -> list[Differing]:
    """The values that two scenarios do not share: path, the base's, the other's; labels are no difference."""
    ours, theirs = ({value.path: value for value in one.values} for one in (base, other))
    paths = [*ours, *(path for path in theirs if path not in ours)]
    differing = [path for path in paths if path not in OWN_KEYS and _differ(ours.get(path), theirs.get(path))]
    together: dict[Path, list[str]] = {}
    for path in differing:
        place = _place(tuple(path.split(".")), ours, theirs)
        together.setdefault((*place[:-1], "") if _rivals(place, ours, theirs) else place, []).append(path)
    return [line for found in together.values() for line in _lines(found, ours, theirs)]


def _differ(one: Value | None, other: Value | None) -> bool:
    """Do two values differ? A default beside nothing is part of something new that is listed anyway."""
    if one is None or other is None:
        return any(value is not None and value.file != DEFAULT for value in (one, other))
    return one.text != other.text


def _kind_at(path: Path, ours: Values, theirs: Values) -> AnyKind | None:
    """The kind of value at a path of either scenario, as it is where it depends on no trait."""
    found = kind_at(SCENARIO, path, lambda above: any(".".join((*above, BY)) in values for values in (ours, theirs)))
    return found.plain() if found else None


def _place(path: Path, ours: Values, theirs: Values) -> Path:
    """Where one value is written that a path is a part of: a duration, a dated list, or one of several keys."""
    for length in range(1, len(path) + 1):
        kind = _kind_at(path[:length], ours, theirs)
        if (
            _rivals(path[:length], ours, theirs)
            or isinstance(kind, Duration)
            or (isinstance(kind, Either) and kind.is_one_value)
        ):
            return path[:length]
    return path


def _rivals(path: Path, ours: Values, theirs: Values) -> bool:
    """Whether this key is one of several of which exactly one is written."""
    parent = _kind_at(path[:-1], ours, theirs)
    return isinstance(parent, Record) and path[-1] in parent.exactly_one


def _lines(paths: Sequence[str], ours: Values, theirs: Values) -> list[Differing]:
    """The differences at one place: part by part while both have the same parts, else as a whole."""
    each = [(path, ours.get(path), theirs.get(path)) for path in paths]
    if all(old and new for _, old, new in each) or not any(old for _, old, _ in each):
        return each
    roots = list(dict.fromkeys(_place(tuple(path.split(".")), ours, theirs) for path in paths))
    above = roots[0] if len(roots) == 1 else roots[0][:-1]
    old, new = (_together(above, roots, values) for values in (ours, theirs))
    return [(".".join(above), old, new)]


def _together(above: Path, roots: Sequence[Path], values: Values) -> Value | None:
    """All that is written at some paths as one value, given by a path above them; None where nothing is."""
    found = {
        parts: value
        for path, value in values.items()
        if value.file != DEFAULT and any((parts := tuple(path.split(".")))[: len(root)] == root for root in roots)
    }
    if not found:
        return None
    text = _told({parts[len(above) :]: value.text for parts, value in found.items()})
    return replace(next(iter(found.values())), path=".".join(above), text=text)


def _told(parts: Mapping[Path, str]) -> str:
    """Parts of a value in words: `exponential, mean 9.8`; `nhs 50%, council 50%`; `from 2026-04-06 beds 0; from ...`."""
    if () in parts:
        return parts[()]
    inside: dict[str, dict[Path, str]] = {}
    for path, text in parts.items():
        inside.setdefault(path[0], {})[path[1:]] = text
    if all(key.isdigit() for key in inside):
        return "; ".join(_told(one).replace(",", "") for one in inside.values())
    return ", ".join(f"{key}{' ' if () in one else ', '}{_told(one)}" for key, one in inside.items())
