"""What happens inside an installation of the tests, each as one process: python -m tests.deploy.deeds DEED."""

import sys
from typing import Any

from tongxin.lib.start import start

if __name__ == "__main__":
    start(makes_keys=False)

NAMES = ("小雨", "小风", "小雪")


def furnish() -> None:
    """Two small counties, three children and a file of the data folder; everything sealed in the ledger."""
    from tests import world
    from tongxin.commands import worker
    from tongxin.lib import places

    cast = world.build()
    for name in NAMES:
        cast.child(name)
    scans = places.home() / "attachments" / "2025"
    scans.mkdir(parents=True)
    (scans / "scan.sealed").write_bytes(b"sealed scan")
    worker.main(["--once"])


def another() -> None:
    """One more child."""
    from tests import world
    from tongxin.accounts.models import Person
    from tongxin.accounts.viewers import viewer_of
    from tongxin.flows.opening import open_file
    from tongxin.flows.record import Sheet
    from tongxin.lib import ids

    actor = viewer_of(person=Person.objects.get(login="cast0"), at=world.START)
    answers = {
        "opened_on": world.START.date().isoformat(), "source": "patrol", "name": "小云", "id_kind": "none",
        "sex": "female", "birth": "2013-04-05", "residence_division": "370116001001",
    }
    open_file(sheet=Sheet(ids.new_id(), "case_file", answers, world.START), actor=actor, at=world.START)


def keep_adding() -> None:
    """Children, until told to stop."""
    _say("ready")
    while True:
        another()
        _say("one")


def destroy() -> None:
    """The first child's key is destroyed."""
    from tongxin import vault
    from tongxin.lib import clock
    from tongxin.people.models import Child

    vault.destroy(vault.Owner("child", Child.objects.order_by("id")[0].id), at=clock.now())


def close() -> None:
    """The first child's file is closed."""
    _closed()


def erase() -> None:
    """The first child's file is closed and erased by two people."""
    from tongxin.flows import erasing

    erasing.erase(basis=erasing.RETENTION, **_closed())


def store() -> None:
    """The first child's file, closed already, is put away by two people."""
    from tongxin.flows import shelving

    shelving.shelve(basis="request", **_two_people())


def stored() -> None:
    """Whether the first child's file is only stored, and where the child lives."""
    from tongxin.people.models import Child
    from tongxin.rights.models import Shelved

    child = Child.objects.order_by("id")[0]
    _say(str([Shelved.objects.filter(child_id=child.id, ended_at=None).count(), child.county_id]))


def keep() -> None:
    """An interview of the first child is set apart, and its file held."""
    from datetime import timedelta

    from tests import world
    from tongxin.flows import holding, setting_apart
    from tongxin.flows.setting_apart import Notice
    from tongxin.ledger.models import Entry
    from tongxin.people.models import Child

    child, told = Child.objects.order_by("id")[0], _two_people()
    entry = Entry.objects.get(subject_id=child.id, kind="interview")
    at, actor = world.START + timedelta(hours=3), told["actor"]
    notice = Notice("court", "（2025）鲁0116刑初34号", at.date())
    setting_apart.set_apart(child=child, entries=[entry.id], notice=notice, actor=actor, at=at)
    holding.place(
        child=child, kind="lawsuit", basis="诉讼", document="12号", review_on=(at + timedelta(days=9)).date(),
        actor=actor, at=at,
    )


def interview() -> None:
    """The first child is interviewed for a court."""
    from tests import world
    from tests.flows.forms import fill
    from tongxin.accounts.models import Person
    from tongxin.accounts.viewers import viewer_of
    from tongxin.flows.record import Sheet, record
    from tongxin.lib import ids
    from tongxin.people.models import Child

    child, at = Child.objects.order_by("id")[0], world.START
    person = Person.objects.get(login=f"cast{list(world.CAST).index('林社工')}")
    sheet = Sheet(ids.new_id(), "interview_record", fill(child, "interview_record", at), at)
    record(child_id=child.id, sheet=sheet, actor=viewer_of(person=person, at=at), at=at)


