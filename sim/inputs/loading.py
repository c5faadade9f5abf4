"""From a YAML file to a frozen Scenario, or to everything that is wrong with it: the room's public verbs.

What a key means is in `fields.py`; what is refused is in `checks.py`, `feasibility.py` and `nodes.py`.
"""

import os
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path as FilePath

from sim.inputs import build, checks, feasibility, people_checks, prices
from sim.inputs.arrival_files import bookings_notices, years_notices
from sim.inputs.calendar import holiday_notices
from sim.inputs.field_types import Reading
from sim.inputs.fields import LAYER_FIELDS, SCENARIO
from sim.inputs.files import YAML_ENDINGS, Files
from sim.inputs.nodes import Entry, Gap, Node, Table, Text, read_nodes, relabelled, without
from sim.inputs.overrides import OWN_KEYS, Layers, check_apart, date_the_routes, values_in_force, with_shared_journeys
from sim.inputs.parsed import ParsedScenario
from sim.inputs.part import KEY as SWEEP
from sim.inputs.part import swept_in
from sim.inputs.people_checks import check_by_level
from sim.inputs.problems import Mark, Problem, Problems, ScenarioError, did_you_mean, printable, quoted
from sim.inputs.scenario import Scenario
from sim.inputs.values import FORMULA_STARTS

MOST_LAYERS = 5
LAYER_KEYS = tuple(field.key for field in LAYER_FIELDS)


def read_scenario(
    path: str | FilePath, sets: Sequence[str] = (), replications: int | None = None, seed: int | None = None
) -> Scenario:
    """The scenario in a file, with `path=value` overrides on top; ScenarioError lists all that is wrong with it."""
    return read_together(path, (), sets, replications, seed)


def read_together(
    path: str | FilePath,
    levers: Sequence[str] = (),
    sets: Sequence[str] = (),
    replications: int | None = None,
    seed: int | None = None,
) -> Scenario:
    """A scenario with what several files that extend it say differently, one on the other; two may not say the same value."""
    file = str(path).replace("\\", "/") if isinstance(path, FilePath) else path
    problems = Problems()
    files = Files(problems, file)
    sources = _read_chain(file, files, problems)
    if not sources:
        problems.stop_if_any()
    sources += [one for lever in levers for one in _what_it_adds(lever, sources, files, problems)]
    if levers:
        check_apart([(source.file, source.root) for source in sources[-len(levers) :]], problems)
        problems.stop_if_any()  # without levers all problems come at once, those of the text beside those of its meaning
    layers = _put_together(sources, problems)
    _set_all(layers, _overrides(sets, replications, seed), problems)
    tree = layers.tree = with_shared_journeys(layers.tree, problems)
    reading = Reading(problems, files)
    spec = SCENARIO.read(tree, (), reading)
    parsed = ParsedScenario(spec, tree, problems)
    check_by_level(parsed)
    dated = date_the_routes(parsed, layers.layers, reading)
    _check(parsed, reading)
    problems.stop_if_any()
    values = values_in_force(
        without(layers.tree, SWEEP), {source.file: source.notes for source in sources}, layers.replaced
    )
    swept = swept_in(layers.tree, values, problems)
    problems.stop_if_any()
    return replace(_built(file, parsed, layers, files, dated), values=values, sweep=swept)


def read_many(
    paths: Sequence[str | FilePath], sets: Sequence[str] = (), replications: int | None = None, seed: int | None = None
) -> tuple[Scenario, ...]:
    """Several scenarios; the problems of all files are raised together."""
    scenarios: list[Scenario] = []
    wrong: list[Problem] = []
    for path in paths:
        try:
            scenarios.append(read_scenario(path, sets, replications, seed))
        except ScenarioError as error:
            wrong += [problem for problem in error.problems if problem not in wrong]
    if wrong:
        raise ScenarioError(wrong)
    return tuple(scenarios)


@dataclass(frozen=True, slots=True)
class Source:
    """One file of a chain of `extends`."""

    file: str
    root: Table
    notes: dict[int, str]


def _read_chain(file: str, files: Files, problems: Problems) -> list[Source]:
    """The file and those that it extends, the last one first; empty where one of them cannot be read."""
    sources: list[Source] = []
    named_at = Mark(file=file)
    seen: list[str] = []
    while True:
        source = _read_source(file, files, problems, named_at)
        seen.append(str(FilePath(file).resolve()))
        if source is None:
            return []
        sources.insert(0, source)
        entry = source.root.entries.get("extends")
        _check_keys(source, problems)
        if entry is None:
            return sources
        parent = _parent(entry, files, problems)
        if parent is None:
            return []
        if str(FilePath(parent).resolve()) in seen or len(seen) > MOST_LAYERS:
            back = str(FilePath(parent).resolve()) in seen
            what = "is extended in a circle" if back else f"makes a chain of more than {MOST_LAYERS} files"
            problems.add(entry.value.mark, f"{quoted(parent)} {what}; let each file extend one that extends nothing")
            return []
        file, named_at = parent, entry.value.mark


