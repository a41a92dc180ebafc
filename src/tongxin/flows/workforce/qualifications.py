"""Certificates of people who help: written down by them or the desk, counted once a second person has seen them."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from tongxin import ledger, vault
from tongxin.accounts.models import Person
from tongxin.accounts.viewers import Viewer
from tongxin.core.forms import Problem
from tongxin.documents import content
from tongxin.documents.faults import NotTaken
from tongxin.documents.kinds import attachments_in
from tongxin.flows.pairing_companions import companion_for, must, post_of
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.flows.workforce import reach
from tongxin.flows.workforce.clearances import today_of
from tongxin.lib.numbers import day_in
from tongxin.registers import answers
from tongxin.registers.answers import Given
from tongxin.rulebook import rules
from tongxin.workforce.models import Evidence, Qualification, Verdict

WAITING, COUNTS, SOON, OVER, REFUSED = "waiting", "counts", "soon", "over", "refused"
STATES = {WAITING: "等人核对", COUNTS: "有效", SOON: "快到期", OVER: "已过期", REFUSED: "核对没有通过"}
GOOD = frozenset({COUNTS, SOON})
IS_OVER = "没有保存：证书已经过期，请登记续期后的证书。"
TWICE = "没有保存：这份证书已经登记过。"
DECIDED = "没有改动：这份资质已经核对过。"
OWN = "没有改动：登记的人和本人都不能核对，请由另一位核对。"
NO_REASON = "没有改动：没有通过的，请选原因。"
File = tuple[str, bytes]


@transaction.atomic
def declare_own(*, given: Given, file: File | None, actor: Viewer, at: datetime) -> Qualification:
    """Somebody's own certificate."""
    if actor.person_id is None or actor.seat is None:
        raise NotAllowed
    county_id = reach.county_or_none(actor)
    if county_id is None:
        raise NotAllowed
    row = Qualification(about_id=actor.person_id, county_id=county_id)
    return _declare(row, given, file, actor.person_id, actor, at)


@transaction.atomic
def declare(
    *, person_id: UUID | None = None, companion_id: UUID | None = None, given: Given, file: File | None, actor: Viewer,
    at: datetime,
) -> Qualification:
    """A certificate of a colleague, or of a companion who has no account."""
    if companion_id is not None:
        companion = companion_for(companion_id=companion_id, viewer=actor, at=at)
        row = Qualification(companion_id=companion.id, county_id=companion.county_id)
        return _declare(row, given, file, must(actor, "keep_companions", at=at), actor, at)
    by = must(actor, reach.KEEP, at=at)
    person = reach.person_kept(person_id, viewer=actor, at=at)
    county_id = reach.county_of_person(person, at=at)
    if county_id is None:
        raise NotAllowed
    return _declare(Qualification(about=person, county_id=county_id), given, file, by, actor, at)


def _declare(
    row: Qualification, given: Given, file: File | None, by: UUID, actor: Viewer, at: datetime
) -> Qualification:
    found = reach.rules_in(row.county_id, at=at)
    read = answers.read(found.asked, given, at=at)
    issued, expires = (day_in(str(read.clear.get(name, ""))) for name in ("issued_on", "expires_on"))
    problems = list(read.problems)
    if not problems and issued is not None:
        lasts = found.certificates[str(read.clear["kind"])].valid
        expires = expires or (issued + lasts if lasts else None)
        if expires is not None and expires < today_of(at):
            problems.append(Problem("expires_on", IS_OVER, True))
    kept = _examined(file, row.county_id, at=at) if file else None
    if problems or issued is None:
        raise Refused(problems)
    row.kind, row.issued_on, row.expires_on = str(read.clear["kind"]), issued, expires
    _refuse_twice(row)
    row.at, row.person_id, row.post_id = at, by, post_of(actor)
    vault.put(row, {"words": json.dumps(read.words, ensure_ascii=False)})
    row.save()
    if kept is not None:
        _keep_file(row, kept, by, actor, at)
    _tell("qualification.recorded", row, actor, at)
    return row


def _refuse_twice(row: Qualification) -> None:
    """Sent twice, it is kept once."""
    if row.about_id is not None:
        Person.objects.select_for_update().get(id=row.about_id)
    same = Qualification.objects.filter(
        about_id=row.about_id, companion_id=row.companion_id, kind=row.kind, issued_on=row.issued_on,
        expires_on=row.expires_on,
    )
    if same.exclude(verdict__agrees=False).exists():
        raise Refused([Problem("kind", TWICE, True)])


