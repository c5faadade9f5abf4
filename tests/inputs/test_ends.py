"""Where an assumption lies at its ends: values, so many times the value in force, and shares that still add up."""

import pytest

from sim.inputs.part import sets_at, stated_at

TRAITS = "people.everyone.traits"
THEN = "people.everyone.journey.hospital.then"
OTHER = "people.everyone.journey.unit.then"
STAY = "people.everyone.journey.hospital.stay_days"
VALUES = {
    f"{TRAITS}.dementia": "25%",
    f"{TRAITS}.bed_bound.by": "dementia",
    f"{TRAITS}.bed_bound.yes": "30%",
    f"{TRAITS}.bed_bound.no": "10%",
    f"{TRAITS}.need.by": "dementia",
    f"{TRAITS}.need.yes.by": "bed_bound",
    f"{TRAITS}.need.yes.yes.none": "40%",
    f"{TRAITS}.need.yes.yes.bed": "40%",
    f"{TRAITS}.need.yes.yes.care_home": "20%",
    f"{TRAITS}.need.yes.no.none": "100%",
    f"{TRAITS}.need.no.none": "75%",
    f"{TRAITS}.need.no.bed": "25%",
    "services.hospital.beds": "1,310",
    "services.unit.beds.1.from": "2026-04-06",
    "services.unit.beds.1.beds": "10",
    "services.unit.beds.2.from": "2026-11-01",
    "services.unit.beds.2.beds": "25",
    "services.clinic.places": "unlimited",
    "steps.hub.share": "8%",
    "steps.hub.takes_days.fixed": "2",
    "people.everyone.arrivals_per_day": "2.5",
    f"{STAY}.lognormal.mean": "9",
    f"{STAY}.lognormal.sd": "11.8",
    "people.everyone.journey.hospital.stay_times": "1",
    f"{THEN}.unit.share": "40%",
    f"{THEN}.unit.steps.hub.share": "5%",
    f"{THEN}.unit.stay_days.empirical.quantiles": "[0, 2, 5.5]",
    f"{THEN}.home.share": "0.5",
    f"{THEN}.died.share": "10%",
    f"{THEN}.out.share": "0%",
    f"{THEN}.home.stay_days.exponential.mean": "8",
    f"{THEN}.home.stay_days.at_most": "60",
    f"{OTHER}.a.share": "100%",
    f"{OTHER}.b.share": "0%",
    f"{OTHER}.c.share": "0%",
    "people.everyone.journey.unit.stay_days.empirical.file": "stays_2025.csv",
    "people.everyone.arrives_at.hospital": "75%",
    "people.everyone.arrives_at.unit": "25%",
    "costs.services.unit.per_open_day": "£187.50",
    "costs.services.unit.payer.nhs": "60%",
    "costs.services.unit.payer.council": "40%",
}

UNDERSTOOD = {
    "a value": ("services.hospital.beds", "300", {"services.hospital.beds": "300"}),
    "whole numbers stay whole": ("services.hospital.beds", "x0.8", {"services.hospital.beds": "1048"}),
    "halves go up": ("services.unit.beds.2.beds", "x1.1", {"services.unit.beds.2.beds": "28"}),  # 27.5
    "a rate": ("people.everyone.arrivals_per_day", "x1.25", {"people.everyone.arrivals_per_day": "3.125"}),
    "a sign of multiplication": ("people.everyone.arrivals_per_day", "\u00d7 2", {"people.everyone.arrivals_per_day": "5"}),
    "money": ("costs.services.unit.per_open_day", "x2", {"costs.services.unit.per_open_day": "£375"}),
    "a share alone": ("steps.hub.share", "x1.25", {"steps.hub.share": "10%"}),
    "one number of a distribution": (f"{STAY}.lognormal.mean", "x2", {f"{STAY}.lognormal.mean": "18"}),
    "a distribution as a whole": (STAY, "x2", {f"{STAY}.lognormal.mean": "18", f"{STAY}.lognormal.sd": "23.6"}),
    "a family as a whole": (f"{STAY}.lognormal", "x2", {f"{STAY}.lognormal.mean": "18", f"{STAY}.lognormal.sd": "23.6"}),
    "a bare number": ("steps.hub.takes_days", "x1.5", {"steps.hub.takes_days.fixed": "3"}),
    "a bare number in place of one": ("steps.hub.takes_days", "5", {"steps.hub.takes_days.fixed": "5"}),
    "another family in place of a bare number": (
        "steps.hub.takes_days", "{exponential: {mean: 5}}", {"steps.hub.takes_days": "{exponential: {mean: 5}}"},
    ),
    "quantiles": (f"{THEN}.unit.stay_days", "x2", {f"{THEN}.unit.stay_days.empirical.quantiles": "[0, 4, 11]"}),
    "a distribution with its limits": (
        f"{THEN}.home.stay_days", "x2", {f"{THEN}.home.stay_days.exponential.mean": "16", f"{THEN}.home.stay_days.at_most": "120"},
    ),
    "a limit alone": (f"{THEN}.home.stay_days.at_most", "x0.5", {f"{THEN}.home.stay_days.at_most": "30"}),
    "dated beds without their dates": (
        "services.unit.beds", "x2", {"services.unit.beds.1.beds": "20", "services.unit.beds.2.beds": "50"},
    ),
    "shares in proportion": (
        f"{THEN}.died.share", "28%", {f"{THEN}.died.share": "28%", f"{THEN}.unit.share": "32%", f"{THEN}.home.share": "40%"},
    ),
    "a share times, others in proportion": (
        f"{THEN}.died", "x2.8", {f"{THEN}.died.share": "28%", f"{THEN}.unit.share": "32%", f"{THEN}.home.share": "40%"},
    ),
    "the rest to one": (
        f"{THEN}.died.share | {THEN}.home", "28% | rest", {f"{THEN}.died.share": "28%", f"{THEN}.home.share": "32%"},
    ),
    "two that add up already": (
        f"{THEN}.died.share | {THEN}.home.share", "28% | 32%", {f"{THEN}.died.share": "28%", f"{THEN}.home.share": "32%"},
    ),
    "the only other share, though it is nothing": (
        f"{THEN}.died.share | {THEN}.unit.share | {THEN}.home.share", "0% | 0% | 20%",
        {f"{THEN}.died.share": "0%", f"{THEN}.unit.share": "0%", f"{THEN}.home.share": "20%", f"{THEN}.out.share": "80%"},
    ),
    "where people arrive": (
        "people.everyone.arrives_at.unit", "x2", {"people.everyone.arrives_at.unit": "50%", "people.everyone.arrives_at.hospital": "50%"},
    ),
    "who pays": (
        "costs.services.unit.payer.nhs", "x0.5", {"costs.services.unit.payer.nhs": "30%", "costs.services.unit.payer.council": "70%"},
    ),
    "the share of a trait": (f"{TRAITS}.dementia", "x1.2", {f"{TRAITS}.dementia": "30%"}),
    "a share of a trait by another": (f"{TRAITS}.bed_bound.yes", "x1.2", {f"{TRAITS}.bed_bound.yes": "36%"}),
    "the shares of a trait in one branch": (
        f"{TRAITS}.need.no.bed", "x2", {f"{TRAITS}.need.no.bed": "50%", f"{TRAITS}.need.no.none": "50%"},
    ),
    "the shares of a trait in a branch of a branch": (
        f"{TRAITS}.need.yes.yes.bed | {TRAITS}.need.yes.yes.care_home", "60% | rest",
        {f"{TRAITS}.need.yes.yes.bed": "60%", f"{TRAITS}.need.yes.yes.care_home": "0%"},
    ),
    "what the scenario has not": ("services.other.beds | steps.hub.share", "x2 | 9%", {"steps.hub.share": "9%"}),
}  # fmt: skip


