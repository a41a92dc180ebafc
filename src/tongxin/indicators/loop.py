# ruff: noqa: S608 -- words of our own only
"""How far each child got: one row a child with a file, and one for each clue that no file came of yet."""

from tongxin.indicators.children import PLACE, STANDS
from tongxin.indicators.dialect import Words
from tongxin.indicators.supply import DIVISION, open_clues

# What counts as help: somebody did something for the child besides looking.
HELP = ("session", "course_start", "mediation")
FIRST = {
    "identified_on": ("identification",), "assessed_on": ("assessment",), "planned_on": ("plan",), "helped_on": HELP,
    "followed_on": ("follow_up", "aftercare"), "closed_on": ("closure_decision",),
}


def loop(w: Words) -> str:
    """The rows of the fact set `core.indicators.sets.LOOP`, with the child's key as `child`."""
    return f"{children(w)} UNION ALL {_clues(w)}"


def children(w: Words, *, level: str = "", division: int = 0) -> str:
    """The rows with a file, those of one division when its level and id are given."""
    mine = f"SELECT id FROM cases_case WHERE {level}_id = {division:d}"
    # By the keys of a child's files, so that an index finds their own records and no others are read.
    near = f"AND k.id IN ({mine} UNION SELECT id FROM cases_case WHERE goes_on IN ({mine})) " if level else ""
    days = ", ".join(f"min(CASE WHEN e.kind IN ({_in(kinds)}) THEN {w.day('e.occurred_at')} END) AS {name}"
                     for name, kinds in FIRST.items())
    kinds = _in(tuple(dict.fromkeys(kind for each in FIRST.values() for kind in each)))
    # Of several files of one child what was recorded in all of them counts.
    records = (
        f"SELECT coalesce(k.goes_on, k.id) AS child_id, {days}, "
        f"count(CASE WHEN e.kind = 'assessment' THEN 1 END) AS assessments, "
        f"max(CASE WHEN e.kind = 'assessment' THEN {w.day('e.occurred_at')} END) AS last_on "
        f"FROM ledger_entry e JOIN cases_case k ON k.id = e.subject_id WHERE e.kind IN ({kinds}) AND {STANDS} {near}"
        "GROUP BY coalesce(k.goes_on, k.id)"
    )
    grades = (
        f"SELECT coalesce(k.goes_on, k.id) AS child_id, min({w.day('d.at')}) AS graded_on FROM cases_decision d "
        f"JOIN cases_case k ON k.id = d.case_id WHERE d.stands {near}GROUP BY coalesce(k.goes_on, k.id)"
    )
    referred = (
        f"SELECT coalesce(k.goes_on, k.id) AS child_id, min({w.day('f.accepted_at')}) AS helped_on "
        f"FROM referrals_referral f JOIN cases_case k ON k.id = f.child_id WHERE f.accepted_at IS NOT NULL {near}"
        "GROUP BY coalesce(k.goes_on, k.id)"
    )
    return (
        f"SELECT {PLACE}, {w.id('p.id')} AS child, {w.day('p.created_at')} AS found_on, {_truth(w, True)} AS has_file, "
        "c.identified AS identified, c.stage AS stage, c.level AS level, r.identified_on AS identified_on, "
        "r.assessed_on AS assessed_on, g.graded_on AS graded_on, r.planned_on AS planned_on, "
        "coalesce(r.helped_on, f.helped_on) AS helped_on, r.followed_on AS followed_on, "
        "CASE WHEN r.assessments > 1 THEN r.last_on END AS again_on, "
        f"CASE WHEN c.stage = 'closed' THEN coalesce(r.closed_on, {w.day('c.derived_at')}) END AS closed_on "
        "FROM cases_case c JOIN people_child p ON p.id = c.id "
        f"LEFT JOIN ({records}) r ON r.child_id = c.id LEFT JOIN ({grades}) g ON g.child_id = c.id "
        f"LEFT JOIN ({referred}) f ON f.child_id = c.id WHERE c.goes_on IS NULL"
        f"{f' AND c.{level}_id = {division:d}' if level else ''}"
    )


def _clues(w: Words) -> str:
    empty = "CAST(NULL AS TEXT)" if w.is_lite else "CAST(NULL AS DATE)"
    days = ", ".join(f"{empty} AS {name}" for name in (
        "identified_on", "assessed_on", "graded_on", "planned_on", "helped_on", "followed_on", "again_on", "closed_on",
    ))
    return (
        f"SELECT {DIVISION}, '' AS child, {w.day('q.received_at')} AS found_on, {_truth(w, False)} AS has_file, "
        f"'none' AS identified, 'clue' AS stage, 'unknown' AS level, {days} {open_clues()}"
    )


def _truth(w: Words, value: bool) -> str:
    if w.is_lite:
        return "1" if value else "0"
    return "TRUE" if value else "FALSE"


def _in(kinds: tuple[str, ...]) -> str:
    return ", ".join(f"'{each}'" for each in kinds)
