"""Every lever beside its baseline, person by person: at size nought nothing differs, more does more until it is enough, and each has a price.

Saturation: of places, teams and days more changes nothing from some size on. Shares have their ends at 0% and 100%, and doors and weeks have seven days.
"""

import csv
import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from sim.inputs.catalogue_page import shipped
from sim.inputs.loading import read_scenario, read_together
from sim.results.comparison.findings import is_lever
from sim.runs.collecting import changes_between
from sim.studies.break_even import read_effects
from tests.scenarios.people import BASELINE, left_hospital, marked, nights_saved, stay_days
from tests.scenarios.runs import SCENARIOS, scenario_of

NO_SYSTEMS = (BASELINE, "template.yaml", "today_census.yaml", "winter.yaml")  # other numbers, people or days
TRAITS = "people.older_people.traits"
SIX_DAYS = "{days: [mon, tue, wed, thu, fri, sat], from: 08:00, to: 20:00}"
FIVE_DAYS = "{days: [mon, tue, wed, thu, fri], from: 08:00, to: 20:00}"


def worked(mean: float, sd: float) -> str:
    """So many working days."""
    return f"takes_working_days: {{lognormal: {{mean: {mean}, sd: {sd}}}}}"


EQUIPMENT = f"reason: equipment, share: 2.8%, {worked(7, 7)}, after: hub"
AT_NOUGHT = {
    "cedarwood.yaml": ["services.cedarwood.beds=0"],
    "step_down_flats.yaml": ["services.step_down_flats.places=0"],
    "handrails.yaml": ["people.older_people.prevented_share.yes=0%"],
    "befriending.yaml": [f"{TRAITS}.befriended.alone=0%", f"{TRAITS}.befriended.with_others=0%"],
    "micro_providers/activity.yaml": [f"{TRAITS}.personal_budget.home_care=0%", f"{TRAITS}.takes_part.else=0%"],
    "adaptations_fast_track.yaml": [
        f"steps.equipment={{{EQUIPMENT}}}",
        "steps.adaptation={reason: housing_adaptation, takes_days: {lognormal: {mean: 16, sd: 16}}, after: hub}",
    ],
    "levers/seven_day_ward_process.yaml": [
        "services.hospital.review={from: 10:00, to: 14:00, chance_by_weekday: {sat: 98%, sun: 95%}}",
        f"steps.hub={{reason: hub_assessment, team: hub, share: 28.4%, {worked(1.7, 6)}}}",
        f"steps.process_before_home={{reason: hospital_process, share: 6.6%, {worked(3.6, 14)}}}",
        f"steps.process={{reason: hospital_process, share: 16%, {worked(4.1, 16)}, after: hub}}",
    ],
    "planning_from_admission.yaml": [
        "steps.hub.starts.days_before_ready=0",
        "steps.choice.starts=when_ready",
        "steps.home_readiness.starts.days_before_ready=0",
    ],
    "weekend_acceptance.yaml": [
        f"services.home_reablement.admission_hours={SIX_DAYS}",
        f"services.community_beds.admission_hours={SIX_DAYS}",
        f"services.care_home_assessment.admission_hours={FIVE_DAYS}",
    ],
    "continuing_care.yaml": ["steps.funding.share=2%"],
    "micro_providers.yaml": [f"{TRAITS}.personal_budget.home_care=0%"],
    "micro_providers/sooner.yaml": [f"{TRAITS}.personal_budget.home_care=0%"],
    "co_located_team.yaml": [f"{TRAITS}.on_the_books.else.yes.yes=0%", f"{TRAITS}.on_the_books.else.yes.no=100%"],
    "co_located_team/faster_assessments.yaml": [
        f"{TRAITS}.on_the_books.else.yes.yes=0%",
        f"{TRAITS}.on_the_books.else.yes.no=100%",
    ],
    "pooled_fund/buys_reablement.yaml": ["services.home_reablement.places=63"],
    "levers/pathway_decision.yaml": [f"{TRAITS}.decided.bed.home_first=0%", f"{TRAITS}.decided.bed.as_today=100%"],
    "levers/hub_staffing.yaml": ["teams.hub.places=8"],
    "levers/virtual_ward.yaml": [f"{TRAITS}.virtual.none=0%"],
    "levers/urgent_community_response.yaml": ["people.older_people.prevented_share.none=0%"],
    "levers/home_care_hours.yaml": ["services.home_care.hours_per_week=1180"],
    "levers/trusted_assessor.yaml": ["steps.arrange_care_home.share=80%"],
    "levers/carers.yaml": [f"{TRAITS}.carer.with_others.bridges=0%", f"{TRAITS}.carer.with_others.other=50%"],
}
TOO_RARE = ("continuing_care.yaml",)  # 2% of pathway 3: nobody in these days; its twins have one in ten
ENOUGH = {  # the setting, and two sizes that are both more than anybody can use
    "cedarwood.yaml": "services.cedarwood.beds",
    "step_down_flats.yaml": "services.step_down_flats.places",
    "planning_from_admission.yaml": "steps.hub.starts.days_before_ready",
    "adaptations_fast_track.yaml": "teams.fitters.places",
    "micro_providers.yaml": "services.micro_providers.places",
    "pooled_fund/buys_reablement.yaml": "services.home_reablement.places",
    "levers/hub_staffing.yaml": "teams.hub.places",
    "levers/virtual_ward.yaml": "services.virtual_ward.places",
    "levers/home_care_hours.yaml": "services.home_care.hours_per_week",
}
MARKED = {  # the trait that says who is helped, its level, and the least mean of nights by which they leave sooner
    "micro_providers/sooner.yaml": ("personal_budget", "yes", 0.2),
    "co_located_team.yaml": ("on_the_books", "yes", 0.05),
    "co_located_team/faster_assessments.yaml": ("on_the_books", "yes", 0.1),
    "levers/pathway_decision.yaml": ("decided", "home_first", 0.0),
    "levers/virtual_ward.yaml": ("virtual", "yes", 2.0),
    "levers/carers.yaml": ("carer", "bridges", 0.0),
}
SOONER = (
    sorted(  # all but those whose effect on everybody is less than one year's luck: they are told by whom they mark
        {
            "levers/carers.yaml",
            "levers/pathway_decision.yaml",
            "levers/virtual_ward.yaml",
            "adaptations_fast_track.yaml",
            "cedarwood.yaml",
            "levers/hub_staffing.yaml",
            "levers/seven_day_ward_process.yaml",
            "levers/trusted_assessor.yaml",
            "planning_from_admission.yaml",
            "pooled_fund/buys_reablement.yaml",
            "step_down_flats.yaml",
            "weekend_acceptance.yaml",
        }
    )
)
VARIANTS_OF = ("micro_providers/sooner", "co_located_team/")  # the file that they extend says it
NOT_MEASURED = ("micro_providers.yaml", "co_located_team.yaml", "everything_together/home_care.yaml")
REFUSED, JOINED_UP = "trusted_assessor/referrals_refused.yaml", "trusted_assessor/fewer_refused.yaml"
LEVERS = sorted({*AT_NOUGHT, *ENOUGH, *MARKED, JOINED_UP, "levers/seven_day_ward_process.yaml"})


