"""`solve` on systems whose answer is known exactly, and on questions that make no sense."""

import json
from pathlib import Path

import pytest

from sim.inputs.problems import ScenarioError
from sim.runs.experiment import HowToRun
from sim.studies.solve import Asked, Solved, answer_words, heads, question_words, solve, study_of
from tests.engines import engines
from tests.studies.worlds import LATER, OPEN
from tests.theory.formulas import erlang_b, erlang_c

YEAR = """\
calendar: {start: 2026-04-06, warm_up_days: 30, measured_days: 365}
replications: 10
"""
WARD = """\
services: {ward: {kind: acute, beds: 5}}
people:
  everyone:
    arrives_at: ward
    arrivals_per_day: 8
    journey: {ward: {stay_days: {exponential: {mean: 1}}, then: {out: 100%}}}
"""
LOSS = WARD.replace("    journey", "    arrival: {longest_wait_days: 0, otherwise: out}\n    journey")
BEDS = "services.ward.beds"
TWO = """\
name: Two wards
calendar: {start: 2026-04-06, warm_up_days: 30, measured_days: 365}
replications: 10
services: {ward: {kind: acute, beds: 5}, unit: {kind: other, beds: 5}}
people:
  these: &people
    arrives_at: ward
    arrivals_per_day: 4
    arrival: {longest_wait_days: 0, otherwise: out}
    journey: {ward: {stay_days: {exponential: {mean: 1}}, then: {out: 100%}}}
  those:
    arrives_at: unit
    arrivals_per_day: 2
    arrival: {longest_wait_days: 0, otherwise: out}
    journey: {unit: {stay_days: {exponential: {mean: 1}}, then: {out: 100%}}}
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "loss.yaml").write_text("name: Loss\n" + YEAR + LOSS)
    (tmp_path / "wait.yaml").write_text("name: Wait\n" + YEAR + WARD)
    (tmp_path / "two.yaml").write_text(TWO.replace(" &people", ""))
    return tmp_path


def solved(asked: Asked) -> Solved:
    return solve(study_of(asked), HowToRun(engines=engines()))


def beds(file: str, target: str, between: str = "1..20", **more: object) -> Asked:
    return Asked(file, [(BEDS, between)], target, **more)  # type: ignore[arg-type]


def refused(asked: Asked) -> str:
    with pytest.raises(ScenarioError) as error:
        study_of(asked)
    return "\n".join(map(str, error.value.problems))


# -- known answers -----------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("share", [0.25, 0.06, 0.02])
@pytest.mark.usefixtures("here")
def test_the_fewest_beds_by_erlangs_loss_formula_are_found(share: float) -> None:
    exact = next(number for number in range(1, 40) if erlang_b(number, 8) <= share)
    found = solved(beds("loss.yaml", f"ward.gave_up <= {share * 8 * 365:.0f}"))
    assert found.answer is not None
    assert found.value(found.answer) == exact
    assert found.as_object()["cannot_tell_between"] == []


@pytest.mark.parametrize("days", [0.3, 0.05])
@pytest.mark.usefixtures("here")
def test_the_fewest_beds_by_erlangs_delay_formula_are_found(days: float) -> None:
    exact = next(number for number in range(9, 40) if erlang_c(number, 8) / (number - 8) <= days)
    found = solved(beds("wait.yaml", f"ward.wait_mean_days <= {days}", "9..20"))
    assert found.answer is not None
    assert found.value(found.answer) == exact


@pytest.mark.slow
@pytest.mark.usefixtures("here")
def test_the_longest_stay_that_meets_a_target_is_found() -> None:
    """Larger is worse here: with 10 beds and 8 a day, 10% are lost at a mean stay of 0.939 days."""
    path = "people.everyone.journey.ward.stay_days.exponential.mean"
    asked = Asked("loss.yaml", [(path, "0.5..2:0.05")], f"ward.gave_up <= {0.1 * 8 * 365:.0f}", sets=(f"{BEDS}=10",))
    exact = max(mean for mean in (0.05 * step for step in range(10, 41)) if erlang_b(10, 8 * mean) <= 0.1)
    found = solved(asked)
    assert found.answer is not None
    assert found.value(found.answer) == pytest.approx(exact)
    assert "the largest value that meets the target, in steps of 0.05" in next(answer_words(found))


@pytest.mark.usefixtures("here")
def test_what_no_number_of_beds_reaches_is_an_answer_with_the_best_there_is() -> None:
    found = solved(beds("loss.yaml", "ward.occupancy >= 99%", "4..20"))
    said = json.loads(json.dumps(found.as_object()))
    assert (said["answer"], said["reachable"], said["best"]["value"]) == (None, False, 4)
    first = next(answer_words(found))
    assert first.startswith("Not reachable: no value of ward beds from 4 to 20 meets the target.")


@pytest.mark.slow
@pytest.mark.usefixtures("here")
def test_a_difference_to_a_base_is_a_target_too() -> None:
    """Ten beds lose 12.2% of 2,920 a year, 355; 200 fewer are 155, 5.3%: 12 beds lose 5.1%."""
    asked = beds("loss.yaml", "ward.gave_up <= -200", "8..20", base="loss.yaml", base_sets=(f"{BEDS}=10",))
    found = solved(asked)
    assert found.answer is not None
    assert found.value(found.answer) == 12
    assert question_words(found.study).count("the change of") == 1


@pytest.mark.usefixtures("here")
def test_the_question_says_which_values_are_tried() -> None:
    for between, said in (
        ("5..9", "ward beds from 5 to 9, so"),
        ("5..15:5", "from 5 to 15 in steps of 5, so"),
        ("5,9,12", "ward beds 5, 9, 12, so"),
    ):
        assert said in question_words(study_of(beds("loss.yaml", "ward.gave_up <= 5", between)))


@pytest.mark.slow
@pytest.mark.usefixtures("here")
def test_the_cheapest_mix_of_two_wards_is_found() -> None:
    """Lost in all at most 300 of 2,190: by the loss formula, over the whole lattice."""
    sizes = [(ward, unit) for ward in range(3, 9) for unit in range(1, 7)]
    lost = {at: 365 * (4 * erlang_b(at[0], 4) + 2 * erlang_b(at[1], 2)) for at in sizes}
    prices = {BEDS: 100.0, "services.unit.beds": 65.0}
    exact = min((at for at in sizes if lost[at] <= 300), key=lambda at: 100 * at[0] + 65 * at[1])
    asked = Asked("two.yaml", [(BEDS, "3..8"), ("services.unit.beds", "1..6")], "all.gave_up <= 300", prices=prices)
    found = solved(asked)
    assert found.answer is not None
    assert found.value(found.answer) == {BEDS: exact[0], "services.unit.beds": exact[1]}
    assert found.best.cost == 100 * exact[0] + 65 * exact[1]
    assert found.best.mark == "on the frontier"


@pytest.mark.slow
def test_a_setting_without_a_price_is_said_to_have_none(here: Path) -> None:
    priced = (
        TWO.replace(" &people", "")
        + "costs: {price_year: 2025-26, services: {ward: {per_open_day: £100, payer: nhs}}}\n"
    )
    (here / "priced.yaml").write_text(priced)
    found = solved(Asked("priced.yaml", [(BEDS, "5,7"), ("services.unit.beds", "3,5")], "all.gave_up <= 900"))
    assert any(text.startswith("Not priced: unit beds.") for text in answer_words(found))
    assert found.best.cost == 5 * 100 * 365


# -- refusals ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (beds("loss.yaml", "ward.gave_upp <= 5"), "`gave_upp` is no measure; did you mean `gave_up`?"),
        (beds("loss.yaml", "wrad.gave_up <= 5"), "`wrad` is no service of this scenario; did you mean `ward`?"),
        (beds("loss.yaml", "ward.gave_up = 5"), "has no `<=` or `>=`"),
        (beds("loss.yaml", "ward.gave_up <= few"), "`few` is no number"),
        (beds("loss.yaml", "ward.occupancy <= 85"), "is held against a share; write 85%"),
        (beds("loss.yaml", "ward.gave_up <= 5%"), "no share; write a number without %"),
        (beds("loss.yaml", "ward.gave_up <= -5"), "is below all that `gave_up` can be; a target for the change to another scenario needs that scenario: --base FILE"),
        (beds("loss.yaml", "ward.occupancy <= -5%"), "is below all that `occupancy` can be"),
        (beds("loss.yaml", "ward.gave_up <= 5", "20..1"), "is empty: 20 is above 1; write the lower one first"),
        (beds("loss.yaml", "ward.gave_up <= 5", "1.5..9"), "is 1.5, not a whole number"),
        (beds("loss.yaml", "ward.gave_up <= 5", "1..9:0.5"), "not a whole number"),
        (beds("loss.yaml", "ward.gave_up <= 5", "1..9:0"), "a step is more than 0"),
        (Asked("loss.yaml", [("services.wrad.beds", "1..9")], "ward.gave_up <= 5"), "is not in the scenario; did you mean"),
        (Asked("loss.yaml", [("seed", "1..9")], "ward.gave_up <= 5"), "says how the scenario is run"),
        (beds("loss.yaml", "ward.gave_up <= 5", confidence=1.0), "100% is no confidence that replications can give"),
        (beds("loss.yaml", "ward.gave_up <= 5", confidence=0.0), "0% is no confidence"),
        (beds("loss.yaml", "ward.gave_up <= 5", replications=1), "1 tells nothing of the spread"),
        (beds("loss.yaml", "ward.gave_up <= 5", most=5), "5 is fewer than the 10 of the first look"),
        (
            Asked("two.yaml", [(BEDS, "3..8"), ("services.unit.beds", "1..6")], "all.gave_up <= 300"),
            "the scenario has no prices, so no mix is the cheapest",
        ),
        (
            Asked("two.yaml", [(BEDS, "3..8"), ("services.unit.beds", "1..6")], "all.gave_up <= 300", prices={BEDS: 1.0}),
            "`services.unit.beds` is not priced",
        ),
        (
            Asked("two.yaml", [(BEDS, "1..25"), ("services.unit.beds", "1..25")], "all.gave_up <= 300", prices={BEDS: 1.0, "services.unit.beds": 1.0}),
            "25 x 25 values are 625 mixes, more than 400",
        ),
    ],
)  # fmt: skip
@pytest.mark.usefixtures("here")
def test_questions_that_make_no_sense_are_refused_with_their_cure(asked: Asked, said: str) -> None:
    assert said in refused(asked)


@pytest.mark.usefixtures("here")
def test_all_that_is_wrong_is_said_at_once() -> None:
    text = refused(beds("loss.yaml", "ward.gave_upp <= 5", confidence=1.0, replications=1))
    assert all(word in text for word in ("gave_upp", "--confidence", "--replications"))


@pytest.mark.usefixtures("here")
def test_a_path_that_routes_override_for_everybody_is_refused(here: Path) -> None:
    text = (here / "loss.yaml").read_text().replace("then: {out: 100%}", "then: {out: {share: 100%, stay_days: 2}}")
    (here / "over.yaml").write_text(text)
    path = "people.everyone.journey.ward.stay_days.exponential.mean"
    assert "overridden on its only route" in refused(Asked("over.yaml", [(path, "1..2")], "ward.gave_up <= 5"))


# -- why nothing is enough ---------------------------------------------------------------------------------

ONE_A_DAY = """\
name: One a day
calendar: {start: 2026-04-06, warm_up_days: 10, measured_days: 20}
replications: 2
services: {ward: {kind: acute, beds: 9}, unit: {kind: reablement_unit, beds: 9}}
steps: {assess: {reason: hub_assessment, takes_days: {fixed: 1.25}}}
people:
  everyone:
    arrives_at: ward
    arrivals: [%s]
    journey:
      ward: {stay_days: 0.5, then: {unit: {share: 100%%, steps: [assess]}}}
      unit: {stay_days: 0.5, then: {out: 100%%}}
