"""The standing flow: a change of an agreed field queues a delivery, the worker sends it when everything still holds."""

import hashlib
import json
import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import OperationalError, transaction
from django.db.models import BigIntegerField, QuerySet, UUIDField

from tongxin import ledger, vault
from tongxin.accounts.viewers import WORKER
from tongxin.core.pathway import CHINA, Fact
from tongxin.flows import exchange_telling
from tongxin.flows import sharing_duties as duties
from tongxin.flows.export_rows import SEALED, categories_of, words_of
from tongxin.flows.sharing_ending import live_of, locked, stop
from tongxin.flows.sharing_scope import children_in, is_in, is_shared
from tongxin.lib import ids, together
from tongxin.lib.prepared import Prepared
from tongxin.people.models import Child
from tongxin.sharing.models import RECEIVER, Agreement, Delivery, Duty, Request, Version
from tongxin.sharing.rules import Field, Purpose, Rules
from tongxin.vault import Owner

log = logging.getLogger("tongxin.sharing")
DELIVERED, ANNOUNCED = "share.delivered", "share.announced"
PURPOSE = ROUTE = "sharing"
# The question to which the answer is known for entries that are done together.
CONCERNING = "sharing agreements"
BATCH, AGAIN = 200, timedelta(minutes=5)
# Asked at every record.
STANDING_AT = Prepared(
    lambda county: Agreement.objects.filter(
        county_id=county, state=Agreement.IN_FORCE, current__flow=Version.STANDING
    ).values_list("id", flat=True),
    county=BigIntegerField(),
)
GIVEN_OF = Prepared(lambda child: live_of(child).values_list("agreement_id", flat=True), child=UUIDField())


def follow(*, child: Child, facts: tuple[Fact, ...], at: datetime) -> None:
    """What a new record of a child means for what is given of it; part of the record's own transaction, under the
    lock of its subject: a withdrawn consent closes and asks back here, a changed field queues."""
    concerned = together.known((CONCERNING, child.id), lambda: _concerning(child))
    if not concerned:
        return
    fresh = Child.objects.get(id=child.id)
    for agreement in locked(concerned):
        _follow(agreement, fresh, facts, at)


def read_ahead(children: Iterable[Child]) -> None:
    """The agreements that concern the children of entries that are done together."""
    rows = list(children)
    standing: dict[int | None, set[UUID]] = defaultdict(set)
    for county, agreement in _standing({child.county_id for child in rows}).values_list("county_id", "id"):
        standing[county].add(agreement)
    given: dict[UUID, set[UUID]] = defaultdict(set)
    live = Delivery.objects.filter(child_id__in=[child.id for child in rows], state__in=Delivery.LIVE)
    for child_id, agreement in live.values_list("child_id", "agreement_id"):
        given[child_id].add(agreement)
    for child in rows:
        together.learn((CONCERNING, child.id), list(standing[child.county_id] | given[child.id]))


def _standing(counties: Iterable[int | None]) -> QuerySet[Agreement]:
    known = [county for county in counties if county is not None]
    return Agreement.objects.filter(county_id__in=known, state=Agreement.IN_FORCE, current__flow=Version.STANDING)


def _concerning(child: Child) -> list[UUID]:
    here = STANDING_AT.rows(county=child.county_id) if child.county_id is not None else []
    return sorted({*here, *GIVEN_OF.rows(child=child.id)})


def _follow(agreement: Agreement, child: Child, facts: tuple[Fact, ...], at: datetime) -> None:
    version, purpose = _in_force(agreement, at)
    if version is None or purpose is None:
        return
    mine = agreement.deliveries.filter(child_id=child.id)
    if not is_in(child, agreement, version, purpose, at=at):
        stop(mine, "scope", agreement, at=at)
    elif not is_shared(child, purpose, at=at, facts=facts):
        stop(mine, "consent", agreement, at=at)
    elif version.flow == Version.STANDING:
        queue(agreement, [child], at=at)


def _in_force(agreement: Agreement, at: datetime) -> tuple[Version | None, Purpose | None]:
    version = agreement.current
    if agreement.state != Agreement.IN_FORCE or version is None or version.ends_on < at.astimezone(CHINA).date():
        return None, None
    return version, duties.rules_of(agreement, at=at).purposes.get(version.purpose)


