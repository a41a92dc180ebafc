"""What left this office and may not stand outside any more: its sender asks for it back, and says what became of it."""

from collections.abc import Iterable, Iterator
from datetime import datetime, time, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from tongxin import ledger, vault
from tongxin.accounts.models import Holding, Organisation
from tongxin.accounts.posts import responsible
from tongxin.accounts.viewers import WORKER, Viewer, held
from tongxin.core.pathway import CHINA
from tongxin.exports.models import FHIR, Export, Included, Recall
from tongxin.exports.rules import Rules, rules_at
from tongxin.flows.finding import Finding
from tongxin.flows.looking import person_of
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.ledger.models import Event
from tongxin.notices import services as notices
from tongxin.referrals.models import Referral
from tongxin.rulebook import rules
from tongxin.vault import Owner

ASKED, ANSWERED, CLIMBED = "recall.asked", "recall.answered", "recall.climbed"
A_DAY = timedelta(days=1)
BATCH = 100
WHAT = "要回的资料"
NO_OUTCOME = "没有保存：请选对方怎样处理的。"
NO_WORDS = "没有保存：没有退回也没有销毁的，请写清楚对方怎么说、您怎样上报。"
SHORT = 6


def rules_for(row: Recall, *, at: datetime) -> Rules:
    """The rules of exports in the county from which it left."""
    return rules_at(at, region=rules.region_of(row.county_id) if row.county_id else "")


def of_export(row: Export, *, at: datetime) -> Recall | None:
    """The question to the sender of an export that somebody has taken along; none where nothing that names left."""
    has_left = row.copies.exists() or (row.way == FHIR and row.state == Export.NOTED)
    if not row.is_named or not has_left:
        return None
    recall = Recall(
        export=row, number=row.number, county_id=row.county_id, post_id=row.post_id, sent_at=row.made_at or row.asked_at
    )
    return _ask(recall, at)


def about(child_id: UUID, *, at: datetime) -> int:
    """How many recipients have to be asked because a child is erased: also those of exports that had ended before."""
    held = Included.objects.filter(child_id=child_id, left_out="").values_list("export_id", flat=True)
    exports = [of_export(row, at=at) for row in Export.objects.filter(id__in=list(held)).order_by("id")]
    sent = Referral.objects.filter(child_id=child_id, from_post_id__isnull=False).order_by("sent_at")
    return sum(each is not None for each in (*exports, *_of_referrals(sent, at)))


def _of_referrals(sent: Iterable[Referral], at: datetime) -> Iterable[Recall | None]:
    for row in sent:
        if row.from_post_id is not None:
            number = f"{row.sent_at.astimezone(CHINA):%Y%m%d}-{row.entry_id.hex[-SHORT:].upper()}"
            yield _ask(Recall(
                number=number, county_id=row.county_id, post_id=row.from_post_id,
                organisation_id=row.to_organisation_id, sent_at=row.sent_at,
            ), at)


def _ask(recall: Recall, at: datetime) -> Recall | None:
    if Recall.objects.filter(number=recall.number).exists():
        return None
    recall.at = at
    recall.due_on = at.astimezone(CHINA).date() + timedelta(days=rules_for(recall, at=at).recall_days)
    recall.ring_at = datetime.combine(recall.due_on + A_DAY, time(), tzinfo=CHINA)
    _give(recall, at)
    recall.save(force_insert=True)
    event = _record(ASKED, recall, WORKER, at)
    notices.tell_posts(posts=sorted({recall.post_id, recall.owner_post_id or recall.post_id}), event=event, at=at)
    return recall


def _give(recall: Recall, at: datetime) -> None:
    """Who answers for it now: whoever holds the post that sent it, else the post above, one further for each time
    it was late; nobody when the whole line is vacant."""
    owner = responsible(post_id=recall.post_id, at=at, climbs=recall.climbed)
    recall.owner_post_id = owner.post_id if owner else None


def _record(kind: str, recall: Recall, actor: Viewer, at: datetime, **clear: str) -> Event:
    return ledger.record(
        kind=kind, subject=Owner("export", recall.id), actor=actor, at=at, is_fact=kind != CLIMBED,
        clear={"number": recall.number, **clear},
    )


