"""The product as it is installed, with one child's words in it: `python -m tests.leaks.life FOLDER`.

It runs alone, with its own data folder and temporary folder, so that everything it writes can be looked at.
SQLite is the standard library's here: an encrypted file would hide what the product itself does not.
"""

import os
import shutil
import sys
import tempfile
from pathlib import Path

FOLDER = Path(sys.argv[1])
HOME, SPILT = FOLDER / "home", FOLDER / "spilt"
for each in ("home", "tmp", "brought"):
    (FOLDER / each).mkdir(parents=True)
os.environ["TONGXIN_HOME"] = str(HOME)
os.environ["TMPDIR"] = tempfile.tempdir = str(FOLDER / "tmp")
os.environ["DJANGO_SETTINGS_MODULE"] = "tongxin.config.settings"
sys.modules["sqlcipher3"] = None  # type: ignore[assignment]

from tongxin.lib import secrets  # noqa: E402

secrets.create()

import django  # noqa: E402

django.setup()

from django.core.files.uploadedfile import SimpleUploadedFile  # noqa: E402
from django.test.utils import setup_test_environment  # noqa: E402
from openpyxl import Workbook  # noqa: E402

from tests import world  # noqa: E402
from tests.answer.conftest import Phone  # noqa: E402
from tests.documents.files import pdf  # noqa: E402
from tests.flows.forms import fill  # noqa: E402
from tests.leaks import canary  # noqa: E402
from tests.screening.school import School, row_of  # noqa: E402
from tests.web.conftest import Office  # noqa: E402
from tongxin.accounts.models import Organisation  # noqa: E402
from tongxin.accounts.services import add_person  # noqa: E402
from tongxin.accounts.viewers import WORKER  # noqa: E402
from tongxin.assessments.models import Result  # noqa: E402
from tongxin.cases.models import Case  # noqa: E402
from tongxin.commands import database_prepare, roster_import, worker  # noqa: E402
from tongxin.lib import clock, ids  # noqa: E402
from tongxin.people.models import Child  # noqa: E402


def main() -> None:
    database_prepare.main([])
    cast = world.build()
    child = at_the_door(cast)
    on_paper(cast, child)
    through_a_roster()
    in_a_class(cast)
    at_work(cast)
    fail(cast, child)
    shutil.copytree(HOME, FOLDER / "seen")
    spill(child)
    shutil.copytree(HOME, SPILT)


def office(cast: world.World, name: str) -> Office:
    client = Office(raise_request_exception=False)
    client.force_login(cast.people[name])
    return client


def at_the_door(cast: world.World) -> Child:
    """A file opened, a visit recorded, a search made, pages read: all over HTTP."""
    director = office(cast, "周主任")
    answers = {
        "opened_on": clock.now().date().isoformat(), "source": "patrol", "name": canary.NAME, "id_kind": "resident_id",
        "id_no": canary.ID_NO, "sex": "female", "birth": canary.BIRTH, "residence_division": "370116001001",
        "residence_address": canary.ADDRESS, "phone": canary.PHONE,
        "carers": [{
            "carer_name": canary.CARER, "relation": "maternal_grandmother", "carer_phone": canary.PHONE,
            "ability": "able",
        }],
    }
    opened = director.send("/children/new/file/", answers)
    assert opened.status_code == 200, opened.content.decode()
    child = Child.objects.get()
    url = f"/children/{child.id}/forms/visit_record/"
    told = fill(child, "visit_record", clock.now(), wish_to_die="yes", child_words=canary.WORDS)
    assert director.send(url, told).status_code == 200
    assert director.send(url, {**told, "seen_in_person": "perhaps", "note": canary.WORDS}).status_code == 422
    for text in (canary.NAME, canary.SEARCHED):
        assert director.post("/children/search/", {"text": text}).status_code == 200
    page = director.get(f"/children/{child.id}/")
    assert canary.NAME in page.content.decode() and "no-store" in page.headers["Cache-Control"]
    assert office(cast, "陈老师").get(f"/children/{child.id}/").status_code == 404
    return child