def kept() -> None:
    """How many interviews are shown, whether the file is held, for what, and how many custodies there are."""
    from tongxin import vault
    from tongxin.accounts.viewers import WORKER
    from tongxin.keeping.models import Custody, Hold
    from tongxin.ledger.models import Entry
    from tongxin.lib import clock

    holds = list(Hold.objects.filter(lifted_at__isnull=True))
    words = vault.open([row.document for row in holds], viewer=WORKER, purpose="test", at=clock.now())
    _say(str([Entry.objects.filter(kind="interview").count(), words, Custody.objects.count()]))


def bring_back() -> None:
    """It is in use again."""
    from tongxin.flows import shelving

    told = _two_people()
    shelving.bring_back(child_id=told["child_id"], actor=told["actor"], at=told["at"])


def _two_people() -> dict[str, Any]:
    """The first child, who proposes and who agrees."""
    from datetime import timedelta

    from tests import world
    from tongxin.accounts.models import Person
    from tongxin.accounts.viewers import viewer_of
    from tongxin.people.models import Child

    at, names = world.START + timedelta(hours=2), list(world.CAST)
    people = {name: Person.objects.get(login=f"cast{names.index(name)}") for name in ("王督导", "郑管理")}
    return {
        "child_id": Child.objects.order_by("id")[0].id, "proposed_by": people["王督导"].id,
        "actor": viewer_of(person=people["郑管理"], at=at), "at": at,
    }


def _closed() -> dict[str, Any]:
    """Closed by two people; the same who go on."""
    from datetime import timedelta

    from tests import world
    from tests.flows.forms import fill
    from tongxin.accounts.models import Person
    from tongxin.accounts.viewers import viewer_of
    from tongxin.flows.record import Sheet, record
    from tongxin.lib import ids
    from tongxin.people.models import Child

    child, at = Child.objects.order_by("id")[0], world.START
    names = list(world.CAST)
    people = {name: Person.objects.get(login=f"cast{names.index(name)}") for name in ("王督导", "郑管理")}
    closing = ("case_closure", "王督导", {"reason": "died"})
    for form, by, told in (closing, ("closure_decision", "郑管理", {"outcome": "approved"})):
        at += timedelta(hours=1)
        sheet = Sheet(ids.new_id(), form, fill(child, form, at, **told), at)
        record(child_id=child.id, sheet=sheet, actor=viewer_of(person=people[by], at=at), at=at)
    return _two_people()


def left() -> None:
    """How much stands of the first child: cases, marks, names that open."""
    from tongxin import vault
    from tongxin.accounts.viewers import WORKER
    from tongxin.cases.models import Case
    from tongxin.ledger import facts, open_entries
    from tongxin.lib import clock
    from tongxin.people.models import Child, ChildToken

    child = Child.objects.order_by("id")[0]
    entries = facts(child.key_owner)
    opened = open_entries(entries, viewer=WORKER, purpose="test", at=clock.now())
    opened += vault.open([child.name], viewer=WORKER, purpose="test", at=clock.now())
    rows = [Case.objects.filter(id=child.id).count(), ChildToken.objects.filter(child_id=child.id).count()]
    _say(str([*rows, len(entries) > 0, [each for each in opened if each is not None]]))


def names() -> None:
    """What the children are called."""
    from tongxin import vault
    from tongxin.accounts.viewers import WORKER
    from tongxin.lib import clock
    from tongxin.people.models import Child

    sealed = [child.name for child in Child.objects.order_by("id")]
    _say(str(vault.open(sealed, viewer=WORKER, purpose="test", at=clock.now())))


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def tamper() -> None:
    """Somebody with the database's password changes an entry."""
    from tests.unlock import tamper as change

    change("UPDATE ledger_entry SET kind = 'other' WHERE subject_seq = 1")


if __name__ == "__main__":
    globals()[sys.argv[1]]()
