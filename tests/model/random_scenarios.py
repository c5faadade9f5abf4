"""Random small scenarios over every mechanism, as YAML text, with places so few that every queue is used.

Times lie on whole days, on hours or anywhere: on a grid many things fall on one instant, which is where engines go wrong.
Whatever is drawn must be something that the loader takes; the few that it refuses are counted by the tests.
"""

from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

Draw = Any
START_DAYS = 14
SERVICES = {
    "hospital": "acute",
    "unit": "reablement_unit",
    "ward": "community_beds",
    "care_home": "care_home",
}
REASONS = ("hub_assessment", "funding_decision", "equipment", "choice_selffund", "p2_bed")
PERCENT = (0, 5, 10, 20, 25, 30, 40, 50, 60, 75, 100)


def as_yaml(value: Any, indent: int = 0) -> str:
    """Nested dicts, lists and scalars as block YAML that a planner could have written."""
    pad = "  " * indent
    if isinstance(value, dict):
        lines = []
        for key, inner in value.items():
            if isinstance(inner, dict) and inner and not _is_flat(inner):
                lines.append(f"{pad}{key}:\n{as_yaml(inner, indent + 1)}")
            elif isinstance(inner, list) and inner and isinstance(inner[0], dict):
                lines.append(f"{pad}{key}:\n" + "\n".join(f"{pad}  - {_flow(item)}" for item in inner))
            else:
                lines.append(f"{pad}{key}: {_flow(inner)}")
        return "\n".join(lines)
    return pad + _flow(value)


def _is_flat(table: dict[str, Any]) -> bool:
    return len(_flow(table)) < 80


