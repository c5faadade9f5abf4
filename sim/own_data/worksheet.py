"""The fifteen numbers of docs/your-own-hospital.md, and what each of them becomes: one table for the worksheet and its reader.

What may be changed here: the numbers, with scenarios/template.yaml and docs/your-own-hospital.md; what they become, with tests.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

from sim.diagnostics.offered_load import admissions
from sim.home import HOME
from sim.inputs.distributions import Distribution
from sim.inputs.loading import read_scenario
from sim.own_data.cells import quantity

PARENT = "scenarios/baseline.yaml"
NUMBERS, ARITHMETIC = "Numbers", "Arithmetic"
RESIDENTS_ROW, NAME_ROW = "care home residents are in 5 to 8", "name of your hospital"
J = "people.older_people.journey."
NEEDS = ("none", "resident", "reablement", "home_care", "community_health", "bed", "care_home")
ROUTES = {  # by need, where those who leave alive go, and how many times the mean of number 3 they take to be ready
    "none": ("home", "0.76"),
    "resident": ("own_care_home", "0.76"),
    "reablement": ("pathway_1", "1.4"),
    "home_care": ("home_care", "1.4"),
    "community_health": ("community_health", "1.4"),
    "bed": ("pathway_2", "1.8"),
    "care_home": ("care_home_assessment", "2.3"),
}
PATHWAY_1 = {"reablement": "0.7", "home_care": "0.22", "community_health": "0.08"}
PATHWAYS = (5, 6, 7, 8)  # the numbers of pathways 0 to 3
SD_TO_READY = "1.31"  # times the mean
OF_ALL = "Of everybody who leaves; those who die or go back early are taken off here"
STAYS = {10: "home_reablement", 12: "community_beds", 14: "care_home_assessment"}  # numbers that are stays of everybody
WHOLE, AMOUNT, DAYS, SHARE = "beds or places", "people a day", "days", "share"


@dataclass(frozen=True, slots=True)
class Asked:
    """One of the fifteen numbers."""

    number: int
    says: str
    unit: str
    most: float
    where: str
    watch_out: str = ""


ASKED = (
    Asked(
        1,
        "Beds that people of 65 and over fill",
        WHOLE,
        5000,
        "KH03 (overnight, by trust) times their share of bed days; England 54% to 67%",
        "Without maternity and children",
    ),
    Asked(
        2,
        "Their admissions a day",
        AMOUNT,
        1000,
        "Patient system; Hospital Episode Statistics by trust and age",
        "Overnight stays only. A sixth is taken off here: readmissions, which the model adds",
    ),
    Asked(
        3,
        "Mean days from admission to ready",
        DAYS,
        365,
        "Discharge ready date in the patient system",
        "To ready, not to discharge",
    ),
    Asked(4, "Share that dies in hospital", SHARE, 1, "Patient system"),
    Asked(
        5,
        "Of those who leave alive: pathway 0",
        SHARE,
        1,
        "Daily discharge situation report; your transfer hub",
        "5 to 8 add up to 100%",
    ),
    Asked(6, "Of those who leave alive: pathway 1", SHARE, 1, "As 5"),
    Asked(7, "Of those who leave alive: pathway 2", SHARE, 1, "As 5", "Everybody who needs it, not only who got a bed"),
    Asked(8, "Of those who leave alive: pathway 3", SHARE, 1, "As 5"),
    Asked(
        9,
        "Places of reablement at home",
        WHOLE,
        5000,
        "The council's or provider's contract; Better Care Fund plan",
        "Your hospital's part, at one time",
    ),
    Asked(10, "Mean days in reablement at home", DAYS, 365, "Provider; short-term support returns", OF_ALL),
    Asked(
        11, "Pathway 2 beds", WHOLE, 5000, "Better Care Fund plan; community trust bed register", "Your hospital's part"
    ),
    Asked(
        12,
        "Mean days in a pathway 2 bed",
        DAYS,
        365,
        "Community Services Data Set; bed register",
        f"{OF_ALL}; less the wait for what comes next",
    ),
    Asked(13, "Pathway 3 beds", WHOLE, 5000, "Integrated care board, block contracts"),
    Asked(14, "Mean days in a pathway 3 bed", DAYS, 365, "As 13", OF_ALL),
    Asked(15, "Days until a home care package starts", DAYS, 365, "Brokerage log of the council", "Of those who wait"),
)


@dataclass(frozen=True, slots=True)
class Part:
    """One number of one value of the scenario, and how it follows from one of the fifteen."""

    path: str
    key: str  # `mean`, `sd`, the need; empty for a plain value
    unit: str
    number: int
    times: tuple[str, ...] = ()
    is_rest: bool = False  # 1 less the number
    is_less_residents: bool = False  # less the residents of care homes
    is_of_others: bool = False  # as a share of those who are no residents
    uses: tuple[int, ...] = ()  # all numbers that must be filled; empty: that one
    less: float = 0.0  # days that go off the number first ...
    over: float = 1.0  # ... and the share by which it is divided then

    @property
    def needs(self) -> tuple[int, ...]:
        """The numbers that must be filled."""
        return self.uses or (self.number,)

    def value(self, numbers: Mapping[int, float], r: float) -> float:
        """The value; `r` is the residents' part of the pathways, 0 where they are left out."""
        found = 1 - numbers[self.number] if self.is_rest else numbers[self.number]
        found -= r if self.is_less_residents else 0.0
        found = (found - self.less) / self.over
        for factor in self.times:
            found *= float(Fraction(factor))
        return found / (1 - r) if self.is_of_others else found

    def formula(self, cell: str, r: str) -> str:
        """The same as a spreadsheet writes it, from the cell of the number and that of the residents' part."""
        start = f"1-{cell}" if self.is_rest else f"({cell}-{r})" if self.is_less_residents else cell
        if self.less:
            start = f"({cell}-{self.less:g})/{self.over:g}"
        return "".join(
            [f"={start}", *(f"*{factor}" for factor in self.times), f"/(1-{r})" if self.is_of_others else ""]
        )


