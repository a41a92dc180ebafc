"""What happens inside an installation of the tests, each as one process: python -m tests.deploy.deeds DEED."""

import sys

from tongxin.lib.start import start

if __name__ == "__main__":
    start(makes_keys=False)

NAMES = ("小雨", "小风", "小雪")


def furnish() -> None:
    """Two small counties, three children and a file of the data folder; everything sealed in the ledger."""
    from tests import world
    from tongxin.commands import database_prepare, worker
    from tongxin.lib import places

    database_prepare.main([])
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
