"""Blind comparisons in the office: opened with a list, approved by a second person, carried on by letters, ended.

What both sides have is told as rows of one's own list, kept for the term and destroyed with the key.
"""

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from tongxin import blind, ledger, vault
from tongxin.access import selectors as access
from tongxin.accounts.models import Post
from tongxin.accounts.viewers import WORKER, Viewer
from tongxin.blind.letters import fingerprint
from tongxin.blind.marks import KINDS, Listed, Marks
from tongxin.blind.secret import packed, unpacked
from tongxin.blind.session import check, expected
from tongxin.core.pathway import CHINA
from tongxin.flows import blind_agreements
from tongxin.flows.comparing_files import files_in
from tongxin.flows.made_once import made_before, made_once
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.instances.models import BlindSession
from tongxin.intake.county import county_of
from tongxin.intake.reading import open_roster
from tongxin.lib import ids, signing
from tongxin.people.models import Child
from tongxin.rulebook import rules, shipped

COMPARE, APPROVE, ON_FILE = "blind_compare", "approve_blind", "blind_on_file"
PURPOSE, PART, ROUTE = "list_comparison", "roster", "blind"
TOLD = "blind.revealed"
SEED = 32
LABEL = BlindSession._meta.label_lower
MISSING = "请写明对方单位、目的和协议文号，没有保存。"
NO_KIND = "请选择按什么比对，没有保存。"
ALONE = "发起和批准不能是同一个人，没有保存。"
DECIDED = "这次比对已经有人答复过，没有再改。"
GONE = "这次比对的内容已经销毁。"
WAITS_NOT = "这次比对现在不等对方的文件，没有收下。"


@dataclass(frozen=True, slots=True)
class Wish:
    """What is compared with whom, what for and under which agreement: by its reference where one asks, in words where
    one answers."""

    kind: str
    own_name: str
    other_name: str
    purpose: str
    agreement: str


def rules_at(at: datetime, *, region: str = "") -> blind.Rules:
    """The limits in force."""
    return shipped.read_in_force(blind.Rules.read, "blind", "blind", region=region, at=at)


def seen_by(*, viewer: Viewer, at: datetime) -> QuerySet[BlindSession]:
    """Those of the viewer's own posts; who approves, all of the county."""
    found = rules.access_rules(at=at)
    whole = {
        seat.division_id for seat in viewer.seats
        if seat.division_level == "county" and found.may_do(role=seat.role, action=APPROVE)
    }
    mine = Q(post_id__in=viewer.post_ids) | Q(county_id__in=whole)
    return BlindSession.objects.filter(mine).order_by("-opened_at", "-id")


def session_for(*, session_id: UUID, viewer: Viewer, at: datetime) -> BlindSession:
    """The comparison, if the viewer may open it; else there is no such page."""
    found = seen_by(viewer=viewer, at=at).filter(id=session_id).first()
    if found is None:
        raise NotAllowed
    return found


def listed(content: bytes, *, name: str, at: datetime) -> list[Listed]:
    """The rows of an uploaded list; RosterError says why a file can't be read."""
    return [
        Listed(
            f"{row.sheet} 第 {row.row} 行", id_no=row.id_no or "", name=row.name or "",
            birth=row.birth.isoformat() if row.birth else "",
        )
        for row in open_roster(content, name=name).rows(today=at.astimezone(CHINA).date())
    ]


def on_file(*, actor: Viewer, at: datetime) -> list[Listed]:
    """All children of the actor's county whose files are in use; found again by their file's id."""
    county = county_of(actor)
    if county is None or not access.may_do(viewer=actor, action=ON_FILE, at=at):
        raise NotAllowed
    return [
        Listed(
            str(each.id), id_no=each.id_no or "", name=each.name or "",
            birth=each.birth.isoformat() if each.birth else "",
        )
        for each in files_in(county.id, at=at)
    ]


@made_once
def ask(
    *, wish: Wish, rows: Iterable[Listed], source: str, actor: Viewer, at: datetime, new_id: UUID | None = None
) -> BlindSession:
    """A comparison that starts here, under an agreement chosen by its reference, once under `new_id`; its letter is
    made when a second person approved."""
    if not access.may_do(viewer=actor, action=COMPARE, at=at):
        raise NotAllowed
    if before := made_before(BlindSession, new_id, person_id=actor.person_id, is_asker=True):
        return before
    agreed = blind_agreements.chosen(wish.agreement, viewer=actor, at=at)
    terms = replace(wish, agreement=agreed)
    return _opened(terms, rows, source=source, actor=actor, at=at, came=None, new_id=new_id)


