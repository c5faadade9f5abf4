"""How a measure is divided: every kind of part (`by` in the result files), and the items of those that are always the same.

What may be changed here: a new division is an addition; a changed name is a change of contract.
"""

GROUP = "group"
BY = (  # and every trait of the scenario
    "",
    "reason",
    "next_service",
    "cause",
    "payer",
    "contributor",
    "budget",
    "programme",
    "part",
    "pathway",
    GROUP,
    "band",
    "weekday",
    "team",
    "ending",
    "lack",
    "reason_and_lack",
    "waited_on",
    "came_from",
    "year",
    "payer_and_year",
)
BANDS = ("0", "1", "2-3", "4-6", "7-13", "14-20", "21+")  # nights from ready to left
BAND_STARTS = (0, 1, 2, 4, 7, 14, 21)
NO_SUCH_TRAIT = "else"  # the item of people whose group does not have the trait; no level may have this name
PATHWAYS = ("0", "1", "2", "3")
ENDINGS = ("moved_by_design", "elsewhere", "with_nothing")  # what became of those who gave up a wait
LACKS = ("place", "hours", "arranging", "team")  # what a delayed person lacked; `reason_and_lack`: "p2_bed, place"
COST_PARTS = ("open", "used", "admissions", "steps", "teams", "programmes", "not closed", "refilled")
ITEMS = {
    "": ("",),
    "lack": LACKS,
    "ending": ENDINGS,
}  # a whole has one part without a name; other items come from the scenario


def is_of_people(by: str) -> bool:
    """Whether this divides people by their group or by a trait."""
    return by == GROUP or by not in BY
