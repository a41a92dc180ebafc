"""The sample province, small: real records under every promise, the same for the same seed, at its magnitudes."""

from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest
from django.db.models import Count

from tests.conftest import forget, taken_back
from tongxin import ledger
from tongxin.accounts.models import Post
from tongxin.cases.models import Case, Task
from tongxin.demo.province import fund
from tongxin.demo.province.build import Built, build
from tongxin.demo.province.logins import hand_out
from tongxin.demo.province.rosters import roster_of, shares
from tongxin.demo.province.rules import province
from tongxin.flows.funds import handing
from tongxin.flows.invariants import breaches
from tongxin.flows.rebuild import differences_of
from tongxin.funds.models import Allocation, Balance
from tongxin.intake.reading import open_roster
from tongxin.ledger.models import Entry, Work
from tongxin.people.models import Child

CHILDREN = 60
WHOLE = 23_585


@pytest.fixture(autouse=True)
def _heads_of_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Other tests' ledgers would be measured against the province's head."""
    monkeypatch.setenv("TONGXIN_HEADS", str(tmp_path))


def _built(seed: int = 7) -> Built:
    return build(children=CHILDREN, seed=seed, processes=0)


@pytest.mark.django_db
def test_every_promise_is_kept_and_the_same_seed_gives_the_same_province() -> None:
    with taken_back():
        built = _built()
        assert built.refused == ()
        _keeps_every_promise()
        _looks_like_a_province(built)
        found = _seen()
    forget()
    with taken_back():
        _built()
        assert _seen() == found


def _keeps_every_promise() -> None:
    ends = province().ends
    assert ledger.unsealed().rows == 0
    assert [(each.kind, each.count) for each in breaches(at=ends) if each.count] == []
    for child in Child.objects.all():
        assert differences_of(child, at=ends) == []
    assert not Work.objects.exclude(state=Work.DONE).exists()
    assert not Entry.objects.filter(recorded_at__gt=ends).exists()


def _looks_like_a_province(built: Built) -> None:
    assert built.children == Child.objects.count() == CHILDREN
    assert built.entries == Entry.objects.count() >= CHILDREN * 3
    assert set(Entry.objects.values_list("kind", flat=True)) >= {"registration", "identification", "visit"}
    assert Case.objects.exclude(stage="registered").count() > CHILDREN / 2
    assert sum(built.handed_down.values()) == Decimal("32420000.00")
    held = Balance.objects.filter(account="bank", amount__gt=0).values_list("amount", flat=True)
    assert (len(held), sum(held)) == (len(built.shares), 3_242_000_000)
    handed = list(Allocation.objects.order_by("made_at"))
    assert len(handed) == 3 and all(handing.agreement_of(each).is_whole for each in handed)
    assert {each.state for each in handed} == {Allocation.SETTLED}
    rows = hand_out(built)
    assert {"nation", "province", "city", "manager", "supervisor", "director"} <= {row["login"] for row in rows}
    levels = Counter(Post.objects.filter(role="city_officer").values_list("division__level", flat=True))
    assert levels["province"] == 3 and levels["city"] >= 1


def _seen() -> object:
    """What anybody could compare of a province, without the identifiers made anew each time."""
    columns = ("stage", "level", "standing", "identified", "in_crisis", "rank", "due_at", "next_step", "derived_seq")
    return (
        sorted(Case.objects.values_list(*columns), key=repr),
        sorted(Entry.objects.values_list("kind", "occurred_at", "recorded_at")),
        sorted(Task.objects.values_list("step", "state").annotate(Count("id"))),
    )


def test_all_counties_together_have_exactly_all_children() -> None:
    found = shares(province(), children=WHOLE, seed=1)
    assert province().children == WHOLE == sum(share.children for share in found)
    assert len(found) > 70
    assert all(province().starts <= share.begins < province().ends for share in found)
    assert min(share.children for share in found) > 0


def test_a_county_s_roster_can_be_read_and_nobody_has_a_number_of_somebody() -> None:
    share = next(each for each in shares(province(), children=600, seed=1) if each.children)
    rows = list(open_roster(roster_of(share, province=province(), seed=1), name="名册.csv").rows(
        today=share.begins.date()
    ))
    assert len(rows) == share.children
    assert all(row.division_code and len(row.division_code) == 12 for row in rows)
    numbers = [row.id_no for row in rows if row.id_no]
    assert len(set(numbers)) == len(numbers)
    # Numbers are given out by counties, never by a prefecture.
    assert {number[4:6] for number in numbers} == {"00"}


def test_the_fund_is_handed_down_to_the_cent() -> None:
    found = fund.shares_of(Decimal("100.00"), {"a": 1, "b": 1, "c": 1})
    assert sum(found.values()) == Decimal("100.00")
    assert sorted(found.values()) == [Decimal("33.33"), Decimal("33.33"), Decimal("33.34")]
    assert fund.shares_of(Decimal("100.00"), {}) == {}