@pytest.mark.slow
@pytest.mark.parametrize("file", AT_NOUGHT)
def test_at_size_nought_everybody_leaves_hospital_as_in_the_baseline(file: str) -> None:
    assert left_hospital(file, *AT_NOUGHT[file]) == left_hospital(BASELINE)


@pytest.mark.slow
@pytest.mark.parametrize("file", [file for file in AT_NOUGHT if file not in TOO_RARE])
def test_at_its_own_size_it_changes_something(file: str) -> None:
    assert left_hospital(file) != left_hospital(BASELINE)


@pytest.mark.slow
@pytest.mark.parametrize("file", ENOUGH)
def test_beyond_enough_more_changes_nothing(file: str) -> None:
    much, more = (left_hospital(file, f"{ENOUGH[file]}={size}") for size in (5_000, 9_000))
    assert much == more


@pytest.mark.slow
@pytest.mark.parametrize("file", SOONER)
def test_the_same_people_leave_sooner_rather_than_later(file: str) -> None:
    saved = np.array(list(nights_saved(file).values()))
    assert saved.sum() > 0
    assert (saved > 0).sum() > (saved < 0).sum()


@pytest.mark.slow
@pytest.mark.parametrize("file", MARKED)
def test_those_whom_a_lever_is_about_leave_sooner(file: str) -> None:
    trait, level, least = MARKED[file]
    saved, whom = nights_saved(file), marked(file, trait, level)
    helped = [nights for person, nights in saved.items() if person in whom]
    others = [nights for person, nights in saved.items() if person not in whom]
    assert len(helped) > 3
    assert np.mean(helped) > least
    assert abs(np.mean(others)) < 0.2