def answer(
    *, came: bytes, wish: Wish, rows: Iterable[Listed], source: str, actor: Viewer, at: datetime
) -> BlindSession:
    """A comparison that somebody else started: their first letter, and our own list."""
    opened = blind.read(came)
    letter = opened.letter
    mine = BlindSession.objects.filter(came=came, post_id__in=actor.post_ids)
    known = mine.exclude(state=BlindSession.REFUSED).first()
    if known is not None:
        return known
    terms = replace(
        wish, kind=letter.kind, other_name=letter.asker[:80], purpose=letter.purpose, agreement=letter.agreement[:80]
    )
    return _opened(terms, rows, source=source, actor=actor, at=at, came=(came, opened))


def _opened(
    wish: Wish, rows: Iterable[Listed], *, source: str, actor: Viewer, at: datetime,
    came: tuple[bytes, blind.Opened] | None, new_id: UUID | None = None,
) -> BlindSession:
    county = county_of(actor)
    if not access.may_do(viewer=actor, action=COMPARE, at=at) or county is None:
        raise NotAllowed
    if actor.person_id is None or actor.post_id is None:
        raise NotAllowed
    if wish.kind not in KINDS:
        raise Refused.because(NO_KIND)
    if not all(each.strip() for each in (wish.own_name, wish.other_name, wish.purpose, wish.agreement)):
        raise Refused.because(MISSING)
    marks = blind.mark_lists(rows, kind=wish.kind)
    limits = rules_at(at, region=county.code[:6])
    check(marks, rules=limits, approved_by=["—"])
    if came is not None:
        expected(came[1], step=1, today=at.astimezone(CHINA).date())
    row = BlindSession(
        id=new_id or ids.new_id(), county_id=county.id,
        person_id=actor.person_id, post_id=actor.post_id, opened_at=at, is_asker=came is None,
        kind=wish.kind, source=source, own_name=wish.own_name[:80], other_name=wish.other_name[:80],
        agreement=wish.agreement[:80], keep_until=at + timedelta(days=limits.days), rows=len(marks.keys),
        left_out=len(marks.refused), came=came[0] if came else b"",
        other_print=came[1].fingerprint if came else "",
    )
    vault.create_keys([row.key_owner], at=at)
    row.purpose = _sealed(row, "purpose", wish.purpose[:500])
    row.kept = _sealed(row, "kept", json.dumps([[text, *keys] for text, keys in marks.keys.items()]))
    with transaction.atomic():
        row.save(force_insert=True)
        _tell("blind.opened", row, actor, at, rows=row.rows, source=source)
    return row


def decide(*, session_id: UUID, agrees: bool, actor: Viewer, at: datetime) -> BlindSession:
    """The second person's word: yes makes the letter, no ends it and forgets the list."""
    if not access.may_do(viewer=actor, action=APPROVE, at=at):
        raise NotAllowed
    session_for(session_id=session_id, viewer=actor, at=at)
    with transaction.atomic():
        row = BlindSession.objects.select_for_update().get(id=session_id)
        if actor.person_id in {row.person_id, None}:
            raise Refused.because(ALONE)
        if row.state != BlindSession.ASKED:
            raise Refused.because(DECIDED)
        row.decided_at, row.decided_by, row.decided_post = at, actor.person_id, actor.post_id
        if agrees:
            _write(row, actor=actor, at=at)
        else:
            row.state, row.kept, row.ended_at, row.came = BlindSession.REFUSED, None, at, b""
        row.save()
        _tell("blind.decided", row, actor, at, agrees="yes" if agrees else "no")
    return row


def _write(row: BlindSession, *, actor: Viewer, at: datetime) -> None:
    """Our letter under the limits in force, and the number to keep."""
    texts = json.loads(_open(row, "kept", viewer=WORKER, at=at))
    marks = Marks({each[0]: tuple(each[1:]) for each in texts}, ())
    limits = rules_at(at, region=rules.region_of(row.county_id))
    by = list(Post.objects.filter(id__in=[actor.post_id]).values_list("title", flat=True))
    today = at.astimezone(CHINA).date()
    if row.is_asker:
        purpose = _open(row, "purpose", viewer=WORKER, at=at)
        terms = blind.Terms(row.kind, purpose, row.agreement, row.own_name, row.other_name)
        made = blind.ask(marks, terms=terms, approved_by=by, today=today, rules=limits)
    else:
        made = blind.answer(blind.read(bytes(row.came)), marks, approved_by=by, today=today, rules=limits)
    seed = os.urandom(SEED)
    row.letter = blind.write(made.letter, seed=seed)
    secret = replace(made.secret, seed=seed, sent=blind.read(row.letter).digest)
    row.kept = _sealed(row, "kept", packed(secret).decode())
    row.own_print = fingerprint(signing.public_key(seed=seed, profile=signing.ED25519).hex())
    row.state = BlindSession.SENT


