"""Which agreements and deliveries somebody has to do with: those of their county's desk, or of their body."""

from datetime import date, datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from tongxin.access import selectors as access
from tongxin.accounts.models import Post
from tongxin.accounts.viewers import Viewer
from tongxin.rulebook import rules
from tongxin.sharing.models import Agreement, Delivery, Duty, Request

WRITE, APPROVE, TAKE = "write_sharing", "approve_sharing", "receive_sharing"
ANY = f"{WRITE}|{APPROVE}|{TAKE}"


def counties_of(viewer: Viewer, *, at: datetime) -> list[int]:
    """The counties whose agreements a viewer's posts write or agree to."""
    found = rules.access_rules(at=at)
    posts = [
        seat.post_id for seat in viewer.seats
        if any(found.may_do(role=seat.role, action=each) for each in (WRITE, APPROVE))
    ]
    counties = Post.objects.filter(id__in=posts, division__county_id__isnull=False)
    return [each for each in counties.values_list("division__county_id", flat=True).distinct() if each]


def bodies_of(viewer: Viewer, *, at: datetime) -> list[int]:
    """The bodies for which a viewer takes what is given."""
    found = rules.access_rules(at=at)
    return sorted({seat.organisation_id for seat in viewer.seats if found.may_do(role=seat.role, action=TAKE)})


def agreements_for(*, viewer: Viewer, at: datetime) -> QuerySet[Agreement]:
    """The agreements on either side of which a viewer stands."""
    giving, taking = counties_of(viewer, at=at), bodies_of(viewer, at=at)
    return Agreement.objects.filter(Q(county_id__in=giving) | Q(to_organisation_id__in=taking))


def shown_to(*, viewer: Viewer, at: datetime) -> QuerySet[Agreement]:
    """Those of a viewer's side; and, to be read only, those under which something late was passed up to them."""
    waits = Duty.objects.filter(owner_post_id__in=viewer.post_ids, done_at__isnull=True).values("agreement_id")
    mine = agreements_for(viewer=viewer, at=at).values("id")
    return Agreement.objects.filter(Q(id__in=mine) | Q(id__in=waits))


def agreement_for(agreement_id: UUID, *, viewer: Viewer, at: datetime) -> Agreement | None:
    """One of them."""
    return agreements_for(viewer=viewer, at=at).select_related("current").filter(id=agreement_id).first()


def is_giver(agreement: Agreement, *, viewer: Viewer, at: datetime) -> bool:
    """Whether a viewer stands on the giving side."""
    return agreement.county_id in counties_of(viewer, at=at)


def is_receiver(agreement: Agreement, *, viewer: Viewer, at: datetime) -> bool:
    """Whether a viewer stands on the receiving side."""
    return agreement.to_organisation_id in bodies_of(viewer, at=at)


def deliveries_for(organisation_id: int) -> QuerySet[Delivery]:
    """What lies or lay in the inbox of a body, the newest first: nothing of the child but what is sealed in it."""
    sent = Delivery.objects.filter(agreement__to_organisation_id=organisation_id, sent_at__isnull=False)
    return sent.select_related("agreement", "version").order_by("-sent_at", "id")


def holds(delivery: Delivery, *, on: date) -> bool:
    """Whether its receiver may read it on a day: in force to the day, whatever the watch has come to."""
    agreement = delivery.agreement
    current = agreement.current
    return (
        delivery.state in Delivery.READABLE and agreement.state == Agreement.IN_FORCE
        and current is not None and on <= current.ends_on and (delivery.until_on is None or on <= delivery.until_on)
    )


def duties_of(*, viewer: Viewer, at: datetime) -> QuerySet[Duty]:
    """What waits for a viewer: of their side, or passed up to one of their posts; the first due first."""
    giving = Q(side="giver", agreement__county_id__in=counties_of(viewer, at=at))
    taking = Q(side="receiver", agreement__to_organisation_id__in=bodies_of(viewer, at=at))
    passed_up = Q(owner_post_id__in=viewer.post_ids)
    waiting = Duty.objects.filter(giving | taking | passed_up, done_at__isnull=True)
    return waiting.select_related("agreement", "request", "version").order_by("due_at", "id")


def request_for(request_id: UUID, *, viewer: Viewer, at: datetime) -> Request | None:
    """One request under an agreement of the viewer's."""
    mine = agreements_for(viewer=viewer, at=at).values("id")
    return Request.objects.select_related("agreement", "agreement__current").filter(
        id=request_id, agreement_id__in=mine
    ).first()


def may(*, viewer: Viewer, action: str, at: datetime) -> bool:
    """Whether one of the viewer's roles does that at all."""
    return access.may_do(viewer=viewer, action=action, at=at)
