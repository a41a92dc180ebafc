"""What the year also plays: clues about children on file and about staff, and messages that leave the house."""

from pathlib import Path

from tests.demo.small import Quarter
from tongxin.accounts.models import Post
from tongxin.clues.models import Clue
from tongxin.ledger.models import Entry
from tongxin.notices.models import Address, Delivery


def look(quarter: Quarter) -> None:
    """What stands there on the last morning."""
    assert quarter.refused == ()
    _clues_of_children_and_of_staff()
    _messages(quarter.outside)


def _clues_of_children_and_of_staff() -> None:
    matched = list(Clue.objects.filter(child_id__isnull=False))
    assert len(matched) == 2
    assert Entry.objects.filter(id__in=[each.entry_id for each in matched], kind="flag").count() == 2
    above = list(Clue.objects.filter(above_level="village"))
    assert len(above) == 2
    posts = Post.objects.filter(id__in=[each.owner_post_id for each in above])
    assert set(posts.values_list("division__level", flat=True)) <= {"town", "county"}


def _messages(folder: Path) -> None:
    assert Address.objects.filter(confirmed_at__isnull=False).count() >= 4
    assert Address.objects.filter(confirmed_at__isnull=True).exists()
    kinds = set(Delivery.objects.filter(state=Delivery.SENT).values_list("kind", flat=True))
    assert kinds >= {"confirm", "test", "digest"}
    assert not Delivery.objects.filter(state__in=[Delivery.FAILED, Delivery.GIVEN_UP]).exists()
    assert {each.name.split(".", 1)[1] for each in folder.glob("[0-9]*")} == {"eml", "sms.json", "wecom.json"}
