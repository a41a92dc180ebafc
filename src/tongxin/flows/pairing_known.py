"""Whether somebody who would accompany children is known already: refused before, or the child's own carer."""

import json
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from tongxin import vault
from tongxin.accounts.viewers import WORKER
from tongxin.pairings.models import Companion
from tongxin.people.models import Adult, Child
from tongxin.people.tokens import normalise

# The looks that only compare; what they open is shown to nobody.
PURPOSE, ROUTE = "matching", "companions/known"
# Reasons of leaving, and the result of a check, that stand against coming back as if nothing had been.
LEFT_FOR, FAILED = ("failed", "concern"), "failed"


def refused_before(
    words: Mapping[str, str], *, at: datetime, but: UUID | None = None, id_no: str = ""
) -> list[Companion]:
    """Companions of this installation, in whatever county, with this name and phone, or with this number under
    whatever name, who failed a check or left for one or for a concern; the newest first."""
    name, phone = normalise(words.get("name", "")), normalise(words.get("phone", ""))
    left = Companion.objects.filter(end_reason__in=LEFT_FOR)
    failed = Companion.objects.filter(checks__result=FAILED, ended_at__isnull=False)
    rows = list((left | failed).exclude(id__in=[but] if but else []).distinct().order_by("-registered_at", "-id"))
    opened = vault.open(
        [*(each.words for each in rows), *(each.id_no for each in rows)], viewer=WORKER, purpose=PURPOSE, part="staff",
        route=ROUTE, at=at,
    )
    found = []
    for row, text, number in zip(rows, opened[: len(rows)], opened[len(rows) :], strict=True):
        said = json.loads(text) if text else {}
        is_named = name and name == normalise(said.get("name", "")) and phone == normalise(said.get("phone", ""))
        if is_named or (id_no and id_no == number):
            found.append(row)
    return found


def keepers_of(companion: Companion) -> set[UUID]:
    """Who registered and checked somebody."""
    return {companion.registered_by, *companion.checks.values_list("person_id", flat=True)}


def is_carer(companion: Companion, child: Child, *, at: datetime) -> bool:
    """Whether a companion has the name or the phone of somebody who cares or cared for the child."""
    adults = list(Adult.objects.filter(cares_for__child_id=child.id).distinct())
    opened = vault.open(
        [companion.words, *(each.name for each in adults), *(each.phone for each in adults)], viewer=WORKER,
        purpose=PURPOSE, part="identity", route=ROUTE, at=at,
    )
    said = json.loads(opened[0]) if opened[0] else {}
    mine = {normalise(said.get(key, "")) for key in ("name", "phone")} - {""}
    return bool(mine & {normalise(each) for each in opened[1:] if each})
