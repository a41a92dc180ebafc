# ruff: noqa: S608 -- words of our own only
"""Facts about questionnaires: each one filled in, by whom, and how far it reached."""

from tongxin.indicators.children import CHILD, PLACE, STANDS
from tongxin.indicators.dialect import Words


def sheets(w: Words) -> str:
    """One row for each questionnaire that was filled in, from whichever form; `reached` is the band of its total."""
    # Who fills an instrument in stands in its definition, in the very version by which it was scored.
    informants = (
        f"SELECT DISTINCT v.hash AS hash, {w.text(w.json('v.content'), 'informant')} AS informant "
        "FROM rulebook_definitionversion v WHERE v.kind = 'instruments'"
    )
    return (
        f"SELECT {PLACE}, {w.id('p.id')} AS child, {w.id('e.person_id')} AS person, "
        f"{w.day('e.occurred_at')} AS filled_on, s.key AS instrument, i.informant AS informant, "
        f"{w.text('s.value', 'bands', 'total')} AS reached, {w.text('s.value', 'status')} AS status, "
        f"({w.many('s.value', 'alerts')} > 0) AS is_alarming "
        f"FROM ledger_entry e JOIN assessments_result r ON r.entry_id = e.id {CHILD.format(key='e.subject_id')} "
        f"JOIN {w.each('r.data', 'scores')} AS s ON TRUE "
        f"LEFT JOIN ({informants}) i ON i.hash = r.definitions ->> ('instruments/' || s.key) "
        f"WHERE {STANDS}"
    )
