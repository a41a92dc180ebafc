"""A referral, the plan behind it, consents and the confirmed grade as FHIR R4 resources: codes, days, no free text."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

Resource = dict[str, Any]
OURS = "urn:tongxin"
SCOPE = "http://terminology.hl7.org/CodeSystem/consentscope"
LOINC = "http://loinc.org"
# Where a referral stands here → where the request and the task that follows it stand there.
STATES: Mapping[str, tuple[str, str]] = {
    "sent": ("active", "requested"), "received": ("active", "received"), "accepted": ("active", "accepted"),
    "contacted": ("active", "in-progress"), "in_service": ("active", "in-progress"), "done": ("completed", "completed"),
    "declined": ("revoked", "rejected"), "returned": ("revoked", "rejected"), "revoked": ("revoked", "cancelled"),
}
PRIORITIES = {"emergency": "stat", "urgent": "urgent", "ordinary": "routine"}
GENDERS = {"female": "female", "male": "male"}
PERMITTED = frozenset({"given", "not_needed"})
LEFT_OUT = "没有给出：{what}。这名儿童的“部门间共享”同意没有成立，或者这一类转介不给这一部分。"


@dataclass(frozen=True, slots=True)
class Subject:
    """The child, as far as the other side may know."""

    id: str
    file_no: str
    name: str
    sex: str
    born: date | None


@dataclass(frozen=True, slots=True)
class Handed:
    """One referral."""

    id: str
    kind: str
    kind_zh: str
    urgency: str
    state: str
    to: str
    to_zh: str
    sent_at: datetime
    changed_at: datetime
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Agreed:
    """How one purpose of the consent notice stands."""

    purpose: str
    zh: str
    state: str
    on: date | None


@dataclass(frozen=True, slots=True)
class Planned:
    """The plan in force: the services of it by code, and the day of its review."""

    id: str
    begun_at: datetime
    review_on: str
    services: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Graded:
    """The grade that people confirmed, and under which rules it was proposed."""

    id: str
    level: str
    level_zh: str
    at: datetime
    scheme: str
    definition: str


def patient(child: Subject) -> Resource:
    """The child."""
    made: Resource = {
        "resourceType": "Patient", "id": child.id, "gender": GENDERS.get(child.sex, "unknown"),
        "identifier": [{"system": f"{OURS}:file", "value": child.file_no}],
    }
    if child.name:
        made["name"] = [{"text": child.name}]
    if child.born:
        made["birthDate"] = f"{child.born:%Y-%m}"
    return made


def service_request(child: Subject, handed: Handed) -> Resource:
    """What is asked of the other side."""
    return {
        "resourceType": "ServiceRequest", "id": handed.id, "intent": "order", "subject": _about(child),
        "status": STATES.get(handed.state, ("unknown", ""))[0], "authoredOn": _moment(handed.sent_at),
        "priority": PRIORITIES.get(handed.urgency, "routine"),
        "code": {"coding": [_code("referral-kind", handed.kind, handed.kind_zh)], "text": handed.kind_zh},
        "performer": [{"identifier": {"system": f"{OURS}:organisation", "value": handed.to}, "display": handed.to_zh}],
    }


def task(child: Subject, handed: Handed) -> Resource:
    """Where the other side's work on it stands, and by when the next answer is awaited."""
    made: Resource = {
        "resourceType": "Task", "id": str(uuid5(NAMESPACE_URL, f"{handed.id}/task")), "intent": "order",
        "status": STATES.get(handed.state, ("", "requested"))[1], "for": _about(child),
        "focus": {"reference": f"ServiceRequest/{handed.id}"}, "authoredOn": _moment(handed.sent_at),
        "lastModified": _moment(handed.changed_at),
        "businessStatus": {"coding": [{"system": f"{OURS}:referral-state", "code": handed.state}]},
    }
    if handed.due_at:
        made["restriction"] = {"period": {"end": _moment(handed.due_at)}}
    return made


def consent(child: Subject, agreed: Agreed) -> Resource:
    """How one purpose stands: a permission or a denial."""
    is_permitted = agreed.state in PERMITTED
    made: Resource = {
        "resourceType": "Consent", "id": str(uuid5(NAMESPACE_URL, f"{child.id}/consent/{agreed.purpose}")),
        "status": "active" if is_permitted else "rejected", "patient": _about(child),
        "scope": {"coding": [{"system": SCOPE, "code": "patient-privacy"}]},
        "category": [{"coding": [{"system": LOINC, "code": "59284-0"}]}],
        "policyRule": {"text": "个人信息保护法、未成年人保护法"},
        "provision": {
            "type": "permit" if is_permitted else "deny",
            "purpose": [_code("consent-purpose", agreed.purpose, agreed.zh)],
        },
    }
    if agreed.on:
        made["dateTime"] = agreed.on.isoformat()
    return made


def care_plan(child: Subject, planned: Planned) -> Resource:
    """Which services the plan in force holds."""
    made: Resource = {
        "resourceType": "CarePlan", "id": planned.id, "status": "active", "intent": "plan", "subject": _about(child),
        "created": _moment(planned.begun_at), "period": {"start": _moment(planned.begun_at)},
    }
    if planned.services:
        made["activity"] = [
            {"detail": {"status": "in-progress", "code": {"coding": [_code("service", code, zh)], "text": zh}}}
            for code, zh in planned.services
        ]
    if planned.review_on:
        made["period"]["end"] = planned.review_on
    return made


def risk_assessment(child: Subject, graded: Graded) -> Resource:
    """The grade that people confirmed: an indication of how soon to look, no diagnosis."""
    return {
        "resourceType": "RiskAssessment", "id": graded.id, "status": "final", "subject": _about(child),
        "occurrenceDateTime": _moment(graded.at),
        "method": {"coding": [_code("grading-scheme", graded.scheme, "")], "text": f"定义 {graded.definition[:12]}"},
        "prediction": [{
            "outcome": {"text": "提示需要进一步评估，不是诊断"},
            "qualitativeRisk": {"coding": [_code("level", graded.level, graded.level_zh)], "text": graded.level_zh},
        }],
    }


def bundle(resources: Iterable[Resource], *, left_out: Iterable[str]) -> Resource:
    """Everything together; what was withheld is said, not what it is."""
    entries = [{"fullUrl": f"urn:uuid:{each['id']}", "resource": each} for each in resources]
    issues = [
        {"severity": "information", "code": "suppressed", "diagnostics": LEFT_OUT.format(what=each)}
        for each in left_out
    ]
    if issues:
        outcome = {"resourceType": "OperationOutcome", "id": "left-out", "issue": issues}
        entries.append({"fullUrl": f"{OURS}:left-out", "resource": outcome})
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def _about(child: Subject) -> Resource:
    return {"reference": f"Patient/{child.id}"}


def _code(system: str, code: str, zh: str) -> Resource:
    made = {"system": f"{OURS}:{system}", "code": code}
    return {**made, "display": zh} if zh else made


def _moment(at: datetime) -> str:
    return at.isoformat(timespec="seconds")
