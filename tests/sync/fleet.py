"""The phones of the fault suite: each keeps what it wrote until the server has answered for it."""

import copy
import json
import random
import threading
import time
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tests.sync import wire
from tests.sync.house import House
from tongxin.lib import ids

Json = dict[str, Any]
EXPECTED = {200, 401, 503}
TOO_MANY = 413
PASSWORD = "long-enough-1"
# How often, and how long, the same may be asked before something must be wrong.
PATIENT, PATIENCE = 20, 300


@dataclass
class Score:
    """What happened, and every answer that nobody foresaw."""

    steps: int = 0
    faults: dict[str, int] = field(default_factory=dict)
    strange: list[str] = field(default_factory=list)
    sent: list[Json] = field(default_factory=list)
    told: dict[str, Json] = field(default_factory=dict)
    kills: int = 0
    since_kill: int = 0
    broken: Exception | None = None

    def count(self, what: str) -> None:
        self.faults[what] = self.faults.get(what, 0) + 1


class Pocket:
    """One phone in a pocket: its outbox, its cursor, what it knows of the children."""

    def __init__(self, house: House, score: Score, stage: Json, login: str, chance: random.Random) -> None:
        self.house, self.score, self.stage, self.login, self.chance = house, score, stage, login, chance
        self.outbox: dict[str, Json] = {}
        self.sent_before: list[Json] = []
        self.seen: dict[str, str] = {}
        self.own: list[str] = []
        self.clock_off = timedelta()
        self.cursor, self.token, self.device = "", "", ""
        self.heard: Any = None
        self.pair()

    def now(self) -> datetime:
        started = datetime.fromisoformat(self.stage["now"])
        return started + timedelta(seconds=time.monotonic() - self.stage["since"]) + self.clock_off

    def pair(self) -> None:
        """A device of its own, again after the last one was taken away; the outbox stays."""
        told = self._insists("pair", {"name": self.login, "password": PASSWORD, "label": "手机", "app": "1.0"})
        self.device, self.cursor = told["device"], ""
        self.token = f"{self.device}.{told['token']}"

    def renew(self) -> None:
        """Her password goes on where the sign-in ran out; a phone stopped meanwhile is paired anew."""
        told = self._insists("renew", {"device": self.device, "password": PASSWORD})
        if "token" in told:
            self.token = f"{self.device}.{told['token']}"
        else:
            self.pair()

    def _insists(self, door: str, body: Json) -> Json:
        """What the server says once it has time; nothing of hers is sent by this."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            answer = wire.ask(self.house.port, f"/field/api/{door}/", body)
            if answer is not None and answer[0] in {200, 401}:
                return answer[1]
            self._foresees(answer)
            time.sleep(0.1)
        raise AssertionError(f"nobody answered at {door}: {answer}")

    def writes(self, kind: str, number: int) -> None:
        """One entry is kept on the phone."""
        known = [*self.stage["children"], *self.own]
        child = known[number % len(known)]
        entry = getattr(self, f"_{kind}")(child, number)
        self._keep(entry if entry["id"] not in self.outbox else self._note(child, number))

    def _keep(self, entry: Json) -> None:
        self.outbox[entry["id"]] = entry
        self.score.sent.append(copy.deepcopy(entry))

    def _entry(self, child: str, form: str, answers: Json, **more: Any) -> Json:
        return {
            "id": str(ids.new_id()), "child": child, "form": form, "form_hash": self.stage["hashes"][form],
            "answers": self.stage["answers"][form] | answers, "occurred_at": self.now().isoformat(), "about": "",
            "supersedes": None, "correction_kind": "", "based_on": {}, "attachments": [], **more,
        }

    def _visit(self, child: str, number: int) -> Json:
        told = {"others_seen": f"见到第{number}次"}
        told |= {"wish_to_die": "yes"} if number % 11 == 0 else {}
        told |= {"kind": "emergency"} if number % 7 == 0 else {}
        return self._entry(child, "visit_record", told)

    def _echo(self, child: str, number: int) -> Json:
        """A visit on which the telephone stands as the phone last saw it, changed now and then."""
        seen = self.seen.get(child, "")
        if not seen:
            return self._visit(child, number)
        phone = seen if number % 3 else f"139{number:08d}"
        return self._entry(child, "visit_record", {"phone": phone}, based_on={"phone": seen})

    def _note(self, child: str, number: int) -> Json:
        return self._entry(child, "case_note", {})

    def _correction(self, child: str, number: int) -> Json:
        """A telephone number changed, forth and back."""
        seen, phone = self.seen.get(child, ""), f"137{number % 4:08d}"
        answers = {"phone": phone, "basis": "当面核对"}
        found = self._entry(child, "detail_correction", answers, based_on={"phone": seen} if seen else {})
        found["answers"] = {name: found["answers"][name] for name in ("phone", "basis", "signature")}
        self.seen[child] = phone
        return found

    def _again(self, child: str, number: int) -> Json:
        """A correction of an earlier entry, or another copy under its id."""
        if not self.sent_before:
            return self._note(child, number)
        before = self.sent_before[number % len(self.sent_before)]
        if number % 2:
            return before | {"answers": before["answers"] | {"signature": f"另一个人{number}"}}
        return before | {"id": str(ids.new_id()), "supersedes": before["id"], "correction_kind": "correct"}

    def _child(self, child: str, number: int) -> Json:
        """A child nobody here has heard of; two phones may find the same one."""
        named, which = str(ids.new_id()), number % 5
        self.own.append(named)
        answers = {"name": f"小新{which}", "id_no": NUMBERS[which], "birth": f"2012-03-0{which + 1}"}
        return self._entry(named, "case_file", answers)

    def sends(self, fault: str, number: int) -> None:
        """Some of the outbox goes up, in some order, over some network."""
        batch = list(self.outbox.values())
        if fault == "reordered":
            random.Random(number).shuffle(batch)
        batch = batch[: 1 + number % 7]
        if fault == "again" and self.sent_before:
            before = self.sent_before[number % len(self.sent_before)]
            # A phone tells its entries apart by id; it never holds two copies of one at a time.
            batch = [before, *batch] if before["id"] not in self.outbox else batch
        if not batch:
            return
        body = {"app": "1.0", "now": self.now().isoformat(), "batch": str(ids.new_id()), "entries": batch,
                "telemetry": {"waiting": len(self.outbox)}}
        self.score.count(fault)
        if fault == "killed":
            self._sends_into_the_dark(body, number)
            return
        if fault == "twice_at_once":
            self._sends_twice(body)
            return
        if fault == "too_many":
            answer = wire.ask(self.house.port, "/field/api/up/", body | {"entries": batch * 51}, token=self.token)
            self._hears(answer, foreseen=EXPECTED | {TOO_MANY})
            return
        self._hears(wire.ask(self.house.port, "/field/api/up/", body, token=self.token, fault=fault))

    def _sends_into_the_dark(self, body: Json, number: int) -> None:
        """The server dies somewhere between the first byte and the last answer."""
        answers: list[Any] = []
        line = threading.Thread(target=lambda: answers.append(
            wire.ask(self.house.port, "/field/api/up/", body, token=self.token)
        ))
        line.start()
        time.sleep(number % 90 / 1000)
        self.house.kill()
        line.join()
        self.house.open()
        self.score.kills += 1
        self.score.since_kill = 0
        self._hears(answers[0])

    def _sends_twice(self, body: Json) -> None:
        answers: list[Any] = []
        lines = [threading.Thread(target=lambda: answers.append(
            wire.ask(self.house.port, "/field/api/up/", body, token=self.token)
        )) for _ in range(2)]
        for line in lines:
            line.start()
        for line in lines:
            line.join()
        for answer in answers:
            self._hears(answer)

    def _hears(self, answer: tuple[int, Json] | None, foreseen: Collection[int] = EXPECTED) -> None:
        self.heard = answer
        self._foresees(answer, foreseen)
        if answer is None:
            return
        status, body = answer
        if status == 401:
            self._signs_in(body)
        for told in body.get("results", ()):
            self._settles(told)

    def _foresees(self, answer: tuple[int, Json] | None, foreseen: Collection[int] = EXPECTED) -> None:
        if answer is not None and answer[0] not in foreseen:
            self.score.strange.append(f"{answer[0]} {json.dumps(answer[1], ensure_ascii=False)[:120]}")

    def _signs_in(self, body: Json) -> None:
        if body.get("state") == "expired":
            self.renew()
        else:
            self.pair()

    def _settles(self, told: Json) -> None:
        named = told["id"]
        if named in self.outbox:
            self.sent_before.append(self.outbox.pop(named))
        self.score.told[named] = told

    def is_set(self, days: str, number: int) -> None:
        """The clock of the phone is wrong by days, or right again."""
        self.clock_off = timedelta(days=int(days))

    def asks(self, fault: str, number: int) -> bool:
        """What is new comes down, a page of it, or gets lost on the way; whether there is more."""
        body = {"cursor": self.cursor, "app": "1.0", "have": [], "limit": self.chance.choice((2, 20))}
        answer = self.heard = wire.ask(self.house.port, "/field/api/down/", body, token=self.token, fault=fault)
        self._foresees(answer)
        if answer is None:
            return True
        status, found = answer
        if status == 401:
            self._signs_in(found)
        if status != 200:
            return True
        self.cursor = found["cursor"]
        for child in found.get("children", ()):
            self.seen[child["id"]] = child.get("profile", {}).get("phone", "")
        for told in found.get("settled", ()):
            self.score.told[told["id"]] = told
        return bool(found["more"])

    def hears_all(self) -> None:
        """Every answer that is left comes down."""
        until = time.monotonic() + PATIENCE
        while self.asks(wire.WHOLE, 0):
            assert time.monotonic() < until, f"what was settled never came down: {str(self.heard)[:600]}"
            time.sleep(0.02)

    def comes_home(self) -> None:
        """At last there is a network: everything that is left goes up."""
        self.clock_off = timedelta()
        stuck = 0
        while self.outbox and stuck < PATIENT:
            before = len(self.outbox)
            self.sends("whole", 6)
            stuck = stuck + 1 if len(self.outbox) == before else 0
            time.sleep(0.1 * stuck)
        assert not self.outbox, f"{len(self.outbox)} entries stay on the phone for ever: {str(self.heard)[:600]}"


def _with_check_digit(head: str) -> str:
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return head + "10X98765432"[sum(int(a) * b for a, b in zip(head, weights, strict=True)) % 11]


NUMBERS = tuple(_with_check_digit(f"3701162012030{which + 1}202") for which in range(5))
