"""Looking into what was set apart: for a purpose of the law, by a paper, agreed by another person, for a short time."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q, QuerySet

from tongxin import ledger, vault
from tongxin.access import scope
from tongxin.access import selectors as access
from tongxin.access.offices import posts_for
from tongxin.accounts.models import Post
from tongxin.accounts.viewers import Viewer
from tongxin.documents import selectors as documents
from tongxin.flows import repair, setting_apart, shelved
from tongxin.flows.looking import person_of
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.keeping import outside
from tongxin.keeping.models import Custody, CustodyScan, Unsealing
from tongxin.keeping.outside import APART, Line
from tongxin.keeping.sealing import LIFT, Rules, rules_at
from tongxin.ledger.models import SET_APART, Entry, SetAside
from tongxin.notices import services as notices
from tongxin.people.models import Child
from tongxin.rulebook import rules

APPROVE = "approve_unsealing"
MOST = 200
# A question of the desk that keeps the custody now; one from before the child moved is no longer answered.
HERE = Q(custody__county_id=F("county_id"))
NOT_WHOLE = "没有提交：请选法律写明的用途，并写明来函单位、文号和查询事由。"
NEVER_IN_THE_FILE = "没有提交：这份材料是直接封存的，档案里本来没有，不用解除。要写进档案的，请按来函另填记录。"
LATER_FIRST = "没有解除：这份身份登记后来改过，改过的那一份还在封存中。请先解除后一份的封存。"
NOT_ALONE = "没有答复：查询要由申请人以外的另一位有权的人答复。"


def ask(*, custody_id: UUID, purpose: str, words: str, actor: Viewer, at: datetime) -> Unsealing:
    """A question to look, told to those who may answer it without saying about whom it is."""
    custody = custody_for(custody_id, viewer=actor, at=at)
    if purpose not in _rules(custody, at).purposes or not words.strip():
        raise Refused.because(NOT_WHOLE)
    if purpose == LIFT and custody.is_received:
        raise Refused.because(NEVER_IN_THE_FILE)
    if actor.post_id is None:
        raise NotAllowed
    row = Unsealing(
        custody=custody, county_id=custody.county_id, person_id=person_of(actor), post_id=actor.post_id,
        purpose=purpose, asked_at=at,
    )
    with transaction.atomic():
        vault.put(row, {"words": words.strip()}, keyring=vault.keyring([row.key_owner]))
        row.save(force_insert=True)
        event = setting_apart.note("custody.asked", custody, actor, at, purpose=purpose)
        notices.tell_posts(posts=_answering(row, at), event=event, at=at)
    return row


def _answering(row: Unsealing, at: datetime) -> list[UUID]:
    """The posts of the county that answer, without whoever asks."""
    found = rules.access_rules(at=at)
    roles = [role for role in found.roles if found.may_do(role=role, action=APPROVE)]
    posts = Post.objects.filter(division__county_id=row.county_id, role__in=roles)
    return list(posts.exclude(id=row.post_id).values_list("id", flat=True))


def answer(*, asking_id: UUID, agrees: bool, actor: Viewer, at: datetime) -> Unsealing:
    """Another person agrees for a short time, or doesn't."""
    with transaction.atomic():
        row = _to_answer(actor, at).select_for_update(of=("self",)).filter(id=asking_id).first()
        if row is None:
            raise NotAllowed
        if actor.person_id == row.person_id:
            raise Refused.because(NOT_ALONE)
        row.answered_at, row.answered_by = at, actor.person_id
        row.until_at = at + _rules(row.custody, at).open_for if agrees else None
        row.save(update_fields=["answered_at", "answered_by", "until_at"])
        event = setting_apart.note("custody.answered", row.custody, actor, at, agrees="yes" if agrees else "no")
        notices.tell_posts(posts=[row.post_id], event=event, at=at)
    return row


def _to_answer(viewer: Viewer, at: datetime) -> QuerySet[Unsealing]:
    """The questions of the posts that a viewer answers for: those below, and those of the own county."""
    whose = Q(post_id__in=posts_for(viewer=viewer, action=APPROVE, at=at).values("id"))
    if access.may_do(viewer=viewer, action=APPROVE, at=at):
        whose |= Q(county_id__in=Post.objects.filter(id__in=viewer.post_ids).values("division__county_id"))
    rows = Unsealing.objects.filter(HERE, whose, answered_at__isnull=True)
    return rows.exclude(custody__mark__in=setting_apart.barred_marks(viewer, at))


def waiting(*, viewer: Viewer, at: datetime) -> list[Unsealing]:
    """The questions that wait for this viewer's word, the oldest first."""
    rows = _to_answer(viewer, at).exclude(person_id=person_of(viewer)).select_related("custody")
    return list(rows.order_by("asked_at")[:MOST])


def mine(*, viewer: Viewer, at: datetime) -> list[Unsealing]:
    """The viewer's own questions that wait or that let them look now."""
    lasts = Q(answered_at__isnull=True) | Q(until_at__gt=at)
    rows = Unsealing.objects.filter(HERE, lasts, person_id=person_of(viewer), custody__lifted_at__isnull=True)
    return list(rows.exclude(custody__mark__in=setting_apart.barred_marks(viewer, at)).order_by("-asked_at")[:MOST])


@dataclass(frozen=True, slots=True)
class Seen:
    """What lies in a custody, opened: records with their answers, attachments, what was received into it."""

    custody: Custody
    child: Child
    records: list[tuple[Entry, dict[str, Any]]]
    files: list[Any]
    received: Mapping[str, str]


