# ruff: noqa: S608 -- words of our own only
"""Facts about posts, places, activities, money, clues: where they are, and what the register says of them."""

from tongxin.indicators.dialect import Words

DIVISION = (
    "d.province_id AS province, d.city_id AS city, d.county_id AS county, d.town_id AS town, d.village_id AS village"
)


def _at(county: str, town: str = "NULL", village: str = "NULL") -> str:
    """The place of a row that knows its county, and may know its town and village."""
    known = ", ".join(each for each in (village, town, county) if each != "NULL")
    return "JOIN accounts_division d ON d.id = " + (f"coalesce({known})" if "," in known else known)


def participants(w: Words) -> str:
    """One row for each name on the list of a screening round."""
    return (
        f"SELECT {DIVISION}, {w.id('s.child_id')} AS child, {w.day('o.opens_at')} AS opens_on, s.state AS state, "
        "s.outcome AS outcome, s.consent AS consent, s.alarm AS alarm "
        "FROM screening_participant s JOIN screening_round o ON o.id = s.round_id "
        "JOIN accounts_division d ON d.id = o.division_id"
    )


def clues(w: Words) -> str:
    """One row for each clue, from whichever door it came."""
    return (
        f"SELECT {DIVISION}, q.channel AS channel, q.danger AS danger, q.state AS state, "
        f"{w.day('q.received_at')} AS received_on, {w.day('q.respond_by')} AS respond_by, "
        f"{w.day('q.responded_at')} AS responded_on, (q.responded_at <= q.respond_by) AS in_time, "
        f"{w.day('q.handle_by')} AS handle_by, {w.day('q.handled_at')} AS handled_on, "
        "(q.handled_at <= q.handle_by) AS handled_in_time, q.satisfied AS satisfied "
        f"FROM clues_clue q {_at('q.county_id', 'q.town_id')}"
    )


def open_clues() -> str:
    """From where rows come of clues that wait and that no file came of."""
    return f"FROM clues_clue q {_at('q.county_id', 'q.town_id')} WHERE q.child_id IS NULL AND q.state <> 'closed'"


def money(w: Words) -> str:
    """Two rows for each transfer, one on each account; what was turned round takes as much away again.

    What was handed down to a place below is taken away from where its fund had it from, for it stands there anew.
    """
    source = (
        "(SELECT min(n.credit) FROM funds_transfer n JOIN funds_posting m ON m.id = n.posting_id "
        "WHERE m.fund_id = q.fund_id AND m.kind = 'deposit')"
    )
    sides = (
        "SELECT posting_id, credit AS account, amount AS came_in, -amount AS went_out FROM funds_transfer UNION ALL "
        "SELECT posting_id, debit, -amount, amount FROM funds_transfer UNION ALL "
        f"SELECT h.posting_id, {source}, CASE q.kind WHEN 'spend' THEN -h.amount ELSE h.amount END, "
        "CASE q.kind WHEN 'spend' THEN h.amount ELSE -h.amount END "
        "FROM funds_transfer h JOIN funds_posting q ON q.id = h.posting_id JOIN funds_request a ON a.id = q.request_id "
        "WHERE a.kind = 'handing' AND q.kind IN ('spend', 'reversal')"
    )
    return (
        f"SELECT {DIVISION}, t.account AS account, o.booked_on AS booked_on, t.came_in AS came_in, "
        f"t.went_out AS went_out FROM ({sides}) t JOIN funds_posting o ON o.id = t.posting_id "
        f"JOIN funds_fund f ON f.id = o.fund_id {_at('f.county_id')}"
    )


def posts(w: Words) -> str:
    """One row for each post, with who holds it now."""
    holder = (
        "(SELECT max({id}) FROM accounts_holding h WHERE h.post_id = o.id AND h.kind = 'holder' AND h.to_at IS NULL)"
    ).format(id=w.id("h.person_id"))
    return (
        f"SELECT {DIVISION}, {holder} AS person, o.role AS role, ({holder} IS NOT NULL) AS is_held "
        "FROM accounts_post o JOIN accounts_division d ON d.id = o.division_id "
        # Posts of the nation work at no place.
        "WHERE d.province_id IS NOT NULL"
    )


def credits(w: Words) -> str:
    """One row for each time somebody learned something."""
    return (
        f"SELECT {DIVISION}, coalesce({w.id('k.person_id')}, k.mark) AS person, k.on_day AS on_day, "
        "k.audience AS audience, k.subject AS subject, k.source AS source, k.minutes AS minutes "
        f"FROM training_credit k {_at('k.county_id', 'k.town_id', 'k.village_id')} WHERE k.withdrawn_at IS NULL"
    )


def trainings(w: Words) -> str:
    """One row for each training session."""
    return (
        f"SELECT {DIVISION}, {w.day('s.held_at')} AS held_on, s.state AS state, s.minutes AS minutes "
        f"FROM training_session s {_at('s.county_id', 's.town_id')}"
    )


def sites(w: Words) -> str:
    """One row for each site, with its last inspection and its report boxes."""
    return (
        f"SELECT {DIVISION}, s.kind AS kind, s.is_used AS is_used, "
        "(SELECT max(i.done_on) FROM places_inspection i WHERE i.site_id = s.id) AS inspected_on, "
        "s.inspect_by AS inspect_by, "
        "(SELECT count(*) FROM places_box b WHERE b.site_id = s.id AND b.is_used) AS boxes "
        "FROM places_site s JOIN accounts_division d ON d.id = s.division_id"
    )


def rooms(w: Words) -> str:
    """One row for each room for conversations."""
    return (
        f"SELECT {DIVISION}, r.kind AS kind, r.is_used AS is_used, r.is_private AS is_private "
        "FROM bookings_room r JOIN accounts_division d ON d.id = r.division_id"
    )


def occasions(w: Words) -> str:
    """One row for each time an activity took place."""
    return (
        f"SELECT {DIVISION}, a.kind AS kind, o.held_on AS held_on, o.came AS came, o.first_time AS first_time "
        f"FROM activities_occasion o JOIN activities_activity a ON a.id = o.activity_id "
        f"{_at('a.county_id', 'a.town_id')} WHERE o.withdrawn_at IS NULL"
    )


def publicity(w: Words) -> str:
    """One row for each piece of publicity."""
    return (
        f"SELECT {DIVISION}, u.channel AS channel, u.published_on AS published_on, u.times AS times, u.reach AS reach "
        f"FROM activities_publicity u {_at('u.county_id')} WHERE u.withdrawn_at IS NULL"
    )


def meetings(w: Words) -> str:
    """One row for each joint meeting of departments."""
    return (
        f"SELECT {DIVISION}, {w.day('j.held_at')} AS held_on, j.state AS state "
        f"FROM coordination_jointmeeting j {_at('j.county_id')}"
    )
