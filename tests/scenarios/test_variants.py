"""The shipped variants: each can be read, and does what it says, in the direction that it says."""

import pytest

from sim.inputs.catalogue_page import shipped
from sim.inputs.loading import read_scenario
from tests.scenarios.runs import SCENARIOS, SHORT, figure, rows

CEDARWOOD = "cedarwood.yaml"
FILES = sorted(path.relative_to(SCENARIOS).as_posix() for path in shipped())


@pytest.mark.parametrize("file", FILES)
def test_every_shipped_scenario_can_be_read(file: str) -> None:
    assert read_scenario(str(SCENARIOS / file)).question


@pytest.mark.parametrize("file", [file for file in FILES if "/" in file or file == CEDARWOOD])
def test_every_value_that_a_variant_changes_names_its_source_or_says_assumption(file: str) -> None:
    path = SCENARIOS / file
    notes = {value.path: value.note for value in read_scenario(str(path)).values if value.file.endswith(path.name)}
    lines = {
        change.path for change in read_scenario(str(path)).changes if change.file.endswith(path.name) and change.old
    }
    unexplained = [one for one in lines if not any(note for at, note in notes.items() if at.startswith(one))]
    assert not unexplained


def test_cedarwood_shortens_delays_and_unmet_need_for_pathway_2() -> None:
    for service, measure in (("hospital", "delayed_people_mean"), ("all", "unmet_need_people_mean")):
        assert figure(CEDARWOOD, service, measure) < figure("baseline.yaml", service, measure)


def test_cedarwood_leaves_the_existing_beds_in_use() -> None:
    assert figure(CEDARWOOD, "community_beds", "occupancy") > 0.8


def test_the_delay_that_cedarwood_cures_is_never_that_of_29_people() -> None:
    saved = [figure(one, "hospital", "delayed_people_mean") for one in ("baseline.yaml", CEDARWOOD)]
    assert saved[0] - saved[1] < 15


def test_offered_first_cedarwood_is_fuller_and_the_existing_beds_are_emptier() -> None:
    first = "cedarwood/offered_first.yaml"
    assert figure(first, "cedarwood", "occupancy") > figure(CEDARWOOD, "cedarwood", "occupancy")
    assert figure(first, "community_beds", "occupancy") < figure(CEDARWOOD, "community_beds", "occupancy")


def test_longer_stays_fill_cedarwood() -> None:
    files = ("cedarwood/stay_10.yaml", CEDARWOOD, "cedarwood/stay_21.yaml", "cedarwood/stay_25.yaml")
    people = [figure(file, "cedarwood", "midnight_census_mean") for file in files]
    assert people == sorted(people)


def test_step_up_brings_people_to_cedarwood_who_never_were_in_hospital() -> None:
    assert figure("cedarwood/step_up.yaml", "cedarwood", "arrivals") > 0
    assert figure("cedarwood/step_up.yaml", "hospital", "arrivals") == figure(CEDARWOOD, "hospital", "arrivals")


def test_step_up_that_avoids_admissions_keeps_people_out_of_hospital() -> None:
    avoiding = figure("cedarwood/step_up_avoiding_admissions.yaml", "hospital", "arrivals")
    assert avoiding < figure("cedarwood/step_up.yaml", "hospital", "arrivals")


def test_early_step_down_frees_more_hospital_beds_than_cedarwood_alone() -> None:
    early = "cedarwood/early_step_down.yaml"
    measure = ("hospital", "midnight_census_mean")
    assert figure(early, *measure) < figure(CEDARWOOD, *measure) < figure("baseline.yaml", *measure)


def test_people_from_other_lists_make_cedarwood_fuller() -> None:
    others = figure("cedarwood/other_lists.yaml", "cedarwood", "admissions")
    assert others > figure(CEDARWOOD, "cedarwood", "admissions")


OTHER_LISTS = "cedarwood/other_lists.yaml"
PATIENCE = "people.older_people.journey.hospital.then.cedarwood.longest_wait_days"


def test_people_from_other_lists_are_a_relief_while_they_hold_out_as_in_the_baseline() -> None:
    delayed = [figure(file, "hospital", "delayed_people_mean") for file in (OTHER_LISTS, "baseline.yaml")]
    assert delayed[0] < delayed[1]


def test_people_from_other_lists_who_never_give_up_pile_up_beside_places_that_stand_empty() -> None:
    patient = rows(OTHER_LISTS, (*SHORT, f"{PATIENCE}=365"))
    as_shipped, base = rows(OTHER_LISTS), rows("baseline.yaml")
    waiting = ("cedarwood", "queue_mean", "", "")
    assert patient[waiting] > 3 * as_shipped[waiting]
    full = ("home_reablement", "occupancy", "", "")
    assert patient[full] < base[full] - 0.1
    delayed = ("hospital", "delayed_people_mean", "", "")
    assert patient[delayed] > base[delayed]


def test_induced_referrals_fill_cedarwood_with_people_who_would_have_gone_home() -> None:
    induced = "cedarwood/induced.yaml"
    assert figure(induced, "cedarwood", "admissions") > figure(CEDARWOOD, "cedarwood", "admissions")
    assert figure(induced, "hospital", "delayed_people_mean") > figure(CEDARWOOD, "hospital", "delayed_people_mean")


def test_beside_42_beds_cedarwood_is_used_less() -> None:
    beside = "cedarwood/beside_42_beds.yaml"
    assert figure(beside, "cedarwood", "admissions") < figure(CEDARWOOD, "cedarwood", "admissions")


def test_with_42_beds_less_need_for_pathway_2_is_unmet_than_with_26() -> None:
    files = ("variants/pathway2_42_beds.yaml", "variants/pathway2_26_beds.yaml", "baseline.yaml")
    unmet = [figure(file, "all", "unmet_need_people_mean") for file in files]
    assert unmet[0] < unmet[1] == unmet[2]


def test_the_policy_split_sends_more_people_to_reablement_at_home() -> None:
    split = figure("variants/policy_split.yaml", "home_reablement", "admissions")
    assert split > 1.8 * figure("baseline.yaml", "home_reablement", "admissions")


def test_all_adults_are_the_same_older_people_and_younger_ones_beside_them() -> None:
    everybody, older = (figure(f, "hospital", "arrivals") / 120 for f in ("variants/all_adults.yaml", "baseline.yaml"))
    assert everybody - older == pytest.approx(38, rel=0.1)
