# ruff: noqa: S608 -- words of our own only
"""Who was on file on a day, and who of them was visited when: for shares of a period that is over."""

from tongxin.indicators.children import PLACE, STANDS, closed_on
from tongxin.indicators.dialect import Words


def rolls(w: Words) -> str:
    """One row for each child with a file, and one more for each visit to it, with the days of its file on both.

    A share of the children on file on a day then counts those who have any row, and those who have a visit within.
    """
    empty = {kind: f"CAST(NULL AS {kind})" for kind in ("TEXT", "DATE")}
    day = empty["TEXT" if w.is_lite else "DATE"]
    child = (
        f"SELECT {PLACE}, {w.id('p.id')} AS child, {w.id('p.household_id')} AS household, "
        f"{w.day('p.created_at')} AS opened_on, {closed_on(w)} AS closed_on"
    )
    done = f"coalesce({w.date(w.text('r.data', 'done_on'))}, {w.day('e.occurred_at')})"
    first = (
        f"SELECT coalesce(k.goes_on, k.id) AS whose, min({done}) AS identified_on FROM ledger_entry e "
        "JOIN assessments_result r ON r.entry_id = e.id JOIN cases_case k ON k.id = e.subject_id "
        f"WHERE e.kind = 'identification' AND {w.text('r.data', 'result')} IN ('healthy', 'refer') AND {STANDS} "
        "GROUP BY coalesce(k.goes_on, k.id)"
    )
    return (
        f"{child}, p.birth_month AS born, p.sex AS sex, i.identified_on AS identified_on, {day} AS visited_on "
        f"FROM cases_case c JOIN people_child p ON p.id = c.id LEFT JOIN ({first}) i ON i.whose = c.id "
        "WHERE c.goes_on IS NULL UNION ALL "
        f"{child}, {day}, {empty['TEXT']}, {day}, {w.day('e.occurred_at')} "
        "FROM ledger_entry e JOIN cases_case k ON k.id = e.subject_id "
        "JOIN cases_case c ON c.id = coalesce(k.goes_on, k.id) JOIN people_child p ON p.id = c.id "
        f"WHERE e.kind = 'visit' AND {STANDS}"
    )
