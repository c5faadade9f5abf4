"""The national example: forty hospitals in twelve counties, made from two tables and the calibrated baseline.

    python3 scenarios/national/make.py

writes `national.yaml`, and `unit_in_every_county.yaml` that extends it, beside the tables. Every name and number in
the tables is invented; put your own in their place and run it again. Each hospital has its own beds and people;
the hospitals of a county share its transfer hub, reablement at home, home care, assessment beds and community beds. What
the people need and how long they stay is the baseline's; of its traits those are kept that decide where people go, and
shares that depend on another trait become their averages.
"""

import csv
import sys
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))

BASELINE = HERE.parent / "baseline.yaml"
CEDARWOOD = HERE.parent / "cedarwood.yaml"
KEPT = ("need", "lasting", "course")  # traits
GROUP = "older_people"
OF_HOSPITAL = "hospital"
SHARED = {  # in the baseline, a column of counties.csv, and the key that it stands for
    "home_reablement": ("reablement_places", "places"),
    "home_care": ("home_care_hours", "hours_per_week"),
    "care_home_assessment": ("assessment_beds", "beds"),
    "community_beds": ("community_beds", "beds"),
}
LISTS = ("pathway_1", "pathway_2")
HUB = "hub"  # a step and its team
PARTS = 1_000_000  # of the whole: how finely shares are written
HEAD = "# Made by make.py from hospitals.csv and counties.csv: an invented country. Change the tables, not this file.\n"

Tree = dict[str, Any]
Row = Mapping[str, str]


# -- shares --------------------------------------------------------------------------------------------------


def share_of(text: object) -> Fraction:
    """`7%` as a fraction."""
    return Fraction(str(text).rstrip("%")) / 100


def percent(share: Fraction) -> str:
    """A fraction of whole parts as `12.34%`."""
    return f"{float(share * 100):.4f}".rstrip("0").rstrip(".") + "%"


def parts_of(whole: Fraction, weights: Sequence[Fraction]) -> list[Fraction]:
    """A share parted by these weights, each rounded so that they add up to it exactly."""
    total, bounds, done = sum(weights), [Fraction(0)], Fraction(0)
    for weight in weights:
        done += weight
        bounds.append(Fraction(round(whole * done / total * PARTS), PARTS))
    bounds[-1] = whole
    return [high - low for low, high in zip(bounds, bounds[1:], strict=False)]


def people_of(traits: Tree) -> list[tuple[dict[str, str], Fraction]]:
    """Every combination of levels that the baseline's people may come with, and its share."""
    found: list[tuple[dict[str, str], Fraction]] = [({}, Fraction(1))]
    for trait, shares in traits.items():
        found = [
            ({**levels, trait: level}, share * part)
            for levels, share in found
            for level, part in _levels(shares, levels)
            if part
        ]
    return found


def _levels(shares: Any, levels: Mapping[str, str]) -> list[tuple[str, Fraction]]:
    while isinstance(shares, dict) and "by" in shares:
        level = levels[shares["by"]]
        shares = shares.get(level, shares.get("else"))
    if not isinstance(shares, dict):  # short for yes and no
        shares = {"yes": shares, "no": percent(1 - share_of(shares))}
    return [(level, share_of(part)) for level, part in shares.items()]


def averaged(value: Any, known: Mapping[str, str], people: Sequence[tuple[dict[str, str], Fraction]]) -> Any:
    """A value without the traits that are left out: shares by their level become the average of who is meant."""
    if isinstance(value, list):
        return [averaged(one, known, people) for one in value]
    if not isinstance(value, dict):
        return value
    trait = value.get("by")
    if trait is None:
        return {key: averaged(one, known, people) for key, one in value.items()}
    if trait in KEPT:
        inside = {key: ({**known, trait: key} if key != "else" else known) for key in value}
        return {key: one if key == "by" else averaged(one, inside[key], people) for key, one in value.items()}
    meant = [(levels, share) for levels, share in people if known.items() <= levels.items()]
    total = sum(share for _, share in meant)
    mean = sum(share * share_of(value.get(levels[trait], value.get("else"))) for levels, share in meant) / total
    return percent(Fraction(round(mean * PARTS), PARTS))


