"""Rosters taken in: every row that points to a person opens a file, once, whatever happens on the way."""

import io
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import openpyxl
import pytest
from pytest_django import DjangoDbBlocker

from tests.conftest import taken_back
from tests.intake.laiwu import AT, ROSTERS, Laiwu
from tongxin import ledger, vault
from tongxin.accounts.models import Division, Holding
from tongxin.accounts.viewers import WORKER
from tongxin.cases.models import Case, Task
from tongxin.core.pathway import CHINA
from tongxin.flows import invariants, rebuild
from tongxin.flows.record import Sheet, record
from tongxin.intake import importing, selectors, services, settling
from tongxin.intake.faults import NotTaken
from tongxin.intake.models import HeldRow, Listing, Upload
from tongxin.intake.opening import Ready
from tongxin.ledger.models import Entry, Event, Subject
from tongxin.lib import ids
from tongxin.people import search
from tongxin.people.models import Adult, Carer, CategorySpan, Child, ChildToken
from tongxin.vault.models import SubjectKey

pytestmark = pytest.mark.django_db

TABLES = (
    Child, Adult, Carer, CategorySpan, ChildToken, Subject, Entry, Event, Case, Task, Upload, HeldRow, Listing,
    SubjectKey,
)
# What a director would write for each doubtful detail.
GIVEN = {
    "no_id": {"id_no": "11010519491231002X"}, "id_check_digit": {"id_no": "11010519491231002X"},
    "id_lost_digits": {"id_no": "11010519491231002X"}, "birth_impossible": {"birth": "2012-03-05"},
    "birth_contradicts_id": {"birth": "2012-03-05"}, "sex_contradicts_id": {"sex": "male"},
}


