"""Strange questions at every door, by the product's own description, as everybody: never a fault, never a leak."""

import json
import os
import random
from typing import Any

import pytest
import schemathesis
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, seed, settings

from tests import world
from tests.matrix import asking
from tests.matrix.full import Full, full
from tests.matrix.office import Worker
from tests.soak.conftest import Part
from tests.soak.description import described
from tests.sync.phone import Phone
from tests.web.conftest import Office

pytestmark = [pytest.mark.soak, pytest.mark.django_db]
__all__ = ["full"]
AT_ONCE = 4
LEAST = int(os.environ.get("TONGXIN_SOAK_ANSWERS", "10000"))


@pytest.fixture
def bearer(full: Full, begun: world.World) -> str:
    """What a director's phone shows to be heard."""
    phone = Phone(begun.people["周主任"])
    assert phone.pair().status_code == 200
    return phone.token


def test_strange_questions_at_every_door(full: Full, bearer: str, part: Part) -> None:
    document = schemathesis.openapi.from_dict(described(full.things))
    operations = [found.ok() for found in document.get_all_operations()]
    for number in part.turns(least=LEAST):
        for operation in operations:
            _ask(full, bearer, part, operation, number)


def _ask(full: Full, bearer: str, part: Part, operation: Any, number: int) -> None:
    chance = random.Random(f"{number} {operation.label}")

    @seed(chance.randrange(2**32))
    @settings(
        max_examples=AT_ONCE, deadline=None, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def ask(case: Any) -> None:
        worker = chance.choice([None, *full.cookies])
        with transaction.atomic():
            answer = _answer(full, bearer, worker, case)
            transaction.set_rollback(True)
        part.counts[f"answers {answer.status_code // 100}xx"] += 1
        told = (case.method, case.formatted_path, case.query, case.body, worker and worker.role)
        assert answer.status_code < 500, told
        # A phone is answered as its holder, whoever else is signed in beside it.
        if "/field/api/" not in case.path:
            assert asking.leaked(worker, answer, full.things) == [], told

    ask()


def _answer(full: Full, bearer: str, worker: Worker | None, case: Any) -> Any:
    client = Office(raise_request_exception=False)
    if worker:
        client.cookies = full.cookie_of(worker)
    headers = {"accept": "application/json"} if case.media_type == "application/json" else {}
    if "/field/api/" in case.path:
        headers["authorization"] = f"Bearer {bearer}"
    address, query = case.formatted_path, {name: str(value) for name, value in (case.query or {}).items()}
    if case.method == "GET":
        return client.get(address, query, headers=headers)
    is_form = case.media_type == "application/x-www-form-urlencoded"
    if is_form and isinstance(case.body, dict):
        return client.post(address, {name: str(value) for name, value in case.body.items()}, headers=headers)
    body = case.body if isinstance(case.body, (dict, list, str, int, float, bool, type(None))) else None
    content = json.dumps(body).encode()
    return client.post(address, content, content_type="application/json", headers=headers)
