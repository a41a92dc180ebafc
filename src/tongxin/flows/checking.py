"""What a visit, an assessment or a referral found changed goes to the record that owns it (promise 7)."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from tongxin import vault
from tongxin.accounts.viewers import WORKER
from tongxin.assessments.forms import Asked
from tongxin.ledger import Draft
from tongxin.people.models import Child
from tongxin.people.standing import IDENTITY

OWNER = "detail_correction"
OWNED = UUID("7f2b0f1e-5d0a-4b52-9d55-3f8a3c1f6a10")
# Bound to what, under which name in the owner's form, in which column of the child.
CONTACTS = {"child.phone": ("phone", "phone"), "child.residence_address": ("residence_address", "address")}


def changed_contacts(*, child: Child, asked: Asked, draft: Draft, at: datetime) -> dict[str, Any]:
    """The owner's form filled in with where and how the child is reached now; empty when nothing changed.

    A correction of an earlier record says how things were then, not how they are.
    """
    if draft.kind in IDENTITY or draft.correction_kind:
        return {}
    told = {
        field.binds: draft.answers[field.id]
        for field in asked.form.fields if field.binds in CONTACTS and draft.answers.get(field.id)
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


def owner_of(draft: Draft) -> dict[str, Any]:
    """The id and the form of the entry that follows from a draft: the same draft gives the same one."""
    return {"entry_id": uuid5(OWNED, str(draft.entry_id)), "form_id": OWNER}


def _signed(asked: Asked, draft: Draft) -> str:
    names = (draft.answers.get(field.id) for field in asked.form.fields if field.type == "signature_name")
    return next((str(name) for name in names if name), "系统")
