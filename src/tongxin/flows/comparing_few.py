"""A list of a few children only: why it is compared, asked by who brings it, answered by who settles for the county."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from tongxin import ledger, vault
from tongxin.accounts.models import Post
from tongxin.accounts.posts import Roster as Posts
from tongxin.accounts.viewers import Viewer
from tongxin.comparisons.models import Comparison
from tongxin.flows import comparing
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.intake.reading import Row
from tongxin.notices import services as notices
from tongxin.people import tokens
from tongxin.rulebook import rules

TOO_FEW = "名单上只有 {count} 个孩子，少于 {least} 个：请写明为什么要比，由区县个案管理员同意后再比。"
NO_REASON = "请写明为什么要比这几个孩子。没有提交。"
ANSWERED = "这份名单已经答复过，没有再改。"
ALONE = "送名单的人不能自己答复，请另一位同事答复。没有改动。"
LONGEST = 500


def children_in(rows: Iterable[Row]) -> int:
    """How many different children a list names, as far as it says who they are."""
    said = {
        (tokens.normalise(row.name or ""), row.id_no or "", str(row.birth or row.birth_month or "")) for row in rows
        if row.name or row.id_no
    }
    return len(said)


def too_few(comparison: Comparison, *, children: int, viewer: Viewer, at: datetime) -> str:
    """Why somebody has to agree first; empty where nobody has to, or somebody did."""
    least = comparing.rules_of(comparison, at=at).least_children
    if children >= least or comparison.answered_by or comparing.sees_all(comparison, viewer=viewer, at=at):
        return ""
    return TOO_FEW.format(count=children, least=least)


@transaction.atomic
def ask(comparison: Comparison, *, reason: str, actor: Viewer, at: datetime) -> Comparison:
    """The short list waits for somebody who settles for the county; asked twice it was asked once."""
    row = Comparison.objects.select_for_update().get(id=comparison.id)
    if row.state != Comparison.RECEIVED:
        return row
    if not reason.strip():
        raise Refused.because(NO_REASON)
    place = (Comparison._meta.label_lower, "reason", row.id)
    row.reason, row.state = vault.seal(reason.strip()[:LONGEST], owner=row.key_owner, place=place), Comparison.ASKED
    row.save(update_fields=["reason", "state"])
    event = ledger.record(
        kind="list.asked", subject=row.key_owner, actor=actor, at=at, is_fact=True,
        clear={"kind": row.kind, "rows": row.rows_total},
    )
    notices.tell_posts(posts=_desks(row.county_id, at=at), event=event, at=at)
    return row


def reason_of(comparison: Comparison, *, viewer: Viewer, at: datetime) -> str:
    """Why so few are asked about, as written."""
    (said,) = vault.open(
        [comparison.reason], viewer=viewer, purpose=comparing.PURPOSE, at=at, part=comparing.PART, route="comparisons"
    )
    return said or ""


def may_answer(comparison: Comparison, *, viewer: Viewer, at: datetime) -> bool:
    """Whether the viewer says if a short list is compared: whoever settles for the county, and didn't bring it."""
    return comparing.sees_all(comparison, viewer=viewer, at=at) and comparison.person_id not in viewer.people


@transaction.atomic
def answer(comparison: Comparison, *, agrees: bool, actor: Viewer, at: datetime) -> Comparison:
    """The word of somebody else: agreed, it may be compared; else it never is. The sender is told."""
    if not comparing.sees_all(comparison, viewer=actor, at=at):
        raise NotAllowed
    row = Comparison.objects.select_for_update().get(id=comparison.id)
    if row.state != Comparison.ASKED:
        raise Refused.because(ANSWERED)
    if not may_answer(row, viewer=actor, at=at):
        raise Refused.because(ALONE)
    row.state = Comparison.RECEIVED if agrees else Comparison.REFUSED
    row.answered_by, row.answered_at = actor.person_id, at
    row.save(update_fields=["state", "answered_by", "answered_at"])
    event = ledger.record(
        kind="list.answered", subject=row.key_owner, actor=actor, at=at, is_fact=True,
        clear={"kind": row.kind, "agrees": "yes" if agrees else "no"},
    )
    notices.tell_posts(posts=[row.post_id] if row.post_id else [], event=event, at=at)
    return row


def _desks(county_id: int, *, at: datetime) -> list[UUID]:
    """The posts of the county itself that settle, and that somebody holds."""
    found = rules.access_rules(at=at)
    posts = Post.objects.filter(division_id=county_id).select_related("division")
    roster = Posts(posts=posts, at=at)
    wanted = [each for each in roster.posts.values() if found.may_do(role=each.role, action=comparing.SETTLE)]
    held = {answering.post_id for each in wanted if (answering := roster.responsible(post_id=each.id))}
    return sorted(held)
