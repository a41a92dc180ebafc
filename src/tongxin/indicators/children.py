# ruff: noqa: S608 -- words of our own only
"""Facts about children from the record: what stands after corrections, each child once, in the place where it lives.

Of several files of one child that which is kept counts, with what was recorded in all of them.
"""

from tongxin.indicators.dialect import Words

PLACE = (
    "p.province_id AS province, p.city_id AS city, p.county_id AS county, p.town_id AS town, p.village_id AS village"
)
# What the law has set apart is counted nowhere; what was corrected counts as it reads now.
STANDS = (
    "NOT EXISTS (SELECT 1 FROM ledger_setaside a WHERE a.row_id = e.id) "
    "AND e.correction_kind NOT IN ('retract', 'moved') "
    # Corrections are few: their list is made once, whatever an engine thinks of an index of mostly nothing.
    "AND e.id NOT IN (SELECT n.supersedes_id FROM ledger_entry n WHERE n.supersedes_id IS NOT NULL "
    "AND NOT EXISTS (SELECT 1 FROM ledger_setaside b WHERE b.row_id = n.id))"
)
CHILD = "JOIN cases_case c ON c.id = {key} JOIN people_child p ON p.id = coalesce(c.goes_on, c.id)"


def _records(w: Words, kinds: tuple[str, ...], columns: str) -> str:
    """The standing entries of some kinds with their clear results."""
    named = ", ".join(f"'{each}'" for each in kinds)
    return (
        f"SELECT {PLACE}, {w.id('p.id')} AS child, {w.id('p.household_id')} AS household, "
        f"{w.id('e.person_id')} AS person, {columns} "
        f"FROM ledger_entry e JOIN assessments_result r ON r.entry_id = e.id {CHILD.format(key='e.subject_id')} "
        f"WHERE e.kind IN ({named}) AND {STANDS}"
    )


def _code(w: Words, key: str, name: str = "") -> str:
    return f"{w.text('r.data', key)} AS {name or key}"


def _day(w: Words, key: str, name: str = "") -> str:
    return f"coalesce({w.date(w.text('r.data', key))}, {w.day('e.occurred_at')}) AS {name or key}"


def _latest(w: Words, kind: str) -> str:
    """The day of a child's latest standing entry of a kind, in whichever of its files."""
    files = "SELECT c.id UNION ALL SELECT k.id FROM cases_case k WHERE k.goes_on = c.id"
    return (
        f"(SELECT max({w.day('e.occurred_at')}) FROM ledger_entry e WHERE e.subject_id IN ({files}) "
        f"AND e.kind = '{kind}' AND {STANDS})"
    )


def _due(w: Words) -> str:
    """The day by which the next step is to be taken; none where there is no step (`cases.derivation.FAR`)."""
    return f"CASE WHEN c.due_at < '9998-01-01' THEN {w.day('c.due_at')} END"


def cases(w: Words) -> str:
    """One row for each child with a file."""
    return (
        f"SELECT {PLACE}, {w.id('p.id')} AS child, {w.id('p.household_id')} AS household, "
        f"{w.day('p.created_at')} AS opened_on, p.birth_month AS born, p.sex AS sex, p.state AS state, "
        f"c.is_open AS is_open, c.stage AS stage, c.level AS level, c.identified AS identified, "
        f"c.in_crisis AS in_crisis, {_due(w)} AS due_on, {_latest(w, 'assessment')} AS assessed_on "
        "FROM cases_case c JOIN people_child p ON p.id = c.id WHERE c.goes_on IS NULL"
    )


def spans(w: Words) -> str:
    """One row for each category of a child from–to, with the days of its file; `closed_on` as in `standings`."""
    return (
        f"SELECT {PLACE}, {w.id('p.id')} AS child, s.category AS category, s.start_on AS start_on, s.end_on AS end_on, "
        f"c.is_open AS is_open, {w.day('p.created_at')} AS opened_on, {closed_on(w)} AS closed_on "
        f"FROM people_categoryspan s {CHILD.format(key='s.child_id')}"
    )


