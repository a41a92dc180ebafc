"""An older backup forgets neither a hold nor what was set apart, and hides nothing that a child's safety rests on."""

from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from tests.flows.story import Story
from tests.flows.test_erasing import hold
from tongxin import vault
from tongxin.accounts.viewers import WORKER
from tongxin.flows import holding, kept_again, rebuild, repair, setting_apart
from tongxin.flows.setting_apart import Notice
from tongxin.keeping import outside
from tongxin.keeping.models import Custody, Hold
from tongxin.keeping.outside import APART, Line
from tongxin.ledger.models import Entry, SetAside
from tongxin.rights import shelf
from tongxin.rights.models import Shelved

pytestmark = pytest.mark.django_db


def apart(story: Story, entry: UUID) -> Custody:
    story.at += timedelta(hours=1)
    notice = Notice("court", "（2025）鲁0116刑初34号", story.at.date())
    return setting_apart.set_apart(
        child=story.child, entries=[entry], notice=notice, actor=story.world.viewer("郑管理", story.at), at=story.at
    )


def lines(story: Story) -> list[Line]:
    rows = [Line(APART, row.row_id, row.at, stands=True) for row in SetAside.objects.all()]
    return [*rows, *map(outside.line_of, Hold.objects.all())]


def forget(story: Story) -> None:
    """As in a backup from before."""
    for model in (Hold, SetAside, Custody):
        model.objects.all().delete()
    repair.derive_silently(story.child, at=story.at)


def test_what_was_set_apart_and_held_is_so_again_and_can_be_lifted(story: Story) -> None:
    entry = story.record("interview_record", "林社工").entry
    apart(story, entry.id)
    hold(story)
    known = lines(story)
    forget(story)
    assert Entry.objects.filter(id=entry.id).exists()
    done = kept_again.again(known, at=story.at)
    assert (done.held, done.apart, done.not_apart) == (1, 1, 0)
    assert not Entry.objects.filter(id=entry.id).exists()
    assert rebuild.differences_of(story.child, at=story.at) == []
    (held,) = holding.holds_on(story.child.id)
    assert vault.open([held.document], viewer=WORKER, purpose="x", at=story.at) == ["（2025）1号"]
    (row,) = setting_apart.custodies(viewer=story.world.viewer("郑管理", story.at), at=story.at)
    (content,) = setting_apart.opened([row], viewer=WORKER, purpose="unseal.list", at=story.at)
    assert content is not None and content["entries"] == [str(entry.id)] and content["document"] == kept_again.PAPER
    assert kept_again.again(known, at=story.at) == kept_again.Again()


def test_what_was_lifted_since_is_lifted_or_told(story: Story) -> None:
    entry = story.record("interview_record", "林社工").entry
    apart(story, entry.id)
    hold(story)
    (row,) = holding.holds_on(story.child.id)
    later = story.at + timedelta(hours=1)
    row.lifted_at, row.lifted_by = later, story.world.people["王督导"].id
    known = [*lines(story), outside.line_of(row), Line(APART, entry.id, later, stands=False)]
    done = kept_again.again(known, at=later)
    assert (done.lifted, done.still_apart) == (1, 1) and not holding.holds_on(story.child.id)
    assert not Entry.objects.filter(id=entry.id).exists()


def test_nothing_is_hidden_that_an_open_danger_rests_on(story: Story) -> None:
    entry = story.record("visit_record", "周主任", harmed="yes").entry
    line = Line(APART, entry.id, story.at, stands=True)
    done = kept_again.again([line], at=story.at)
    assert (done.apart, done.not_apart) == (0, 1) and Entry.objects.filter(id=entry.id).exists()
    assert not Custody.objects.exists() and not SetAside.objects.exists()


def test_the_list_takes_no_line_of_somebody_elses(story: Story, tmp_path: object) -> None:
    from tongxin.lib.faults import Fault

    hold(story)
    file = Path(str(tmp_path)) / outside.NAME
    outside.save(file, lines(story))
    assert outside.read(file) == lines(story)
    file.write_text(file.read_text("utf-8").replace("true", "false"), "utf-8")
    with pytest.raises(Fault):
        outside.read(file)


def test_a_backup_writes_down_again_which_files_are_only_stored(
    story: Story, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TONGXIN_HEADS", str(tmp_path))
    away, back = story.at - timedelta(hours=2), story.at - timedelta(hours=1)
    file = shelf.file()
    row = Shelved.objects.create(child_id=story.child.id, file_no="1", basis="request", shelved_at=away)
    shelf.export()
    shelf.export()
    assert [(each.child_id, each.at) for each in shelf.stored(shelf.read(file))] == [(story.child.id, away)]
    assert len(shelf.read(file)) == 1
    Shelved.objects.filter(id=row.id).update(ended_at=back)
    shelf.export()
    assert shelf.stored(shelf.read(file)) == [] and len(shelf.read(file)) == 2