def _examined(file: File, county_id: int, *, at: datetime) -> content.Content:
    limits = attachments_in(region=rules.region_of(county_id), at=at).limits
    try:
        return content.examine(file[1], name=file[0], limits=limits)
    except NotTaken as refused:
        raise Refused([Problem("file", str(refused), False)]) from None


def _keep_file(row: Qualification, kept: content.Content, by: UUID, actor: Viewer, at: datetime) -> None:
    evidence = Evidence(
        qualification=row, media_type=kept.media_type, size=len(kept.kept), at=at, person_id=by, post_id=post_of(actor),
        sha256=hashlib.sha256(kept.kept).hexdigest(),
    )
    place = (Evidence._meta.label_lower, "content", evidence.id)
    evidence.content = vault.seal(kept.kept, owner=row.key_owner, place=place)
    evidence.save()


@transaction.atomic
def verify(*, qualification_id: UUID, agrees: bool, reason: str, actor: Viewer, at: datetime) -> Verdict:
    """What a second person found: neither whose it is nor whoever wrote it down."""
    row = one_kept(qualification_id, viewer=actor, at=at)
    by = must(actor, reach.KEEP, at=at)
    Qualification.objects.select_for_update().get(id=row.id)
    if Verdict.objects.filter(qualification=row).exists():
        raise Refused.because(DECIDED)
    if by in {row.person_id, row.about_id}:
        raise Refused.because(OWN)
    if not agrees and reason not in reach.rules_in(row.county_id, at=at).refusals:
        raise Refused([Problem("reason", NO_REASON, True)])
    verdict = Verdict(
        qualification=row, agrees=agrees, reason="" if agrees else reason, at=at, person_id=by, post_id=post_of(actor)
    )
    verdict.save()
    _tell("qualification.verified", row, actor, at, agrees="yes" if agrees else "no")
    return verdict


def one_kept(qualification_id: UUID, *, viewer: Viewer, at: datetime) -> Qualification:
    """A certificate of one's own, of somebody one writes about, or of a companion of the county."""
    row = Qualification.objects.select_related("about").filter(id=qualification_id).first()
    if row is None or viewer.person_id is None:
        raise NotAllowed
    if row.about_id == viewer.person_id:
        return row
    if row.about_id is not None:
        must(viewer, reach.KEEP, at=at)
        reach.person_kept(row.about_id, viewer=viewer, at=at)
    elif row.companion_id is not None:
        companion_for(companion_id=row.companion_id, viewer=viewer, at=at)
    return row


def of_people(people: Iterable[UUID]) -> QuerySet[Qualification]:
    """What these people have, the newest first."""
    rows = Qualification.objects.filter(about_id__in=set(people)).select_related("verdict", "evidence")
    return rows.order_by("-issued_on", "-at")


def of_companions(companions: Iterable[UUID]) -> QuerySet[Qualification]:
    """What these companions have, the newest first."""
    rows = Qualification.objects.filter(companion_id__in=set(companions)).select_related("verdict", "evidence")
    return rows.order_by("-issued_on", "-at")


def state_of(row: Qualification, *, on: date, at: datetime) -> str:
    """What one certificate is worth on a day."""
    verdict: Verdict | None = getattr(row, "verdict", None)
    if verdict is not None and not verdict.agrees:
        return REFUSED
    if row.expires_on is not None and row.expires_on < on:
        return OVER
    if verdict is None:
        return WAITING
    soon = reach.rules_in(row.county_id, at=at).remind_before
    return SOON if row.expires_on is not None and row.expires_on - on <= soon else COUNTS


def held_by(people: Iterable[UUID], *, at: datetime) -> Mapping[UUID, frozenset[str]]:
    """By person the kinds that count today."""
    return _counting(of_people(people), "about_id", at)


def held_by_companions(companions: Iterable[UUID], *, at: datetime) -> Mapping[UUID, frozenset[str]]:
    """By companion the kinds that count today."""
    return _counting(of_companions(companions), "companion_id", at)


def _counting(rows: Iterable[Qualification], of: str, at: datetime) -> Mapping[UUID, frozenset[str]]:
    found: dict[UUID, frozenset[str]] = {}
    for row in rows:
        if state_of(row, on=today_of(at), at=at) in GOOD:
            whose: UUID = getattr(row, of)
            found[whose] = found.get(whose, frozenset()) | {row.kind}
    return found


def _tell(kind: str, row: Qualification, actor: Viewer, at: datetime, **more: str) -> None:
    ledger.record(
        kind=kind, subject=row.key_owner, actor=actor, at=at, is_fact=True,
        clear={"qualification": str(row.id), "kind": row.kind, **more},
    )
