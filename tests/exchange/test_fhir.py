"""A referral as FHIR R4: valid, and plan and grade only with the role, the referral and the consent for them."""

import json
from datetime import date
from typing import Any

import pytest
from fhir.resources.R4B.bundle import Bundle
from fhir.resources.R4B.careplan import CarePlan
from fhir.resources.R4B.consent import Consent
from fhir.resources.R4B.patient import Patient
from fhir.resources.R4B.riskassessment import RiskAssessment
from fhir.resources.R4B.servicerequest import ServiceRequest
from fhir.resources.R4B.task import Task

from tests import world
from tests.exchange import systems
from tests.exchange.systems import System
from tests.flows import sharing
from tests.flows.forms import fill
from tests.flows.story import Story, phq_a
from tests.web.conftest import MORNING, Clock
from tongxin.exchange.models import Delivery as News
from tongxin.flows import sharing_sending
from tongxin.ledger.models import Access
from tongxin.lib import fhir_care
from tongxin.lib.fhir_care import Agreed, Graded, Handed, Planned, Subject
from tongxin.referrals.models import Referral
from tongxin.sharing.models import Delivery

pytestmark = pytest.mark.django_db
ID = "01997000-0000-7000-8000-000000000001"


def kinds(bundle: Any) -> list[str]:
    return [each["resource"]["resourceType"] for each in bundle["entry"]]


def fetched(system: System, row: Referral) -> Any:
    answer = system.get(f"fhir/referrals/{row.entry_id}")
    assert answer.status_code == 200, answer.content
    assert answer.headers["Content-Type"] == "application/fhir+json"
    found = json.loads(answer.content)
    Bundle.model_validate(found)
    return found


@pytest.mark.parametrize("state", fhir_care.STATES)
def test_every_resource_is_valid_in_every_state(state: str) -> None:
    child = Subject(ID, "370116-1", "童小雨", "female", date(2012, 3, 1))
    handed = Handed(ID, "medical", "医疗", "urgent", state, "7", "区医院", MORNING, MORNING, MORNING)
    ServiceRequest.model_validate(fhir_care.service_request(child, handed))
    Task.model_validate(fhir_care.task(child, handed))
    Patient.model_validate(fhir_care.patient(child))
    for said in ("given", "refused", "withdrawn", "not_needed", "missing"):
        made = fhir_care.consent(child, Agreed("share", "部门间共享", said, MORNING.date()))
        Consent.model_validate(made)
        assert (made["provision"]["type"] == "permit") == (said in fhir_care.PERMITTED)
    CarePlan.model_validate(fhir_care.care_plan(child, Planned(ID, MORNING, "2025-12-01", (("counsel", "辅导"),))))
    RiskAssessment.model_validate(
        fhir_care.risk_assessment(child, Graded(ID, "red", "红", MORNING, "mental_health", "abc"))
    )


def test_plan_and_grade_need_the_share_consent_too(cast: world.World, hospital: System, time: Clock) -> None:
    story = Story(cast, cast.child("童小雨"))
    story.identified()
    story.assessed(0, 0, 0, 0, 0, **phq_a(q1="2"))
    story.record(
        "referral", "林社工", kind="medical", basis="legal_basis", legal_basis="emergency",
        to_organisation=str(cast.posts["秦医生"].organisation_id),
    )
    time.now = story.at
    row = Referral.objects.get()
    told = fetched(hospital, row)
    assert kinds(told)[:3] == ["Patient", "ServiceRequest", "Task"] and "OperationOutcome" in kinds(told)
    assert not {"CarePlan", "RiskAssessment"} & set(kinds(told)) and "红" not in json.dumps(told, ensure_ascii=False)
    for purpose in ("share", "refer_assessment"):
        answers = fill(story.child, "consent", story.at, answer="given", purposes=[purpose])
        cast.record(story.child, "consent", answers, by="王督导", at=story.at)
    shared = fetched(hospital, row)
    assert "OperationOutcome" not in kinds(shared)
    assert Access.objects.filter(purpose="client_fhir", part="psychological", person_id=None).count() == 1
    answers = fill(story.child, "consent", story.at, answer="withdrawn", purposes=["share"])
    cast.record(story.child, "consent", answers, by="王督导", at=story.at)
    assert "OperationOutcome" in kinds(fetched(hospital, row))


def test_what_was_given_under_an_agreement_is_opened_and_received(cast: world.World, time: Clock) -> None:
    sharing.officer(cast)
    systems.administer(cast)
    post = cast.posts[sharing.OFFICER]
    systems.agree_with(cast, post.organisation.name)
    system = systems.registered(cast, post)
    time.now = sharing.NOW
    agreement, child = sharing.in_force(cast), sharing.pupil(cast, "童小雨")
    sharing_sending.queue(agreement, [child], at=sharing.NOW)
    while sharing_sending.send_queued(sharing.NOW):
        continue
    (row,) = json.loads(system.get("deliveries").content)["items"]
    assert row["state"] == Delivery.WAITING and not News.objects.exists()
    path = f"deliveries/{row['id']}"
    assert system.post(f"{path}/receipt", {}).status_code == 422
    opened = system.post(f"{path}/opening", {})
    assert opened.status_code == 201 and "童小雨" in opened.content.decode()
    assert system.post(f"{path}/receipt", {}).status_code == 201
    assert Delivery.objects.get(id=row["id"]).state == Delivery.RECEIVED
    other = System(system.client, "tx_no")
    assert other.post(f"{path}/opening", {}).status_code == 401
