"""A first scenario of one organisation: the two-age-group baseline, changed by what is published of it.

Published figures are of all adults. The baseline has two age groups, and everything published changes both of them alike: that
is an assumption, and every line says so. What is not published (how many places there are outside hospital) grows
with those who need it.

docs/published-files.md gives the reason for each conversion.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from sim.home import HOME
from sim.inputs.loading import extending, read_scenario
from sim.inputs.provenance import FROM_OWN_FILE
from sim.own_data.preset import Known, Preset
from sim.own_data.writing import comment, number

PARENT = "scenarios/variants/all_adults.yaml"
MARK = "# Made from published files by `"
GROUPS = ("older_people", "younger_people")
# Of the two-age-group baseline and of England, all adults: rows of docs/evidence/parameters.csv.
DISCHARGES_A_DAY = 63.7  # demand.dgh_discharges_500bed
OCCUPIED = 0.93 * 500  # acute.occupancy_ga times 500 beds
DELAY_NIGHTS = 0.138 * 6.1  # delay.share_patients_delayed times delay.mean_days_if_delayed
PATHWAY_SHARES = (0.852, 0.099, 0.032, 0.0173)  # path.actual_p0 to path.actual_p3
PATHWAY_OF_NEED = {"reablement": 1, "home_care": 1, "community_health": 1, "bed": 2, "care_home": 3}
SERVICES = {  # outside hospital, and the pathway that leads there; the hub sees who needs any of them
    "services.home_reablement.places": (1,),
    "services.home_care.hours_per_week": (1,),
    "services.community_beds.beds": (2,),
    "services.care_home_assessment.beds": (3,),
    "teams.hub.places": (1, 2, 3),
}
PLAUSIBLE = (0.5, 2.0)  # times the baseline's days: beyond that the files are of different things


@dataclass(frozen=True, slots=True)
class Line:
    """One value of the scenario, and where it is from."""

    path: str
    value: str
    why: str
    is_new: bool = False  # the baseline says nothing there


def lines_of(preset: Preset) -> list[Line]:
    """What the scenario says differently from the baseline, in its order."""
    stated = {value.path: value.text for value in read_scenario(str(HOME / PARENT)).values}
    beds, discharges = preset.known.get("beds_available"), preset.known.get("discharges_a_day")
    found: list[Line] = []
    if beds:
        why = f"{beds.source}; general and acute, overnight, those of children among them"
        found.append(Line("services.hospital.beds", f"{beds.value:.0f}", why))
    if discharges:
        found += _arrivals(stated, discharges)
        found += _stays(preset, discharges)
        found += _services(stated, preset, discharges)
    found += _needs(stated, preset)
    return found


def assumptions_of(preset: Preset) -> list[str]:
    """The conversions, as sentences for the screen."""
    discharges, found = preset.known.get("discharges_a_day"), []
    if discharges:
        times = discharges.value / DISCHARGES_A_DAY
        found.append(
            f"Age: published figures are of all adults. Of {discharges.value:.1f} discharges a day as many are of people of 65 and "
            f"over as in the baseline (22 of 57 arrivals): both groups' arrivals are {times:.3g} times the baseline's."
        )
    if discharges and "beds_occupied" in preset.known and "delay_nights" in preset.known:
        found.append(
            "Days to ready: people in beds divided by discharges a day, less the nights of delay, beside the same of the baseline; "
            "the same factor for both age groups."
        )
    if preset.shares:
        base = "England in the same file" if preset.shares_of_england else "England (path.actual_p0 to path.actual_p3)"
        found.append(
            f"Needs: who left on a pathway, beside {base}; the same factor for both age groups, as if as many of those who need a "
            "pathway got it as in the baseline."
        )
    if discharges:
        found.append(
            "Places outside hospital are not published by hospital: they are the baseline's, times discharges and pathway. "
            "Put your own in (docs/bcf-plan.md)."
        )
    return found


def _arrivals(stated: Mapping[str, str], discharges: Known) -> Iterator[Line]:
    times = discharges.value / DISCHARGES_A_DAY
    for group in GROUPS:
        path = f"people.{group}.arrivals_per_day"
        why = f"assumption: {times:.4g} times the baseline's {stated[path]}, as {discharges.value:.4g} discharges a day of all adults are of {DISCHARGES_A_DAY}; {discharges.source}"
        yield Line(path, number(float(stated[path]) * times), why)


def _stays(preset: Preset, discharges: Known) -> Iterator[Line]:
    """Little's law: people in beds are discharges a day times days each; the days of delay come out of the model."""
    occupied, delay = preset.known.get("beds_occupied"), preset.known.get("delay_nights")
    if not occupied or not delay:
        return
    mine = occupied.value / discharges.value - delay.value
    times = mine / (OCCUPIED / DISCHARGES_A_DAY - DELAY_NIGHTS)
    if not PLAUSIBLE[0] <= times <= PLAUSIBLE[1]:
        preset.figures.untold.append(
            f"Days to ready: {mine:.1f} would be {times:.2g} times the baseline's; the files are not of the same hospital or people"
        )
        return
    why = f"assumption: {mine:.3g} days to ready ({occupied.value:.4g} people in beds / {discharges.value:.4g} discharges a day - {delay.value:.2g} nights of delay) beside the baseline's {mine / times:.3g}; {occupied.source}"
    for group in GROUPS:
        yield Line(f"people.{group}.journey.hospital.stay_times", number(times), why, is_new=True)


