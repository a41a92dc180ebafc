"""Children with a file already, taken onto a round's list by whoever may see them."""

from collections.abc import Iterable
from datetime import date, datetime

from tongxin import vault
from tongxin.access import selectors as access
from tongxin.accounts.viewers import Viewer
from tongxin.flows.screening_planning import list_children
from tongxin.intake.reading import Row
from tongxin.people.models import Child
from tongxin.screening.faults import NotTaken
from tongxin.screening.models import Round

PRESENT = "present"
MOST = 2000
FULL_DAY = 10


def list_known(*, round: Round, actor: Viewer, at: datetime) -> int:
    """How many children of the round's place were added; only those the planner may see, and who are there."""
    level = f"{round.division.level}_id"
    found = Child.objects.filter(state=PRESENT, **{level: round.division_id})
    seen = access.visible(found, viewer=actor, part="identity", at=at)
    listed = round.participants.filter(child_id__isnull=False).values("child_id")
    children = list(seen.exclude(id__in=listed).order_by("id")[: MOST + 1])
    if len(children) > MOST:
        raise NotTaken(f"这个地方已建档的儿童超过 {MOST} 名，请按镇街分开做。没有列入。")
    if not children:
        raise NotTaken("没有您看得到的、还没有列入的儿童。")
    rows = _rows(children, actor=actor, at=at)
    known = {place: child.id for place, child in enumerate(children)}
    return list_children(round=round, rows=rows, at=at, known=known).added


def _rows(children: Iterable[Child], *, actor: Viewer, at: datetime) -> list[Row]:
    shown = list(children)
    words = vault.open(
        [word for child in shown for word in (child.name, child.birth)], viewer=actor, purpose="screening", at=at,
        part="identity", route="round",
    )
    return [
        _row(number, child, words[2 * number] or f"档案 {child.file_no}", words[2 * number + 1])
        for number, child in enumerate(shown)
    ]


def _row(number: int, child: Child, name: str, birth: str | None) -> Row:
    return Row(
        sheet="", row=number + 1, name=name, id_no=None, id_state="missing",
        birth=date.fromisoformat(birth) if birth and len(birth) == FULL_DAY else None,
        birth_month=child.birth_month.isoformat()[:7] if child.birth_month else None, sex=child.sex,
        division_code=None, town_code=None, categories=(), carer=None, relation=None, relation_code=None, phone=None,
        problems=(),
    )
