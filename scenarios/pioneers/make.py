"""Three pioneer areas with four hospitals: the baseline's area and two more, in which everything is as in the baseline but names and sizes.

    python3 scenarios/pioneers/make.py

writes `three_areas.yaml`, `shared_by_all.yaml` and `../cedarwood_at_scale.yaml`. It copies lines of `baseline.yaml` and `cedarwood.yaml` with their
comments, so that sources stand beside the values here, too. Sizes are in AREAS and SHARED: put yours in their place and run it again.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
SCENARIOS = HERE.parent
OWN = ("home_reablement", "community_beds")  # services that each area has for itself
FIRST = "older_people"  # the baseline's own area
UNITS = {"cedarwood": (FIRST,), "cedarwood_shared": ("south", "north")}  # and the areas that may send people there


@dataclass(frozen=True, slots=True)
class Area:
    """An area beside the baseline's: its hospitals with the percentage of its people that each has, and its places."""

    name: str
    hospitals: Mapping[str, tuple[int, int]]  # beds, and percentage of the arrivals
    arrivals: float
    places: Mapping[str, int]
    why: str

    def called(self, name: str) -> str:
        """The area's own service, list, step or team."""
        return f"{name}_{self.name}"


AREAS = (
    Area(
        "south",
        {"hospital_south": (272, 60), "hospital_coast": (181, 40)},
        32.1,
        {"home_reablement": 92, "community_beds": 38, "hub": 12},
        "assumption: 1.46 times the baseline's, a trust of 730 beds (demand.trust_ga_beds_median) beside one of 500",
    ),
    Area(
        "north",
        {"hospital_north": (155, 100)},
        11.0,
        {"home_reablement": 32, "community_beds": 13, "hub": 4},
        "assumption: half of the baseline's, a hospital of 250 beds",
    ),
)
SHARED = {  # what all areas share: 2.96 times the baseline's, as are their people
    "services.home_care.hours_per_week": "3490",
    "services.care_home_assessment.beds": "77",
}


# -- the text of the baseline --------------------------------------------------------------------------------


def blocks(text: str, indent: int) -> dict[str, list[str]]:
    """The lines of each key that stands at this indentation, its own first."""
    found: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in text.splitlines():
        key = re.match(rf"^ {{{indent}}}([\w.]+):", line)
        if key:
            lines = found[key[1]] = []
        elif line.strip() and len(line) - len(line.lstrip()) < indent:
            lines = []
        lines.append(line)
    return found


def section(text: str, name: str, indent: int = 0) -> str:
    """What stands under a key."""
    return "\n".join(blocks(text, indent)[name][1:]) + "\n"


def in_area(area: Area, line: str) -> str:
    """A line of a journey with the area's own names, its comment as it was."""
    code, mark, comment = line.partition("#")
    code = re.sub(r"\bpathway_([12])\b", rf"pathway_\1_{area.name}", code)
    code = re.sub(r"\bhub\b", area.called("hub"), code)
    code = re.sub(r"\{hospital: 100%\}", lambda _: "{" + ", ".join(_back(area, 100)) + "}", code)
    return code + mark + comment


def _back(area: Area, share: int) -> Iterator[str]:
    for name, (_, part) in area.hospitals.items():
        yield f"{name}: {share * part / 100:g}%"


def visit(area: Area, lines: Sequence[str]) -> Iterator[str]:
    """The lines of one visit; who comes back to hospital comes to each of the area's by its size."""
    for line in lines:
        back = re.match(r"^( +)hospital: \{share: (\d+)%(.*)$", line)
        if back:
            for part in _back(area, int(back[2])):
                name, share = part.split(": ")
                yield f"{back[1]}{name}: {{share: {share}{back[3]}"
        else:
            yield in_area(area, line)


