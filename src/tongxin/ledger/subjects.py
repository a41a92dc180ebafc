"""The rows under whose lock entries are numbered."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import UUIDField

from tongxin.ledger.models import Subject
from tongxin.lib import together
from tongxin.lib.prepared import Prepared
from tongxin.vault import Owner

CHUNK = 500
ONE = Prepared(lambda subject: Subject.objects.filter(id=subject), subject=UUIDField())
LOCKED = "locked subjects"
ONE_LOCKED = Prepared(
    lambda subject: Subject.objects.select_for_update().filter(id=subject), subject=UUIDField()
)


def ensure(owners: Iterable[Owner]) -> None:
    """A row for each subject that has none."""
    wanted = sorted(set(owners), key=lambda owner: owner.id)
    if not wanted:
        return
    known = _known([owner.id for owner in wanted])
    fresh = [Subject(id=owner.id, kind=owner.kind) for owner in wanted if owner.id not in known]
    Subject.objects.bulk_create(fresh, ignore_conflicts=True, batch_size=CHUNK)


def lock(owners: Iterable[Owner]) -> dict[UUID, Subject]:
    """The subjects' rows, locked in the order of their ids until the transaction ends."""
    wanted = list(set(owners))
    found = _locked(wanted) if len(wanted) == 1 else {}
    if len(found) < len(wanted):
        ensure(wanted)
        found = _locked(wanted)
    for owner in wanted:
        if found[owner.id].kind != owner.kind:
            raise ValueError(f"this id is already the subject of a {found[owner.id].kind}")
    return found


def _locked(wanted: list[Owner]) -> dict[UUID, Subject]:
    found: dict[UUID, Subject] = {}
    keys = sorted(owner.id for owner in wanted)
    if len(keys) == 1:
        return {row.id: row for row in ONE_LOCKED.rows(subject=keys[0])}
    ahead: dict[UUID, Subject] = together.known(LOCKED, dict)
    if ahead:
        if not set(keys) <= set(ahead):
            together.apart()
        return {key: ahead[key] for key in keys}
    for start in range(0, len(keys), CHUNK):
        chunk = keys[start : start + CHUNK]
        rows = Subject.objects.select_for_update().filter(id__in=chunk).order_by("id")
        found.update((row.id, row) for row in rows)
    return found


def lock_ahead(owners: Iterable[Owner]) -> None:
    """Lock the subjects of all pieces that are done together, in one order."""
    rows = lock(owners)
    together.learn(LOCKED, rows)
    for key, row in rows.items():
        together.learn(ONE_LOCKED.question(subject=key), [row])
        together.learn(ONE.question(subject=key), [row])


def lock_subject(owner: Owner) -> Subject:
    """One subject's row, locked until the transaction ends: whoever derives its state does so alone."""
    return lock([owner])[owner.id]


def _known(keys: list[UUID]) -> set[UUID]:
    if len(keys) == 1:
        return {row.id for row in ONE.rows(subject=keys[0])}
    known: set[UUID] = set()
    for start in range(0, len(keys), CHUNK):
        rows = Subject.objects.filter(id__in=keys[start : start + CHUNK])
        known.update(rows.values_list("id", flat=True))
    return known
