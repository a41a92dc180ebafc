"""Under which agreement two lists are compared blind: one that stands in a register here, chosen and not typed."""

from datetime import datetime

from django.db.models import Q

from tongxin.accounts.models import Organisation
from tongxin.accounts.viewers import Viewer
from tongxin.core.pathway import CHINA
from tongxin.flows import agreements
from tongxin.flows.refusals import Refused
from tongxin.intake.county import county_of
from tongxin.rulebook import rules
from tongxin.sharing import selectors
from tongxin.sharing.models import Agreement

SHARED, REGISTERED = "sharing", "register"
NO_AGREEMENT = "没有保存：请选一份现在有效的协议。没有的，先在“部门共享”里订，或在“登记簿”里登记，由另一个人核对同意。"
LONGEST = 80


def offered(viewer: Viewer, *, at: datetime) -> list[tuple[str, str]]:
    """The agreements in force that somebody may name, (reference, words): those of sharing on whose side they stand;
    for the county's desk also those of the register of entrusted data."""
    county = county_of(viewer)
    if county is None or viewer.seat is None:
        return []
    own = Q(to_organisation_id=viewer.seat.organisation_id) | Q(from_organisation_id=viewer.seat.organisation_id)
    is_desk = rules.access_rules(at=at).may_do(role=viewer.seat.role, action=selectors.WRITE)
    mine = own | Q(county_id=county.id) if is_desk else own
    rows = Agreement.objects.filter(mine, state=Agreement.IN_FORCE).select_related("current")
    rows = rows.order_by("-year", "-number")
    today = at.astimezone(CHINA).date()
    live = [row for row in rows if row.current and row.current.begins_on <= today <= row.current.ends_on]
    bodies = dict(Organisation.objects.filter(
        id__in={side for row in live for side in (row.to_organisation_id, row.from_organisation_id)}
    ).values_list("id", "name"))
    found = [(f"{SHARED}:{row.id}", _words(row.number_zh, bodies.get(_other(row, viewer), ""))) for row in live]
    if is_desk:
        found += [
            (f"{REGISTERED}:{line.id}", _words(f"协议登记 {line.year}-{line.number}", party))
            for line, party in agreements.in_force(county_id=county.id, at=at)
        ]
    return found


def _other(row: Agreement, viewer: Viewer) -> int:
    own = viewer.seat.organisation_id if viewer.seat else 0
    return row.from_organisation_id if own == row.to_organisation_id else row.to_organisation_id


def _words(number: str, party: str) -> str:
    return f"{number}（{party}）"[:LONGEST] if party else number


def chosen(reference: str, *, viewer: Viewer, at: datetime) -> str:
    """The number of an agreement that was chosen, in words; refused where it isn't one of theirs in force."""
    words = dict(offered(viewer, at=at)).get(reference, "")
    if not words:
        raise Refused.because(NO_AGREEMENT)
    return words


def is_known(text: str, *, viewer: Viewer, at: datetime) -> bool:
    """Whether what a letter names stands in force in a register here that the viewer may use."""
    return any(text == words or text.startswith(words.split("（")[0]) for _, words in offered(viewer, at=at))
