"""Whether what a phone changes was changed by somebody else since the phone saw it; nothing is overwritten unseen."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from tongxin.accounts.viewers import WORKER
from tongxin.assessments.forms import Asked
from tongxin.flows.arriving_reading import Sent
from tongxin.flows.checking import CONTACTS
from tongxin.flows.profiles import profiles_of
from tongxin.ledger.models import Entry
from tongxin.people.models import Child
from tongxin.people.standing import IDENTITY
from tongxin.sync.limits import Limits

Answers = Mapping[str, Any]
# How a fact about a child is named by the field bound to it, in the profile.
BOUND = {binds: name for binds, (name, _) in CONTACTS.items()}


def conflicts_of(*, child: Child, sent: Sent, asked: Asked, limits: Limits, at: datetime) -> list[str]:
    """The profile's values that differ from what the phone saw and from what it says now."""
    owned = limits.owns.get(sent.form, ())
    bound = {} if owned else _contacts(asked, sent.answers)
    if not owned and not bound:
        return []
    profile = profiles_of([child], viewer=WORKER, at=at)[child.id]
    found = [name for name in owned if _says(name, sent.answers) and _is_contested(name, profile, sent)]
    is_late = _is_late(child, sent) if bound else False
    for field, name in bound.items():
        present, said, seen = (_plain(each) for each in (profile[name], sent.answers[field], sent.based_on.get(field)))
        if said == present or (field in sent.based_on and said == seen):
            continue
        if (present != seen) if field in sent.based_on else is_late:
            found.append(name)
    return found


def may_contest(*, sent: Sent, asked: Asked, limits: Limits) -> bool:
    """Whether an entry changes anything that a profile holds."""
    return sent.form in limits.owns or bool(_contacts(asked, sent.answers))


def echoes_in(*, sent: Sent, asked: Asked) -> frozenset[str]:
    """The contacts that stood in the form already and were left as they stood."""
    return frozenset(
        field for field in _contacts(asked, sent.answers)
        if field in sent.based_on and _plain(sent.answers[field]) == _plain(sent.based_on[field])
    )


def new_values(sent: Sent, names: Iterable[str]) -> dict[str, Any]:
    """What an entry says of some of the profile's values."""
    return {name: _said(name, sent.answers) for name in names}


def _contacts(asked: Asked, answers: Answers) -> dict[str, str]:
    return {
        field.id: BOUND[field.binds] for field in asked.form.fields
        if field.binds in BOUND and answers.get(field.id)
    }


def _is_late(child: Child, sent: Sent) -> bool:
    """Whether the profile was changed after this was written."""
    if sent.occurred_at is None:
        return True
    return Entry.objects.filter(
        subject_id=child.id, kind__in=IDENTITY, recorded_at__gt=sent.occurred_at
    ).exists()


def _is_contested(name: str, profile: Mapping[str, Any], sent: Sent) -> bool:
    present, seen = _plain(profile[name]), _plain(sent.based_on.get(name))
    if present == seen:
        return False
    holds = HOLDS.get(name)
    return not holds(profile[name], sent.answers) if holds else present != _plain(_said(name, sent.answers))


def _says(name: str, answers: Answers) -> bool:
    if name == "siblings":
        return "sibling_file_no" in answers
    if name == "carers":
        return "carers" in answers or "relation" in answers
    return bool(answers.get(name))


def _said(name: str, answers: Answers) -> Any:
    if name == "categories":
        return [row.get("category") for row in answers.get("categories") or [] if isinstance(row, dict)]
    if name == "carers":
        return _carers_said(answers)
    if name == "siblings":
        return answers.get("sibling_file_no")
    return answers.get(name)


def _carers_said(answers: Answers) -> list[dict[str, Any]]:
    rows = answers["carers"] if isinstance(answers.get("carers"), list) else [answers]
    return [
        {
            "relation": row.get("relation") or "other", "name": row.get("carer_name") or row.get("name") or "",
            "phone": row.get("carer_phone") or row.get("phone") or "",
        }
        for row in rows if isinstance(row, dict)
    ]


def _has_carers(present: Any, answers: Answers) -> bool:
    """Whether the carers are as this entry wants them already."""
    if answers.get("event") == "ends":
        return all(row["relation"] != answers.get("relation") for row in present)
    return all(row in present for row in _carers_said(answers))


def _has_sibling(present: Any, answers: Answers) -> bool:
    lives_there = str(answers.get("sibling_file_no", "")).strip().upper() in present
    return lives_there == (answers.get("lives_together") == "yes")


HOLDS: Mapping[str, Callable[[Any, Answers], bool]] = {"carers": _has_carers, "siblings": _has_sibling}


def _plain(value: Any) -> Any:
    """Values as they are compared: blank is blank, however it is written, and a set has no order."""
    if value is None or value in ("", [], {}):
        return ""
    if isinstance(value, list):
        return sorted(str(_plain(each)) for each in value)
    if isinstance(value, dict):
        return sorted((str(key), str(_plain(each))) for key, each in value.items())
    return str(value).strip()