@pytest.mark.slow
def test_rails_prevent_falls_and_nothing_else() -> None:
    came, come = (set(left_hospital(file)) for file in (BASELINE, "handrails/optimistic.yaml"))
    fell = marked(BASELINE, "fell", "yes")
    gone = came - come
    assert len(gone - fell) < 0.02 * len(came)  # a few had not yet left hospital at the end, in one of the two
    assert 0.25 < len(gone & fell) / len(came & fell) < 0.5  # 38%


@pytest.mark.slow
@pytest.mark.parametrize(
    ("file", "trait", "effect", "share"),
    [
        ("befriending/ten_to_one.yaml", "befriended", "prevented_share.yes", 0.9),
        ("co_located_team.yaml", "on_the_books", "prevented_share.yes", 0.5),
        ("micro_providers/activity.yaml", "takes_part", "prevented_share.yes.yes", 1.0),
    ],
)
def test_prevention_is_of_those_who_are_reached_and_of_nobody_else(
    file: str, trait: str, effect: str, share: float
) -> None:
    none, some = (f"people.older_people.{effect}={part:.0%}" for part in (0, share))
    reached = marked(file, trait, "yes", sets=(none,)) & set(left_hospital(file, none))
    gone = set(left_hospital(file, none)) - set(left_hospital(file, some))
    fallers = marked(file, "fell", "yes", sets=(none,)) if trait == "takes_part" else reached
    assert len(reached & fallers) > 10
    assert len(gone & reached & fallers) / len(reached & fallers) == pytest.approx(share, abs=0.15)
    assert len(gone - reached) < 0.005 * len(left_hospital(file, none))  # not yet left at the end, in one of the two


@pytest.mark.slow
def test_a_decision_in_the_care_home_ends_in_the_same_homes_and_frees_the_hospital() -> None:
    hospital, later = "continuing_care/disputed_one_in_ten.yaml", "continuing_care/one_in_ten_funded_first.yaml"
    before, after = left_hospital(hospital), left_hospital(later)
    sooner = [before[one] - after[one] for one in before.keys() & after.keys()]
    assert sum(sooner) > 0
    assert marked(hospital, "eligible", "yes") == marked(later, "eligible", "yes") != set()


AS_MANY_ASSESSED = "steps.arrange_care_home.share=80%"


@pytest.mark.slow
def test_where_as_many_are_refused_and_assessed_everybody_leaves_hospital_as_in_the_twin() -> None:
    assert left_hospital(JOINED_UP, AS_MANY_ASSESSED) == left_hospital(REFUSED)
    assert left_hospital(JOINED_UP) != left_hospital(REFUSED)


@pytest.mark.slow
def test_those_whom_no_home_refuses_any_more_leave_sooner_and_only_they_are_looked_for_again() -> None:
    nobody = (AS_MANY_ASSESSED, f"{TRAITS}.refused.care_home=0%")
    before, after = left_hospital(REFUSED), left_hospital(JOINED_UP, *nobody)
    refused = marked(REFUSED, "refused", "yes")
    assert refused <= marked(REFUSED, "need", "care_home")
    assert marked(JOINED_UP, "refused", "yes", sets=nobody) == set()
    saved = {person: (before[person] - after[person]) / 86_400 for person in before.keys() & after.keys()}
    helped = [nights for person, nights in saved.items() if person in refused]
    others = [nights for person, nights in saved.items() if person not in refused]
    assert len(helped) > 10
    assert np.mean(helped) > 0.5
    assert abs(np.mean(others)) < 0.2


