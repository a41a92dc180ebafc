"""What happens inside one of two installations, each as a process: python -m tests.instances.deeds DEED WORDS…

Every deed prints one line of JSON.
"""

import hashlib
import json
import os
import signal
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from tongxin.lib.start import start

if __name__ == "__main__":
    start(makes_keys=False)

from tests import world
from tests.browser.furnish import PASSWORD
from tests.documents.files import png
from tests.flows.story import Story
from tests.instances.two import FAR, NEAR
from tongxin import vault
from tongxin.accounts import county as counties
from tongxin.accounts.models import Division, Person, Post
from tongxin.accounts.services import add_divisions
from tongxin.accounts.viewers import WORKER, Viewer, viewer_of
from tongxin.cases.models import Case
from tongxin.commands import worker
from tongxin.documents import store
from tongxin.documents.models import Attachment
from tongxin.flows import attaching, file_sending, file_taking, peers, rolling_up
from tongxin.flows.file_taking import Accepting
from tongxin.flows.refusals import Refused
from tongxin.instances import keys, letters
from tongxin.instances.models import Arrival, Peer, RolledUp, Sending
from tongxin.ledger import facts, open_entries
from tongxin.ledger.models import Entry, Event
from tongxin.lib import clock, ids, places
from tongxin.lib.faults import Fault
from tongxin.people.models import Child
from tongxin.rulebook import rules

PLACES = [
    ("44", "广东省", "province", ""), ("4401", "广州市", "city", "44"), (FAR, "荔湾区", "county", "4401"),
    (f"{FAR}001", "沙面街道", "town", FAR), (f"{FAR}001001", "翠洲社区居民委员会", "village", f"{FAR}001"),
]
NAMES = {NEAR: "莱芜区", FAR: "荔湾区"}
GIVEN = Accepting(arrived_on="2025-09-01", seen_in_person=True, signature="郭管理", first_needs="先联系学校")


def furnish(region: str) -> Any:
    """Two counties as ever, and a third: served only in the installation that is the third's own."""
    at = clock.now() - timedelta(days=60)
    cast = world.build(at)
    add_divisions(rows=PLACES, valid_from=date(2023, 6, 30))
    if region == FAR:
        line = counties.open_line(county=Division.objects.get(code=FAR), actor=WORKER, at=at)
        counties.fill(holders=[(line.posts["case_manager"][0], "manager", "郭管理")], at=at)
    else:
        Person.objects.filter(id=cast.people["郑管理"].id).update(login="manager")
    code = rules.resolve("conduct", "conduct", at=clock.now())
    for person in Person.objects.filter(login="manager"):
        person.set_password(PASSWORD)
        person.conduct_hash = code.hash
        person.save(update_fields=["password", "conduct_hash"])
    worker.main(["--once"])


def _manager() -> Viewer:
    return viewer_of(person=Person.objects.get(login="manager"), at=clock.now())


def card(region: str, path: str) -> Any:
    """What the other side adds us by."""
    Path(path).write_bytes(keys.written(keys.own_card(name=NAMES[region], region=region)))


def befriend(path: str) -> Any:
    """One person enters the other's card, a second compares the fingerprint."""
    at = clock.now()
    added = peers.add(content=Path(path).read_bytes(), actor=_manager(), at=at)
    second = Person.objects.get(login=f"cast{list(world.CAST).index('陈管理')}")
    peers.confirm(peer_id=added.id, actor=viewer_of(person=second, at=at), at=at)


def child(danger: str = "") -> Any:
    """A child with a grade, an attachment and, where asked for, a crisis; about to leave for the third county."""
    story = _story(clock.now() - timedelta(days=9))
    story.graded("mid_low", 2, 0, 0, 0, 0)
    entry = story.record("visit_record", "周主任", seen_in_person="yes").entry
    file = attaching.File(ids.new_id(), "来信.png", png(), "other", "学校的来信", entry.id)
    attaching.add(child=story.child, file=file, actor=story.world.viewer("林社工", story.at), at=story.at)
    if danger:
        story.record("crisis_report", "周主任")
    story.record("transfer_out", "郑管理", to_division=FAR, file_consent="yes")
    worker.main(["--once"])
    return str(story.child.id)


def _story(at: Any, child_id: str = "") -> Story:
    """The cast of the first county as it stands in this installation."""
    cast = world.World()
    for index, name in enumerate(world.CAST):
        login = "manager" if name == "郑管理" else f"cast{index}"
        cast.people[name] = Person.objects.get(login=login)
        cast.posts[name] = Post.objects.get(holdings__person=cast.people[name])
    return Story(cast, child=Child.objects.get(id=child_id) if child_id else None, at=at)


def visit(child_id: str) -> Any:
    """One more entry after the file was made."""
    _story(clock.now() - timedelta(hours=1), child_id).record("visit_record", "周主任", seen_in_person="yes")