def look(*, asking_id: UUID, viewer: Viewer, at: datetime) -> Seen:
    """What is behind a question that was agreed to; each look is written down with its purpose."""
    row = _agreed(asking_id, viewer, at)
    content = _content(row, viewer, at)
    # A stored child stands behind the second wall; who may look was decided here.
    with scope.widened():
        child = _child_of(content, viewer, at)
        entries, files = _entries(content), _files(content)
    words = ledger.open_entries(
        entries, viewer=viewer, purpose=f"unseal.{row.purpose}", at=at, part=SET_APART, route="custody"
    )
    records = [(entry, said or {}) for entry, said in zip(entries, words, strict=True)]
    return Seen(row.custody, child, records, files, content.get("received", {}))


def open_file(*, asking_id: UUID, file_id: UUID, viewer: Viewer, at: datetime) -> tuple[Any, bytes]:
    """One attachment behind a question that was agreed to, as long as the question lasts."""
    row = _agreed(asking_id, viewer, at)
    content = _content(row, viewer, at)
    with scope.widened():
        _child_of(content, viewer, at)
        found = next((each for each in _files(content) if each.id == file_id), None)
    if found is None:
        raise NotAllowed
    return found, documents.opened(
        found, viewer=viewer, at=at, purpose=f"unseal.{row.purpose}", part=SET_APART, route="custody"
    )


def open_scan(*, asking_id: UUID, viewer: Viewer, at: datetime) -> tuple[CustodyScan, bytes]:
    """The scan of what was received straight into the custody."""
    row = _agreed(asking_id, viewer, at)
    scan = CustodyScan.objects.filter(custody_id=row.custody_id).first()
    if scan is None:
        raise NotAllowed
    with scope.widened():
        _child_of(_content(row, viewer, at), viewer, at)
    (bytes_,) = vault.open_bytes(
        [scan.content], viewer=viewer, purpose=f"unseal.{row.purpose}", part=SET_APART, route="custody", at=at
    )
    if bytes_ is None:
        raise NotAllowed
    return scan, bytes_


def lift(*, asking_id: UUID, actor: Viewer, at: datetime) -> Child:
    """The records stand in the file again, by a question to lift the sealing that another person agreed to."""
    row = _agreed(asking_id, actor, at)
    if row.purpose != LIFT:
        raise NotAllowed
    content = _content(row, actor, at)
    rows = [*content["entries"], *content["attachments"], *content["rows"]]
    with transaction.atomic():
        child = _child_of(content, actor, at)
        ledger.lock_subject(child.key_owner)
        _refuse_before_later(map(UUID, content["entries"]))
        SetAside.objects.filter(row_id__in=rows).delete()
        Custody.objects.filter(id=row.custody_id).update(lifted_at=at, lifted_by=actor.person_id)
        shelved.tell_again(child, at=at)
        repair.derive_silently(child, at=at)
        setting_apart.renew(child, actor, at)
        setting_apart.note("custody.lifted", row.custody, actor, at)
        ended = [Line(APART, UUID(each), at, stands=False) for each in rows]
        transaction.on_commit(lambda: outside.note(ended))
    return child


def _refuse_before_later(entries: Iterable[UUID]) -> None:
    """Nothing; refused while what took the place of one of them stays set apart: the former would hold again."""
    rows = list(entries)
    later = Entry.everything.filter(supersedes_id__in=rows).exclude(id__in=rows)
    if SetAside.objects.filter(row_id__in=later.values("id")).exists():
        raise Refused.because(LATER_FIRST)


def custody_for(custody_id: UUID, *, viewer: Viewer, at: datetime) -> Custody:
    """A custody that the viewer keeps; to everybody else there is none."""
    found = next((row for row in setting_apart.custodies(viewer=viewer, at=at) if row.id == custody_id), None)
    if found is None:
        raise NotAllowed
    return found


def _agreed(asking_id: UUID, viewer: Viewer, at: datetime) -> Unsealing:
    rows = Unsealing.objects.filter(id=asking_id, person_id=person_of(viewer), until_at__gt=at)
    row = rows.filter(custody__lifted_at__isnull=True).select_related("custody").first()
    if row is None:
        raise NotAllowed
    custody_for(row.custody_id, viewer=viewer, at=at)
    return row


def _content(row: Unsealing, viewer: Viewer, at: datetime) -> Mapping[str, Any]:
    (content,) = setting_apart.opened([row.custody], viewer=viewer, purpose=f"unseal.{row.purpose}", at=at)
    if content is None:
        raise NotAllowed
    return content


def _child_of(content: Mapping[str, Any], viewer: Viewer, at: datetime) -> Child:
    child = Child.objects.filter(id=content["child"]).first()
    if child is None or not setting_apart.may_keep(viewer=viewer, child_id=child.id, at=at):
        raise NotAllowed
    return shelved.as_lived(child)


def _entries(content: Mapping[str, Any]) -> Sequence[Entry]:
    rows = Entry.everything.filter(id__in=content["entries"]).select_related("subject")
    return list(rows.order_by("subject_seq"))


def _files(content: Mapping[str, Any]) -> list[Any]:
    return documents.set_apart(ids=content["attachments"], entries=content["entries"])


def _rules(custody: Custody, at: datetime) -> Rules:
    return rules_at(at, region=rules.region_of(custody.county_id))