@pytest.mark.slow
def test_broken_hips_stay_three_weeks_go_home_less_and_as_many_fell_as_in_the_baseline() -> None:
    file = "handrails/fallers.yaml"
    fell, before = marked(file, "fell", "hip", "other"), marked(BASELINE, "fell", "yes")
    assert fell == before
    days = {level: stay_days(file, "fell", level) for level in ("hip", "other", "no")}
    assert 15 < days["hip"] < 28  # 21.5 in four replications of a year; falls.hip_los is 21.4
    assert days["other"] == pytest.approx(10.9, rel=0.15)
    beds = {level: marked(file, "need", "bed", "care_home") & marked(file, "fell", level) for level in days}
    shares = {level: len(beds[level]) / len(marked(file, "fell", level)) for level in days}
    assert shares["hip"] == pytest.approx(0.26, abs=0.06) and shares["other"] < 0.15


@pytest.mark.slow
def test_rails_prevent_both_sorts_of_falls_and_nothing_else() -> None:
    file, wanted = "handrails/of_fallers.yaml", "people.older_people.prevented_share.{}=50%"
    sets = tuple(wanted.format(level) for level in ("hip", "other"))
    come, fewer = set(left_hospital("handrails/fallers.yaml")), set(left_hospital(file, *sets))
    for level in ("hip", "other"):
        fell = marked("handrails/fallers.yaml", "fell", level) & come
        assert len(fell - fewer) / len(fell) == pytest.approx(0.5, abs=0.1)
    assert left_hospital(file, *(one.replace("50%", "0%") for one in sets)) == left_hospital("handrails/fallers.yaml")


@pytest.mark.slow
def test_one_order_is_faster_than_a_hundred_calls_for_the_same_people() -> None:
    calls, order = "adaptations/hundred_calls.yaml", "adaptations/one_order.yaml"
    whom = marked(calls, "needs_rails", "yes")
    assert whom == marked(order, "needs_rails", "yes")
    before, after = left_hospital(calls), left_hospital(order)
    saved = [(before[one] - after[one]) / 86_400 for one in before.keys() & after.keys() & whom]
    assert len(saved) > 3 and np.mean(saved) > 2


@pytest.mark.parametrize("file", LEVERS)
def test_every_lever_has_a_price_and_says_what_it_cannot_show(file: str) -> None:
    scenario, base = scenario_of(file), scenario_of(BASELINE)
    changes = changes_between(base, scenario)
    has_a_price = any((one.path.startswith("costs.") and ".per_" in one.path) or ".each" in one.path for one in changes)
    assert has_a_price or not any(one.new and is_lever(one.path, scenario) for one in changes)
    text = (SCENARIOS / file).read_text(encoding="utf-8")
    assert "cannot show" in text or file.startswith(("pooled_fund/", *VARIANTS_OF))


@pytest.mark.parametrize("file", NOT_MEASURED)
def test_a_step_takes_as_long_as_in_the_baseline_where_nobody_has_measured_that_it_takes_less(file: str) -> None:
    scenario, base = scenario_of(file), scenario_of(BASELINE)
    own = [one for one in changes_between(base, scenario) if one.file == scenario.file and one.new]
    assert [one.path for one in own if ".takes_" in one.path or "takes_" in one.new] == []


def _evidence() -> dict[str, dict[str, str]]:
    with (SCENARIOS.parent / "docs" / "evidence" / "parameters.csv").open(encoding="utf-8", newline="") as table:
        return {row["parameter_id"]: row for row in csv.DictReader(table)}


def _amounts_that_cite(rows: set[str]) -> Iterator[tuple[str, str, str]]:
    """Each amount of a shipped file whose comment cites one of these rows: where, the comment, and the lines from there on."""
    for file in shipped():
        lines = file.read_text(encoding="utf-8").splitlines()
        for number, line in enumerate(lines):
            value, _, note = line.partition("# ")
            if "£" in value and rows & set(re.findall(r"[a-z_]+\.[a-z0-9_]+", note)):
                yield f"{file.name}:{number + 1}", note, "\n".join(lines[number : number + 3])


