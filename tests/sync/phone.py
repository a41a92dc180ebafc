"""A phone as the server hears it: paired, sending entries, asking for what is new."""

import gzip
import json
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.test import Client

from tests import world
from tests.flows.forms import fill
from tongxin.accounts.models import Person
from tongxin.lib import ids
from tongxin.people.models import Child
from tongxin.rulebook import rules
from tongxin.sync.models import Device

PASSWORD = "long-enough-1"
Json = dict[str, Any]


class Phone:
    """One phone of one member of the cast."""

    def __init__(self, person: Person, *, app: str = "1.0", post: UUID | None = None) -> None:
        self.client, self.app, self.person = Client(), app, person
        self.token, self.cursor, self.have = "", "", []
        self.clock_off = timedelta()
        self.post = post
        person.set_password(PASSWORD)
        person.conduct_hash = rules.resolve("conduct", "conduct", at=world.START).hash
        person.save()

    def pair(self, **more: Any) -> Any:
        told = {"name": self.person.login, "password": PASSWORD, "label": "红色手机", "app": self.app}
        told |= {"post": str(self.post)} if self.post else {}
        answer = self._post("pair", told | more, signed=False)
        if answer.status_code == 200:
            self.told = answer.json()
            self.token = f"{self.told['device']}.{self.told['token']}"
        return answer

    @property
    def device(self) -> Device:
        return Device.objects.get(id=self.told["device"])

    def up(self, *entries: Json, now: datetime, packed: bool = False, **more: Any) -> Any:
        body = {"app": self.app, "now": (now + self.clock_off).isoformat(), "batch": str(ids.new_id()),
                "entries": list(entries), **more}
        return self._post("up", body, packed=packed)

    def sends(self, *entries: Json, now: datetime, **more: Any) -> list[Json]:
        answer = self.up(*entries, now=now, **more)
        assert answer.status_code == 200, answer.content.decode()
        assert answer.headers["X-Tongxin-Field"] == "1"
        results: list[Json] = answer.json()["results"]
        return results

    def down(self, **more: Any) -> Any:
        body = {"cursor": self.cursor, "app": self.app, "have": self.have, "limit": 40, **more}
        return self._post("down", body)

    def _post(self, door: str, body: Json, *, packed: bool = False, signed: bool = True) -> Any:
        content = json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {self.token}"} if signed else {}
        if packed:
            content, headers["Content-Encoding"] = gzip.compress(content), "gzip"
        return self.client.post(f"/field/api/{door}/", content, content_type="application/json", headers=headers)


def entry(child: Child | UUID, form: str, answers: Json, at: datetime, **more: Any) -> Json:
    """One entry as a phone writes it."""
    region = "" if isinstance(child, UUID) else rules.region_of(child.county_id)
    child_id = child if isinstance(child, UUID) else child.id
    return {
        "id": str(ids.new_id()), "child": str(child_id), "form": form,
        "form_hash": rules.resolve("forms", form, region=region, at=max(at, world.START)).hash, "answers": answers,
        "occurred_at": at.isoformat(), "about": "", "supersedes": None, "correction_kind": "", "based_on": {},
        "attachments": [], **more,
    }


def visit(child: Child, at: datetime, **answers: Any) -> Json:
    """A calm visit, with what differs on top."""
    return entry(child, "visit_record", fill(child, "visit_record", at, **answers), at)
