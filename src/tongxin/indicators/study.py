# ruff: noqa: S608 -- words of our own only
"""Facts about what children lack: problems that visits and plans name, and what is due to them and not received."""

from tongxin.indicators.children import CHILD, PLACE, STANDS
from tongxin.indicators.dialect import Words


def problems(w: Words) -> str:
    """One row for each kind of problem that a visit or a plan names."""
    return (
        f"SELECT {PLACE}, {w.id('p.id')} AS child, e.kind AS source, s.key AS problem, "
        f"{w.text('s.value', 'state')} AS state_then, {w.day('e.occurred_at')} AS found_on "
        f"FROM ledger_entry e JOIN assessments_result r ON r.entry_id = e.id {CHILD.format(key='e.subject_id')} "
        f"JOIN {w.each('r.data', 'problems')} AS s ON TRUE WHERE e.kind IN ('visit', 'plan') AND {STANDS}"
    )


def needs(w: Words) -> str:
    """One row for each benefit or service that was found due and not received, with what was answered last."""
    answer = (
        f"SELECT {w.text('r.data', 'outcome')} FROM ledger_entry e JOIN assessments_result r ON r.entry_id = e.id "
        f"WHERE e.subject_id = t.case_id AND e.kind = 'need_answer' AND {w.text('r.data', 'need')} = "
        f"{w.after('t.key')} AND {STANDS} ORDER BY e.occurred_at DESC, e.id DESC LIMIT 1"
    )
    return (
        f"SELECT {PLACE}, {w.id('p.id')} AS child, {w.second('t.key')} AS need, ({answer}) AS answer, "
        f"{w.day('t.opened_at')} AS found_on, {w.day('t.closed_at')} AS settled_on "
        f"FROM cases_task t {CHILD.format(key='t.case_id')} WHERE t.step = 'need'"
    )