def test_a_price_that_the_evidence_table_assumes_is_marked_as_an_assumption() -> None:
    assumed = {name for name, row in _evidence().items() if row["confidence"] == "assumption"}
    found = list(_amounts_that_cite(assumed))
    assert len(found) > 10
    assert [where for where, note, _ in found if "assumption" not in note] == []


def test_a_file_that_promises_a_break_even_has_one() -> None:
    asked = {Path(effect.scenario).resolve() for effect in read_effects(str(SCENARIOS / "ranges" / "break_even.csv"))}
    promised = [file for file in shipped() if re.search(r"#.*`?break-even`?", file.read_text(encoding="utf-8"))]
    assert len(promised) > 5
    assert [file.name for file in promised if file.resolve() not in asked] == []


def test_a_price_of_an_earlier_year_says_its_year() -> None:
    rows = _evidence().items()
    earlier = {name for name, row in rows if "GBP" in row["unit"] and re.search(r"\b20(1\d|2[0-3])", row["year"])}
    found = list(_amounts_that_cite(earlier))
    assert len(found) > 5
    assert [where for where, _, text in found if "price_year" not in text] == []


def test_the_places_that_a_baseline_pays_by_the_day_need_no_price_of_their_own() -> None:
    scenario = read_scenario(str(SCENARIOS / "levers/home_care_hours.yaml"))
    assert not is_lever("services.home_care.hours_per_week", scenario)


def _maker() -> ModuleType:
    """The script that makes the page of the whole pathway."""
    spec = importlib.util.spec_from_file_location("whole_pathway", SCENARIOS.parent / "docs" / "make_whole_pathway.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_last_step_of_the_page_is_everything_together() -> None:
    *_, last = _maker().put_together()
    together = {one.path: one.text for one in read_together(str(SCENARIOS / BASELINE), last).values}
    whole = {one.path: one.text for one in read_scenario(str(SCENARIOS / "everything_together.yaml")).values}
    assert together.keys() ^ whole.keys() <= {"extends"}
    assert {path for path in whole if together.get(path) != whole[path]} <= {"name", "question", "extends"}


@pytest.mark.slow
def test_each_step_of_the_page_has_the_lever_of_its_own_file() -> None:
    """So that what it adds and what it does alone are of one lever; a pair changes its own value, and every price stays."""
    maker, base = _maker(), read_scenario(str(SCENARIOS / BASELINE))
    before: dict[str, str] = {}
    for lever, files in zip(maker.LEVERS, maker.put_together(), strict=True):
        after = {one.path: one.new for one in changes_between(base, read_together(base.file, files))}
        alone = {one.path: one.new for one in changes_between(base, read_scenario(str(SCENARIOS / lever)))}
        added = {
            path: new for path, new in after.items() if before.get(path) != new and path not in ("name", "question")
        }
        own = {path: new for path, new in alone.items() if path not in ("name", "question")}
        if lever not in maker.PAIRS:
            assert added == own, lever
        assert {path for path in own if path.startswith("costs.")} <= added.keys(), lever
        before = after


def test_the_page_of_the_whole_pathway_adds_one_lever_after_the_other() -> None:
    page = (SCENARIOS.parent / "docs" / "whole-pathway.md").read_text(encoding="utf-8")
    table = page.split("## Everything together, lever by lever")[1].split("\n## ")[0]
    for lever in _maker().LEVERS:
        assert table.count(f"| {read_scenario(str(SCENARIOS / lever)).name} |") == 2, lever  # people, and whose money


@pytest.mark.slow
def test_the_page_of_the_whole_pathway_tells_of_every_system() -> None:
    page = (SCENARIOS.parent / "docs" / "whole-pathway.md").read_text(encoding="utf-8")
    names = {read_scenario(str(file)).name for file in shipped() if file.parent.name in ("scenarios", "levers")}
    left_out = {read_scenario(str(SCENARIOS / file)).name for file in NO_SYSTEMS}
    assert {name for name in names - left_out if name not in page} == set()
