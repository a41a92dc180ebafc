"""Who gets an export: a post of this office that reads such things anyway, or another body."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tongxin.access import selectors as access
from tongxin.accounts.models import LEVELS, Division, Organisation, Post
from tongxin.accounts.viewers import Viewer, seats_of
from tongxin.exports.models import FHIR, Export
from tongxin.exports.rules import Field, Purpose, Rules
from tongxin.flows import agreements
from tongxin.flows.export_rows import NO_CONSENT, unconsented
from tongxin.flows.refusals import Refused
from tongxin.lib.ids import id_in
from tongxin.people.models import Child

POST, BODY, OTHER, PERSON = "post", "body", "other", "person"
# To whom what somebody asked for themselves may go.
PERSONS = {"self": "本人", "guardian": "监护人"}
NO_POST = "没有提交：这个用途只能交给本单位的岗位，请从名单里选。要交给别的单位，请改选用途。"
NO_READER = "没有提交：“{title}”这个岗位平时看不到所选的内容（{fields}），不能交给它。请换一个岗位，或去掉这几项。"
NO_BODY = "没有提交：请选交给哪个单位；名单里没有的，写明单位全称，并选依据。"
UNCHOSEN_BODY = "没有批准：这份申请的接收单位是写上去的，没有选定。请不批准，让申请人重新申请。"
NO_PERSON = "没有提交：本人或监护人要求的，请选交给本人还是监护人。"
UNCHOSEN = "没有批准：这份申请没有选定本单位的岗位。请不批准，让申请人重新申请。"


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who gets it in words, and what the register keeps of the choice."""

    zh: str
    kept: dict[str, str]


def must_choose(purpose: Purpose, *, is_named: bool) -> bool:
    """Whether the recipient has to be chosen: whatever names somebody, and whatever is to stay in this office."""
    return is_named or not purpose.leaves


def inside(found: Rules, *, viewer: Viewer, at: datetime) -> list[Post]:
    """The posts of this office in the viewer's county that read rosters: the viewer's own first."""
    if viewer.seat is None:
        return []
    county_id = Division.objects.filter(id=viewer.seat.division_id).values_list("county_id", flat=True).first()
    here = Post.objects.filter(role__in=sorted(found.inside), division__county_id=county_id)
    posts = here.select_related("organisation", "division").order_by("division__code", "title")
    own = set(viewer.post_ids)
    return sorted(posts, key=lambda post: post.id not in own)


def bodies(*, viewer: Viewer) -> list[Organisation]:
    """The other bodies known in the viewer's county, those of places left out."""
    if viewer.seat is None:
        return []
    county_id = Division.objects.filter(id=viewer.seat.division_id).values_list("county_id", flat=True).first()
    known = Organisation.objects.filter(division__county_id=county_id).exclude(kind__in=LEVELS)
    return list(known.exclude(id__in=viewer.organisation_ids).order_by("name"))


def parties(*, county_id: int | None, at: datetime) -> list[str]:
    """The other sides of the agreements in force in a county, by name."""
    return [] if county_id is None else [name for _, name in agreements.in_force(county_id=county_id, at=at)]


def chosen(
    *, to: str, said: str, basis: str, purpose: Purpose, fields: Sequence[Field], found: Rules, viewer: Viewer,
    at: datetime,
) -> Recipient:
    """Whom somebody chose; Refused where it is nobody of the list, or a post that doesn't read what is in it."""
    kind, _, which = to.partition(":")
    if not purpose.leaves:
        return _post(which if kind == POST else "", fields, found, viewer, at)
    if purpose.needs_agreement:
        return Recipient(said, {})
    return outside(to=to, said=said, basis=basis, found=found, viewer=viewer)


def outside(*, to: str, said: str, basis: str, found: Rules, viewer: Viewer) -> Recipient:
    """A body known here that somebody chose, or another on one of the bases; Refused where it is neither."""
    kind, _, which = to.partition(":")
    body = next((each for each in bodies(viewer=viewer) if kind == BODY and str(each.id) == which), None)
    if body is not None:
        return Recipient(f"{body.name}　{said}".strip(), {"kind": BODY, "id": which})
    if kind == OTHER and said and basis in found.bases:
        return Recipient(said, {"kind": OTHER, "basis": basis})
    raise Refused.because(NO_BODY)


def _post(which: str, fields: Sequence[Field], found: Rules, viewer: Viewer, at: datetime) -> Recipient:
    wanted = id_in(which)
    post = next((each for each in inside(found, viewer=viewer, at=at) if each.id == wanted), None)
    if post is None:
        raise Refused.because(NO_POST)
    if unread := _unread(post, fields, at):
        raise Refused.because(NO_READER.format(title=post.title, fields="、".join(unread)))
    return Recipient(f"{post.organisation.name}　{post.title}", {"kind": POST, "id": str(post.id)})


def _unread(post: Post, fields: Sequence[Field], at: datetime) -> list[str]:
    holder = Viewer(person_id=None, seats=seats_of([post]))
    names = access.sees_listed_names(viewer=holder, at=at)
    return [
        each.zh for each in fields
        if not access.reads(viewer=holder, part=each.part, at=at)
        or (each.is_direct and not names and each.source not in {"file_no", "village"})
    ]


def refuse_unchosen(row: Export, purpose: Purpose | None) -> None:
    """A request of before recipients were chosen isn't agreed to any more."""
    if row.way == FHIR and not row.report.get("to"):
        raise Refused.because(UNCHOSEN_BODY)
    if row.way == FHIR:
        return
    if purpose is not None and row.is_named and not purpose.leaves and not row.report.get("to"):
        raise Refused.because(UNCHOSEN)


def unshared(row: Export, purpose: Purpose, *, at: datetime) -> int:
    """How many of the children asked for stay here because nothing lets them leave the office by name."""
    if not row.is_named or not purpose.consent:
        return 0
    ids = row.included.values("child_id")
    return sum(unconsented(child, purpose, at) == NO_CONSENT for child in Child.objects.filter(id__in=ids))


def told(row: Export, found: Rules) -> str:
    """On what basis a body that isn't known here gets it, in words."""
    kept = row.report.get("to") or {}
    return found.bases.get(str(kept.get("basis", "")), "") if isinstance(kept, dict) else ""


def person(*, to: str) -> Recipient:
    """The person concerned or a guardian, for what they asked for themselves."""
    kind, _, which = to.partition(":")
    if kind != PERSON or which not in PERSONS:
        raise Refused.because(NO_PERSON)
    return Recipient(PERSONS[which], {"kind": PERSON, "id": which})