def queue(agreement: Agreement, children: Sequence[Child], *, at: datetime) -> int:
    """How many of these children wait to be sent from now on: those of whom an agreed field may have changed."""
    version = agreement.current
    if version is None:
        return 0
    found = duties.rules_of(agreement, at=at)
    fields = found.chosen(version.fields)
    live: dict[UUID, list[Delivery]] = {}
    known = agreement.deliveries.filter(child_id__in=[each.id for each in children], request__isnull=True)
    for row in known.filter(state__in=Delivery.LIVE).order_by("queued_at"):
        live.setdefault(row.child_id, []).append(row)
    count = 0
    for child in children:
        rows = live.get(child.id, [])
        mark = _mark(child, fields, at)
        is_same = bool(rows) and rows[-1].mark == mark and rows[-1].version_id == version.id
        if is_same or any(row.state == Delivery.QUEUED for row in rows):
            continue
        Delivery.objects.create(
            agreement=agreement, version=version, child_id=child.id, code=_code(at), fields=version.fields,
            queued_at=at, mark=mark,
        )
        count += 1
    return count


def queue_asked(request: Request, children: Sequence[UUID], *, at: datetime) -> None:
    """These children wait to be sent for a request that was agreed to."""
    agreement, version = request.agreement, request.agreement.current
    if version is None:
        return
    for child_id in children:
        Delivery.objects.create(
            agreement=agreement, version=version, request=request, child_id=child_id, code=_code(at),
            fields=request.fields, queued_at=at,
        )


def _code(at: datetime) -> str:
    return f"{at.astimezone(CHINA):%Y%m%d}-{ids.code(5).upper()}"


def _mark(child: Child, fields: Sequence[Field], at: datetime) -> str:
    """Of the child's row as it lies, sealed words unopened: another mark may be a change, the same one is none."""
    parts: list[str] = []
    for field in fields:
        if field.source in SEALED:
            sealed = getattr(child, SEALED[field.source])
            parts.append(sealed.blob.hex() if sealed is not None else "")
        elif field.source == "categories":
            parts += categories_of([child.id], at).get(child.id, [])
        else:
            column = {"place": "town_id", "village": "village_id"}.get(field.source, field.source)
            parts.append(str(getattr(child, column)))
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def align(agreement: Agreement, *, at: datetime) -> None:
    """Everything that time changes under an agreement in force: who came into its scope, left it, or whose day is
    over. The caller holds its lock."""
    version, purpose = _in_force(agreement, at)
    if version is None or purpose is None:
        return
    over = agreement.deliveries.filter(until_on__lt=at.astimezone(CHINA).date())
    stop(over, "used", agreement, at=at)
    inside = children_in(agreement, version, purpose, at=at)
    live = agreement.deliveries.filter(state__in=Delivery.LIVE)
    stop(live.exclude(child_id__in=inside.values("id")), "scope", agreement, at=at)
    if version.flow != Version.STANDING:
        return
    kept_back = agreement.deliveries.filter(version=version, state=Delivery.VOID, reason="consent")
    queue(agreement, list(inside.exclude(id__in=kept_back.values("child_id")).order_by("id")), at=at)


def send_queued(now: datetime, *, limit: int = BATCH) -> int:
    """How many deliveries were sent or found to be void, each in a short transaction of its own."""
    waiting = Delivery.objects.filter(state=Delivery.QUEUED, queued_at__lte=now).order_by("queued_at", "id")
    rows = list(waiting.values_list("id", "child_id", "agreement_id")[:limit])
    for delivery_id, child_id, agreement_id in rows:
        try:
            with transaction.atomic():
                # The child's own lock first: a consent that is being withdrawn holds it.
                ledger.lock_subject(Owner("child", child_id))
                (agreement,) = locked([agreement_id])
                _send(agreement, delivery_id, now)
        except OperationalError:
            raise
        except Exception as error:
            # Its words may quote what was to be sent.
            log.error("delivery %s could not be sent: %s", delivery_id, type(error).__name__)
            Delivery.objects.filter(id=delivery_id, state=Delivery.QUEUED).update(queued_at=now + AGAIN)
    return len(rows)


