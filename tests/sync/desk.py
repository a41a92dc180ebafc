"""The desk beside the server under fire: builds the cast, works like an office, and audits what became of everything.

Reads one request a line, answers one line.
"""

import json
import sys
from collections.abc import Callable
from datetime import timedelta
from itertools import cycle
from typing import Any
from uuid import UUID, uuid5

import django

django.setup()

from django.db import OperationalError  # noqa: E402

from tests import world  # noqa: E402
from tests.flows.forms import fill  # noqa: E402
from tests.sync.audit import audit  # noqa: E402
from tongxin import ledger  # noqa: E402
from tongxin.accounts.viewers import WORKER  # noqa: E402
from tongxin.flows import arriving_settling as settling  # noqa: E402
from tongxin.flows.record import Sheet, record  # noqa: E402
from tongxin.flows.refusals import NotAllowed, Refused  # noqa: E402
from tongxin.flows.sweep import sweep  # noqa: E402
from tongxin.lib import clock, ids  # noqa: E402
from tongxin.people.models import Child  # noqa: E402
from tongxin.rulebook import rules  # noqa: E402
from tongxin.rulebook.models import DefinitionVersion  # noqa: E402
from tongxin.sync import devices  # noqa: E402
from tongxin.sync.models import Arrival, Device  # noqa: E402

Json = dict[str, Any]
PASSWORD = "long-enough-1"
RETIRED = "emergency"
FORMS = ("visit_record", "case_note", "detail_correction", "observation_record")
PHONES = ("周主任", "吴主任", "王督导")
VILLAGES = ("370116001001", "370116104230")
HOMES = (("周主任", VILLAGES[0]), ("周主任", VILLAGES[0]), ("吴主任", VILLAGES[1]))


class Desk:
    """Everything that an office can do to phones while they are away."""

    cast: world.World

    def build(self, more: int = 0) -> Json:
        """The cast with children; logins, forms and calm answers for the phones."""
        at = clock.now()
        self.cast = world.build(at - timedelta(hours=2))
        children = [
            self.cast.child(
                f"小{number}", by=by, village=village, birth=f"201{number % 5}-03-05", phone=f"138{number:08d}",
                at=at - timedelta(hours=1),
            )
            for number, (by, village) in zip(range(len(HOMES) + more), cycle(HOMES))
        ]
        for name in PHONES:
            person = self.cast.people[name]
            person.set_password(PASSWORD)
            person.conduct_hash = rules.resolve("conduct", "conduct", at=at).hash
            person.save()
        return {
            "people": [{"name": name, "login": self.cast.people[name].login} for name in PHONES],
            "children": [str(child.id) for child in children],
            "answers": {form: fill(children[0], form, at) for form in FORMS} | {"case_file": self._file(at)},
            "hashes": {
                form: rules.resolve("forms", form, region="370116", at=at).hash for form in (*FORMS, "case_file")
            },
            "now": at.isoformat(),
        }

    def _file(self, at: Any) -> Json:
        return {
            "opened_on": (at.date() - timedelta(days=7)).isoformat(), "source": "patrol", "name": "小新",
            "id_kind": "resident_id", "sex": "female", "birth": "2012-03-05", "residence_division": VILLAGES[0],
        }

    def correct(self, child: str, phone: str) -> Json:
        """The office changes a telephone number."""
        return self._changes(child, phone=phone)

    def move(self, child: str, village: int) -> Json:
        """The office writes down that a child lives elsewhere now."""
        return self._changes(child, residence_division=VILLAGES[village])

    def _changes(self, child: str, **answers: str) -> Json:
        at, about = clock.now(), Child.objects.get(id=child)
        filled = {"basis": "来电核实", "signature": "郑管理"} | answers
        sheet = Sheet(ids.new_id(), "detail_correction", filled, at)
        record(child_id=about.id, sheet=sheet, actor=self.cast.viewer("郑管理", at), at=at)
        return {"id": str(sheet.entry_id)}

    def revoke(self, device: str, wipes: bool) -> Json:
        at = clock.now()
        done = devices.revoke(device=Device.objects.get(id=device), wipes=wipes, actor=WORKER, at=at)
        return {"done": done}

    def expire(self, device: str) -> Json:
        """The sign-in of a phone has run out."""
        return {"done": Device.objects.filter(id=device).update(token_until=clock.now())}

    def retire(self) -> Json:
        """A choice of the visit record is no longer there."""
        at = clock.now()
        stands = rules.resolve("fields", "option_sets", region="370116", at=at)
        content = json.loads(json.dumps(stands.content))
        content["sets"]["visit_kind"] = [each for each in content["sets"]["visit_kind"] if each["code"] != RETIRED]
        DefinitionVersion.objects.create(
            hash=uuid5(UUID(int=7), json.dumps(content)).hex * 2, kind="fields", definition_id="option_sets",
            region="370116", valid_from=at.date(), content=content, source="试", adopted_at=at,
        )
        return {}

    def decide(self, turn: int) -> Json:
        """Somebody who may decides about something that waits."""
        at = clock.now()
        actor = self.cast.viewer("郑管理", at)
        arrival = settling.waiting_for(viewer=actor, at=at).first()
        if arrival is None:
            return {}
        try:
            if turn % 3 == 0:
                settling.put_aside(arrival_id=arrival.id, reason="mistaken", note="", actor=actor, at=at)
            elif arrival.receipt.reason == "duplicate_child":
                settling.same_child(arrival_id=arrival.id, takes_over=turn % 2 == 0, actor=actor, at=at)
            else:
                settling.record_as_written(arrival_id=arrival.id, actor=actor, at=at)
        except (Refused, NotAllowed) as no:
            return {"no": type(no).__name__}
        return {"id": str(arrival.receipt.entry_id)}

    def work(self) -> Json:
        """What the worker does: moments that passed, seals."""
        at = clock.now()
        sweep(at)
        while ledger.seal_new(now=at):
            pass
        if ledger.unsealed().rows:
            return {"busy": True}
        return {"waiting": Arrival.objects.filter(settled_at__isnull=True).count()}

    def audit(self, sent: list[Json], told: Json) -> Json:
        return audit(sent, told, at=clock.now())


def main() -> None:
    desk = Desk()
    for line in sys.stdin:
        asked = json.loads(line)
        todo: Callable[..., Json] = getattr(desk, asked.pop("what"))
        try:
            answer = todo(**asked)
        except OperationalError:
            answer = {"busy": True}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