def kept_traits(traits: Tree) -> Tree:
    """The traits that decide where people go; the needs as the averages of everybody."""
    needs: dict[str, Fraction] = {}
    for levels, share in people_of({name: traits[name] for name in traits if name not in KEPT[1:]}):
        needs[levels["need"]] = needs.get(levels["need"], Fraction(0)) + share
    shares = parts_of(Fraction(1), list(needs.values()))
    found = {"need": {level: percent(share) for level, share in zip(needs, shares, strict=True)}}
    return found | {name: traits[name] for name in KEPT[1:]}


# -- names ---------------------------------------------------------------------------------------------------


class County:
    """A county: what its services are called, and its hospitals with the part of its people that each has."""

    def __init__(self, row: Row, hospitals: Sequence[Row]) -> None:
        self.row, self.name, self.hospitals = row, row["county"], hospitals
        self.arrivals = [Fraction(one["arrivals_a_day"]) for one in hospitals]
        self.shares = parts_of(Fraction(1), self.arrivals)

    def called(self, name: str) -> str:
        """The county's own service, list or step, or that of the whole country."""
        return f"{name}_{self.name}" if name in (*SHARED, *LISTS, HUB) else name

    def routes(self, then: Tree) -> Tree:
        """Routes to the county's own places; who comes back to hospital comes to each by its size."""
        if "by" in then:
            return {key: one if key == "by" else self.routes(one) for key, one in then.items()}
        found: Tree = {}
        for to, route in then.items():
            if to != OF_HOSPITAL:
                found[self.called(to)] = self.route(route)
                continue
            whole = share_of(route["share"] if isinstance(route, dict) else route)
            parts = parts_of(whole, self.arrivals)
            for hospital, part in zip(self.hospitals, parts, strict=True):
                share = {"share": percent(part)}
                found[hospital["hospital"]] = {**route, **share} if isinstance(route, dict) else percent(part)
        return found

    def route(self, route: Any) -> Any:
        """One route, whose steps and ways out are the county's."""
        if not isinstance(route, dict):
            return route
        found = dict(route)
        if "otherwise" in found:
            found["otherwise"] = self.called(found["otherwise"])
        if "may_join" in found:
            after, name = found["may_join"].split()
            found["may_join"] = f"{after} {self.called(name)}"
        if "steps" in found:
            found["steps"] = [self.called(one) if isinstance(one, str) else one for one in found["steps"]]
        return found

    def visits(self, journey: Tree) -> Iterator[tuple[str, Tree]]:
        """The journey of the county's people: a visit to each of its hospitals, and to each other service once."""
        for service, visit in journey.items():
            mine = {**visit, "then": self.routes(visit["then"])} if "then" in visit else visit
            if service == OF_HOSPITAL:
                yield from ((one["hospital"], mine) for one in self.hospitals)
            else:
                yield self.called(service), mine


# -- the scenario --------------------------------------------------------------------------------------------


def national(base: Tree, counties: Sequence[County]) -> Tree:
    """The whole scenario."""
    (group,) = base["people"].values()
    people = people_of(group["traits"])
    journey = averaged(group["journey"], {}, people)
    traits = kept_traits(group["traits"])
    size = sum(sum(county.arrivals) for county in counties)
    hospitals = sum(len(county.hospitals) for county in counties)
    return {
        "name": f"{hospitals} hospitals in {len(counties)} counties, an invented country",
        "question": f"Where do people wait, of {float(size):,.0f} of 65 and over who come to hospital a day?",
        "calendar": base["calendar"],
        "replications": base["replications"],
        "seed": base["seed"],
        "services": services(base["services"], counties),
        "lists": {
            county.called(name): {"services": [county.called(one) for one in base["lists"][name]["services"]]}
            for county in counties
            for name in LISTS
        },
        "teams": {county.called(HUB): {"places": county.row["hub_places"]} for county in counties},
        "steps": steps(base["steps"], counties),
        "people": {
            county.name: {
                "arrives_at": {
                    one["hospital"]: percent(share) for one, share in zip(county.hospitals, county.shares, strict=True)
                },
                "arrivals_per_day": f"{float(sum(county.arrivals)):.10g}",
                "traits": traits,
                "journey": dict(county.visits(journey)),
            }
            for county in counties
        },
        "costs": {**base["costs"], "services": costs(base["costs"]["services"], counties)},
    }


def services(base: Tree, counties: Sequence[County]) -> Tree:
    """The hospitals, then the county's services, then those of the whole country, which have no limit."""
    found: Tree = {}
    for county in counties:
        for one in county.hospitals:
            found[one["hospital"]] = {**base[OF_HOSPITAL], "beds": one["beds"]}
    for county in counties:
        for name, (column, key) in SHARED.items():
            found[county.called(name)] = {**base[name], key: county.row[column]}
    return found | {name: one for name, one in base.items() if name not in (*SHARED, OF_HOSPITAL)}