def _what_it_adds(lever: str, base: Sequence[Source], files: Files, problems: Problems) -> list[Source]:
    """The one file on top of a chain, which must be that of the base."""
    chain = _read_chain(lever, files, problems)
    below = [FilePath(source.file).resolve() for source in chain[:-1]]
    if chain and below != [FilePath(source.file).resolve() for source in base]:
        problems.add(
            Mark(file=lever),
            f"does not extend {quoted(base[-1].file)} itself, so it cannot be put beside others that do",
        )
    return chain[-1:]


def _read_source(file: str, files: Files, problems: Problems, named_at: Mark) -> Source | None:
    if not file.endswith(YAML_ENDINGS):
        problems.add(named_at, f"is no scenario: its name does not end in {' or '.join(YAML_ENDINGS)}")
        return None
    _check_file_name(file, problems, named_at)
    text = files.read(file, named_at)
    if text is None:
        return None
    document = read_nodes(text, file, problems)
    if isinstance(document.root, Table):
        return Source(file, document.root, document.notes)
    if not isinstance(document.root, Gap):
        problems.add(
            document.root.mark, "a scenario is made of lines such as `name: Baseline`; see scenarios/README.md"
        )
    return None


def _check_file_name(file: str, problems: Problems, named_at: Mark) -> None:
    name = FilePath(file).name
    if name[0] in FORMULA_STARTS or not name.isprintable():
        cure = "begin it with a letter" if name.isprintable() else "take line breaks and what cannot be seen out of it"
        problems.add(named_at, f"{quoted(name)} is no name for a scenario, as tables show it; {cure}")


def _parent(entry: Entry, files: Files, problems: Problems) -> str | None:
    node = entry.value
    if isinstance(node, Text) and node.text:
        return files.named_in(node.mark, node.text, YAML_ENDINGS)
    if not isinstance(node, Gap):
        problems.add(node.mark, "`extends` must be the path of one other scenario, such as baseline.yaml")
    return None


def _check_keys(source: Source, problems: Problems) -> None:
    """A file either is on its own or says how it differs from another."""
    entries = source.root.entries
    extends = "extends" in entries
    for key, entry in entries.items():
        if extends and key not in (*OWN_KEYS, *LAYER_KEYS) and SCENARIO.field_of(key) is not None:
            what = (
                f"`{key}` cannot be used with `extends`; put what differs under `change:` and what is new under `add:`"
            )
            problems.add(entry.mark, what)
        elif extends and key not in (*OWN_KEYS, *LAYER_KEYS):
            problems.add(entry.mark, f"{quoted(key)} is not known{did_you_mean(key, (*OWN_KEYS, *LAYER_KEYS))}")
        elif not extends and key in LAYER_KEYS:
            problems.add(entry.mark, f"`{key}` needs `extends: other.yaml`, the scenario that it starts from")


def _put_together(sources: list[Source], problems: Problems) -> Layers:
    """The values of the last file with the changes of all others on them."""
    tree = SCENARIO.expand(without(sources[0].root, *LAYER_KEYS))
    assert isinstance(tree, Table)
    layers = Layers(tree, problems)
    for below, source in zip(sources, sources[1:], strict=False):
        layers.extend(source.root, below.file)
        own = {key: entry for key, entry in source.root.entries.items() if key in OWN_KEYS}
        layers.tree = Table({**own, **without(layers.tree, *OWN_KEYS).entries}, layers.tree.mark)
    return layers


def _overrides(sets: Sequence[str], replications: int | None, seed: int | None) -> list[tuple[str, str, str]]:
    """What the command line puts in place: how it was written, the path, the value's text."""
    written = [(f"--set {one}", *one.partition("=")[::2]) for one in sets]
    options = (("replications", replications), ("seed", seed))
    return written + [(f"--{key} {value}", key, str(value)) for key, value in options if value is not None]


def _set_all(layers: Layers, overrides: list[tuple[str, str, str]], problems: Problems) -> None:
    for written, path, text in overrides:
        mark = Mark(file=written)
        if not path.strip() or (written.startswith("--set") and "=" not in written):
            problems.add(mark, "must be written path=value, such as services.hospital.beds=300")
            continue
        node = _value_node(text, mark, problems)
        if not isinstance(node, Gap):
            layers.inherited = with_shared_journeys(layers.tree, Problems())
            layers.set(tuple(path.strip().split(".")), Entry(mark, node))


def _value_node(text: str, mark: Mark, problems: Problems) -> Node:
    own = Problems()
    document = read_nodes(text, mark.file, own) if text.strip() else None
    if document is None:
        problems.add(mark, "has no value after the =")
        return Gap(mark)
    for problem in own.found:
        problems.add(mark, problem.text)
    return Gap(mark) if own.found else relabelled(document.root, mark)


def _check(parsed: ParsedScenario, reading: Reading) -> None:
    checks.check_references(parsed, reading.references, reading.problems)
    for check in (*checks.CHECKS, *prices.CHECKS, *people_checks.CHECKS, *feasibility.CHECKS):
        check(parsed)


