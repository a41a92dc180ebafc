"""Two lists of the last weeks, compared with the files: the school roll, and that of disabled children."""

import io
from csv import writer
from datetime import datetime, timedelta
from uuid import UUID

from tongxin.accounts.models import Division
from tongxin.comparisons.models import Answer, Comparison
from tongxin.comparisons.rules import rules_at
from tongxin.core.pathway import CHINA
from tongxin.demo.cast import Actor
from tongxin.demo.year import Year
from tongxin.flows import comparing, comparing_few, comparing_limits, comparing_review, comparing_run
from tongxin.flows.comparing_files import OnFile, in_words
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.people.models import CategorySpan, Child

HEADS = ("姓名", "性别", "出生日期", "身份证号码", "镇街", "村居", "监护人", "联系电话")
SEXES = {"male": "男", "female": "女"}
# Days before the end on which each list comes, who brings it, how many files it leaves out.
LISTS = (("school_roll", 9, "department_officer", 3), ("disability", 4, "benefit_clerk", 2))
# How another office writes a sound: same sound, other character.
OTHERWISE = (
    ("李", "黎"), ("婷", "亭"), ("宇", "雨"), ("佳", "嘉"), ("张", "章"), ("梓", "紫"), ("林", "临"), ("王", "汪"),
    ("雅", "亚"),
)
STRANGERS = {
    "school_roll": (("孙小河", "男", "2015-06-08", "孙大河"), ("顾清清", "女", "2013-11-20", "顾建民")),
    "disability": (("武明月", "女", "2014-02-17", "武大强"),),
}
# How many of what waits are settled before the last morning.
SETTLED = 3
WHY_FEW = "全县这一类的孩子就这些，核对补贴要逐个弄清"


class ComparisonDays:
    """What other offices bring, and what the county's desk makes of it."""

    def __init__(self, year: Year, *, county: Division) -> None:
        self.year, self.county = year, county

    def plan_all(self, *, start: datetime) -> None:
        """Both lists in the last days, where the files were open by then."""
        for number, (kind, days, role, left) in enumerate(LISTS):
            at = (self.year.end - timedelta(days=days)).astimezone(CHINA).replace(hour=10, minute=5 + number)
            if at > start + timedelta(days=20):
                self.year.plan(at, self._bring, kind=kind, role=role, left=left)

    def _bring(self, at: datetime, kind: str, role: str, left: int) -> None:
        """The list is brought, read as it is, and compared at once."""
        sender = self.year.cast.at_place(role, self.county.id, at=at)
        brings = rules_at(at).kinds[kind]
        if sender is not None and not comparing_limits.may_bring(brings, viewer=sender.viewer):
            sender = None
        sender = sender or self.year.cast.at_place("benefit_clerk", self.county.id, at=at)
        desk = self.year.cast.at_place("case_manager", self.county.id, at=at)
        if sender is None or desk is None:
            return
        content = self._list(kind, left=left, desk=desk, at=at)
        try:
            found = comparing.receive(
                kind=kind, content=content, name=f"{kind}.csv", actor=sender.viewer, at=at
            ).comparison
            self._compare(found, sender=sender, desk=desk, at=at)
        except (NotAllowed, Refused) as refused:
            self.year.refuse("comparisons", refused, at=at)
            return
        self.year.plan(at + timedelta(days=1, hours=2), self._review, comparison_id=found.id)

    def _compare(self, found: Comparison, *, sender: Actor, desk: Actor, at: datetime) -> None:
        """At once, or on the desk's word where the list names a few children only."""
        roster = comparing.understand(found, viewer=sender.viewer, at=at)
        count = comparing_few.children_in(roster.rows(today=at.astimezone(CHINA).date()))
        who = sender
        if comparing_few.too_few(found, children=count, viewer=sender.viewer, at=at):
            comparing_few.ask(found, reason=WHY_FEW, actor=sender.viewer, at=at)
            found, who = comparing_few.answer(found, agrees=True, actor=desk.viewer, at=at), desk
        comparing_run.run(found, viewer=who.viewer, at=at)

    def _list(self, kind: str, *, left: int, desk: Actor, at: datetime) -> bytes:
        files = in_words(self._children(kind), viewer=desk.viewer, at=at)
        named = [each for each in files if each.name and each.birth]
        rows = [self._row(each) for each in named[left:]]
        _write_otherwise(rows)
        place = self._place(named[0]) if named else ("", "")
        rows += [[name, sex, birth, "", *place, carer, ""] for name, sex, birth, carer in STRANGERS[kind]]
        text = io.StringIO()
        sheet = writer(text)
        sheet.writerows([HEADS, *rows])
        return text.getvalue().encode()

    def _children(self, kind: str) -> list[Child]:
        """The children on file whom such a list ought to name, some of them."""
        here = Child.objects.filter(county_id=self.county.id, id__in=list(self.year.lives)).order_by("id")
        if kind == "disability":
            spans = CategorySpan.objects.filter(category__in=("severe_disability", "disability"), end_on__isnull=True)
            return list(here.filter(id__in=spans.values("child_id"))[:20]) or list(here[:6])
        return list(here.filter(birth_month__year__gte=at_most_fourteen(self.year.end)))

    def _row(self, file: OnFile) -> list[str]:
        carer = file.carers[0] if file.carers else ("", "")
        return [
            file.name or "", SEXES.get(file.child.sex, ""), file.birth.isoformat() if file.birth else "",
            file.id_no or "", *self._place(file), carer[0] or "", carer[1] or "",
        ]

    def _place(self, file: OnFile) -> tuple[str, str]:
        ids = [each for each in (file.child.town_id, file.child.village_id) if each]
        names = dict(Division.objects.filter(id__in=ids).values_list("id", "name"))
        return names.get(file.child.town_id or 0, ""), names.get(file.child.village_id or 0, "")

    def _review(self, at: datetime, comparison_id: UUID) -> None:
        """The desk settles some of what waits: one is the same child, one becomes a clue; the rest wait."""
        desk = self.year.cast.at_place("case_manager", self.county.id, at=at)
        if desk is None:
            return
        wanted = {Answer.PROBABLE: comparing_review.SAME, Answer.NEW: comparing_review.CLUE, Answer.MISSING: "moved"}
        rows = comparing_review.queue(viewer=desk.viewer, at=at).filter(comparison_id=comparison_id)
        for verdict, decision in list(wanted.items())[:SETTLED]:
            row = rows.filter(verdict=verdict).first()
            if row is None:
                continue
            try:
                comparing_review.settle(answer_id=row.id, decision=decision, actor=desk.viewer, at=at)
            except (NotAllowed, Refused) as refused:
                self.year.refuse("comparisons", refused, at=at)


def at_most_fourteen(end: datetime) -> int:
    """The earliest year of birth of whom a school roll names."""
    return end.year - 14


def _write_otherwise(rows: list[list[str]]) -> None:
    """Two names as they sound, without a number; one number under another name."""
    done = 0
    for row in rows:
        written = next((row[0].replace(one, other) for one, other in OTHERWISE if one in row[0]), row[0])
        if written != row[0]:
            row[0], row[3] = written, ""
            done += 1
        if done == 2:
            break
    contrary = next((row for row in rows if row[3] and row[0]), None)
    if contrary is not None:
        contrary[0], contrary[1] = "邹" + "远航", "男" if contrary[1] == "女" else "女"