def _send(agreement: Agreement, delivery_id: UUID, at: datetime) -> None:
    row = Delivery.objects.select_for_update(of=("self",)).filter(id=delivery_id, state=Delivery.QUEUED).first()
    if row is None:
        return
    version, purpose = _in_force(agreement, at)
    child = Child.objects.filter(id=row.child_id).first()
    why = _unsendable(row, child, agreement, version, purpose, at)
    if why or child is None or version is None:
        _void(row, why, at)
        return
    found = duties.rules_of(agreement, at=at)
    fields = [each for each in found.chosen(version.fields) if row.request_id is None or each.id in row.fields]
    words = words_of([child], fields, viewer=WORKER, at=at, purpose=PURPOSE, route=ROUTE)[child.id]
    content = json.dumps([[each.id, each.zh, words.get(each.id, "")] for each in fields], ensure_ascii=False)
    keys = vault.keyring([child.key_owner])
    row.digest = vault.digest_many([(content.encode(), child.key_owner)], keyring=keys)[0].hex()
    row.version, row.fields = version, [each.id for each in fields]
    row.until_on = row.request.until_on if row.request else version.ends_on
    if row.request is None and _is_known(agreement, row):
        _void(row, "unchanged", at)
        return
    _hand_over(agreement, row, child, content, at)


def _unsendable(
    row: Delivery, child: Child | None, agreement: Agreement, version: Version | None, purpose: Purpose | None,
    at: datetime,
) -> str:
    if version is None or purpose is None:
        return "expired"
    if row.request is not None and row.request.until_on < at.astimezone(CHINA).date():
        return "used"
    if child is None or vault.destroyed([child.key_owner]):
        return "erased"
    if not is_in(child, agreement, version, purpose, at=at):
        return "scope"
    return "" if is_shared(child, purpose, at=at) else "consent"


def _void(row: Delivery, reason: str, at: datetime) -> None:
    row.state, row.reason, row.ended_at = Delivery.VOID, reason, at
    row.save()


def _is_known(agreement: Agreement, row: Delivery) -> bool:
    """Whether the other side has exactly this; then what it has goes on under the version in force."""
    before = agreement.deliveries.filter(
        child_id=row.child_id, request__isnull=True, state__in=Delivery.READABLE
    ).order_by("-sent_at").first()
    if before is None or before.digest != row.digest:
        return False
    Delivery.objects.filter(id=before.id).update(version=row.version, until_on=row.until_on, mark=row.mark)
    return True


def _hand_over(agreement: Agreement, row: Delivery, child: Child, content: str, at: datetime) -> None:
    former = agreement.deliveries.filter(child_id=child.id, request=row.request, state=Delivery.WAITING)
    stop(former, "replaced", agreement, at=at)
    vault.create_keys([row.key_owner], at=at)
    vault.put(row, {"content": content})
    row.state, row.sent_at = Delivery.WAITING, at
    row.save()
    exchange_telling.queue(
        organisation_id=agreement.to_organisation_id, kind=exchange_telling.READY, source_id=row.id, about_id=row.id,
        at=at,
    )
    ledger.record(
        kind=DELIVERED, subject=child.key_owner, actor=WORKER, at=at, is_fact=True,
        clear={
            "agreement": agreement.number_zh, "delivery": row.code, "organisation": agreement.to_organisation_id,
            "fields": row.fields,
        },
    )
    _announce(agreement, duties.rules_of(agreement, at=at), at)


def _announce(agreement: Agreement, found: Rules, at: datetime) -> None:
    """The other side is told once for all that it has not received yet."""
    if agreement.duties.filter(kind=Duty.RECEIVE, done_at__isnull=True).exists():
        return
    duty = duties.begin(agreement, Duty.RECEIVE, side=RECEIVER, at=at)
    posts = duties.posts_of(agreement, RECEIVER, found).values_list("id", flat=True)
    duties.tell(ANNOUNCED, agreement, WORKER, at, [*posts, duty.owner_post_id])