def _flow(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_flow(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_flow(inner) for inner in value) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


class Town:
    """Draws one scenario; every method draws one part of it."""

    def __init__(self, draw: Draw) -> None:
        self.draw = draw
        self.grid = draw(st.sampled_from(["day", "hour", "anywhere"]))
        self.days = draw(st.integers(6, 16))
        self.services: list[str] = []
        self.counts_hours: set[str] = set()
        self.least_capacity: dict[str, int] = {}
        self.opens_late: set[str] = set()
        self.lists: dict[str, dict[str, Any]] = {}
        self.steps: list[str] = []
        self.after: dict[str, list[str]] = {}
        self.starts_elsewhere: set[str] = (
            set()
        )  # steps that do not start by themselves, so that nobody needs them outside
        self.team_names: list[str] = []
        self.traits: dict[str, list[str]] = {}

    def chance(self, percent: int) -> bool:
        # 0 comes first, so that a failing example shrinks to one without the mechanism
        return self.draw(st.integers(0, 99)) >= 100 - percent

    def whole(self, low: int, high: int) -> int:
        return self.draw(st.integers(low, high))

    def one_of(self, values: Any) -> Any:
        return self.draw(st.sampled_from(list(values)))

    # -- times ------------------------------------------------------------------------------------------------

    def days_text(self, low: int, high: int) -> str:
        """A number of days on the grid, between whole days."""
        if self.grid == "day":
            return str(self.whole(low, high))
        if self.grid == "hour":
            return f"{self.whole(low * 24, high * 24) / 24:.10f}".rstrip("0").rstrip(".")
        return f"{self.whole(low * 10_000, high * 10_000) / 10_000:g}"

    def length(self, low: int = 0, high: int = 3) -> Any:
        """A length of time: mostly on the grid, some of them between limits."""
        length = self.unlimited_length(low, high)
        if "fixed" in length or not self.chance(25):
            return length
        if "empirical" in length:  # the limit is one of its points, where many lie
            return {**length, self.one_of(["at_least", "at_most"]): self.one_of(length["empirical"]["quantiles"])}
        limits = {"at_least": self.one_of(["0.1", "0.3"]), "at_most": self.one_of(["0.45", "4"])}
        if self.chance(50):
            limits.pop(self.one_of(limits))
        return {**length, **limits}

    def unlimited_length(self, low: int, high: int) -> Any:
        if self.grid == "anywhere" and self.chance(70):
            family = self.one_of(["exponential", "lognormal", "uniform", "gamma"])
            if family == "exponential":
                return {"exponential": {"mean": self.one_of(["0.3", "1", "2.5"])}}
            if family == "uniform":
                return {"uniform": {"low": 0, "high": self.one_of(["0.5", "2", "5"])}}
            return {family: {"mean": self.one_of(["0.7", "2"]), "sd": self.one_of(["0.5", "3"])}}
        if self.chance(50):
            return {"fixed": self.days_text(low, high)}
        unit = 1 if self.grid == "day" else 6
        points = sorted(self.whole(low * unit, high * unit) for _ in range(self.whole(2, 3)))
        texts = [f"{point / unit:.10f}".rstrip("0").rstrip(".") for point in points]
        return {"empirical": {"quantiles": [text for text in texts for _ in range(4)]}}  # mostly exactly on the points

    def stay(self) -> Any:
        """Days needed: never nothing for certain, so that no loop can be without time."""
        length = self.length(0, 3)
        if length in ({"fixed": "0"}, {"fixed": 0}):
            return {"fixed": 1}
        if all(text == "0" for text in length.get("empirical", {}).get("quantiles", "1")):
            return {"fixed": 1}
        if length.get("at_most") == "0":
            del length["at_most"]
        return length

    def hours(self) -> dict[str, Any]:
        opening = self.one_of(
            [
                ("00:00", "24:00"),
                ("09:00", "17:00"),
                ("12:00", "24:00"),
                ("00:00", "12:00"),
                ("06:00", "18:00"),
            ]
        )
        hours: dict[str, Any] = {"from": opening[0], "to": opening[1]}
        if self.chance(50):
            hours = {
                "days": self.one_of([["mon", "tue", "wed", "thu", "fri"], ["mon", "wed", "sun"]]),
                **hours,
            }
        if self.chance(30):
            hours["bank_holidays"] = "closed"
        return hours

    # -- services ---------------------------------------------------------------------------------------------

    def capacity(self, name: str, key: str, size: int, unlimited: bool = True) -> Any:
        if unlimited and self.chance(8):
            return "unlimited"
        if not self.chance(35):
            self.least_capacity[name] = size
            return size
        amounts = [size] + [
            self.whole(0, 3) * (size if key == "hours_per_week" else 1) for _ in range(self.whole(1, 2))
        ]
        if self.chance(20):
            amounts[0] = 0
        days = sorted({0, *(self.whole(1, self.days - 1) for _ in amounts[1:])})
        amounts = amounts[: len(days)]
        if len(amounts) > 1 and self.chance(30):
            amounts[-1] = 0  # closed for good
        if not any(amounts):
            amounts[-1] = size
        self.least_capacity[name] = min(amount for amount in amounts if amount)
        if key == "hours_per_week" and self.chance(40):  # somebody may need more than there is now or later
            self.least_capacity[name] = max(amounts)
        if not amounts[0]:
            self.opens_late.add(name)
        return [{"from": f"2026-04-{6 + day:02}", key: amount} for day, amount in zip(days, amounts, strict=True)]

    def service(self, name: str) -> dict[str, Any]:
        in_hours = self.chance(35)
        key = "hours_per_week" if in_hours else self.one_of(["beds", "places"])
        size = 10 if in_hours else self.whole(1, 3)
        service: dict[str, Any] = {"kind": SERVICES[name], key: self.capacity(name, key, size)}
        limited = service[key] != "unlimited"
        if in_hours:
            self.counts_hours.add(name)
            if self.chance(40):
                service["may_pass"] = True
        if self.chance(25):
            service["queue_limit"] = self.whole(0, 3)
        if self.chance(20):
            service["admission_hours"] = self.hours()
        if self.chance(20):
            service["discharge_hours"] = self.hours()
        if self.chance(15):
            service["review"] = self.review()
        if self.chance(20) and not in_hours:
            hours = self.one_of(["2", "12", "24", "0"]) if self.grid != "anywhere" else {"exponential": {"mean": 6}}
            service["turnaround_hours"] = hours
        if self.chance(20) and limited:
            high = self.whole(1, 3)
            service["surge"] = {
                key: self.whole(3, 6) if in_hours else self.whole(1, 2),
                "opens_when_waiting": high,
                "closes_when_waiting": self.whole(0, high - 1),
            }
        return service

    def waiting_lists(self, names: list[str]) -> None:
        """One waiting list or two for some services of their own, or for the same."""
        for name in ("list_one", "list_two")[: self.whole(1, 2)]:
            members = [one for one in names if self.chance(70)] or [self.one_of(names)]
            self.lists[name] = {"services": list(reversed(members)) if self.chance(50) else members}
            if self.chance(20):
                self.lists[name]["queue_limit"] = self.whole(0, 3)
            if self.chance(20):
                self.lists[name]["reason"] = self.one_of(REASONS)
            if all(one in self.opens_late for one in members):
                self.opens_late.add(name)

    def lists_beside(self, here: str) -> list[str]:
        """The lists on which somebody may wait who is here."""
        return [name for name, one in self.lists.items() if here not in one["services"]]

    def review(self) -> dict[str, Any]:
        if self.grid == "anywhere" and self.chance(50):
            review: dict[str, Any] = {"from": "10:00", "to": "14:00"}
        else:
            at = self.one_of(["00:00", "10:00", "12:00"])
            review = {"from": at, "to": at}
        if self.chance(50):
            review["chance_by_weekday"] = {"sat": "50%", "sun": self.one_of(["0%", "80%"]), "tue": "90%"}
        return review

    # -- steps ------------------------------------------------------------------------------------------------

    def step(self, number: int) -> dict[str, Any]:
        step: dict[str, Any] = {"reason": self.one_of(REASONS)}
        step[self.one_of(["takes_days", "takes_days", "takes_working_days"])] = self.length(0, 2)
        starts = self.one_of(["when_ready", "when_ready", "on_admission", {"days_before_ready": self.days_text(0, 2)}])
        if starts != "when_ready":
            step["starts"] = starts
            self.starts_elsewhere.add(f"step_{number}")
        if number and self.chance(40):
            earlier = self.one_of(self.steps)
            self.after[f"step_{number}"] = [earlier] if self.chance(50) else sorted({earlier, self.one_of(self.steps)})
            step["after"] = earlier if self.after[f"step_{number}"] == [earlier] else self.after[f"step_{number}"]
        if self.team_names and self.chance(50):
            step["team"] = self.one_of(self.team_names)
        if self.chance(25):
            step["share"] = f"{self.one_of(PERCENT)}%"
        return step

    # -- people -----------------------------------------------------------------------------------------------

    def shares(self, count: int) -> list[int]:
        cuts = sorted(self.one_of(PERCENT) for _ in range(count - 1))
        return [high - low for low, high in zip([0, *cuts], [*cuts, 100], strict=True)]

    def visit(self, here: str, services: dict[str, Any]) -> dict[str, Any]:
        visit: dict[str, Any] = {"stay_days": self.stay()}
        if here in self.counts_hours:
            most = self.least_capacity.get(here, 10)
            visit["hours_per_week"] = self.whole(1, most) if self.chance(60) else {"uniform": {"low": 1, "high": most}}
            if self.chance(50):
                visit["tapers"] = [{"after_days": self.days_text(0, 2), "to": "50%"}]
                if self.chance(40):
                    visit["tapers"].append({"after_days": self.whole(3, 4), "to": self.one_of(["0%", "20%"])})
        if self.chance(25):
            visit["dies_while_delayed_days"] = self.length(0, 4)
        ways = self.ways(here, services)
        visit["then"] = {
            to: self.route(to, share, ways[number + 1 :], services, here)
            for number, (to, share) in enumerate(zip(ways, self.shares(len(ways)), strict=True))
        }
        if self.after and self.chance(40):
            self.leave_a_step_behind(visit["then"])
        if self.chance(20):
            visit["lost_ground"] = self.lost_ground(list(visit["then"]))
        if self.chance(25):
            visit["then"] = self.dated_routes(visit["then"])
        return visit

    def ways(self, here: str, services: dict[str, Any]) -> list[str]:
        """Where people may go from here."""
        ways = [name for name in services if self.chance(10 if name == here else 55)]
        ways += [name for name in self.lists_beside(here) if self.chance(70)]
        if len(ways) > 1 and self.chance(30):
            ways.reverse()
        ways += [name for name in ("home", "out") if name != here and self.chance(50)]
        if not ways:
            ways = ["out"]
        if self.chance(15):
            ways.append("died")
        return ways

    def dated_routes(self, then: dict[str, Any]) -> list[dict[str, Any]]:
        """The same ways from a date on with other shares, in another order or with other longest waits, or no longer."""
        dates = sorted({0, *(self.whole(1, self.days - 1) for _ in range(self.whole(1, 2)))})
        return [
            {"from": f"2026-04-{6 + day:02}", "routes": then if day == 0 else self.later_routes(then)} for day in dates
        ]

    def later_routes(self, then: dict[str, Any]) -> dict[str, Any]:
        names = list(then) if self.chance(50) else list(reversed(then))
        routes = {}
        for name, share in zip(names, self.shares(len(names)), strict=True):
            route = dict(then[name]) if isinstance(then[name], dict) else {}
            route["share"] = f"{share}%"
            if "otherwise" in route and self.chance(50):
                route["longest_wait_days"] = self.length(0, 3)
            routes[name] = route
        return routes

    def lost_ground(self, ways: list[str]) -> dict[str, Any]:
        lost: dict[str, Any] = {}
        if self.chance(60):
            lost["longer_stay_days_per_delayed_day"] = self.one_of(["0.25", "1", "0.1", "-1", "-0.5"])
        living = [way for way in ways if way != "died"]
        if len(living) > 1 and (not lost or self.chance(50)):
            source = self.one_of(living)
            lost["worse"] = {
                "from": source,
                "to": self.one_of([way for way in living if way != source]),
                "chance_per_delayed_day": self.one_of(["10%", "50%", "100%"]),
            }
        return lost or {"longer_stay_days_per_delayed_day": "0.5"}

    def route(self, to: str, share: int, later: list[str], services: dict[str, Any], here: str) -> Any:
        route: dict[str, Any] = {"share": f"{share}%"}
        if to == "died":
            return route
        if self.chance(25):
            route["stay_days"] = self.stay()
        names = [name for name in self.steps if self.chance(40)]
        if names:
            route["steps"] = [self.step_on_route(name) for name in names]
            if self.chance(40):
                route["may_join"] = f"after {self.one_of(names)}"
        later = [name for name in later if name not in ("died", "home", "out")]
        later += {"home": ["out"], "out": []}.get(to, [name for name in ("home", "out") if name != here])
        service = self.lists.get(to) or services.get(to, {})
        if later and (self.chance(45) or "queue_limit" in service or (to in self.opens_late and self.chance(80))):
            route["otherwise"] = self.one_of(later)
            if self.chance(70):
                route["longest_wait_days"] = self.length(0, 3)
        if self.chance(25):
            route["priority"] = self.whole(1, 3)
            if route["priority"] > 1 and self.chance(40):
                route["priority_rises"] = {"after_days": self.days_text(0, 5), "to": 1}
        return route if len(route) > 1 else route["share"]

    def leave_a_step_behind(self, then: dict[str, Any]) -> None:
        """Some who give up need a step the other way too, but not the step that it comes after."""
        for route in then.values():
            other = then.get(route["otherwise"]) if isinstance(route, dict) and "otherwise" in route else None
            if other is not None and other != "died":
                later = self.one_of(self.after)
                first = [name for name in self.steps if name not in (later, *self.after[later])]
                long = [{name: {"takes_days": {"fixed": self.whole(3, 6)}}} for name in self.after[later]]
                route["steps"] = [*first[:1], *long, later]
                route["may_join"] = f"after {first[0] if first else self.after[later][0]}"
                route["longest_wait_days"] = self.length(0, 2)
                then[route["otherwise"]] = {
                    **(other if isinstance(other, dict) else {"share": other}),
                    "steps": [later],
                }
                then[route["otherwise"]].pop("may_join", None)

    def step_on_route(self, name: str) -> Any:
        if not self.chance(25):
            return name
        return {name: {"share": f"{self.one_of(PERCENT)}%"} if self.chance(50) else {"takes_days": self.length(0, 1)}}

    def group(self, services: dict[str, Any]) -> dict[str, Any]:
        first = [*services, *self.lists]
        group: dict[str, Any] = {}
        if len(first) > 1 and self.chance(30):
            low, high = self.shares(2)
            group["arrives_at"] = {first[0]: f"{low}%", first[-1]: f"{high}%"}
        else:
            group["arrives_at"] = self.one_of(first)
        if self.grid == "anywhere" and self.chance(60):
            group["arrivals_per_day"] = self.one_of(["0.5", "1", "2"])
            group |= self.calendar_of_arrivals()
        else:
            times = sorted({self.days_text(0, self.days - 2) for _ in range(self.whole(1, 6))}, key=float)
            group["arrivals"] = [
                {"day": day} if self.chance(60) else {"day": day, "count": self.whole(1, 3)} for day in times
            ]
        if self.chance(10):
            group["prevented_share"] = "30%"
        if self.chance(35):
            group["arrival"] = self.arrival(group["arrives_at"], first)
        has_home = self.chance(50)
        if has_home and self.chance(10):
            group["arrives_at"] = "home"
        group["journey"] = {name: self.visit(name, services) for name in services}
        if has_home:
            group["journey"]["home"] = self.visit_home(first, services)
        return group

    def calendar_of_arrivals(self) -> dict[str, Any]:
        shapes = {
            "arrivals_by_weekday": {"mon": 2, "sat": 0},
            "arrivals_by_hour": [0] * 8 + [1] * 8 + [2, 1, 3, 1, 0, 1, 0, 0],
            "arrivals_by_year": {2026: 1.5, 2027: 0},
        }
        return {key: shape for key, shape in shapes.items() if self.chance(30)}

    def visit_home(self, first: list[str], services: dict[str, Any]) -> dict[str, Any]:
        back = self.one_of(first)  # a service or a list
        low, high = self.shares(2)
        then = {back: self.route(back, low, [], services, "home"), "out": f"{high}%"}
        self._give_way_out(then)
        return {"stay_days": self.stay(), "then": then}

    @staticmethod
    def _give_way_out(then: dict[str, Any]) -> None:
        """A route from home gives up to `out`."""
        for route in then.values():
            if isinstance(route, dict) and "otherwise" in route:
                route["otherwise"] = "out"

    def arrival(self, arrives_at: Any, first: list[str]) -> dict[str, Any]:
        arrival: dict[str, Any] = {}
        if self.chance(60):
            arrival["longest_wait_days"] = self.length(0, 3)
            there = arrives_at if isinstance(arrives_at, dict) else {arrives_at: "100%"}
            arrival["otherwise"] = self.one_of(["out", *[name for name in first if name not in there]])
        if self.chance(40):
            arrival["priority"] = self.whole(1, 3)
            if arrival["priority"] > 1 and self.chance(40):
                arrival["priority_rises"] = {"after_days": self.days_text(0, 5), "to": 1}
        if self.chance(30):
            arrival["dies_while_waiting_days"] = self.length(0, 4)
        return arrival or {"priority": 4}

    # -- census -----------------------------------------------------------------------------------------------

    def census(self, services: dict[str, Any], people: dict[str, Any]) -> list[dict[str, Any]]:
        entries: list[dict[str, Any]] = []
        for name, service in services.items():
            key = next(key for key in ("beds", "places", "hours_per_week") if key in service)
            amount = service[key]
            if not self.chance(60):
                continue
            places = 2 if amount == "unlimited" else amount if isinstance(amount, int) else amount[0][key]
            if not places:
                continue
            if name in self.counts_hours:
                places = 1
            group = self.one_of(people)
            entry: dict[str, Any] = {"group": group, "service": name, "count": self.whole(1, places)}
            then = people[group]["journey"][name]["then"]
            then = then if isinstance(then, dict) else then[0]["routes"]
            waits_for = [to for to in then if to in services or to in self.lists]
            if waits_for and self.chance(40):
                entry["elapsed_days"] = {"fixed": self.days_text(3, 6)}
                entry["waiting_for"] = self.one_of(waits_for)
                entry["waited_days"] = {"fixed": self.days_text(0, 3)}
            else:
                entry["elapsed_days"] = {"fixed": self.days_text(0, 4)}
                if self.chance(40):
                    entry["remaining_days"] = self.length(0, 3)
            entries.append(entry)
        entries += self.census_elsewhere(people)
        return entries

    def census_elsewhere(self, people: dict[str, Any]) -> list[dict[str, Any]]:
        """At home, and waiting outside."""
        entries: list[dict[str, Any]] = []
        at_home = [group for group in people if "home" in people[group]["journey"]]
        if at_home and self.chance(40):
            elapsed = {"fixed": self.days_text(0, 4)}
            entries.append({"group": self.one_of(at_home), "service": "home", "count": 2, "elapsed_days": elapsed})
        if self.chance(40):
            group = self.one_of(people)
            where = people[group]["arrives_at"]
            entries.append(
                {
                    "group": group,
                    "service": "outside",
                    "count": self.whole(1, 2),
                    "waiting_for": where if isinstance(where, str) else next(iter(where)),
                    "elapsed_days": {"fixed": self.days_text(0, 2)},
                }
            )
        return entries

    # -- the whole --------------------------------------------------------------------------------------------

    def scenario(self) -> dict[str, Any]:
        names = list(SERVICES)[: self.whole(1, 4)]
        self.team_names = ["team_one", "team_two"][: self.whole(0, 2)]
        warm_up = self.one_of([0, 0, 2])
        calendar: dict[str, Any] = {
            "start": "2026-04-06",
            "warm_up_days": warm_up,
            "measured_days": self.days - warm_up,
        }
        if self.chance(30):
            calendar["bank_holidays"] = ["2026-04-08", "2026-04-13"]
        services = {name: self.service(name) for name in names}
        tree: dict[str, Any] = {
            "name": f"times on {self.grid}",
            "calendar": calendar,
            "replications": 1,
            "seed": self.whole(1, 1000),
            "services": services,
        }
        if len(names) > 1 and self.chance(60):
            self.waiting_lists(names)
        if self.lists:
            tree["lists"] = self.lists
        if self.team_names:
            tree["teams"] = {
                name: {"places": self.capacity(name, "places", self.whole(1, 2), unlimited=False)}
                for name in self.team_names
            }
        steps: dict[str, Any] = {}
        for number in range(self.whole(0, 4)):
            steps[f"step_{number}"] = self.step(number)
            self.steps.append(f"step_{number}")
        if steps:
            tree["steps"] = steps
        tree["people"] = {f"group_{number}": self.group(services) for number in range(self.whole(1, 3))}
        for group in tree["people"].values():
            self._mend(group["journey"], services)
        if warm_up == 0 and self.chance(40):
            census = self.census(services, tree["people"])
            if census:
                tree["census"] = census
        return self.with_more(tree)

    def with_more(self, tree: dict[str, Any]) -> dict[str, Any]:
        """Mechanisms that were added one after the other, each drawn last, so that all else of a scenario stays as it was."""
        self.give_traits(tree)
        self.relate_traits(tree)
        for more in (self.give_rotas, self.give_deadlines, self.give_streams, self.crowd, self.give_bays):
            more(tree)
        self.give_steps_outside(tree)
        self.leave_steps_to_do(tree)
        return tree

    def waiting_at_the_start(self, tree: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """Of a group and service some who wait, if it is said there in one way for all where people go."""
        group = self.one_of(tree["people"])
        here = self.one_of(tree["people"][group]["journey"])
        visit = tree["people"][group]["journey"][
            here
        ]  # the name of a trait, where the whole journey differs by its level
        then = visit.get("then", {}) if isinstance(visit, dict) else {}
        routes = then if isinstance(then, dict) else then[0]["routes"]
        ways = [to for to in routes if to in tree["services"] or to in self.lists or to == "home"]
        if ways and here != "home":
            waited = {"waited_days": {"fixed": self.days_text(0, 3)}} if self.chance(80) else {}
            days = {"elapsed_days": {"fixed": self.days_text(3, 6)}}
            yield {
                "group": group, "service": here, "count": self.whole(1, 2), **days, "waiting_for": self.one_of(ways), **waited
            }  # fmt: skip

    def leave_steps_to_do(self, tree: dict[str, Any]) -> None:
        """Some who wait when the clock starts have steps of their way before them."""
        if self.steps and tree["calendar"]["warm_up_days"] == 0 and self.chance(25):
            tree.setdefault("census", []).extend(self.waiting_at_the_start(tree))
        for entry in tree.get("census", ()):
            if entry["service"] == "outside" or "waiting_for" not in entry:
                continue
            then = tree["people"][entry["group"]]["journey"].get(entry["service"], {}).get("then", {})
            routes = then if isinstance(then, dict) else then[0]["routes"]
            to = entry["waiting_for"]
            if not self.steps or to not in routes or not self.chance(70):
                continue
            if not isinstance(routes[to], dict):
                routes[to] = {"share": routes[to]}
            steps = routes[to].setdefault("steps", [self.step_on_route(name) for name in self.steps if self.chance(60)])
            if not isinstance(steps, list):
                continue
            names = [one if isinstance(one, str) else next(iter(one)) for one in steps]
            left = entry["steps_left"] = [name for name in names if self.chance(60)]
            begun = [name for name in left if not {*self.after.get(name, ())} & {*left} and self.chance(60)]
            if begun:
                entry["steps_begun_days"] = {name: self.one_of([0, 0.3, 1, 2.5, 9]) for name in begun}

    def give_steps_outside(self, tree: dict[str, Any]) -> None:
        """Some groups need steps before they wait for their first place, all of their people or those with a level."""
        known = [name for name in self.steps if name not in self.starts_elsewhere]
        for group in tree["people"].values():
            if not known or not self.chance(50):
                continue
            steps: Any = [self.step_on_route(name) for name in known if self.chance(70)]
            if "frail" in group.get("traits", ()) and self.chance(40):
                steps = {"by": "frail", "yes": steps, "else": []}
            group["arrival"] = {**group.get("arrival", {}), "steps": steps}

    def crowd(self, tree: dict[str, Any]) -> None:
        """Some censuses hold more people than there are places, need other stays, or come before days that are thrown away."""
        for entry in tree.get("census", ()):
            if self.chance(25):
                entry["count"] += self.whole(1, 3)
            inside = entry["service"] != "outside" and not {"waiting_for", "remaining_days"} & entry.keys()
            if inside and self.chance(40):
                entry["stay_days"] = self.stay()
        calendar = tree["calendar"]
        if "census" in tree and self.chance(30):
            calendar["warm_up_days"], calendar["measured_days"] = 2, calendar["measured_days"] - 2

    def give_bays(self, tree: dict[str, Any]) -> None:
        """Some services have bays for some people only, and somebody of every group may come into one of them."""
        levels = {"need": ["low", "mid"], "frail": ["yes"]}
        if not any(trait in group.get("traits", ()) for group in tree["people"].values() for trait in levels):
            return
        for service in tree["services"].values():
            key = "beds" if "beds" in service else "places"
            if "surge" in service or "hours_per_week" in service or service[key] == "unlimited" or not self.chance(40):
                continue
            sizes = [service.pop(key), *(self.whole(1, 2) for _ in range(self.whole(0, 2)))]
            if isinstance(sizes[0], list):
                sizes[0] = [{"from": one["from"], "beds": one[key]} for one in sizes[0]]
            bays: list[dict[str, Any]] = [{"beds": size} for size in sizes]
            for bay in bays[1:]:
                bay["only_for"] = self.for_whom(tree["people"], levels)
            service["bays"] = list(reversed(bays)) if self.chance(50) else bays

    def for_whom(self, people: dict[str, Any], levels: dict[str, list[str]]) -> dict[str, Any]:
        known = [trait for trait in levels if any(trait in group.get("traits", ()) for group in people.values())]
        trait = self.one_of(known)
        level = self.one_of(levels[trait][:1] if self.chance(60) else levels[trait])
        return {trait: [level] if self.chance(30) else level}

    def give_deadlines(self, tree: dict[str, Any]) -> None:
        """Some waits last until the clock shows a time of day, and some priorities rise at one."""
        for one in _all_with(tree["people"], "longest_wait_days"):
            if self.chance(25):
                one["longest_wait_days"] = {"until": self.one_of(['"00:00"', '"12:00"', '"09:00"', '"17:30"'])}
        for one in _all_with(tree["people"], "priority_rises"):
            if self.chance(30) and "to" in one["priority_rises"]:
                one["priority_rises"] = {
                    "until": self.one_of(['"00:00"', '"12:00"']),
                    "to": one["priority_rises"]["to"],
                }

    def give_streams(self, tree: dict[str, Any]) -> None:
        """Some groups come one after the other."""
        for group in tree["people"].values():
            if self.chance(20):
                for key in list(group):
                    if key.startswith("arrivals"):
                        del group[key]
                length = self.unlimited_length(0, 3)
                if "fixed" in length or all(text == "0" for text in length.get("empirical", {}).get("quantiles", "1")):
                    length = {"fixed": self.one_of(["0.4", "1", "0.75"])}
                group["arrivals_every_days"] = length

    # -- rotas; drawn last, so that all else of a scenario stays as it was ---------------------------------------

    def give_rotas(self, tree: dict[str, Any]) -> None:
        """Some amounts come round every week; who was there on Monday at midnight still has a place."""
        for one in (*tree["services"].values(), *tree.get("teams", {}).values()):
            key = next(key for key in ("beds", "places", "hours_per_week") if key in one)
            if self.chance(25):
                if isinstance(one[key], list):
                    row = self.one_of(one[key])
                    row[key] = self.rota(row[key]) if row[key] else row[key]
                elif one[key] != "unlimited":
                    one[key] = self.rota(one[key])

    def rota(self, size: int) -> dict[str, Any]:
        few = self.whole(0, size)
        days: dict[str, Any] = {"sat": few, "sun": 0 if self.chance(50) else size, "else": size}
        if self.chance(50):
            days["tue"] = {'"09:00"': few, '"17:30"': size + self.whole(0, 2)}
        if self.chance(30):
            days["thu"] = {'"12:00"': size}
            days["wed"] = few
        return {"weekly": days}

    # -- traits -----------------------------------------------------------------------------------------------

    def give_traits(self, tree: dict[str, Any]) -> None:
        for name, group in tree["people"].items():
            if self.chance(50):
                self.depend_on_traits(group, [one for one in tree.get("census", ()) if one["group"] == name])

    def depend_on_traits(self, group: dict[str, Any], census: list[dict[str, Any]]) -> None:
        """Some of what is said of a group is different for each level of a trait, and stays change levels."""
        self.traits = {"need": ["low", "mid", "high"][: self.whole(2, 3)], "frail": ["yes", "no"]}
        if self.chance(40):
            del self.traits["frail"]
        low, *others = self.shares(len(self.traits["need"]))
        group["traits"] = {
            "need": dict(zip(self.traits["need"], (f"{share}%" for share in (low, *others)), strict=True))
        }
        if "frail" in self.traits:
            group["traits"]["frail"] = f"{self.one_of(PERCENT)}%"
        if self.chance(20):
            group["prevented_share"] = self.by("20%", "60%")
        if "arrival" in group and self.chance(40):
            self.depend(group["arrival"], 60)
        for here, visit in group["journey"].items():
            self.depend_in_visit(here, visit)
        self.depend_as_a_whole(group)
        for entry in census:
            if self.chance(40):
                trait = self.one_of(self.traits)
                entry["levels"] = {trait: self.one_of(self.traits[trait])}

    def relate_traits(self, tree: dict[str, Any]) -> None:
        """Shares of traits depend on other traits; drawn last, so that all else of a scenario stays as it was."""
        for name, group in tree["people"].items():
            if "frail" in group.get("traits", ()) and self.chance(60):
                group["traits"] = self.related(group["traits"])
                for entry in tree.get("census", ()):
                    if entry["group"] == name and self.chance(60):
                        entry["levels"] = self.given_below(group["traits"])

    def related(self, traits: dict[str, Any]) -> dict[str, Any]:
        """The same traits, with shares that depend on the trait above; perhaps one more, that depends on both."""
        levels, percents = list(traits["need"]), [f"{share}%" for share in PERCENT]
        if self.chance(50):
            traits = {
                **traits,
                "frail": {"by": "need", levels[0]: self.one_of(percents), "else": self.one_of(percents)},
            }
        else:
            fewer = {level: f"{share}%" for level, share in zip(levels[1:], self.shares(len(levels) - 1), strict=True)}
            traits = {"frail": traits["frail"], "need": {"by": "frail", "yes": traits["need"], "no": fewer}}
        if self.chance(50):
            inside = {"by": "frail", "yes": self.one_of(percents), "no": self.one_of(percents)}
            traits["alone"] = {"by": "need", levels[0]: inside, "else": self.one_of(percents)}
        return traits

    def given_below(self, traits: dict[str, Any]) -> dict[str, str]:
        """A level of the second trait, which says something of the first."""
        second = list(traits)[1]
        return {second: self.one_of(["yes", "no"] if second == "frail" else traits["need"]["yes"])}

    def depend_as_a_whole(self, group: dict[str, Any]) -> None:
        """A whole visit, or the whole journey, differs by level."""
        if self.chance(15):
            here = self.one_of(group["journey"])
            group["journey"][here] = self.by(
                group["journey"][here], {**group["journey"][here], "stay_days": self.stay()}
            )
        if self.chance(15):
            here = self.one_of(group["journey"])
            other = {**group["journey"], here: {"stay_days": self.stay(), "then": self.other_then(group, here)}}
            if here not in self.counts_hours:
                group["journey"] = self.by(group["journey"], other)

    def other_then(self, group: dict[str, Any], here: str) -> Any:
        """The routes of a visit, whichever way it is written."""
        visit = group["journey"][here]
        while "then" not in visit:
            visit = next(value for key, value in visit.items() if key != "by")
        return visit["then"]

    def by(self, one: Any, other: Any) -> dict[str, Any]:
        """A value for one level of a trait, and another for the others."""
        trait = self.one_of(self.traits)
        level = self.one_of(self.traits[trait])
        if self.chance(15) and len(self.traits) > 1:
            (second,) = set(self.traits) - {trait}
            one = {"by": second, self.traits[second][0]: one, "else": other}
        if self.chance(30):
            return {"by": trait, **{name: one if name == level else other for name in self.traits[trait]}}
        return {"by": trait, level: one, "else": other}

    def depend(self, values: dict[str, Any], percent: int) -> None:
        """Lengths of time and priorities differ by level."""
        for key in ("longest_wait_days", "dies_while_waiting_days", "dies_while_delayed_days"):
            if key in values and self.chance(percent):
                values[key] = self.by(values[key], self.length(0, 3))
        if "stay_days" in values and self.chance(percent):
            values["stay_days"] = self.by(values["stay_days"], self.stay())
        if "priority" in values and self.chance(percent):
            lowest = 2 if "priority_rises" in values else 1
            values["priority"] = self.by(values["priority"], self.whole(lowest, 3))
        if "priority_rises" in values and self.chance(percent):
            values["priority_rises"] = self.by(values["priority_rises"], {"after_days": self.days_text(0, 3), "to": 1})

    def depend_in_visit(self, here: str, visit: dict[str, Any]) -> None:
        self.depend(visit, 50)
        if "hours_per_week" in visit and self.chance(50):
            visit["hours_per_week"] = self.by(visit["hours_per_week"], self.whole(1, self.least_capacity.get(here, 10)))
        if "tapers" in visit and self.chance(40):
            visit["tapers"] = self.by(visit["tapers"], [{"after_days": self.days_text(0, 2), "to": "75%"}])
        then = visit["then"]
        for routes in [then] if isinstance(then, dict) else [dated["routes"] for dated in then]:
            for route in routes.values():
                if isinstance(route, dict):
                    self.depend(route, 40)
                    if "steps" in route and "may_join" not in route and self.chance(30):
                        route["steps"] = self.by(route["steps"], [])
        if self.chance(50):
            visit["then"] = self.then_by_level(then)
        if self.chance(40):
            visit["changes"] = self.changes("chance")
        if self.chance(25):
            visit.setdefault("lost_ground", {})["changes"] = self.changes("chance_per_delayed_day")

    def then_by_level(self, then: Any) -> Any:
        if isinstance(then, dict):
            return self.by(then, self.later_routes(then))
        if self.chance(50):
            return self.by(then, then[0]["routes"])
        last = then[-1]["routes"]
        return [*then[:-1], {**then[-1], "routes": self.by(last, self.later_routes(last))}]

    def changes(self, key: str) -> list[dict[str, Any]]:
        found = []
        for trait, levels in self.traits.items():
            for level in levels:
                others = [one for one in levels if one != level and self.chance(50)]
                for other in others:
                    share = f"{self.one_of([5, 25, 50, 100]) / len(others):g}%"
                    chance = share if self.chance(70) else self.by(share, "10%")
                    found.append({"trait": trait, "from": level, "to": other, key: chance})
        return found or [{"trait": "need", "from": "low", "to": "mid", key: "50%"}]

    @staticmethod
    def _mend(journey: dict[str, Any], services: dict[str, Any]) -> None:
        """Tapering hours are not cleaned, and nobody goes on to where they would only be put off."""
        for here, visit in journey.items():
            if "turnaround_hours" in services.get(here, {}):
                visit.pop("tapers", None)


def _all_with(tree: Any, key: str) -> list[dict[str, Any]]:
    """Everything in a tree that has a key."""
    if isinstance(tree, dict):
        return ([tree] if key in tree else []) + [one for inner in tree.values() for one in _all_with(inner, key)]
    return [one for inner in tree for one in _all_with(inner, key)] if isinstance(tree, list) else []


@st.composite
def towns(draw: Draw) -> str:
    """The YAML text of one random scenario."""
    return as_yaml(Town(draw).scenario()) + "\n"