def steps(base: Tree, counties: Sequence[County]) -> Tree:
    """The hub's step once a county, with the county's team; whatever comes after it comes after the county's."""
    hubs = [county.called(HUB) for county in counties]
    found: Tree = {name: {**base[HUB], "team": name} for name in hubs}
    for name, step in base.items():
        if name != HUB:
            found[name] = {**step, "after": hubs} if step.get("after") == HUB else step
    return found


def costs(base: Tree, counties: Sequence[County]) -> Tree:
    """Every price of the baseline for each service that stands in its place."""
    found: Tree = {one["hospital"]: base[OF_HOSPITAL] for county in counties for one in county.hospitals}
    found |= {county.called(name): base[name] for county in counties for name in SHARED if name in base}
    return found | {name: one for name, one in base.items() if name not in (*SHARED, OF_HOSPITAL)}


def unit_in_every_county(
    unit: Tree, people: Sequence[tuple[dict[str, str], Fraction]], counties: Sequence[County]
) -> Tree:
    """Cedarwood's unit in each county, for the people of all its hospitals."""
    added: Tree = unit["add"]
    visit = averaged(added[f"people.{GROUP}.journey.cedarwood"], {}, people)
    change: Tree = {}
    add: Tree = {}
    for county in counties:
        name = f"cedarwood_{county.name}"
        for one in LISTS:
            members = unit["change"][f"lists.{one}.services"]
            change[f"lists.{county.called(one)}.services"] = [
                name if member == "cedarwood" else county.called(member) for member in members
            ]
        add[f"services.{name}"] = added["services.cedarwood"]
        add[f"people.{county.name}.journey.{name}"] = {**visit, "then": county.routes(visit["then"])}
        add[f"costs.services.{name}"] = added["costs.services.cedarwood"]
    return {
        "name": f"A unit of {added['services.cedarwood']['beds']} reablement beds in every county",
        "question": "Where does a Cedarwood in every county help most?",
        "extends": "national.yaml",
        "change": change,
        "add": add,
    }


def tables(folder: Path = HERE) -> list[County]:
    """The counties with their hospitals, as the two tables give them."""
    rows: dict[str, list[Row]] = {}
    for name in ("hospitals", "counties"):
        with (folder / f"{name}.csv").open(encoding="utf-8-sig", newline="") as lines:
            rows[name] = list(csv.DictReader(lines))
    return [
        County(row, [one for one in rows["hospitals"] if one["county"] == row["county"]]) for row in rows["counties"]
    ]


def main(argv: Sequence[str]) -> int:
    """Write both scenarios beside the tables, or into the folder that is named."""
    import yaml  # here: the front door has installed it by now

    folder = Path(argv[0]) if argv else HERE
    base, unit = (yaml.load(file.read_text(encoding="utf-8"), yaml.BaseLoader) for file in (BASELINE, CEDARWOOD))
    counties = tables(folder if (folder / "counties.csv").exists() else HERE)
    people = people_of(base["people"][GROUP]["traits"])
    for name, tree in (
        ("national", national(base, counties)),
        ("unit_in_every_county", unit_in_every_county(unit, people, counties)),
    ):
        text = yaml.dump(
            tree, Dumper=_plain(yaml), sort_keys=False, width=160, default_flow_style=None, allow_unicode=True
        )
        (folder / f"{name}.yaml").write_text(HEAD + text, encoding="utf-8")
        print(f"{folder / name}.yaml: {len(text):,} bytes, {sum(len(one.hospitals) for one in counties)} hospitals")
    return 0


def _plain(yaml: Any) -> Any:
    """A writer of text as it is, without anchors, which no scenario may have."""

    class Plain(yaml.SafeDumper):  # type: ignore[misc]
        yaml_implicit_resolvers: dict[str, object] = {}  # noqa: RUF012 - nothing is anything but text

        def ignore_aliases(self, data: object) -> bool:
            return True

    return Plain


if __name__ == "__main__":
    try:
        import run_sim
    except ModuleNotFoundError:  # installed by pip, where all that is needed is there
        sys.exit(main(sys.argv[1:]))
    sys.exit(run_sim.enter(sys.argv[1:], __file__, main, []))
