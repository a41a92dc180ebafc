"""The OpenAPI document is true: whatever it allows is answered as it says, and nothing makes the server stumble."""

import json
from typing import Any
from urllib.parse import quote

import pytest
import requests
import schemathesis
from django.core.cache import cache
from hypothesis import HealthCheck, given, settings

from tests import world
from tests.exchange.systems import System
from tongxin.exchange.models import Call
from tongxin.referrals.models import Referral
from tongxin.web.api.urls import OPERATIONS

pytestmark = pytest.mark.django_db


def test_it_names_every_operation_and_only_those(client: Any, cast: world.World) -> None:
    found = json.loads(client.get("/api/openapi.json").content)
    assert found["openapi"] == "3.1.0"
    told = {each["operationId"] for path in found["paths"].values() for each in path.values()}
    assert told == {each.id for each in OPERATIONS}
    answer = found["paths"]["/api/v1/referrals/{referral_id}/answers"]["post"]["requestBody"]
    asked = answer["content"]["application/json"]["schema"]
    assert "declined" in asked["properties"]["answer"]["enum"] and "answer" in asked["required"]
    assert "way" not in asked["properties"]


@pytest.mark.parametrize("operation", [each.id for each in OPERATIONS])
def test_every_operation_answers_as_the_document_says(
    hospital: System, referral: Referral, operation: str
) -> None:
    cache.clear()
    document = json.loads(hospital.browser.get("/api/openapi.json").content)
    schema = schemathesis.openapi.from_dict(document)
    found = schema.find_operation_by_id(operation)

    @settings(max_examples=20, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(case=found.as_strategy())
    def walk(case: Any) -> None:
        Call.objects.all().delete()
        if "referral_id" in (case.path_parameters or {}):
            case.path_parameters["referral_id"] = str(referral.entry_id)
        _hold(case, _sent(hospital, case))

    walk()


def _sent(system: System, case: Any) -> Any:
    path = case.operation.path
    for name, value in (case.path_parameters or {}).items():
        path = path.replace(f"{{{name}}}", quote(str(value), safe=""))
    headers = {"Authorization": f"Bearer {system.token}"}
    key = str((case.headers or {}).get("Idempotency-Key", ""))
    headers["Idempotency-Key"] = key if key.isascii() and key.isprintable() else ""
    if case.method == "GET":
        query = {name: str(value) for name, value in (case.query or {}).items()}
        return system.browser.get(path, query, headers=headers)
    return system.browser.post(path, json.dumps(case.body), content_type="application/json", headers=headers)


def _hold(case: Any, answer: Any) -> None:
    """No stumble, a status that the document knows, and a body as it says."""
    assert answer.status_code < 500, answer.content
    said = case.operation.definition.raw["responses"]
    assert str(answer.status_code) in said, (answer.status_code, answer.content)
    kind = answer.headers["Content-Type"].partition(";")[0]
    asked = requests.Request(case.method, f"https://tongxin.example{case.operation.path}").prepare()
    case.operation.validate_response(schemathesis.Response(
        status_code=answer.status_code, headers={"content-type": [kind]}, content=answer.content, request=asked,
        elapsed=0.1, verify=False,
    ))
