"""What became of every entry that a phone ever kept: in the record once, or waiting whole; told, and explained."""

import json
from datetime import datetime
from typing import Any
from uuid import uuid5

from tests.sync.audit_scores import SCORES
from tongxin import ledger, vault
from tongxin.accounts.viewers import WORKER
from tongxin.flows.checking import OWNED
from tongxin.ledger.models import Entry
from tongxin.people.models import Child
from tongxin.sync.models import Arrival, Receipt

Json = dict[str, Any]


def audit(sent: list[Json], told: Json, *, at: datetime) -> Json:
    """The four scores with what they count; all must be nothing."""
    found: Json = {name: [] for name in SCORES}
    by_id: dict[str, list[Json]] = {}
    for payload in sent:
        by_id.setdefault(payload["id"], []).append(payload)
    for named, copies in by_id.items():
        _one(named, copies, told.get(named), found, at)
    _phantoms(by_id, found)
    _standing(by_id, found, at)
    found["entries"], found["arrived"] = len(by_id), Receipt.objects.filter(state=Receipt.ARRIVED).count()
    found["held"] = Arrival.objects.count()
    return found


def _one(named: str, copies: list[Json], told: Json | None, found: Json, at: datetime) -> None:
    receipts = list(Receipt.objects.filter(entry_id=named).select_related("arrival"))
    kept = Entry.objects.filter(id=named).select_related("subject").first()
    contents = [_held(each.arrival, at) for each in receipts if hasattr(each, "arrival")]
    contents += [_kept(kept, at)] if kept else []
    for payload in copies:
        if not any(_says(content, payload) for content in contents):
            found["lost"].append(named)
    # The same copy written twice is one: it has one receipt.
    if len(receipts) != len({json.dumps(payload, sort_keys=True) for payload in copies}):
        found["duplicated"].append(named)
    said = told or {}
    receipt = next((each for each in receipts if each.number == said.get("receipt")), None)
    if receipt is None or not said["zh"] or receipt.state != said["state"]:
        found["unexplained"].append(named)


def _held(arrival: Arrival, at: datetime) -> Json:
    (text,) = vault.open([arrival.content], viewer=WORKER, purpose="audit", at=at)
    return dict(json.loads(text or "{}")["answers"])


def _kept(entry: Entry, at: datetime) -> Json:
    return ledger.open_entries([entry], viewer=WORKER, purpose="audit", at=at)[0] or {}


def _says(content: Json, payload: Json) -> bool:
    """Whether every answer that was written is there, in its words."""
    return all(content.get(name) == value for name, value in payload["answers"].items() if value not in ("", [], {}))


def _phantoms(by_id: dict[str, list[Json]], found: Json) -> None:
    """Nothing is in the record from a phone that no phone wrote; and one number is one child."""
    owned = {str(uuid5(OWNED, named)) for named in by_id} | {str(uuid5(OWNED, f"{named}:doubt")) for named in by_id}
    for entry in Entry.objects.exclude(device="").exclude(kind="held"):
        if str(entry.id) not in by_id and str(entry.id) not in owned:
            found["duplicated"].append(str(entry.id))
    marks = [bytes(mark) for mark in Child.objects.exclude(id_token=None).values_list("id_token", flat=True)]
    if len(marks) != len(set(marks)):
        found["duplicated"].append("child")


def _standing(by_id: dict[str, list[Json]], found: Json, at: datetime) -> None:
    """Each change of a telephone number was made by somebody who saw what it changed, or who decided so."""
    decided = {str(each) for each in Arrival.objects.filter(outcome=Arrival.RECORDED).values_list(
        "receipt__entry_id", flat=True
    )}
    echoes = {str(uuid5(OWNED, named)): copies[0] for named, copies in by_id.items()}
    for child in Child.objects.all():
        standing = ""
        for entry in ledger.facts(child.key_owner):
            if entry.kind not in {"case_file", "detail_correction"}:
                continue
            said = _kept(entry, at).get("phone", "")
            if not said:
                continue
            key = str(entry.id)
            source = by_id.get(key, [echoes[key]] if key in echoes else [None])[0]
            if source is not None and source["form"] != "case_file" and not ({key, source["id"]} & decided):
                seen = source["based_on"].get("phone", "")
                if standing not in {seen, said} or (key in echoes and said == seen):
                    found["overwritten"].append(key)
            standing = said
        (present,) = vault.open([child.phone], viewer=WORKER, purpose="audit", at=at)
        if (present or "") != standing:
            found["overwritten"].append(str(child.id))


