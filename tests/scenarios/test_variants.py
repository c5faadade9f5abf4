"""The shipped variants: each can be read, and does what it says, in the direction that it says."""

import pytest

from sim.inputs.catalogue_page import shipped
from sim.inputs.files import read_ranges
from sim.inputs.loading import read_scenario
from sim.sensitivity import Question, fitting, range_warnings
from tests.scenarios.runs import SCENARIOS, SHORT, figure, rows, scenario_of

BASELINE, CEDARWOOD = "baseline.yaml", "cedarwood.yaml"
PATIENCE = [
    f"people.older_people.journey.hospital.then.{route}"
    for route in ("reablement.pathway_1", "bed.pathway_1", "bed.pathway_2")
]
FILES = sorted(path.relative_to(SCENARIOS).as_posix() for path in shipped())


@pytest.mark.parametrize("file", FILES)
def test_every_shipped_scenario_can_be_read(file: str) -> None:
    assert scenario_of(file).question


@pytest.mark.parametrize("file", [file for file in FILES if "/" in file or file == CEDARWOOD])
def test_every_value_that_a_variant_changes_names_its_source_or_says_assumption(file: str) -> None:
    path = SCENARIOS / file
    scenario = scenario_of(file)
    notes = {value.path: value.note for value in scenario.values if value.file.endswith(path.name)}
    lines = {change.path for change in scenario.changes if change.file.endswith(path.name) and change.old}
    unexplained = [one for one in lines if not any(note for at, note in notes.items() if at.startswith(one))]
    assert not unexplained


def test_cedarwood_shortens_delays_and_unmet_need_for_pathway_2() -> None:
    for service, measure in (("hospital", "delayed_people_mean"), ("all", "unmet_need_people_mean")):
        assert figure(CEDARWOOD, service, measure) < figure(BASELINE, service, measure)


def test_cedarwood_leaves_the_existing_beds_in_use() -> None:
    assert figure(CEDARWOOD, "community_beds", "occupancy") > 0.8


def test_the_delay_that_cedarwood_cures_is_never_that_of_29_people() -> None:
    saved = [figure(one, "hospital", "delayed_people_mean") for one in (BASELINE, CEDARWOOD)]
    assert saved[0] - saved[1] < 15


def test_offered_first_cedarwood_is_fuller_and_the_existing_beds_are_emptier() -> None:
    first = "cedarwood/offered_first.yaml"
    assert figure(first, "cedarwood", "occupancy") > figure(CEDARWOOD, "cedarwood", "occupancy")
    assert figure(first, "community_beds", "occupancy") < figure(CEDARWOOD, "community_beds", "occupancy")


@pytest.mark.slow
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


EARLY, FROM_TREATMENT = "cedarwood/early_step_down.yaml", "variants/counted_from_treatment.yaml"


def test_counted_from_treatment_more_are_delayed_and_as_many_are_in_hospital() -> None:
    delayed = [figure(file, "hospital", "delayed_people_mean") for file in (BASELINE, FROM_TREATMENT)]
    in_hospital = [figure(file, "hospital", "midnight_census_mean") for file in (BASELINE, FROM_TREATMENT)]
    assert delayed[1] - delayed[0] > 4  # four days of three in ten of those who need reablement or a bed: 5.8 people
    assert in_hospital[1] == pytest.approx(in_hospital[0], abs=1.5)


@pytest.mark.parametrize("need", ["reablement", "bed"])
@pytest.mark.parametrize("file", [EARLY, FROM_TREATMENT])
def test_people_who_are_not_early_go_as_in_the_baseline(file: str, need: str) -> None:
    def written(of: str, start: str) -> dict[str, str]:
        values = read_scenario(str(SCENARIOS / of)).values
        return {one.path.removeprefix(start): one.text for one in values if one.path.startswith(start)}

    ways = f"people.older_people.journey.hospital.then.{need}."
    assert written(file, f"{ways}no.") == written(BASELINE, ways)


def test_early_step_down_relieves_the_hospital_by_the_same_clock_and_frees_more_beds_than_cedarwood_alone() -> None:
    for measure in ("delayed_people_mean", "midnight_census_mean"):
        assert figure(EARLY, "hospital", measure) < figure(FROM_TREATMENT, "hospital", measure)
    assert figure(EARLY, "hospital", "midnight_census_mean") < figure(CEDARWOOD, "hospital", "midnight_census_mean")


