"""A neighbouring county with an installation of its own: a file that waits here, its figures, a blind comparison."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from nacl.public import PrivateKey
from nacl.signing import SigningKey

from tongxin import blind, ledger
from tongxin.accounts.models import Division, Post
from tongxin.assessments.models import Result
from tongxin.blind.letters import Letter
from tongxin.core.pathway import CHINA
from tongxin.demo.cast import Actor
from tongxin.demo.sharing_days import ASKED
from tongxin.demo.year import Year
from tongxin.flows import blind_agreements, blind_sessions, file_taking, peers, registers, rolling_up
from tongxin.flows.blind_sessions import Wish
from tongxin.flows.coordinating_figures import agenda_for, as_codes
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.instances import keys, letters
from tongxin.instances.keys import Card
from tongxin.instances.models import BlindSession
from tongxin.ledger.models import Entry
from tongxin.lib import ids
from tongxin.lib.faults import Fault
from tongxin.registers import impact
from tongxin.registers.answers import Given
from tongxin.registers.models import AGREEMENT, IMPACT
from tongxin.registers.standing import AGREED
from tongxin.rulebook import versions

NAME, REGION, CHILD = "云溪区", "370199", "沈听雨"
THEIRS, ENTRUSTED = f"{NAME}教育局", "entrusted"
DESK, SECOND, APPROVER = "case_manager", "security_administrator", "audit_administrator"
# Days before the end.
ADDED, CONFIRMED, COMPARED, REPORTED, ARRIVED = 40, 39, 16, 2, 1
# What a child's file says that would name the one whose file it was copied from.
OTHERS = ("id_no", "carers", "phone", "household_no", "residence_address")


@dataclass
class NeighbourDays:
    """What the county's desk has to do with the made-up neighbour."""

    year: Year
    county: Division

    def plan_all(self) -> None:
        """Each day, where the year is long enough."""
        self.sign, self.seal = SigningKey.generate(), PrivateKey.generate()
        for days, act in ((ADDED, self._add), (CONFIRMED, self._confirm), (COMPARED, self._compare),
                          (REPORTED, self._report), (ARRIVED, self._arrive)):
            at = (self.year.end - timedelta(days=days)).astimezone(CHINA).replace(hour=10, minute=41)
            self.year.plan(at, self._try, act=act)

    def _try(self, at: datetime, act: Callable[[datetime, Actor], None]) -> None:
        desk = self.year.cast.at_place(DESK, self.county.id, at=at)
        if desk is None:
            return
        try:
            act(at, desk)
        except (NotAllowed, Refused) as refused:
            self.year.refuse("neighbour", refused, at=at)
        except Fault:
            # Too few children have a number in a small district.
            return

    def _other(self, at: datetime) -> Actor | None:
        found = (self.year.cast.at_place(role, self.county.id, at=at) for role in (SECOND, APPROVER))
        return next((each for each in found if each is not None), None)

    def _add(self, at: datetime, desk: Actor) -> None:
        card = Card(NAME, REGION, bytes(self.sign.verify_key).hex(), bytes(self.seal.public_key).hex())
        self.peer = peers.add(content=keys.written(card), actor=desk.viewer, at=at)

    def _confirm(self, at: datetime, desk: Actor) -> None:
        posts = Post.objects.filter(role__in=(SECOND, DESK)).exclude(id=desk.post_id).order_by("-role", "id")
        found = (self.year.cast.acting(post.id, at=at) for post in posts)
        mine = desk.viewer.person_id
        other = next((each for each in found if each is not None and each.viewer.person_id != mine), None)
        if other is not None:
            peers.confirm(peer_id=self.peer.id, actor=other.viewer, at=at)

    def _is_trusted(self) -> bool:
        return peers.trusted(bytes(self.sign.verify_key).hex()) is not None

    def _report(self, at: datetime, desk: Actor) -> None:
        """The neighbour's figures, as a lower installation signs them."""
        if not self._is_trusted():
            return
        content = {
            "day": at.astimezone(CHINA).date().isoformat(), "made_at": at.isoformat(), "region": REGION, "rules": "",
            "numbers": as_codes(agenda_for(desk.viewer, at=at)),
        }
        letter = letters.plain(letters.FIGURES, content, to=self._own_key(), key=self.sign)
        rolling_up.take(content=letter, actor=desk.viewer, at=at)

    def _arrive(self, at: datetime, desk: Actor) -> None:
        """A child who moves here; the desk hasn't decided yet."""
        content = self._file(at, desk) if self._is_trusted() else None
        if content is not None:
            sealed = letters.sealed(letters.FILE, content, seal_key=self._own_key(), key=self.sign)
            file_taking.receive(content=sealed, actor=desk.viewer, at=at)

    def _own_key(self) -> str:
        return bytes(keys.sealing_key().public_key).hex()

    def _file(self, at: datetime, desk: Actor) -> dict[str, Any] | None:
        """A made-up child: on file there, then moved away to here; written on forms as ours are."""
        mine = Entry.objects.filter(subject_id__in=list(self.year.lives), supersedes_id=None).order_by("id")
        opened, left = mine.filter(kind="case_file").first(), mine.filter(kind="transfer_out").last()
        if opened is None or left is None:
            return None
        answers = ledger.open_entries([opened, left], viewer=desk.viewer, purpose="hand_over", at=at)
        told = {name: said for name, said in (answers[0] or {}).items() if name not in OTHERS}
        told |= {"name": CHILD, "id_kind": "none"}
        gone = (answers[1] or {}) | {"to_division": self.county.code}
        return {
            "id": str(ids.new_id()), "made_at": at.isoformat(), "region": REGION, "office": NAME,
            "is_supplement": False, "child": {"id": str(ids.new_id()), "file_no": f"{REGION}-2025-000117"},
            "summary": {"birth_month": str(told.get("birth", ""))[:7], "sex": told.get("sex", "unknown"),
                        "in_crisis": False, "level": "", "stage": "identification"},
            "entries": [
                _row(opened, told, "child_director", f"{NAME}溪口村 儿童主任", opened.occurred_at),
                _row(left, gone, DESK, f"{NAME}个案管理员", at - timedelta(hours=20)),
            ],
            "attachments": [], "definitions": versions.carried({opened.form_hash, left.form_hash}),
        }

    def _compare(self, at: datetime, desk: Actor) -> None:
        """All files against a list of the neighbour's school board, which has every third of our children."""
        approver = self.year.cast.at_place(APPROVER, self.county.id, at=at) or self._other(at)
        rows = blind_sessions.on_file(actor=desk.viewer, at=at)
        purpose = "核对到邻区上学的孩子有没有人照看"
        if approver is None:
            return
        self._agree(at, desk, approver)
        agreed = next((id for id, zh in blind_agreements.offered(desk.viewer, at=at) if THEIRS in zh), "")
        wish = Wish("id", f"{self.county.name}民政局", THEIRS, purpose, agreed)
        row = blind_sessions.ask(wish=wish, rows=rows, source=BlindSession.ON_FILE, actor=desk.viewer, at=at)
        done = blind_sessions.decide(session_id=row.id, agrees=True, actor=approver.viewer, at=at)
        theirs = blind.mark_lists(rows[::3] if len(rows) >= 60 else rows, kind=wish.kind)
        answered: Letter = blind.answer(
            blind.read(bytes(done.letter)), theirs, approved_by=["基础教育科科长"], today=at.astimezone(CHINA).date(),
            rules=blind_sessions.rules_at(at),
        ).letter
        blind_sessions.take(
            session_id=row.id, content=blind.write(answered, seed=os.urandom(32)), actor=desk.viewer, at=at
        )

    def _agree(self, at: datetime, desk: Actor, other: Actor) -> None:
        """The agreement with them, in the register: written by the desk, agreed to by another person; what it is
        entrusted for assessed before."""
        if impact.pia_in_force(ENTRUSTED, county_id=self.county.id, at=at) is None:
            asked: Given = {
                "reasons": ["sensitive"], "scope": ["只比证件号码的记号"], "effects": ["可能知道孩子在册"],
                "risk": ["low"], "conclusion": ["go"], **{name: ["kept"] for name in ASKED},
            }
            row = registers.keep(register=IMPACT, topic=ENTRUSTED, given=asked, actor=desk.viewer, at=at)
            registers.review(line_id=row.id, outcome=AGREED, words="", actor=other.viewer, at=at, of="1")
        said: Given = {
            "party": [THEIRS], "contact": ["基础教育科"], "purpose": ["双方名单隐私比对，只知道两边都有的"],
            "activities": ["files"], "parts": ["roster"], "begins": [at.astimezone(CHINA).date().isoformat()],
            "ends": [(self.year.end + timedelta(days=120)).date().isoformat()], "measures": ["least", "sealed"],
            "passing_on": ["forbidden"], "supervision": ["每次比对后双方核对人数"],
        }
        line = registers.keep(register=AGREEMENT, topic="other", given=said, actor=desk.viewer, at=at)
        registers.review(line_id=line.id, outcome=AGREED, words="", actor=other.viewer, at=at, of="1")


def _row(entry: Entry, answers: dict[str, Any], role: str, office: str, moment: datetime) -> dict[str, Any]:
    """An entry as another installation hands it over, on the form of one of ours."""
    known = Result.objects.filter(entry_id=entry.id).first()
    data = {**known.data, **({"to_division": answers["to_division"]} if "to_division" in known.data else {})} \
        if known else {}
    return {
        "id": str(ids.new_id()), "kind": entry.kind, "form_hash": entry.form_hash, "device": "",
        "occurred_at": moment.isoformat(), "recorded_at": moment.isoformat(), "person": str(ids.new_id()),
        "post": str(ids.new_id()), "role": role, "office": office, "supersedes": None, "correction_kind": "",
        "clear": entry.clear, "answers": answers,
        "result": {"data": data, "definitions": {}} if known else None,
    }