def _built(file: str, parsed: ParsedScenario, layers: Layers, files: Files, dated: tuple[str, ...]) -> Scenario:
    spec = parsed.spec
    calendar = build.calendar_of(spec.calendar)
    steps = build.steps_of(spec.steps)
    people, notices = build.people_of(spec.people, steps, calendar.start)
    notices = (
        *notices,
        *holiday_notices(calendar),
        *years_notices(people, calendar),
        *bookings_notices(people, calendar),
    )
    notices = (*notices, *prices.notices_of(spec.costs, spec.services, spec.steps))
    name = FilePath(file).stem
    return Scenario(
        id=name,
        name=spec.name or printable(name),
        question=spec.question or "",
        file=file,
        calendar=calendar,
        replications=spec.replications,
        seed=spec.seed,
        services=build.services_of(spec.services, calendar),
        lists=build.lists_of(spec.lists, spec.services, calendar),
        teams=build.teams_of(spec.teams, calendar),
        steps=tuple(steps.values()),
        people=people,
        census=build.census_of(spec.census),
        costs=prices.costs_of(spec.costs, spec.services),
        changes=tuple(layers.changes),
        notices=(
            *notices,
            *dated,
            *feasibility.unopened_notices(parsed),
            *feasibility.opening_notices(parsed),
            *feasibility.closing_notices(parsed),
            *feasibility.crowded_notices(parsed),
        ),
        files=tuple(files.fingerprints.items()),
    )


# -- a file of which a fit, a sweep, a search or --set moves some values -----------------------------------------------


@dataclass(frozen=True, slots=True)
class Question:
    """A file, and how it is read each time."""

    file: str
    typed: tuple[str, ...] = ()
    replications: int | None = None
    seed: int | None = None

    def read(self, moved: Mapping[str, str] = {}) -> Scenario:
        """The scenario with some values moved, which hold instead of what was typed for the same path."""
        sets = (*still_typed(self.typed, moved), *(f"{path}={text}" for path, text in moved.items()))
        return read_scenario(self.file, sets, self.replications, self.seed)


def still_typed(typed: Iterable[str], moved: Container[str]) -> list[str]:
    """The changes that were typed, without those of a path that is moved; a bare number is moved at `.fixed` of its path."""
    pairs = [(one, one.split("=", 1)[0].strip()) for one in typed]
    return [one for one, path in pairs if path not in moved and f"{path}.fixed" not in moved]


def sets_for_each(files: Sequence[str], sets: Iterable[str]) -> list[tuple[str, ...]]:
    """For each file the changes that it has a value for; a change that none has goes to all, to be refused there."""
    everything = tuple(sets)
    if not everything:
        return [() for _ in files]
    paths = [{value.path for value in read_scenario(file).values} for file in files]
    chosen: list[list[str]] = [[] for _ in files]
    for change in everything:
        path = change.split("=", 1)[0].strip()
        having = [index for index, known in enumerate(paths) if _has(known, path)] or list(range(len(files)))
        for index in having:
            chosen[index].append(change)
    return [tuple(one) for one in chosen]


def _has(known: set[str], path: str) -> bool:
    """Whether a path, or something inside it, or something it is inside of, has a value."""
    return any(one == path or one.startswith(f"{path}.") or path.startswith(f"{one}.") for one in known)


# -- and back: a scenario that extends another -------------------------------------------------------------------------


def as_yaml(text: str) -> str:
    """Text as YAML reads it back, on one line and in whatever script; what cannot be seen is written as an escape."""
    import json

    quoted_text = json.dumps(" ".join(text.split()), ensure_ascii=False)
    return "".join(one if one.isprintable() else f"\\U{ord(one):08X}" for one in quoted_text)


def extending(
    parent: str | FilePath,
    file: FilePath,
    name: str,
    question: str = "",
    change: Iterable[str] = (),
    add: Iterable[str] = (),
) -> list[str]:
    """The lines of a scenario file that extends another: what it is called, and what it says differently."""
    lines = [f"name: {as_yaml(name)}", *([f"question: {as_yaml(question)}"] if question else [])]
    lines.append(f"extends: {as_yaml(_path_from(FilePath(parent), file))}")
    for key, mine in (("change", list(change)), ("add", list(add))):
        lines += [f"{key}:", *(f"  {line}" for line in mine)] if mine else []
    return lines


def _path_from(parent: FilePath, file: FilePath) -> str:
    """The path of a scenario from the folder of a file that extends it."""
    try:
        return FilePath(os.path.relpath(parent.resolve(), file.resolve().parent)).as_posix()
    except ValueError:  # another drive
        return parent.resolve().as_posix()


def comment(words: str) -> str:
    """Words for the end of a line, on one line."""
    return " ".join(words.split())


def short_number(value: float) -> str:
    """A number to four digits, without an exponent."""
    short = f"{value:.4g}"
    return f"{value:.0f}" if "e" in short else short
