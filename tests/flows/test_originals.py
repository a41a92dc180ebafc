"""A roster's original names many children: while one of them is held, it stays, whoever else is erased."""

from datetime import datetime, timedelta

import pytest

from tests.flows.story import Story
from tests.flows.test_erasing import closed, erase, hold, lift
from tongxin import vault
from tongxin.accounts.viewers import WORKER
from tongxin.flows import holding
from tongxin.flows.refusals import Refused
from tongxin.intake import services as intake
from tongxin.intake.models import HeldRow, Listing, Upload
from tongxin.people.models import Child

pytestmark = pytest.mark.django_db


def listed(story: Story, child: Child, *, as_held: bool = False) -> Upload:
    assert child.county_id is not None
    viewer = story.world.viewer("郑管理", story.at)
    upload = Upload(
        sha256=("b" if as_held else "a") * 64, size=1, county_id=child.county_id, post_id=viewer.post_id,
        person_id=viewer.person_id, received_at=story.at, settled_at=story.at,
    )
    keys = vault.create_keys([upload.key_owner], at=story.at)
    vault.put(upload, {"name": "册.xlsx", "original": "原件"}, keyring=keys)
    upload.save(force_insert=True)
    if as_held:
        row = HeldRow(
            upload=upload, sheet=0, row=9, child_id=child.id, state=HeldRow.SAME, due_at=story.at,
            reason=HeldRow.SUSPECTED,
        )
        vault.put(row, {"content": "{}"}, keyring=keys)
        row.save(force_insert=True)
    else:
        add(story, upload, child, row=1)
    return upload


def add(story: Story, upload: Upload, child: Child, *, row: int) -> None:
    Listing.objects.create(upload=upload, child_id=child.id, sheet=0, row=row, row_digest=b"x", change=Listing.NEW)


def forgotten(at: datetime) -> int:
    return intake.forget_originals(at=at + timedelta(days=100), held=holding.held())


def test_an_original_that_names_a_held_child_waits_for_the_hold(story: Story) -> None:
    listed(story, story.child)
    listed(story, story.child, as_held=True)
    hold(story)
    assert forgotten(story.at) == 0
    lift(story)
    assert forgotten(story.at) == 2


def test_one_childs_erasure_leaves_the_original_in_which_another_is_held(story: Story) -> None:
    upload = listed(story, story.child)
    other = story.world.child("小石", birth="2013-01-01")
    add(story, upload, other, row=2)
    viewer = story.world.viewer("郑管理", story.at)
    holding.place(
        child=other, kind="lawsuit", basis="诉讼", document="1号", review_on=(story.at + timedelta(days=9)).date(),
        actor=viewer, at=story.at,
    )
    closed(story)
    stone = erase(story)
    assert "file" not in {kind for kind, _ in stone.owners}
    assert forgotten(story.at) == 0
    Upload.objects.get(id=upload.id, original__isnull=False)


def test_a_row_that_waits_stands_against_it_and_a_settled_one_says_nothing_any_more(story: Story) -> None:
    upload = listed(story, story.child, as_held=True)
    Upload.objects.filter(id=upload.id).update(settled_at=None)
    closed(story)
    HeldRow.objects.update(state=HeldRow.OPEN)
    with pytest.raises(Refused) as no:
        erase(story)
    assert "花名册里还有一行" in no.value.problems[0].zh
    HeldRow.objects.update(state=HeldRow.SAME)
    erase(story)
    row = HeldRow.objects.get()
    assert vault.open([row.content], viewer=WORKER, purpose="x", part="p", route="r", at=story.at) == [""]
    assert row.child_id is None