def closed_on(w: Words) -> str:
    """The day on which a file `c` that is closed now was closed last; nothing while it is open."""
    ended = "(SELECT max({day}) FROM ledger_entry e WHERE e.subject_id = c.id AND {kinds} AND {stands})"
    closings = ended.format(
        day=w.day("e.occurred_at"), kinds="e.kind IN ('closure_decision', 'transfer_in')", stands=STANDS
    )
    anything = ended.format(day=w.day("e.occurred_at"), kinds="TRUE", stands=STANDS)
    return f"CASE WHEN c.is_open THEN NULL ELSE coalesce({closings}, {anything}, {w.day('p.created_at')}) END"


def identifications(w: Words) -> str:
    """One row for each identification."""
    return _records(w, ("identification",), ", ".join((
        _day(w, "done_on"), _code(w, "result"), _code(w, "seen_in_person", "seen"),
    )))


def assessments(w: Words) -> str:
    """One row for each assessment; the child's first is turn 1."""
    turn = "row_number() OVER (PARTITION BY p.id ORDER BY e.occurred_at, e.id)"
    return _records(w, ("assessment",), ", ".join((
        _day(w, "done_on"), f"{w.number(w.text('r.data', 'minutes'))} AS minutes", _code(w, "seen_in_person", "seen"),
        f"CAST({turn} AS INTEGER) AS turn",
    )))


def grades(w: Words) -> str:
    """One row for each decision on the colour that stands, with the colour before it."""
    before = "lag(d.level) OVER (PARTITION BY p.id ORDER BY d.at, d.id)"
    return (
        f"SELECT {PLACE}, {w.id('p.id')} AS child, {w.day('d.at')} AS decided_on, d.level AS level, {before} AS before "
        f"FROM cases_decision d {CHILD.format(key='d.case_id')} WHERE d.stands"
    )


def standings(w: Words) -> str:
    """One row for each colour a child had from–to, as it was confirmed; before the first decision, and none at all.

    Of a file that is closed now `closed_on` is the day it was closed last; one that was opened again counts as open
    throughout, for nobody waited for the child to come back.
    """
    turns = (
        "SELECT coalesce(o.goes_on, o.id) AS whose, d.at AS at, 1 AS turn, d.id AS number, d.level AS level "
        "FROM cases_decision d JOIN cases_case o ON o.id = d.case_id WHERE d.stands UNION ALL "
        "SELECT p.id, p.created_at, 0, 0, 'none' FROM people_child p JOIN cases_case o ON o.id = p.id "
        "WHERE o.goes_on IS NULL"
    )
    order = "PARTITION BY t.whose ORDER BY t.turn, t.at, t.number"
    return (
        f"SELECT {PLACE}, {w.id('p.id')} AS child, {w.day('t.at')} AS from_on, "
        f"{w.day(f'(lead(t.at) OVER ({order}))')} AS until_on, t.level AS level, "
        f"{closed_on(w)} AS closed_on FROM ({turns}) t JOIN cases_case c ON c.id = t.whose "
        "JOIN people_child p ON p.id = c.id"
    )


def visits(w: Words) -> str:
    """One row for each visit to a child; a visit to siblings is one for each."""
    role = "(SELECT o.role FROM accounts_post o WHERE o.id = e.post_id)"
    return _records(w, ("visit",), (
        f"{w.day('e.occurred_at')} AS visited_on, {w.day('e.recorded_at')} AS recorded_on, {role} AS role"
    ))


def contacts(w: Words) -> str:
    """One row for each follow-up and each contact after closing."""
    return _records(w, ("follow_up", "aftercare"), ", ".join((
        "e.kind AS kind", _day(w, "done_on"), _code(w, "way"), _code(w, "change"), _code(w, "outcome"),
        _code(w, "seen_in_person", "seen"),
    )))