"""


@pytest.mark.parametrize(("measure", "people"), [("midnight_delayed_mean", 1.0), ("delayed_people_mean", 1.25)])
def test_why_no_number_of_beds_is_enough_is_told_in_the_targets_own_count(
    here: Path, measure: str, people: float
) -> None:
    """Each is ready at 14:24 and assessed for a day and a quarter: one midnight, 1.25 days. No bed of the unit cures that."""
    (here / "steps.yaml").write_text(ONE_A_DAY % ", ".join(f"{{day: {day}.1}}" for day in range(30)))
    found = solved(Asked("steps.yaml", [("services.unit.beds", "2..6")], f"ward.{measure} <= 0.5"))
    assert found.answer is None
    assert [(one.reason, one.lack, one.people, one.cured) for one in found.left] == [
        ("hub_assessment", "arranging", pytest.approx(people), False)
    ]
    why = next(text for text in answer_words(found) if text.startswith("Why"))
    assert (
        f"{people:.1f} of the {people:.1f} people still delayed there wait for something that unit beds do not change"
        in why
    )


def test_people_whom_the_setting_leaves_are_not_said_to_be_cured(here: Path) -> None:
    """One a day comes, and two beds of 2.5 days are too few for them: fewer wait for a place than with one, but not nobody."""
    one_a_day = ONE_A_DAY % ", ".join(f"{{day: {day}.1}}" for day in range(30))
    (here / "few.yaml").write_text(one_a_day.replace("unit: {stay_days: 0.5", "unit: {stay_days: 2.5"))
    found = solved(Asked("few.yaml", [("services.unit.beds", "1..2")], "ward.delayed_people_mean <= 0.5"))
    left = [one for one in found.left if one.cured]
    assert any(0.5 < one.people < one.was for one in left), found.left
    why = next(text for text in answer_words(found) if text.startswith("Why"))
    assert f"of the {sum(one.people for one in found.left):.1f} people still delayed there" in why
    rest = "; ".join(f" {one.people:.1f} ({one.was:.1f})" for one in left).split("; ")
    assert ". The others, and how many at the other end: " in why and all(text in why for text in rest)


@pytest.mark.slow
@pytest.mark.usefixtures("here")
def test_values_in_steps_and_values_that_nobody_can_tell_are_named_as_they_are() -> None:
    found = solved(beds("loss.yaml", f"ward.gave_up <= {0.06 * 8 * 365:.0f}", "2..20:3"))
    assert next(answer_words(found)).startswith(
        "Answer: ward beds 14, the smallest value that meets the target, in steps of 3."
    )
    one_by_one = solved(beds("loss.yaml", f"ward.gave_up <= {0.06 * 8 * 365:.0f}", "5,9,14,20"))
    assert "the smallest value that meets the target, of the values asked for" in next(answer_words(one_by_one))
    near = solved(beds("loss.yaml", f"ward.gave_up <= {8 * 365 * erlang_b(12, 8):.0f}", "1..20", most=10))
    assert near.as_object()["cannot_tell"] == [12]
    assert any(text.startswith("For 12 these runs cannot tell; for 13 they can.") for text in answer_words(near))


# -- of which time a total is ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "most", "time", "cost"),
    [
        (730, 80_000, "a year", "£77k"),  # two beds of the ward and one of the unit, £210 a day
        (365, 80_000, "a year", "£77k"),
        (60, 13_000, "in the 60 days measured", "£13k"),
    ],
)
def test_a_total_is_held_to_the_target_as_it_is_called(here: Path, days: int, most: int, time: str, cost: str) -> None:
    (here / "open.yaml").write_text(OPEN % days)
    found = solved(Asked("open.yaml", [(BEDS, "1..4")], f"all.cost_cash_gbp <= {most}"))
    assert found.answer is not None and found.value(found.answer) == 2
    assert question_words(found.study).endswith(f"so that cost {time}: at most {most}, with 95% confidence.")
    assert f"Cost {time}: {cost}, at most {cost}" in next(answer_words(found))
    said = found.as_object()
    assert (said["totals_are"], found.best.mean) == (time, 210 * min(days, 365))


@pytest.mark.parametrize(("days", "said"), [(730, "cost a year £77k"), (60, "cost in the 60 days measured £13k")])
def test_a_mix_says_of_which_time_its_cost_is(here: Path, days: int, said: str) -> None:
    (here / "open.yaml").write_text(OPEN % days)
    found = solved(Asked("open.yaml", [(BEDS, "2,3"), ("services.unit.beds", "1,2")], "ward.admissions >= 0.1"))
    assert found.value(found.best.point) == {BEDS: 2, "services.unit.beds": 1}
    assert f"the cheapest mix that meets the target ({said})" in next(answer_words(found))
    assert heads(found)[-2] == said.rsplit(maxsplit=1)[0]


def test_beside_a_base_that_opens_beds_later_totals_are_those_of_the_days_on_which_they_are_open(here: Path) -> None:
    """From the 640th day on: three beds more are open on 90 of 730 days, £300 a day, and not £27,000 in a year."""
    (here / "open.yaml").write_text(OPEN % 730)
    (here / "later.yaml").write_text(LATER)
    asked = Asked("later.yaml", [("services.unit.beds", "1..2")], "all.cost_cash_gbp <= 27000", base="open.yaml")
    found = solved(asked)
    assert "the change of cost in the 90 days measured: at most 27000" in question_words(found.study)
    assert found.best.mean == 90 * 300 and found.as_object()["answer"] == 1
