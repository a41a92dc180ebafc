"""What a visit, an assessment or a referral found changed goes to the record that owns it (promise 7)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from tongxin import ledger, vault
from tongxin.access import selectors as access
from tongxin.accounts.viewers import WORKER, Viewer
from tongxin.assessments.forms import Asked
from tongxin.assessments.models import Result
from tongxin.cases.derivation import Derived
from tongxin.flows.derive import derive_again
from tongxin.ledger import Draft
from tongxin.people.models import Child
from tongxin.people.standing import IDENTITY
from tongxin.vault import Keyring

OWNER = "detail_correction"
OWNED = UUID("7f2b0f1e-5d0a-4b52-9d55-3f8a3c1f6a10")
# Bound to what, under which name in the owner's form, in which column of the child.
DOUBT = "contact_doubt"
DOUBTS = {"phone": "phone_differs", "residence_address": "address_differs"}
CONTACTS = {"child.phone": ("phone", "phone"), "child.residence_address": ("residence_address", "address")}


def changed_contacts(
    *, child: Child, asked: Asked, draft: Draft, at: datetime, echoes: frozenset[str] = frozenset()
) -> dict[str, Any]:
    """The owner's form filled in with where and how the child is reached now; empty when nothing changed.

    A correction of an earlier record says how things were then, not how they are. What a phone showed and nobody
    changed there (`echoes`) says nothing against what was written meanwhile.
    """
    if draft.kind in IDENTITY or draft.correction_kind:
        return {}
    told = {
        field.binds: draft.answers[field.id]
        for field in asked.form.fields
        if field.binds in CONTACTS and draft.answers.get(field.id) and field.id not in echoes
    }
    if not told:
        return {}
    columns = [CONTACTS[str(binds)] for binds in told]
    stood = vault.open(
        [getattr(child, column) for _, column in columns], viewer=WORKER, purpose="correct", at=at
    )
    found = {
        name: said for (name, _), said, before in zip(columns, told.values(), stood, strict=True) if said != before
    }
    if not found:
        return {}
    return found | {"basis": f"{asked.form.zh}中当面核对", "signature": _signed(asked, draft)}


def may_write(*, child: Child, actor: Viewer, at: datetime) -> bool:
    """Whether whoever found it may also write the owner's form."""
    return access.may(viewer=actor, child_id=child.id, part="", action=f"record.{OWNER}", at=at)


def leave_to_owner(
    *, child: Child, changed: Mapping[str, Any], draft: Draft, known: Sequence[str], actor: Viewer, at: datetime,
    keys: Keyring,
) -> Derived | None:
    """What the actor may not correct becomes a task for those who may; none when they have been asked already."""
    found = [DOUBTS[name] for name in DOUBTS if name in changed]
    if set(found) <= set(known):
        return None
    problems = [*known, *(code for code in found if code not in known)]
    doubt = Draft(
        entry_id=uuid5(OWNED, f"{draft.entry_id}:doubt"), subject=child.key_owner, kind=DOUBT, form_hash="",
        occurred_at=draft.occurred_at, clear={"form": OWNER}, answers={"problems": problems},
    )
    kept = ledger.keep_entries([doubt], recorded_at=at, actor=actor, keyring=keys)[0]
    Result.objects.create(
        entry_id=kept.entry.id, child_id=child.id, kind=DOUBT, form_hash="", data={"details": problems},
        definitions={},
    )
    return derive_again(child=child, actor=actor, at=at, keyring=keys)


def owner_of(draft: Draft) -> dict[str, Any]:
    """The id and the form of the entry that follows from a draft: the same draft gives the same one."""
    return {"entry_id": uuid5(OWNED, str(draft.entry_id)), "form_id": OWNER}


def _signed(asked: Asked, draft: Draft) -> str:
    names = (draft.answers.get(field.id) for field in asked.form.fields if field.type == "signature_name")
    return next((str(name) for name in names if name), "系统")