@pytest.mark.parametrize(("path", "end", "sets"), UNDERSTOOD.values(), ids=UNDERSTOOD)
def test_an_end_is_set(path: str, end: str, sets: dict[str, str]) -> None:
    assert sets_at(VALUES, path.split(" | "), end.split(" | ")) == sets


def test_thirds_add_up_to_the_last_digit() -> None:
    thirds = {f"{THEN}.{name}.share": text for name, text in (("a", "30%"), ("b", "30%"), ("c", "30%"), ("d", "10%"))}
    sets = sets_at(thirds, [f"{THEN}.d.share"], ["11%"])
    digits = [
        int(text.removesuffix("%").replace(".", "").ljust(12, "0"))
        for path, text in sets.items()
        if path != f"{THEN}.d.share"
    ]
    assert sets[f"{THEN}.b.share"] == "29.6666666667%"
    assert sum(digits) == 890_000_000_000


REFUSED = {
    ("services.clinic.places", "x2"): "is `unlimited`, which cannot be multiplied",
    ("people.everyone.journey.unit.stay_days", "x2"): "is `stays_2025.csv`, which cannot be multiplied",
    ("services.hospital", "x2"): "`services.hospital` holds no number that can be multiplied",
    (f"{THEN}.died.share", "120%"): "is 120%; a share lies between 0% and 100%",
    (f"{THEN}.died.share", "lots"): "is `lots`, not a share; write a percentage such as 40%",
    (f"{THEN}.died.share | {THEN}.home.share", "60% | 50%"): f"the shares of `{THEN}` would add up to 110%, more than 100%",
    (f"{THEN}.died.share | {THEN}.home.share", "70% | rest"): f"the shares of `{THEN}` would add up to 110%, more than 100%",
    (f"{THEN}.died.share | {THEN}.home.share | {THEN}.unit.share", "5% | rest | rest"): f"`rest` stands for two shares of `{THEN}`; write it for one",
    ("services.hospital.beds", "rest"): "`services.hospital.beds` is `rest`, and no share of a list that adds up to 100%",
    (f"{OTHER}.a.share", "5%"): f"the shares of `{OTHER}` that are not named here are 0%, so nothing can make up 100%",
}  # fmt: skip


@pytest.mark.parametrize(("written", "answer"), REFUSED.items(), ids=[" = ".join(one) for one in REFUSED])
def test_an_end_that_cannot_be(written: tuple[str, str], answer: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the words are held against the whole answer
        sets_at(VALUES, written[0].split(" | "), written[1].split(" | "))
    assert str(caught.value) == answer


def test_what_is_stated() -> None:
    paths = (
        "services.hospital.beds",
        f"{THEN}.died",
        STAY,
        "people.everyone.journey.hospital.stay_times",
        "steps.hub.takes_days",
        "services.other",
    )
    assert [stated_at(VALUES, path) for path in paths] == ["1,310", "10%", "x1", "x1", "2", None]