def parts() -> Iterator[Part]:
    """Everything that the fifteen numbers become, in the order of the template."""
    yield Part("services.hospital.beds", "", WHOLE, 1)
    yield Part("people.older_people.arrivals_per_day", "", AMOUNT, 2, ("5/6",))
    for need, (to, times) in (("", ("", "1")), *ROUTES.items()):
        path = f"{J}hospital.then.{need}.{to}.stay_days" if need else f"{J}hospital.stay_days"
        yield Part(path, "mean", DAYS, 3, (times,))
        yield Part(path, "sd", DAYS, 3, (times, SD_TO_READY))
    for need, (to, _) in ROUTES.items():
        yield Part(f"{J}hospital.then.{need}.died.share", "", SHARE, 4)
        yield Part(f"{J}hospital.then.{need}.{to}.share", "", SHARE, 4, is_rest=True)
    path, four = "people.older_people.traits.need", PATHWAYS
    yield Part(path, "none", SHARE, 5, is_less_residents=True, is_of_others=True, uses=four)
    for need, part in PATHWAY_1.items():
        yield Part(path, need, SHARE, 6, (part,), is_of_others=True, uses=four)
    yield Part(path, "bed", SHARE, 7, is_of_others=True, uses=four)
    yield Part(path, "care_home", SHARE, 8, is_of_others=True, uses=four)
    for places, path, stay, sd in (
        (9, "services.home_reablement.places", f"{J}home_reablement.stay_days", "1.5"),
        (11, "services.community_beds.beds", f"{J}community_beds.stay_days", "0.75"),
        (13, "services.care_home_assessment.beds", f"{J}care_home_assessment.stay_days.recovers", "0.75"),
    ):
        less, over = of_those_who_stay(path.split(".")[1])
        yield Part(path, "", WHOLE, places)
        yield Part(stay, "mean", DAYS, places + 1, less=less, over=over)
        yield Part(stay, "sd", DAYS, places + 1, (sd,), less=less, over=over)
    yield Part("steps.start_home_care.takes_days", "mean", DAYS, 15)
    yield Part("steps.start_home_care.takes_days", "sd", DAYS, 15, ("3.5",))


@cache
def of_those_who_stay(service: str) -> tuple[float, float]:
    """How the mean stay of everybody becomes that of those who stay to the end: less so many days, over so large a share.

    In the baseline some die or go back to hospital early; the scenario says their days apart, and the number is of all.
    """
    scenario = read_scenario(str(HOME / PARENT))
    (group,), (admitted,) = scenario.people, admissions(scenario)
    shares: dict[Distribution, float] = {}
    for visit, per_day in zip(group.journey, admitted, strict=True):
        for route in visit.then if visit.service == service else ():
            stay = route.stay or visit.stay
            assert stay is not None
            shares[stay] = shares.get(stay, 0.0) + per_day * route.share
    most, total = max(shares, key=shares.__getitem__), sum(shares.values())
    days = sum(part * stay.mean_days for stay, part in shares.items() if stay != most)
    return round(days / total, 3), round(shares[most] / total, 4)


@cache
def shipped() -> dict[int, float]:
    """The fifteen numbers of the baseline; those of the pathways with residents, as they are published."""
    stated = {one.path: one.text for one in read_scenario(str(HOME / "scenarios/template.yaml")).values}

    def of(path: str) -> float:
        return float(quantity(stated[path]))

    def of_all(path: str) -> float:
        less, over = of_those_who_stay(path.split(".", maxsplit=1)[0])
        return less + over * of(f"{J}{path}")

    needs, r = "people.older_people.traits.need.else.", residents()
    one = sum(of(needs + need) for need in PATHWAY_1)
    return {
        1: of("services.hospital.beds"),
        2: of("people.older_people.arrivals_per_day") * 6 / 5,
        3: of(f"{J}hospital.stay_days.lognormal.mean"),
        4: of(f"{J}hospital.then.none.died.share"),
        5: of(f"{needs}none") * (1 - r) + r,
        6: one * (1 - r),
        7: of(f"{needs}bed") * (1 - r),
        8: of(f"{needs}care_home") * (1 - r),
        9: of("services.home_reablement.places"),
        10: of_all("home_reablement.stay_days.lognormal.mean"),
        11: of("services.community_beds.beds"),
        12: of_all("community_beds.stay_days.lognormal.mean"),
        13: of("services.care_home_assessment.beds"),
        14: of_all("care_home_assessment.stay_days.recovers.lognormal.mean"),
        15: of("steps.start_home_care.takes_days.lognormal.mean"),
    }


@cache
def residents() -> float:
    """The share of people who live in a care home, in the baseline."""
    values = {one.path: one.text for one in read_scenario(str(HOME / PARENT)).values}
    return float(quantity(values["people.older_people.traits.lives.care_home"]))