def visits(area: Area, journey: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """All visits of the area's people."""
    for service, lines in journey.items():
        names = area.hospitals if service == "hospital" else [area.called(service) if service in OWN else service]
        for name in names:
            yield from visit(area, [lines[0].replace(f"{service}:", f"{name}:", 1), *lines[1:]])


# -- the three files -----------------------------------------------------------------------------------------


def three_areas(base: str) -> str:
    """Before anything is opened: the areas with what they have and what they share."""
    group = blocks(section(base, "people"), 2)["older_people"]
    journey = blocks(section("\n".join(group), "journey", 4), 6)
    traits = blocks("\n".join(group), 4)["traits"]
    services, steps, prices = (section(base, name) for name in ("services", "steps", "costs"))
    out = [HEAD_OF_AREAS + "change:"]
    out += [
        f"  {path}: {size}   # assumption: 2.96 times the baseline's, as are their people"
        for path, size in SHARED.items()
    ]
    hubs = ", ".join(["hub", *(area.called("hub") for area in AREAS)])
    after = [
        name for name, lines in blocks(steps, 2).items() if any(re.match(r"^    after: hub\b", one) for one in lines)
    ]
    out += [f"  steps.{name}.after: [{hubs}]   # whichever hub is theirs" for name in after]
    out += ["", "add:"]
    for area in AREAS:
        out += [f"  # {area.name}", *_own_services(area, services), *_own_step(area, steps)]
        out += [*_own_prices(area, prices), f"  people.{area.name}:"]
        at = ", ".join(f"{name}: {part}%" for name, (_, part) in area.hospitals.items())
        out += [
            f"    arrives_at: {{{at}}}   # assumption: by beds",
            f"    arrivals_per_day: {area.arrivals:g}   # {area.why}",
        ]
        out += [*traits, "    journey:", *visits(area, journey)]
    return "\n".join(line.rstrip() for line in out) + "\n"


def _own_services(area: Area, text: str) -> Iterator[str]:
    found = blocks(text, 2)
    for name, (beds, _) in area.hospitals.items():
        yield from _sized(found["hospital"], name, beds, area)
    for service in OWN:
        yield from _sized(found[service], area.called(service), area.places[service], area)
    for pathway, member in (("pathway_1", OWN[0]), ("pathway_2", OWN[1])):
        yield f"  lists.{area.called(pathway)}: {{services: [{area.called(member)}]}}"


def _sized(lines: Sequence[str], name: str, size: int, area: Area) -> Iterator[str]:
    yield f"  services.{name}:"
    for line in lines[1:]:
        yield re.sub(r"^(    (?:beds|places)): \d+ *#.*$", rf"\1: {size}   # {area.why}", line)


def _own_step(area: Area, text: str) -> Iterator[str]:
    yield f"  teams.{area.called('hub')}: {{places: {area.places['hub']}}}   # {area.why}"
    for line in blocks(text, 2)["hub"]:
        yield line.replace("  hub:", f"  steps.{area.called('hub')}:").replace(
            "team: hub", f"team: {area.called('hub')}"
        )


def _own_prices(area: Area, text: str) -> Iterator[str]:
    found = blocks(section(text, "services", 2), 4)
    for service, name in (*(("hospital", one) for one in area.hospitals), *((one, area.called(one)) for one in OWN)):
        yield f"  costs.services.{name}:"
        yield from (line[2:] for line in found[service][1:])


# -- the units -----------------------------------------------------------------------------------------------


def in_each(unit: str) -> str:
    """Who opens what: a unit for the first area, and one that the other two share."""
    out = [HEAD_OF_UNITS + "change:", *_lists({group: [name] for name, groups in UNITS.items() for group in groups})]
    out += ["", "add:"]
    for name, groups in UNITS.items():
        out += [f"  services.{name}:", *blocks(unit, 2)["services.cedarwood"][1:]]
        out += [line for group in groups for line in _unit_visit(unit, name, group)]
        out += [f"  costs.services.{name}:", *blocks(unit, 2)["costs.services.cedarwood"][1:]]
    return "\n".join(out).rstrip() + "\n"


def shared_by_all(unit: str) -> str:
    """The same units, each open to everybody; one's own area's first."""
    every = (FIRST, *(area.name for area in AREAS))
    opens = {group: sorted(UNITS, key=lambda name, group=group: group not in UNITS[name]) for group in every}
    out = [HEAD_OF_ALL + "change:", *_lists(opens), "", "add:"]
    for name, groups in UNITS.items():
        out += [line for group in every if group not in groups for line in _unit_visit(unit, name, group)]
    return "\n".join(out).rstrip() + "\n"


def _lists(opens: Mapping[str, Sequence[str]]) -> Iterator[str]:
    names = {area.name: area for area in AREAS}
    for group, units in opens.items():
        for pathway, own in (("pathway_1", OWN[0]), ("pathway_2", OWN[1])):
            listed, first = (names[group].called(one) if group in names else one for one in (pathway, own))
            yield f"  lists.{listed}.services: [{', '.join([first, *units])}]   # assumption: the existing places first"


def _unit_visit(unit: str, name: str, group: str) -> Iterator[str]:
    lines = blocks(unit, 2)[f"people.{FIRST}.journey.cedarwood"][1:]
    yield f"  people.{group}.journey.{name}:"
    area = next((one for one in AREAS if one.name == group), None)
    yield from lines if area is None else visit(area, lines)


HEAD_OF_AREAS = """\
# yaml-language-server: $schema=../scenario.schema.json
#
# Made by make.py from ../baseline.yaml: change the sizes there.
#
# Three areas of integrated care pioneers (pioneer.areas: 14 in the first wave) have four hospitals. The first is the
# baseline's, a hospital of 500 beds. The south is a trust of 730 beds on two sites, whose people come back to either
# by its size. The north is a hospital of 250. Each has its own transfer hub, reablement at home and community beds.
# They share home care, whose agencies work in all three, and assessment beds in care homes. Everything else is the
# baseline's for each area: what people need, how long they stay, steps and prices. The sizes are not those of real
# areas.
#
# What it cannot show: people who are sent to another area's hospital, and areas whose people are older or poorer than
# the next.

name: Three pioneer areas with four hospitals
question: Where do people wait in three areas that share home care and care homes?
extends: ../baseline.yaml

"""
HEAD_OF_UNITS = """\
# yaml-language-server: $schema=scenario.schema.json
#
# Made by pioneers/make.py from baseline.yaml and cedarwood.yaml: change the sizes there.
#
# Cedarwood at scale has 29 beds in the first of three pioneer areas, and 29 beds that the other two areas, with three
# hospitals, share. Compare it with pioneers/three_areas.yaml, where no area has any. Each hospital has its own line,
# and the use of shared services is shown by where people came from. pioneers/shared_by_all.yaml opens both units to
# everybody. Beds only cure waits for beds, so look at how full each unit is before you count its cost.
#
# What it cannot show: people and families who will not go to the next area, and ambulances that take them there.

name: Cedarwood at scale, two units for three areas
question: What do a reablement unit in one area and one that two areas share do for four hospitals?
extends: pioneers/three_areas.yaml

"""
HEAD_OF_ALL = """\
# yaml-language-server: $schema=../scenario.schema.json
#
# Made by make.py from ../cedarwood.yaml: change the sizes there.
#
# The same 58 beds have the same price, but each unit is open to all three areas: people take a bed in their own
# area's unit first. Compare with ../cedarwood_at_scale.yaml.

name: Cedarwood at scale, both units open to all three areas
question: What would it add if all areas shared both units?
extends: ../cedarwood_at_scale.yaml

"""


def texts() -> dict[Path, str]:
    """Each file that is made, and what stands in it."""
    base, unit = ((SCENARIOS / name).read_text(encoding="utf-8") for name in ("baseline.yaml", "cedarwood.yaml"))
    return {
        HERE / "three_areas.yaml": three_areas(base),
        SCENARIOS / "cedarwood_at_scale.yaml": in_each(unit),
        HERE / "shared_by_all.yaml": shared_by_all(unit),
    }


if __name__ == "__main__":
    for file, text in texts().items():
        file.write_text(text, encoding="utf-8")