def send(child_id: str, path: str) -> Any:
    """The child's file for the other installation."""
    peer = Peer.objects.get(revoked_at=None)
    made = file_sending.make(child_id=UUID(child_id), peer_id=peer.id, actor=_manager(), at=clock.now())
    Path(path).write_bytes(bytes(made.content))


def receive(path: str) -> Any:
    """A file that was carried here; its arrival."""
    found = file_taking.receive(content=Path(path).read_bytes(), actor=_manager(), at=clock.now())
    return [str(found.id), found.is_urgent]


def refusals(*paths: str) -> Any:
    """Why each of these isn't taken."""
    said = []
    for path in map(Path, paths):
        take = rolling_up.take if letters.is_figures(path.read_bytes()) else file_taking.receive
        try:
            take(content=path.read_bytes(), actor=_manager(), at=clock.now())
        except (Refused, Fault) as refused:
            said.append(refused.zh)
    return said


def answered_already(arrival_id: str) -> Any:
    """What a second acceptance hears."""
    try:
        accept(arrival_id)
    except Refused as refused:
        return refused.zh


def accept(arrival_id: str) -> Any:
    """Take the child over; what stands then."""
    child = file_taking.accept(arrival_id=UUID(arrival_id), given=GIVEN, actor=_manager(), at=clock.now())
    return stands(str(child.id))


def accept_and_die(arrival_id: str, owner: str, name: str) -> Any:
    """The power goes at the moment at which the acceptance would call that function."""
    places: dict[str, Any] = {"taking": file_taking, "people": file_taking.people_again, "ledger": file_taking.ledger}
    setattr(places[owner], name, lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL))
    accept(arrival_id)


def receipt(arrival_id: str, path: str) -> Any:
    """The signed answer, to be carried back."""
    Path(path).write_text(Arrival.objects.get(id=arrival_id).receipt, encoding="utf-8")


def bring(path: str, more: str = "") -> Any:
    """The answer comes back; the state of what was sent, and the supplement if there is one."""
    try:
        found = file_sending.take_receipt(content=Path(path).read_bytes(), actor=_manager(), at=clock.now())
    except Refused as refused:
        return refused.zh
    if found.state == Sending.WAITING:
        Path(more).write_bytes(bytes(found.content))
    return [found.state, found.entries]


def figures(path: str) -> Any:
    """Today's figures for the upper installation."""
    peer = Peer.objects.get(revoked_at=None)
    Path(path).write_bytes(rolling_up.make(peer=peer, actor=_manager(), at=clock.now()))


def take_figures(path: str) -> Any:
    """Figures that came; how many there are now."""
    rolling_up.take(content=Path(path).read_bytes(), actor=_manager(), at=clock.now())
    return RolledUp.objects.count()


def stands(child_id: str) -> Any:
    """Everything that can be compared between the two: entries with their words, attachments, the case."""
    subject = UUID(child_id)
    found = Child.objects.filter(id=subject).first()
    if found is None:
        return {"entries": [], "arrivals": Arrival.objects.count(), "keys": 0}
    rows = facts(found.key_owner)
    words = open_entries(rows, viewer=WORKER, purpose="test", at=clock.now())
    case = Case.objects.get(id=subject)
    return {
        "entries": [
            [str(row.id), row.kind, row.occurred_at.isoformat(), row.recorded_at.isoformat(), row.form_hash, said]
            for row, said in zip(rows, words, strict=True)
        ],
        "seqs": [row.subject_seq for row in rows], "attachments": _attachments(subject),
        "case": [case.is_open, case.level, case.in_crisis], "files": len(list(_stored())),
        "events": Event.objects.filter(subject_id=subject, kind__startswith="move.").count(),
        "entries_in_all": Entry.everything.filter(subject_id=subject).count(),
        "place": Division.objects.get(id=found.county_id).code,
    }


def _attachments(subject: UUID) -> list[list[Any]]:
    rows = list(Attachment.objects.filter(child_id=subject).order_by("number"))
    told = {"viewer": WORKER, "purpose": "test", "at": clock.now()}
    stored = [row.sealed(store.read(row.id) or b"") for row in rows]
    contents = vault.open_bytes(stored, **told) if rows else []
    titles = vault.open([row.title for row in rows], **told)
    return [
        [str(row.id), row.number, title, hashlib.sha256(content or b"").hexdigest(), str(row.entry_id)]
        for row, content, title in zip(rows, contents, titles, strict=True)
    ]


def _stored() -> Any:
    return [path for path in places.attachments_folder().rglob("*") if path.is_file()]


if __name__ == "__main__":
    said = globals()[sys.argv[1]](*sys.argv[2:])
    sys.stdout.write(f"\n{json.dumps(said, ensure_ascii=False)}\n")
