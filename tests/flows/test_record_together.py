"""Entries recorded together leave exactly what the same entries leave that are recorded one by one."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from tests import world
from tests.conftest import taken_back
from tests.flows.forms import fill
from tests.left import known_ids, left
from tongxin.cases.models import Case, Decision, Proposal
from tongxin.flows import record_together, sweep
from tongxin.flows.record import Recorded, Sheet, record
from tongxin.flows.record_together import Piece
from tongxin.flows.refusals import Held, NotAllowed, Refused
from tongxin.lib import steady
from tongxin.people.models import Child

pytestmark = pytest.mark.django_db
LATER = timedelta(days=1)
LOW = {"low_mood": "often", "no_interest": "often", "judgement": "refer", "judgement_reason": "面谈所见"}
CELLS = {f"{cell}_level": "1" for cell in ("psychological", "observation", "guardianship", "environment", "economy")}
# By wave: the form, who writes it, and what of it is not calm.
WAVES: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("identification_form", "周主任", LOW), ("assessment_form", "林社工", CELLS),
    ("grade_decision", "郑管理", {"action": "confirm"}), ("guardian_feedback", "林社工", {"outcome": "agrees"}),
    ("visit_record", "周主任", {}), ("follow_up", "林社工", {}),
)


@pytest.mark.parametrize("seed", range(4))
def test_together_is_as_one_by_one(cast: world.World, seed: int) -> None:
    family = [cast.child(name=name) for name in ("小甲", "小乙", "小丙")]
    with taken_back():
        alone, ids = _waves(cast, family, seed, is_together=False)
        known = known_ids() | ids
        wanted = left(known)
    with taken_back(), steady.answering():
        assert _waves(cast, family, seed, is_together=True)[0] == alone
        found = left(known)
    for name, rows in wanted.items():
        assert found[name] == rows, name
    assert alone.count("Recorded") > len(family)


def test_grades_are_proposed_and_decided_in_sets(cast: world.World) -> None:
    family = [cast.child(name=name) for name in ("小甲", "小乙")]
    with steady.answering():
        _waves(cast, family, 0, is_together=True)
    assert Proposal.objects.filter(case__in=[child.id for child in family]).count() == len(family)
    assert Decision.objects.filter(stands=True).count() == len(family)


def test_a_child_comes_once_in_a_set(cast: world.World) -> None:
    child = cast.child()
    pieces = [_piece(cast, child, "visit_record", "周主任", {}, number, world.START) for number in (1, 2)]
    with pytest.raises(ValueError, match="once"):
        record_together.record_all(pieces)


def test_what_one_may_not_write_leaves_the_others_alone(cast: world.World) -> None:
    mine, other = cast.child(name="小甲"), cast.child(name="小乙")
    pieces = [
        _piece(cast, mine, "grade_decision", "周主任", {}, 1, world.START),
        _piece(cast, other, "visit_record", "周主任", {"wish_to_die": "yes"}, 2, world.START),
    ]
    outcomes = record_together.record_all(pieces)
    assert [type(each) for each in outcomes] == [NotAllowed, Recorded]
    assert Case.objects.get(id=other.id).in_crisis
    assert isinstance(record_together.record_all([_strange(pieces[1])])[0], Refused | Held)


def test_moments_that_passed_are_looked_at_together(cast: world.World) -> None:
    family = [cast.child(name=name) for name in ("小甲", "小乙", "小丙")]
    late = world.START + timedelta(days=40)
    with taken_back():
        for child in family:
            sweep.look_again(Child.objects.get(id=child.id), now=late)
        known = known_ids()
        wanted = left(known)
    with taken_back(), steady.answering():
        record_together.look_again_all([child.id for child in family], now=late)
        found = left(known)
    for name, rows in wanted.items():
        assert found[name] == rows, name


def _waves(
    cast: world.World, family: Sequence[Child], seed: int, *, is_together: bool
) -> tuple[list[str], set[str]]:
    """What became of each entry, and the entries' ids."""
    chance, at, told, ids = random.Random(seed), world.START, [], set()
    for wave, (form, who, answers) in enumerate(WAVES):
        at += LATER
        pieces = [
            _piece(cast, child, form, who, answers if chance.random() < 0.8 or not seed else {}, wave * 10 + number, at)
            for number, child in enumerate(family) if not seed or chance.random() < 0.9
        ]
        ids |= {str(piece.sheet.entry_id) for piece in pieces}
        told += _together(pieces) if is_together else [_alone(piece) for piece in pieces]
    return told, ids


def _together(pieces: Sequence[Piece]) -> list[str]:
    return [type(each).__name__ for each in record_together.record_all(pieces)]


def _alone(piece: Piece) -> str:
    try:
        return type(record(child_id=piece.child_id, sheet=piece.sheet, actor=piece.actor, at=piece.at)).__name__
    except (Refused, NotAllowed, Held) as refused:
        return type(refused).__name__


def _piece(
    cast: world.World, child: Child, form: str, who: str, answers: dict[str, Any], number: int, at: datetime
) -> Piece:
    level = Case.objects.filter(id=child.id).values_list("level", flat=True).first()
    if form == "grade_decision" and answers:
        is_open = Proposal.objects.filter(case_id=child.id, is_open=True).exists()
        answers = {**answers, "level": level} if is_open else {"action": "raise", "level": "mid_low", "reason": "面谈"}
    sheet = Sheet(UUID(int=child.id.int ^ number, version=4), form, fill(child, form, at, **answers), at)
    return Piece(child.id, sheet, cast.viewer(who, at), at)


def _strange(piece: Piece) -> Piece:
    return Piece(piece.child_id, Sheet(UUID(int=5), "visit_record", {"kind": 3}, piece.at), piece.actor, piece.at)