def on_paper(cast: world.World, child: Child) -> None:
    """A file kept and opened, one that is refused, and a paper printed."""
    supervisor, url = office(cast, "王督导"), f"/children/{child.id}/attachments/"
    content = pdf(objects=f"% {canary.ATTACHED}\n".encode() * 40)
    sent = {"id": str(ids.new_id()), "kind": "medical", "title": canary.ATTACHED}
    kept = SimpleUploadedFile(f"{canary.NAME}.pdf", content)
    assert supervisor.post(url, {**sent, "file": kept}).status_code == 302
    assert supervisor.get(f"{url}{sent['id']}/").content == content
    spoilt = SimpleUploadedFile(f"{canary.NAME}.jpg", canary.ATTACHED.encode() * 200_000)
    assert supervisor.post(url, {**sent, "id": str(ids.new_id()), "file": spoilt}).status_code == 422
    printed = supervisor.post(f"/children/{child.id}/paper/case_file/", {"purpose": "sign"})
    assert printed.status_code == 200 and printed.content.startswith(b"%PDF")


def through_a_roster() -> None:
    """A roster taken in by the command, and a file that is none sent through the page."""
    book = Workbook()
    rows = book.worksheets[0]
    rows.append(["姓名", "身份证号码", "性别", "现居住地", "困境类别"])
    rows.append([canary.ROSTER_NAME, canary.ROSTER_ID, "女", "凤城街道东升社区", "孤儿"])
    rows.append(["", canary.ROSTER_ID, "女", "凤城街道东升社区", "孤儿"])
    with tempfile.TemporaryDirectory(dir=FOLDER / "brought") as folder:
        file = Path(folder) / "roster.xlsx"
        book.save(file)
        assert roster_import.main([str(file), "--county", "370116"]) == 0


def in_a_class(cast: world.World) -> None:
    """A pupil answers by a link, in danger, and a page breaks while another answer is sent."""
    school = School(cast, pupils=0, at=clock.now())
    school.list([row_of(1, name=canary.PUPIL), row_of(2, name=canary.PUPIL)])
    school.start()
    token, phone = school.token(1), Phone(raise_request_exception=False)
    (SPILT.parent / "token").write_text(token, encoding="utf-8")
    phone.begin(token)
    assert phone.tap("q9", "3").status_code == 200
    assert phone.tap("q1", canary.FAILED).status_code == 422
    assert phone.say("finish").status_code == 200
    assert phone.open(f"{token}{canary.FAILED}").status_code == 404
    printed = office(cast, "何老师").post(
        f"/rounds/{school.round.id}/answering/links/", {"group": str(school.pupil(2).school_class_id)}
    )
    assert printed.content.startswith(b"%PDF")


def at_work(cast: world.World) -> None:
    """Everything the worker does; and somebody signs in with a password."""
    while worker.turn("leaks", now=clock.now()) + worker.seal(now=clock.now()):
        continue
    person = add_person(login="leaks", name=canary.CARER, password="long enough a word", actor=WORKER, at=clock.now())
    assert person.pk and cast
    Office().post("/sign-in/", {"login": canary.NAME, "password": canary.WORDS})


def fail(cast: world.World, child: Child) -> None:
    """A page that breaks while it is sent a child's words, and an upload that is no roster."""
    director = office(cast, "周主任")
    kept = Result.objects.filter(child_id=child.id).order_by("entry_id").first()
    assert kept is not None
    Result.objects.filter(entry_id=kept.entry_id).update(data={"alarms": [{}]})
    told = fill(child, "visit_record", clock.now(), child_words=canary.FAILED)
    broken = director.send(f"/children/{child.id}/forms/visit_record/", told)
    assert broken.status_code == 500 and canary.FAILED not in broken.content.decode()
    Result.objects.filter(entry_id=kept.entry_id).update(data=kept.data)
    Case.objects.update(look_again_at=clock.now())
    worker.turn("leaks", now=clock.now())
    file = SimpleUploadedFile("roster.xlsx", canary.FAILED.encode() * 40_000)
    assert office(cast, "郑管理").post("/rosters/", {"file": file}).status_code == 422


def spill(child: Child) -> None:
    """What a careless program would do, so that the search is seen to find it."""
    body = Organisation.objects.first()
    assert body is not None
    Organisation.objects.filter(id=body.id).update(name=canary.NAME)
    Case.objects.filter(id=child.id).update(state={"note": canary.WORDS})


if __name__ == "__main__":
    setup_test_environment()
    main()