def _times_of_pathways(preset: Preset) -> dict[int, float]:
    """By pathway, how many times as many leave on it as in England."""
    if not preset.shares:
        return {}
    england = preset.shares_of_england or PATHWAY_SHARES
    return {pathway: preset.shares[pathway] / england[pathway] for pathway in range(4) if england[pathway]}


def _services(stated: Mapping[str, str], preset: Preset, discharges: Known) -> Iterator[Line]:
    size, england = discharges.value / DISCHARGES_A_DAY, preset.shares_of_england or PATHWAY_SHARES
    for path, pathways in SERVICES.items():
        times, words = size, f"{size:.3g} times the baseline's {stated[path]}, as discharges"
        if preset.shares:
            more = sum(preset.shares[pathway] for pathway in pathways) / sum(england[pathway] for pathway in pathways)
            times, words = (
                size * more,
                f"{size * more:.3g} times the baseline's {stated[path]}, as discharges and their pathways",
            )
        value = float(stated[path]) * times
        yield Line(path, str(max(1, round(value))), f"assumption: {words}; not published")


def _needs(stated: Mapping[str, str], preset: Preset) -> Iterator[Line]:
    """The shares of needs of each kind of person: those of a pathway times what the organisation has more of it, the rest none."""
    times, known = _times_of_pathways(preset), preset.known.get("pathways")
    if not times or not known:
        return
    words = ", ".join(f"{times[pathway]:.3g} times on pathway {pathway}" for pathway in (1, 2, 3))
    why = f"assumption: the baseline's, {words}; {known.source}"
    for group in GROUPS:
        start = f"people.{group}.traits.need."
        for branch in sorted(
            {path.rpartition(".")[0] for path in stated if path.startswith(start) and path.endswith(".none")}
        ):
            shares = {need: float(stated[f"{branch}.{need}"].rstrip("%")) for need in ("none", *PATHWAY_OF_NEED)}
            mine = {need: round(shares[need] * times[pathway], 2) for need, pathway in PATHWAY_OF_NEED.items()}
            none = round(100 - sum(mine.values()), 2)
            if none < 0:
                preset.figures.untold.append(
                    "Needs: more people than there are would need care; the pathways are left as they are"
                )
                return
            parts = ", ".join(f"{need}: {share:.6g}%" for need, share in {"none": none, **mine}.items())
            yield Line(branch, f"{{{parts}}}", why)


def scenario_text(preset: Preset, file: Path, command: str) -> str:
    """The scenario as a file."""
    lines = lines_of(preset)
    name = f"{preset.organisation} {preset.name}".strip()
    change, add = (
        [f"{line.path}: {line.value}  # {comment(line.why)}{FROM_OWN_FILE}" for line in lines if line.is_new == is_new]
        for is_new in (False, True)
    )
    question = "Does the model show what is published of this organisation?"
    said = [
        f"{MARK}{command}`.",
        "# A first scenario, to be calibrated and corrected. Published figures are of all adults; what is converted says: assumption.",
        *(f"# {comment(sentence)}" for sentence in assumptions_of(preset)),
        *extending(HOME / PARENT, file, f"{name}, from published figures", question, change, add),
    ]
    return "\n".join(said) + "\n"
