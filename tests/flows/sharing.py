"""What tests of sharing have at hand: an agreement in force with the education bureau, children who may be shared."""

from datetime import date, timedelta
from typing import Any

from tests.assessed import assess
from tests.flows.forms import fill
from tests.world import START, World
from tongxin.accounts import county as counties
from tongxin.accounts.models import Organisation, Post
from tongxin.accounts.viewers import Viewer
from tongxin.core.pathway import CHINA
from tongxin.flows import sharing_agreements as agreements
from tongxin.flows import sharing_duties as duties
from tongxin.flows.sharing_agreements import Wish
from tongxin.lib import ids
from tongxin.people.models import Child
from tongxin.sharing.models import Agreement, Delivery, Duty, Request, Version

OFFICER = "于联络"
JUDGE = "评估核对人370116"
NOW = START + timedelta(days=1)


def officer(cast: World, kind: str = "education", name: str = OFFICER) -> Viewer:
    """Whoever takes what is given to a body of the county; they come to work when first asked for."""
    if name not in cast.posts:
        body = Organisation.objects.filter(kind=kind, division=cast.place("370116")).first()
        if body is None:
            body = Organisation.objects.create(kind=kind, name=f"莱芜区{kind}", division=cast.place("370116"))
        post = Post.objects.filter(organisation=body).first() or Post.objects.create(
            id=ids.new_id(), role="department_officer", title=f"{body.name}联络员", organisation=body,
            division=cast.place("370116"), reports_to=cast.posts["郑管理"],
        )
        cast.posts[name] = post
        (cast.people[name],) = counties.fill(holders=[(post, f"sharing{len(cast.people)}", name)], at=START)
    return cast.viewer(name, NOW)


def wish(cast: World, **more: Any) -> Wish:
    """An agreement with the education bureau about pupils of poor families."""
    officer(cast)
    said: dict[str, Any] = {
        "organisation_id": cast.posts[OFFICER].organisation_id, "purpose": "schooling", "flow": Version.STANDING,
        "fields": ("name", "sex", "place"), "begins_on": NOW.astimezone(CHINA).date(), "ends_on": date(2026, 6, 30),
        "why": "核对在不在学", "categories": ("poor_family",),
    }
    return Wish(**{**said, **more})


def in_force(cast: World, *, assessed: bool = True, **more: Any) -> Agreement:
    """An agreement that another person of each side has agreed to."""
    if assessed:
        assess(cast, "sharing", at=NOW)
    row = agreements.write(wish=wish(cast, **more), actor=cast.viewer("郑管理", NOW), at=NOW)
    for side, name in (("giver", JUDGE), ("receiver", OFFICER)):
        agreements.decide(
            agreement_id=row.id, of=1, side=side, agrees=True, words="", actor=cast.viewer(name, NOW), at=NOW
        )
    row.refresh_from_db()
    return row


def pupil(cast: World, name: str = "小雨", *, shares: bool = True, **more: Any) -> Child:
    """A pupil of a poor family, whose guardian agreed to sharing or was never asked."""
    child = cast.child(name, categories=[{"category": "poor_family"}], **more)
    if shares:
        consent(cast, child, "given")
    return child


def consent(cast: World, child: Child, answer: str, at: Any = NOW) -> None:
    """What the guardian says of sharing."""
    answers = fill(child, "consent", at, answer=answer, purposes=["share"])
    cast.record(child, "consent", answers, by="王督导", at=at)


def under_way(cast: World, child: Child, *, body: int) -> dict[str, Any]:
    """An agreement in force with a delivery, a request and something to destroy, by the names that addresses give."""
    row = in_force(cast)
    row.to_organisation_id = body
    row.save()
    version = row.versions.get()
    delivery = Delivery.objects.create(
        agreement=row, version=version, child_id=child.id, code="20250902-AAAAA", fields=version.fields,
        state=Delivery.WAITING, queued_at=NOW, sent_at=NOW,
    )
    request = Request(
        agreement=row, fields=["name"], is_everyone=False, until_on=version.ends_on, at=NOW,
        person_id=cast.people[OFFICER].id, post_id=cast.posts[OFFICER].id,
    )
    request.save()
    duty = duties.begin(row, Duty.DISPOSE, side="receiver", at=NOW, reason="consent")
    return {"agreement_id": row.id, "delivery_id": delivery.id, "sharing.request_id": request.id, "duty_id": duty.id}