def feedback(w: Words) -> str:
    """One row for each answer of a guardian to the result."""
    return _records(w, ("feedback",), f"{_code(w, 'outcome')}, {w.day('e.occurred_at')} AS recorded_on")


def consents(w: Words) -> str:
    """One row for each consent, refusal or withdrawal."""
    return _records(w, ("consent",), f"{_code(w, 'answer')}, {_day(w, 'decided_on')}")


def courses(w: Words) -> str:
    """One row for each course of counselling."""
    return _records(w, ("course_start",), ", ".join((
        _day(w, "starts_on"), _code(w, "protocol"), _code(w, "form_of"), _code(w, "recipient"),
    )))


def course_ends(w: Words) -> str:
    """One row for each course that ended."""
    return _records(w, ("course_end",), f"{_day(w, 'ended_on')}, {_code(w, 'outcome')}, {_code(w, 'result')}")


def sessions(w: Words) -> str:
    """One row for each child of each session; `meeting` is the same for all of one group on one day."""
    course = f"replace(substr({w.text('r.data', 'course')}, 1, 36), '-', '')"
    group = f"(SELECT {w.id('g.group_id')} FROM groups_member g WHERE {w.id('g.course_id')} = {course})"
    meeting = (
        f"CASE WHEN {w.text('r.data', 'way')} = 'group' THEN coalesce({group} || {w.text('r.data', 'held_on')}, "
        f"{w.id('e.id')}) ELSE {w.id('e.id')} END AS meeting"
    )
    return _records(w, ("session",), ", ".join((
        meeting, _day(w, "held_on"), _code(w, "way"), _code(w, "attended"),
        f"{w.number(w.text('r.data', 'minutes'))} AS minutes",
    )))


def plans(w: Words) -> str:
    """One row for each care plan."""
    return _records(w, ("plan",), f"{_day(w, 'starts_on')}, {_code(w, 'team')}, {_code(w, 'plan_class')}")


def reviews(w: Words) -> str:
    """One row for each review of a plan, with how many goals were reached."""
    told = {"reached": ("far_above", "above", "reached"), "partly": ("partly",), "not_reached": ("not_reached",)}
    told["goals"] = tuple(code for codes in told.values() for code in codes)
    goals = ", ".join(
        " + ".join(f"coalesce({w.number(w.text('r.data', 'attained', each))}, 0)" for each in codes) + f" AS {name}"
        for name, codes in told.items()
    )
    return _records(w, ("plan_review",), ", ".join((
        _day(w, "reviewed_on"), _code(w, "outcome"), _code(w, "services_kept"), goals,
    )))


def closings(w: Words) -> str:
    """One row for each closing that was asked for, and one for each that was approved, as it had been asked for."""
    code = ", ".join(_code(w, each) for each in ("reason", "goal_state", "child_satisfaction", "guardian_satisfaction"))
    asked = _day(w, "closed_on")
    approved = f"coalesce({w.date(w.text('k.data', 'decided_on'))}, {w.day('d.occurred_at')})"
    stands = STANDS.replace("e.", "d.")
    newest = (
        "SELECT e.id FROM ledger_entry e WHERE e.subject_id = d.subject_id AND e.kind = 'closure' "
        f"AND {STANDS} ORDER BY (e.occurred_at <= d.occurred_at) DESC, e.occurred_at DESC, e.id DESC LIMIT 1"
    )
    head = f"SELECT {PLACE}, {w.id('p.id')} AS child"
    return (
        f"{head}, 'asked' AS turn, {asked}, {code}, "
        f"{w.days(w.day('p.created_at'), asked.removesuffix(' AS closed_on'))} AS days_open "
        f"FROM ledger_entry e JOIN assessments_result r ON r.entry_id = e.id {CHILD.format(key='e.subject_id')} "
        f"WHERE e.kind = 'closure' AND {STANDS} UNION ALL "
        f"{head}, 'approved', {approved}, {code}, {w.days(w.day('p.created_at'), approved)} "
        f"FROM ledger_entry d JOIN assessments_result k ON k.entry_id = d.id {CHILD.format(key='d.subject_id')} "
        f"LEFT JOIN assessments_result r ON r.entry_id = ({newest}) "
        f"WHERE d.kind = 'closure_decision' AND {w.text('k.data', 'outcome')} = 'approved' AND {stands}"
    )