def truth_of(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((ROSTERS / f"{name}.truth.json").read_text(encoding="utf-8"))
    return found


def counted() -> dict[str, int]:
    return {model.__name__: model._base_manager.count() for model in TABLES}


def differences() -> list[str]:
    """What a rebuild would store otherwise, for doubtful and for sound files."""
    some = [*Child.objects.filter(id_token__isnull=True)[:40], *Child.objects.order_by("id_token").reverse()[:40]]
    return [str(each) for child in some for each in rebuild.differences_of(child, at=AT)]


@pytest.fixture(scope="class", params=["roster-a-7", "roster-b-8"])
def sample(
    begun_county: Laiwu, request: pytest.FixtureRequest, django_db_blocker: DjangoDbBlocker
) -> Iterator[tuple[str, Upload]]:
    """One of the sample rosters, taken in."""
    with django_db_blocker.unblock(), taken_back():
        yield request.param, begun_county.take_in(f"{request.param}.xlsx")


class TestSamples:
    def test_every_child_with_a_name_gets_a_file_in_its_village(self, sample: tuple[str, Upload], db: None) -> None:
        name, upload = sample
        truth = truth_of(name)
        named_later = {row["duplicate_of"] for row in truth["truth"]}
        wanted = Counter(
            row["village_code"] for at, row in enumerate(truth["truth"])
            if row["duplicate_of"] is None and (row["problem"] != "no_name" or at in named_later)
        )
        codes = dict(Division.objects.values_list("id", "code"))
        found = Counter(codes.get(village) for village in Child.objects.values_list("village_id", flat=True))
        assert upload.rows_done == truth["rows"]
        assert found == wanted
        assert Child.objects.count() + HeldRow.objects.count() == truth["rows"]

    def test_what_is_stored_is_what_the_facts_give(self, sample: tuple[str, Upload], db: None) -> None:
        assert differences() == []
        assert [breach.kind for breach in invariants.breaches(at=AT) if breach.count] == []

    def test_each_doubtful_detail_is_a_task_with_an_owner(self, sample: tuple[str, Upload], db: None) -> None:
        doubtful = [case.id for case in Case.objects.all() if case.state["details"]]
        tasks = Task.objects.filter(step="complete_details", owner_person_id__isnull=False)
        assert {task.case_id for task in tasks} == set(doubtful)
        assert doubtful

    def test_the_same_file_again_changes_nothing(
        self, sample: tuple[str, Upload], begun_county: Laiwu, db: None
    ) -> None:
        before = counted()
        begun_county.take_in(f"{sample[0]}.xlsx")
        assert counted() == before


class TestHeldRows:
    def test_each_has_an_owner_in_its_town_and_five_working_days(self, laiwu: Laiwu) -> None:
        laiwu.take_in("roster-a-7.xlsx")
        held = HeldRow.objects.all()
        assert {each.due_at.astimezone(CHINA).date().isoformat() for each in held} == {"2026-01-07"}
        roles = Holding.objects.filter(post_id__in=held.values("owner_post_id")).values_list("post__role", flat=True)
        assert set(roles) == {"child_supervisor"}

    def test_a_later_row_with_the_name_opens_the_file_of_a_nameless_one(self, laiwu: Laiwu) -> None:
        laiwu.take_in("roster-b-8.xlsx")
        nameless = HeldRow.objects.get(reason=HeldRow.NO_NAME)
        assert not Listing.objects.filter(row=nameless.row).exists()
        assert Child.objects.count() == truth_of("roster-b-8")["children"]


class TestBreaks:
    def test_goes_on_after_a_break_without_doubling(self, laiwu: Laiwu, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(importing, "CHUNK", 40)
        monkeypatch.setattr(importing, "AHEAD", 0)

        def break_off(done: int, total: int) -> None:
            if done >= 80:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            services.import_upload(
                laiwu.receive("roster-b-8.xlsx"), viewer=laiwu.manager, at=AT, progress=break_off
            )
        stands = Upload.objects.get()
        assert (stands.state, stands.rows_done) == (Upload.IMPORTING, 80)
        done = services.import_upload(stands, viewer=laiwu.manager, at=AT)
        assert done.rows_done == truth_of("roster-b-8")["rows"]
        assert Listing.objects.count() == Child.objects.count() == Case.objects.count()
        assert Child.objects.count() + HeldRow.objects.count() == done.rows_done

    def test_finds_keys_that_were_kept_before_the_break(
        self, laiwu: Laiwu, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def lost(ready: Ready) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr(Ready, "write", lost)
            laiwu.take_in("roster-b-8.xlsx")
        children = SubjectKey.objects.filter(owner_kind="child")
        assert (Child.objects.count(), children.exists()) == (0, True)
        services.import_upload(Upload.objects.get(), viewer=laiwu.manager, at=AT)
        assert children.count() == Child.objects.count()
        assert differences() == []

    def test_a_second_process_writes_the_same(self, laiwu: Laiwu, monkeypatch: pytest.MonkeyPatch) -> None:
        few = replace(settling.settling(), at_once=10)
        monkeypatch.setattr(importing, "settling", lambda: few)
        laiwu.take_in("roster-b-8.xlsx")
        assert Child.objects.count() == truth_of("roster-b-8")["children"]
        assert differences() == []


def registered() -> dict[str, Any]:
    """What the only registration says."""
    entries = list(Entry.objects.filter(kind="registration"))
    (said,) = ledger.open_entries(entries, viewer=WORKER, purpose="test", at=AT)
    assert said is not None
    return dict(said)


class TestTooLong:
    HEADS = "乡镇,村（社区）,姓名,性别,出生日期,身份证号,监护人\n"

    def test_a_name_too_long_opens_a_file_with_the_name_to_be_corrected(self, laiwu: Laiwu) -> None:
        long = "雨" * 10_000
        row = f"凤城街道,东升社区,{long},女,2012-03-05,,王桂兰\n"
        upload = laiwu.take_in("a.csv", content=(self.HEADS + row).encode())
        assert (upload.summary["new"], upload.summary["held"]) == (1, 0)
        child = Child.objects.get()
        (name,) = vault.open([child.name], viewer=WORKER, purpose="test", at=AT)
        assert name == "雨" * 59 + "…"
        assert upload.summary["problems"] == {"no_id": 1, "name_too_long": 1}
        assert "name_too_long" in Case.objects.get().state["details"]
        assert Task.objects.filter(step="complete_details").count() == 1
        said = registered()
        assert {"column": "儿童姓名", "text": long} in said["written"]

    def test_a_carer_too_long_stays_as_written(self, laiwu: Laiwu) -> None:
        carer = "由奶奶和姑姑轮流照料，" * 10
        row = f"凤城街道,东升社区,王小雨,女,2012-03-05,11010520120305202X,{carer}\n"
        laiwu.take_in("a.csv", content=(self.HEADS + row).encode())
        said = registered()
        assert {"column": "实际照料人", "text": carer} in said["written"]


class TestDoubtfulDetails:
    @pytest.mark.parametrize("code", ["no_id", "birth_impossible", "sex_contradicts_id", "id_check_digit"])
    def test_a_correction_ends_the_task(self, laiwu: Laiwu, code: str) -> None:
        laiwu.take_in("roster-a-7.xlsx")
        case = next(each for each in Case.objects.all() if each.state["details"] == [code])
        task = Task.objects.get(case=case, step="complete_details")
        answers = {**GIVEN[code], "basis": "户口簿", "signature": "某人"}
        sheet = Sheet(ids.new_id(), "detail_correction", answers, AT)
        record(child_id=case.id, sheet=sheet, actor=laiwu.holder(task.owner_post_id), at=AT)
        task.refresh_from_db()
        assert task.state == Task.DONE
        assert rebuild.differences_of(Child.objects.get(id=case.id), at=AT) == []

    def test_keeps_what_was_written_sealed_in_the_entry(self, laiwu: Laiwu) -> None:
        laiwu.take_in("roster-a-7.xlsx")
        case = next(each for each in Case.objects.all() if each.state["details"] == ["birth_impossible"])
        entries = list(Entry.objects.filter(subject_id=case.id).select_related("subject"))
        (answers,) = ledger.open_entries(entries, viewer=WORKER, purpose="test", at=AT)
        assert answers is not None
        assert answers["problems"] == ["birth_impossible"]
        assert {each["column"] for each in answers["written"]} >= {"出生日期"}
        assert "birth" not in answers


class TestSearch:
    def test_finds_who_came_in_by_name_and_number(self, laiwu: Laiwu) -> None:
        first = truth_of("roster-a-7")["truth"][0]
        laiwu.take_in("roster-a-7.xlsx")
        for text in (first["name"], first["id_no"]):
            found = search.find(text, viewer=laiwu.manager, at=AT)
            assert first["name"] in {each.name for each in found}


class TestLaterRoster:
    def test_tells_what_is_the_same_and_who_is_no_longer_listed(self, laiwu: Laiwu) -> None:
        laiwu.take_in("roster-a-7.xlsx")
        before = counted()
        book = openpyxl.load_workbook(ROSTERS / "roster-a-7.xlsx")
        book.worksheets[0].delete_rows(10, 3)
        content = io.BytesIO()
        book.save(content)
        later = laiwu.take_in("later.xlsx", content=content.getvalue())
        after = counted()
        assert (later.summary["new"], later.summary["changed"]) == (0, 0)
        assert later.summary["same"] == before["Child"] - 3
        assert selectors.no_longer_listed(later).count() == 3
        assert {name for name in before if before[name] != after[name]} <= {
            "Upload", "Listing", "HeldRow", "Subject", "Event", "SubjectKey",
        }

    def test_keeps_a_changed_value_beside_the_file(self, laiwu: Laiwu) -> None:
        laiwu.take_in("roster-a-7.xlsx")
        book = openpyxl.load_workbook(ROSTERS / "roster-a-7.xlsx")
        sheet = book.worksheets[0]
        head = [str(cell.value) for cell in sheet[3]]
        phone = head.index("联系电话") + 1
        sheet.cell(row=4, column=phone).value = "13900000000"
        content = io.BytesIO()
        book.save(content)
        later = laiwu.take_in("later.xlsx", content=content.getvalue())
        listing = later.listings.get(change=Listing.CHANGED)
        assert listing.content
        assert Entry.objects.filter(subject_id=listing.child_id).count() == 1


class TestOriginals:
    def test_the_original_goes_ninety_days_after_the_last_row_is_settled(self, laiwu: Laiwu) -> None:
        upload = laiwu.take_in("roster-b-8.xlsx")
        Upload.objects.filter(id=upload.id).update(settled_at=AT)
        assert services.forget_originals(at=AT + timedelta(days=89), held=()) == 0
        assert services.forget_originals(at=AT + timedelta(days=91), held=()) == 1
        upload.refresh_from_db()
        assert upload.original is None
        with pytest.raises(NotTaken, match="已按规定销毁"):
            services.understand(upload, viewer=laiwu.manager, at=AT)