def take(*, session_id: UUID, content: bytes, actor: Viewer, at: datetime) -> BlindSession:
    """The other side's next letter: the result stands, the list and the number are forgotten."""
    found = session_for(session_id=session_id, viewer=actor, at=at)
    if not access.may_do(viewer=actor, action=COMPARE, at=at) or found.post_id not in actor.post_ids:
        raise NotAllowed
    opened = blind.read(content)
    with transaction.atomic():
        row = BlindSession.objects.select_for_update().get(id=session_id)
        if row.state == BlindSession.DONE and bytes(row.came) == content:
            return row
        if row.state != BlindSession.SENT:
            raise Refused.because(WAITS_NOT)
        secret = unpacked(_open(row, "kept", viewer=WORKER, at=at).encode())
        today, limits = at.astimezone(CHINA).date(), rules_at(at, region=rules.region_of(row.county_id))
        if row.is_asker:
            learned = blind.learn(opened, secret, today=today, sent=secret.sent, rules=limits)
            row.letter, keys = blind.write(learned.letter, seed=secret.seed), learned.keys
        else:
            row.letter, keys = b"", blind.conclude(opened, secret, today=today, sent=secret.sent)
        row.other_print, row.came, row.kept = opened.fingerprint, content, None
        row.result, row.found = _sealed(row, "result", json.dumps(keys, ensure_ascii=False)), len(keys)
        row.state, row.ended_at = BlindSession.DONE, at
        row.save()
        _tell("blind.learned", row, actor, at, found=len(keys))
        _note_in_files(row, keys, actor=actor, at=at)
    return row


def _note_in_files(row: BlindSession, keys: Iterable[str], *, actor: Viewer, at: datetime) -> None:
    """In the file of each child whom both have: that the other side knows it now. It outlives the result."""
    if row.source != BlindSession.ON_FILE:
        return
    for each in Child.objects.filter(id__in=[UUID(key) for key in keys]).order_by("id"):
        ledger.record(
            kind=TOLD, subject=each.key_owner, actor=actor, at=at, is_fact=True, clear={"session": str(row.id)}
        )


def result_of(row: BlindSession, *, viewer: Viewer, at: datetime) -> list[str]:
    """One's own rows that both have, by one look; empty before there is a result and for who only approves."""
    if row.result is None or row.post_id not in viewer.post_ids:
        return []
    keys: list[str] = json.loads(_open(row, "result", viewer=viewer, at=at))
    return keys


def dispose_due(*, at: datetime) -> int:
    """How many came to the end of their term: what was in them goes with the key, the row stays."""
    due = BlindSession.objects.filter(keep_until__lte=at).exclude(state=BlindSession.DISPOSED)
    return sum(_disposed(row, at=at) for row in due)


def forget_about(child_id: UUID, *, county_id: int | None, at: datetime) -> int:
    """A child of the county is erased: its line goes from results; what still waits and was made of all files ends."""
    rows = BlindSession.objects.filter(county_id__in=[county_id], source=BlindSession.ON_FILE)
    waiting = rows.filter(state__in=(BlindSession.ASKED, BlindSession.SENT))
    gone = sum(_disposed(row, at=at) for row in waiting)
    for row in rows.filter(result__isnull=False):
        keys = json.loads(_open(row, "result", viewer=WORKER, at=at))
        if str(child_id) in keys:
            row.result = _sealed(row, "result", json.dumps([each for each in keys if each != str(child_id)]))
            row.save(update_fields=["result"])
            gone += 1
    return gone


def _disposed(row: BlindSession, *, at: datetime) -> int:
    with transaction.atomic():
        _tell("blind.disposed", row, WORKER, at)
        BlindSession.objects.filter(id=row.id).update(
            state=BlindSession.DISPOSED, kept=None, result=None, purpose=None, came=b"", letter=b"", ended_at=at
        )
        transaction.on_commit(lambda: vault.destroy(row.key_owner, at=at) and None)
    return 1


def _sealed(row: BlindSession, field: str, words: str) -> bytes:
    return vault.seal(words, owner=row.key_owner, place=(LABEL, field, row.id))


def _open(row: BlindSession, field: str, *, viewer: Viewer, at: datetime) -> str:
    (words,) = vault.open([getattr(row, field)], viewer=viewer, purpose=PURPOSE, at=at, part=PART, route=ROUTE)
    if words is None:
        raise Refused.because(GONE)
    return words


def purpose_of(row: BlindSession, *, viewer: Viewer, at: datetime) -> str:
    """What the comparison is for, in words; empty once it is destroyed."""
    return _open(row, "purpose", viewer=viewer, at=at) if row.purpose is not None else ""


def _tell(kind: str, row: BlindSession, actor: Viewer, at: datetime, **clear: object) -> None:
    ledger.record(
        kind=kind, subject=row.key_owner, actor=actor, at=at, is_fact=True,
        clear={"session": str(row.id), "is_asker": "yes" if row.is_asker else "no", **clear},
    )