def reports(w: Words) -> str:
    """One row for each mandatory report."""
    return _records(w, ("report",), f"{w.day('e.occurred_at')} AS reported_on")


def mediations(w: Words) -> str:
    """One row for each quarrel taken on."""
    return _records(w, ("mediation",), f"{_day(w, 'taken_on')}, {_code(w, 'kind')}")


def crises(w: Words) -> str:
    """One row for each danger sign that acts by itself."""
    return (
        f"SELECT {PLACE}, {w.id('p.id')} AS child, m.kind AS kind, m.gate AS gate, m.state AS state, "
        f"{w.day('m.raised_at')} AS raised_on FROM cases_alarm m {CHILD.format(key='m.case_id')}"
    )


def crisis_times(w: Words) -> str:
    """One row for each time from which a child was in crisis until it was not, or the next was raised."""
    turns = (
        "SELECT v.subject_id AS whose, v.kind AS kind, v.at AS at, "
        "lead(v.at) OVER (PARTITION BY v.subject_id ORDER BY v.at, v.id) AS following FROM ledger_event v "
        "WHERE v.kind IN ('crisis.raised', 'crisis.closed') AND v.subject_id IN (SELECT m.case_id FROM cases_alarm m)"
    )
    return (
        f"SELECT {PLACE}, {w.id('p.id')} AS child, {w.day('t.at')} AS from_on, {w.day('t.following')} AS until_on "
        f"FROM ({turns}) t {CHILD.format(key='t.whose')} WHERE t.kind = 'crisis.raised'"
    )


def tasks(w: Words) -> str:
    """One row for each step that somebody had to take by a moment."""
    return (
        f"SELECT {PLACE}, {w.id('p.id')} AS child, t.step AS step, t.role AS role, t.state AS state, "
        f"{w.day('t.opened_at')} AS opened_on, {w.day('t.due_at')} AS due_on, {w.day('t.closed_at')} AS closed_on, "
        f"(t.closed_at <= t.due_at) AS in_time, {w.minutes('t.opened_at', 't.closed_at')} AS minutes, "
        f"t.climbed AS climbed, t.is_urgent AS is_urgent FROM cases_task t {CHILD.format(key='t.case_id')} "
        "WHERE t.state <> 'dropped'"
    )


def referrals(w: Words) -> str:
    """One row for each hand-over to another body."""
    return (
        f"SELECT {PLACE}, {w.id('p.id')} AS child, f.kind AS kind, f.urgency AS urgency, f.state AS state, "
        f"{w.day('f.sent_at')} AS sent_on, {w.day('f.accepted_at')} AS accepted_on, "
        f"{w.day('f.contacted_at')} AS contacted_on, {w.day('f.ended_at')} AS ended_on, "
        f"{w.minutes('f.sent_at', 'f.accepted_at')} AS accept_minutes, "
        f"{w.minutes('f.sent_at', 'f.contacted_at')} AS contact_minutes "
        f"FROM referrals_referral f {CHILD.format(key='f.child_id')}"
    )


def grants(w: Words) -> str:
    """One row for each payment or parcel that a list names for a child."""
    return (
        f"SELECT {PLACE}, {w.id('p.id')} AS child, o.purpose AS purpose, o.way AS way, g.state AS state, "
        "g.settled_on AS settled_on, g.receipt_on AS receipt_on, g.amount AS cents "
        f"FROM funds_grant g JOIN funds_payout o ON o.id = g.payout_id {CHILD.format(key='g.child_id')}"
    )
