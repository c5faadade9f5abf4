"""Towns that hypothesis makes up: people whose diaries are consistent, with more people than places."""

from random import Random

from sim.inputs.scenario import Hours, Places, Route, Step, Team
from tests.results.tiny import Resident, Town, care_home, group, hospital, price, seconds, service, step, unit

STEPS: tuple[Step, ...] = (
    step("hub", team="assessors"),
    step("funding", "funding_decision"),
    step("equipment", "equipment"),
    step("choice", "choice_selffund"),
)
TEAM = Team(name="assessors", capacity=(Places(from_second=0, places=1),))
OFFICE_HOURS = Hours(by_weekday=((9 * 3600, 17 * 3600),) * 5 + (None, None))
PLACES = ("hospital", "unit", "care_home", "care")
BEDS = {"hospital": 2, "unit": 1, "care_home": 1}
CARE_MINUTES = 1200
PRICES = (
    price("hospital", "occupied_day", 562.37, nhs=0.61, council=0.39),
    price("unit", "open_day", 187.01, nhs=0.5, council=0.5),
    price("care", "open_day", 4.1429, nhs=0.7, person=0.3),
    price("care", "admission", 9.99, nhs=1.0),
    price("hub", "step", 80, nhs=1.0),
)
LONG_AFTER = 2_000.0


def town_of(draw: Random) -> Town:
    """A town of up to a dozen people."""
    routes = [Route(to=to, share=0.2, steps=STEPS, otherwise="home") for to in (*PLACES, "home", "out")]
    visits = dict.fromkeys(PLACES, routes)
    town = Town(
        hospital(BEDS["hospital"], discharge_hours=OFFICE_HOURS),
        unit(BEDS["unit"], admission_hours=OFFICE_HOURS),
        care_home(BEDS["care_home"]),
        service("care", "home_care", CARE_MINUTES, counted_in="hours_per_week"),
        warm_up=draw.choice((0, 5)),
        days=12,
        steps=STEPS,
        teams=(TEAM,),
        groups=(group(**visits), group("others", **visits)),
        prices=PRICES,
    )
    for _ in range(draw.randint(0, 12)):
        _journey(town, draw)
    return town


def _after(draw: Random, now: float) -> float:
    return now + draw.choice((0, 0, 0.25, 0.5, 1, 1.3, 2, 5))


def _journey(town: Town, draw: Random) -> None:
    at: str = draw.choice(PLACES)
    came = draw.randint(-8, 60) / 4
    group = draw.choice((0, 0, 1))
    admitted = _after(draw, came)
    ending = draw.choice(("admitted", "admitted", "admitted", "gave_up", "died", "turned_away"))
    if came < 0:
        person, admitted, ending = town.is_there(came, at, group=group), came, "admitted"
    else:
        person = town.comes(came, at, group=group)
        person.outside(at, came, came if ending == "turned_away" else admitted, ending)
    goes_on = ending == "admitted"
    while goes_on:
        goes_on = len(person.stays) < 4 and at != "home" and draw.random() < 0.9
        if not goes_on:
            person.stay(at, admitted)
            return
        _stay(person, at, admitted, draw)
        row = person.stays[-1]
        goes_on = 0 <= row[6] < town.numbers["died"]
        at, admitted = town.scenario.destinations[row[6]], row[5] / 86_400


def _stay(person: Resident, at: str, admitted: float, draw: Random) -> None:
    """A stay with steps and waits, until they move on, die, or the diary ends."""
    units, planned = draw.choice((60, 300, 600)), draw.choice(PLACES)
    now = _after(draw, admitted)
    person.stay(at, admitted, now, clear=None, planned=planned, units=units)
    names, first_step = [each.name for each in STEPS], len(person.steps)
    ending, joins_at_once = "gave_up", False  # the first queue is joined when ready or clear, every other at once
    while ending == "gave_up":
        clear = _steps(person, names, max(admitted, now - draw.choice((0, 1))), now, draw)
        ended = _after(draw, now if clear is None else clear)
        to: str = draw.choice((*PLACES, "home", "out"))
        if clear is None:  # nobody dies before what they are said to have done
            ended = max(
                ended,
                *((each[2] if each[5] == seconds(None) else each[5]) / 86_400 for each in person.steps[first_step:]),
            )
            ending = draw.choice(("died", "waiting"))
        else:
            ending = draw.choice(("admitted", "admitted", "waiting", "gave_up", "died"))
        if joins_at_once:
            person.waits[-1][3] = person.town.numbers[to]  # the `otherwise` of the wait before
        if joins_at_once or clear is not None:
            joined = now if joins_at_once or clear is None else draw.choice((now, clear))
            person.wait(to, joined, None if ending == "waiting" else ended, ending, clear=clear)
        now, joins_at_once = ended, True
    _close(person, first_step, clear, None if ending == "waiting" else ended, "died" if ending == "died" else to)


def _close(person: Resident, first_step: int, clear: float | None, left: float | None, to: str) -> None:
    row = person.stays[-1]
    row[4], row[5] = seconds(clear), seconds(left)
    if left is None:
        return
    row[6] = person.town.numbers[to]
    for each in person.steps[first_step:]:
        if each[5] == seconds(None):  # what never finished was dropped
            each[6] = row[5]


def _steps(person: Resident, names: list[str], begin: float, now: float, draw: Random) -> float | None:
    """Steps side by side or one after the other; when the last is done, or None if one never is."""
    clear, end, before = now, begin, None
    while names and draw.random() < 0.6:
        name = names.pop(0)
        after = before if draw.random() < 0.5 else None
        start = begin if after is None else end
        joined = _after(draw, start) if name == "hub" else start
        if draw.random() < 0.1:
            person.step(name, start, team_joined=joined, due=LONG_AFTER, after=after)
            return None
        end = _after(draw, joined)
        person.step(name, start, end, team_joined=joined, after=after)
        before, clear = name, max(clear, end)
    return clear