def test_early_step_down_brings_the_flow_that_is_recorded_of_the_real_cedarwood() -> None:
    weeks = 120 / 7
    assert figure(EARLY, "cedarwood", "admissions") / weeks > 10 > figure(CEDARWOOD, "cedarwood", "admissions") / weeks


RELIEF = "cedarwood/waiting_list_relief.yaml"


def test_people_who_wait_for_reablement_at_home_make_cedarwood_fuller() -> None:
    assert figure(CEDARWOOD, "cedarwood", "admissions") > figure(RELIEF, "cedarwood", "admissions") > 0


def test_relief_of_the_pathway_2_list_alone_is_the_least_that_cedarwood_does() -> None:
    delayed = [figure(file, "hospital", "delayed_people_mean") for file in (CEDARWOOD, RELIEF, BASELINE)]
    assert delayed == sorted(delayed)
    assert figure(RELIEF, "cedarwood", "occupancy") < 0.3  # most of its beds stay empty


@pytest.mark.parametrize("file", [BASELINE, CEDARWOOD])
def test_on_one_list_nobody_waits_beside_places_that_stand_empty_however_patient(file: str) -> None:
    patient = rows(file, (*SHORT, *(f"{path}.longest_wait_days=365" for path in PATIENCE)))
    full = [patient[service, "occupancy", "", ""] for service in ("home_reablement", "community_beds")]
    assert min(full) > 0.75
    assert patient["hospital", "delayed_people_mean", "", ""] > figure(file, "hospital", "delayed_people_mean")


def test_the_more_patient_people_are_the_more_cedarwood_relieves() -> None:
    sets = (*SHORT, *(f"{path}.longest_wait_days=365" for path in PATIENCE))
    delayed = ("hospital", "delayed_people_mean", "", "")
    as_shipped = rows(BASELINE)[delayed] - rows(CEDARWOOD)[delayed]
    assert rows(BASELINE, sets)[delayed] - rows(CEDARWOOD, sets)[delayed] > 3 * as_shipped > 0


def test_induced_referrals_fill_cedarwood_with_people_who_would_have_gone_home() -> None:
    induced = "cedarwood/induced.yaml"
    assert figure(induced, "cedarwood", "admissions") > figure(CEDARWOOD, "cedarwood", "admissions")
    assert figure(induced, "hospital", "delayed_people_mean") > figure(CEDARWOOD, "hospital", "delayed_people_mean")


def test_beside_42_beds_cedarwood_is_used_less() -> None:
    # With as many places of reablement at home: the variant has fewer, whose people come to Cedarwood instead.
    places = read_scenario(str(SCENARIOS / BASELINE)).service("home_reablement").capacity[0].places
    beside = rows("cedarwood/beside_42_beds.yaml", (*SHORT, f"services.home_reablement.places={places}"))
    assert beside["cedarwood", "admissions", "", ""] < figure(CEDARWOOD, "cedarwood", "admissions")


def test_with_42_beds_less_need_for_pathway_2_is_unmet_than_with_26() -> None:
    files = ("variants/pathway2_42_beds.yaml", "variants/pathway2_26_beds.yaml", BASELINE)
    unmet = [figure(file, "all", "unmet_need_people_mean") for file in files]
    assert unmet[0] < unmet[1] == unmet[2]


def test_the_policy_split_sends_more_people_to_reablement_at_home() -> None:
    split = figure("variants/policy_split.yaml", "home_reablement", "admissions")
    assert split > 1.8 * figure(BASELINE, "home_reablement", "admissions")


def test_all_adults_are_the_same_older_people_and_younger_ones_beside_them() -> None:
    everybody, older = (figure(f, "hospital", "arrivals") / 120 for f in ("variants/all_adults.yaml", BASELINE))
    assert everybody - older == pytest.approx(38, rel=0.1)  # those who come back included


def test_every_line_of_the_ranges_of_effects_fits_the_baseline_and_cedarwood() -> None:
    question = Question(
        str(SCENARIOS / "baseline.yaml"), str(SCENARIOS / "cedarwood.yaml"), "all", "long_term_care_admissions"
    )
    ranges = read_ranges(str(SCENARIOS / "ranges" / "effects.csv"))
    assert fitting(question, ranges) == (ranges, ())
    assert range_warnings(question, ranges) == []
