"""How a measure is divided: every kind of part (`by` in the result files), and the items of those that are always the same.

What may be changed here: a new division is an addition; a changed name is a change of contract.
"""

BY = (
    "",
    "reason",
    "next_service",
    "cause",
    "payer",
    "contributor",
    "budget",
    "part",
    "pathway",
    "group",
    "band",
    "weekday",
    "team",
    "ending",
    "lack",
    "reason_and_lack",
    "year",
    "payer_and_year",
)
BANDS = ("0", "1", "2-3", "4-6", "7-13", "14-20", "21+")  # nights from ready to left
BAND_STARTS = (0, 1, 2, 4, 7, 14, 21)
PATHWAYS = ("0", "1", "2", "3")
ENDINGS = ("moved_by_design", "elsewhere", "with_nothing")  # what became of those who gave up a wait
LACKS = ("place", "hours", "arranging", "team")  # what a delayed person lacked; `reason_and_lack`: "p2_bed, place"
COST_PARTS = ("open", "used", "admissions", "steps", "not closed", "refilled")
ITEMS = {
    "": ("",),
    "lack": LACKS,
    "ending": ENDINGS,
}  # a whole has one part without a name; other items come from the scenario
