"""What is settled the moment somebody is admitted: how long they need, where they go next, which steps they will need.

All of it comes from the random numbers and from the delay of the stay before (rule 12 of the model); nothing here depends on
who else is there. A change here moves results, which are then recorded anew.
"""

from collections.abc import Callable

from sim.inputs.distributions import Distribution
from sim.inputs.scenario import LostGround
from sim.model import plan as quantities
from sim.model.arrivals import Arriving
from sim.model.plan import Plan, PlannedRoute, PlannedService, PlannedStep, PlannedVisit
from sim.model.random_numbers import RandomNumbers
from sim.model.records import NEVER
from sim.model.rules import (
    FORESEEN,
    SECONDS_PER_DAY,
    chance_over,
    chosen,
    late_number,
    level_in,
    minutes,
    reach_of_those_here,
    seconds,
    still_to_come,
    time_of_review,
    with_level,
    with_lost_ground,
)

Draw = Callable[[int], float]  # quantity in, this person's number for it in this stay out


def draws_of(plan: Plan, random: RandomNumbers, person: Arriving, held: int, visit: int) -> Draw:
    """This person's random numbers for their n-th visit to the service they hold (`held` is a name key)."""
    group = plan.groups[person.group]
    key = group.key if person.census_entry < 0 else group.census_key
    number = person.number
    return lambda quantity: random.number(key, number, held, visit, quantity)


def profile_after(visit: PlannedVisit, found: int, draw: Draw, delay: int) -> int:
    """The profile of somebody admitted, after what the delay before and this stay do to them; both act on the levels found."""
    after = found
    for change in visit.changes:
        if level_in(found, change.divisor, change.levels) != change.from_level:
            continue
        chance = 1.0
        if change.chance_per_delayed_day is not None:
            if delay <= 0:
                continue
            chance = chance_over(change.chance_per_delayed_day, delay / SECONDS_PER_DAY)
        u = draw(change.quantity)
        for level, high in zip(change.to_levels, change.cumulative, strict=True):
            if u < chance * high:  # where lost ground moved the same trait, the stay's own change holds
                after = with_level(after, change.divisor, change.levels, level)
                break
    return after


def next_route(plan: Plan, visit: PlannedVisit, draw: Draw, delay: int) -> int:
    """The number of the route this person will take; a long delay before may have made it a worse one."""
    route = 0 if len(visit.cumulative) == 1 else chosen(visit.cumulative, draw(quantities.NEXT))
    lost = _lost_ground(visit)
    if lost is None or lost.worse_from is None or lost.worse_to is None or delay <= 0:
        return route
    if visit.routes[route].to != plan.numbers[lost.worse_from]:
        return route
    chance = chance_over(lost.worse_chance_per_delayed_day, delay / SECONDS_PER_DAY)
    return visit.route_to(plan.numbers[lost.worse_to]) if draw(quantities.WORSE) < chance else route


def needed_days(visit: PlannedVisit, route: PlannedRoute, draw: Draw, delay: int) -> float:
    """Days from admission until they need no more care here, ground lost in the delay before included."""
    days = stay_distribution(visit, route).days(draw(quantities.STAY))
    lost = _lost_ground(visit)
    return days if lost is None else with_lost_ground(days, lost.longer_stay_days_per_delayed_day, delay)


def stay_distribution(visit: PlannedVisit, route: PlannedRoute) -> Distribution:
    """The needed days of those who take this route."""
    stay = route.route.stay
    if stay is None:
        assert visit.visit is not None and visit.visit.stay is not None  # the loader sees to it
        stay = visit.visit.stay
    return stay


def _lost_ground(visit: PlannedVisit) -> LostGround | None:
    return None if visit.visit is None else visit.visit.lost_ground


def declared_ready(plan: Plan, service: PlannedService, needs_until: int, draw: Draw) -> int:
    """The instant at which somebody who needs care until `needs_until` is declared ready: at once, or at a review."""
    review = service.service.review
    if review is None or needs_until >= plan.until + FORESEEN:
        return needs_until
    time_of_day = time_of_review(review.from_second_of_day, review.to_second_of_day, draw(quantities.REVIEW_TIME))
    day, attempt = max(0, needs_until // SECONDS_PER_DAY), 0
    weekday_of_start = plan.scenario.calendar.start.weekday()
    while day * SECONDS_PER_DAY < plan.until + 2 * FORESEEN:
        at = day * SECONDS_PER_DAY + time_of_day
        chance = review.chance_by_weekday[(weekday_of_start + day) % 7]
        if at >= needs_until:
            if chance >= 1.0 or draw(quantities.review_happens(attempt)) < chance:
                return at
            attempt += 1
        day += 1
    return NEVER


def is_needed(planned: PlannedStep, draw: Draw) -> bool:
    """Does this person need this step?"""
    return planned.step.share >= 1.0 or draw(planned.needs) < planned.step.share


def units_held(service: PlannedService, visit: PlannedVisit, draw: Draw) -> int:
    """Places held on admission: one, or minutes a week where the service counts hours."""
    if not service.counts_units:
        return 1
    assert visit.visit is not None and visit.visit.units is not None
    return minutes(visit.visit.units.days(draw(quantities.UNITS)))


def conditional_days(distribution: Distribution, elapsed_days: float, u: float) -> float:
    """Days still to come of a length that has already lasted so long."""
    within = distribution.share_within(elapsed_days)
    return still_to_come(distribution.days(late_number(within, u)), elapsed_days)


def conditional_seconds(distribution: Distribution, elapsed: int, u: float) -> int:
    """Seconds still to come of a length that has already lasted `elapsed` seconds."""
    return seconds(conditional_days(distribution, elapsed / SECONDS_PER_DAY, u))


def route_after(visit: PlannedVisit, draw: Draw, elapsed: int, stay: Distribution | None = None) -> int:
    """The route of somebody who has been here for so long: the likelier, the longer its people stay.

    Where the census gives a stay, it is that of all routes alike, and says nothing of them.
    """
    if stay is not None:
        return chosen(visit.cumulative, draw(quantities.NEXT))
    days, routes = elapsed / SECONDS_PER_DAY, visit.routes[: len(visit.cumulative)]
    left = [stay_distribution(visit, route).share_within(days) for route in routes]
    reached = left if reach_of_those_here(visit.cumulative, left) else visit.cumulative
    return chosen(reached, draw(quantities.NEXT))
