"""Every lever beside its baseline, person by person: at size nought nothing differs, more does more until it is enough, and each has a price.

Levers without a size of their own (a step that starts sooner, hours of a door) are in the tests of direction only.
"""

import numpy as np
import pytest

from sim.inputs.catalogue_page import shipped
from sim.inputs.loading import read_scenario
from sim.results.comparison.unpriced import is_lever
from sim.runs.collecting import changes_between
from tests.scenarios.people import BASELINE, left_hospital, marked, nights_saved
from tests.scenarios.runs import SCENARIOS

NO_SYSTEMS = (BASELINE, "template.yaml", "today_census.yaml", "winter.yaml")  # other numbers, people or days
TRAITS = "people.older_people.traits"
SIX_DAYS = "{days: [mon, tue, wed, thu, fri, sat], from: 08:00, to: 20:00}"
FIVE_DAYS = "{days: [mon, tue, wed, thu, fri], from: 08:00, to: 20:00}"

AT_NOUGHT = {
    "handrails.yaml": ["people.older_people.prevented_share.yes=0%"],
    "befriending.yaml": ["people.older_people.prevented_share=0%"],
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
    "co_located_team.yaml": [f"{TRAITS}.on_the_books.else.yes.yes=0%", f"{TRAITS}.on_the_books.else.yes.no=100%"],
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
ENOUGH = {
    "adaptations_fast_track.yaml": "teams.fitters.places",
    "micro_providers.yaml": "services.micro_providers.places",
    "pooled_fund/buys_reablement.yaml": "services.home_reablement.places",
    "levers/hub_staffing.yaml": "teams.hub.places",
    "levers/virtual_ward.yaml": "services.virtual_ward.places",
    "levers/home_care_hours.yaml": "services.home_care.hours_per_week",
}
MARKED = {  # the trait that says who is helped, its level, and the least mean of nights by which they leave sooner
    "micro_providers.yaml": ("personal_budget", "yes", 0.2),
    "co_located_team.yaml": ("on_the_books", "yes", 0.05),
    "levers/pathway_decision.yaml": ("decided", "home_first", 0.0),
    "levers/virtual_ward.yaml": ("virtual", "yes", 2.0),
    "levers/carers.yaml": ("carer", "bridges", 0.0),
}
LEVERS = sorted({*AT_NOUGHT, *ENOUGH, *MARKED, "levers/seven_day_ward_process.yaml"})


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
def test_a_decision_in_the_care_home_ends_in_the_same_homes_and_frees_the_hospital() -> None:
    hospital, later = "continuing_care/disputed_one_in_ten.yaml", "continuing_care/one_in_ten_funded_first.yaml"
    before, after = left_hospital(hospital), left_hospital(later)
    sooner = [before[one] - after[one] for one in before.keys() & after.keys()]
    assert sum(sooner) > 0
    assert marked(hospital, "eligible", "yes") == marked(later, "eligible", "yes") != set()


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
    scenario, base = read_scenario(str(SCENARIOS / file)), read_scenario(str(SCENARIOS / BASELINE))
    changes = changes_between(base, scenario)
    has_a_price = any((one.path.startswith("costs.") and ".per_" in one.path) or ".each" in one.path for one in changes)
    assert has_a_price or not any(one.new and is_lever(one.path, scenario) for one in changes)
    text = (SCENARIOS / file).read_text(encoding="utf-8")
    assert "cannot show" in text or file.startswith("pooled_fund/")


def test_the_places_that_a_baseline_pays_by_the_day_need_no_price_of_their_own() -> None:
    scenario = read_scenario(str(SCENARIOS / "levers/home_care_hours.yaml"))
    assert not is_lever("services.home_care.hours_per_week", scenario)


def test_the_page_of_the_whole_pathway_tells_of_every_system() -> None:
    page = (SCENARIOS.parent / "docs" / "whole-pathway.md").read_text(encoding="utf-8")
    names = {read_scenario(str(file)).name for file in shipped() if file.parent.name in ("scenarios", "levers")}
    left_out = {read_scenario(str(SCENARIOS / file)).name for file in NO_SYSTEMS}
    assert {name for name in names - left_out if name not in page} == set()