def open_of(*, viewer: Viewer) -> QuerySet[Recall]:
    """What a viewer's posts have sent or answer for now and still have to ask for, the first due first."""
    return Recall.objects.filter(_of(viewer), outcome="").order_by("due_on", "id")


def _of(viewer: Viewer) -> Q:
    return Q(post_id__in=viewer.post_ids) | Q(owner_post_id__in=viewer.post_ids)


def bodies(rows: Iterable[Recall]) -> dict[int, str]:
    """The bodies that got something, by id."""
    ids = {row.organisation_id for row in rows if row.organisation_id}
    return dict(Organisation.objects.filter(id__in=ids).values_list("id", "name"))


@transaction.atomic
def answer(*, recall_id: UUID, outcome: str, words: str, actor: Viewer, at: datetime) -> Recall:
    """What the other side did, said by the post that sent it; once."""
    row = Recall.objects.select_for_update().filter(_of(actor), id=recall_id, outcome="").first()
    if row is None:
        raise NotAllowed
    outcomes = rules_for(row, at=at).recall_outcomes
    if outcome not in outcomes:
        raise Refused.because(NO_OUTCOME)
    said = words.strip()
    if outcomes[outcome].is_open and not said:
        raise Refused.because(NO_WORDS)
    row.outcome, row.answered_at, row.answered_by = outcome, at, person_of(actor)
    vault.put(row, {"words": said or None}, keyring=vault.keyring([row.key_owner]))
    row.save(update_fields=["outcome", "answered_at", "answered_by", "words"])
    _record(ANSWERED, row, actor, at, outcome=outcome)
    return row


def follow_recalls(now: datetime, *, limit: int = BATCH) -> int:
    """How many went one person further up because they are late, or to whoever answers now for a vacant post."""
    waiting = Recall.objects.filter(outcome="")
    here = Holding.objects.filter(held(now), post_id=OuterRef("owner_post_id"), person__is_active=True)
    # Those of before they had an owner have no moment yet.
    late = waiting.filter(Q(ring_at__lte=now) | Q(ring_at__isnull=True)).order_by("ring_at")[:limit]
    left = waiting.filter(~Exists(here)).order_by("id")[:limit]
    count = 0
    for recall_id in dict.fromkeys([*late.values_list("id", flat=True), *left.values_list("id", flat=True)]):
        with transaction.atomic():
            count += _follow(recall_id, now)
    return count


def _follow(recall_id: UUID, now: datetime) -> bool:
    row = Recall.objects.select_for_update().filter(id=recall_id, outcome="").first()
    if row is None:
        return False
    before, rings = row.owner_post_id, row.ring_at or datetime.combine(row.due_on + A_DAY, time(), tzinfo=CHINA)
    if is_late := rings <= now:
        row.climbed += 1
        rings = now + timedelta(days=rules_for(row, at=now).recall_climb)
    row.ring_at = rings
    _give(row, now)
    row.save(update_fields=["owner_post_id", "climbed", "ring_at"])
    if row.owner_post_id == before and not is_late:
        return False
    event = _record(CLIMBED, row, WORKER, now, owner=str(row.owner_post_id or ""))
    notices.tell_posts(posts=[row.owner_post_id] if row.owner_post_id else [], event=event, at=now)
    return True


def examine(at: datetime) -> Iterator[Finding]:
    """What `doctor` says of what is asked back."""
    waiting = Recall.objects.filter(outcome="")
    if lost := waiting.filter(owner_post_id__isnull=True).count():
        yield Finding(WHAT, "warning", f"有 {lost} 份要回的资料没有人负责", "请安排交出的岗位或它上级的任职")
    elif late := waiting.filter(due_on__lt=at.astimezone(CHINA).date()).count():
        said = f"有 {late} 份要回的资料过了期限还没有登记结果"
        yield Finding(WHAT, "warning", said, "请负责的岗位打开“要回的资料”，问清对方怎样处理")
    else:
        yield Finding(WHAT, "ok", "要回的资料都有人负责，没有逾期")
