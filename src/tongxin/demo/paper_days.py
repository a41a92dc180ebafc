"""Whole files on paper: last year's was refused for want of a reason, this year's waits for the county's word."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from tongxin.accounts.models import Division
from tongxin.cases.models import Case
from tongxin.core.pathway import CHINA
from tongxin.demo.year import Year
from tongxin.exports.models import Export
from tongxin.flows import export_asking
from tongxin.flows.export_asking import Wish
from tongxin.flows.refusals import NotAllowed, Refused

ROLE, DESK = "child_supervisor", "case_manager"
PURPOSE, LASTS = "binding", timedelta(days=20)
# By then the county's assessment of exports is agreed to (`register_days`).
ASSESSED = timedelta(days=100)
# Days before the end, why, and what the county answered; the last still waits.
ASKED = (
    (40, "想先留一份", "只留一份不算理由。年底归档再装订，平时在档案里单独打印。"),
    (2, "年底归档：本镇在册儿童的档案装订成册，存镇档案室", ""),
)


@dataclass
class PaperDays:
    """The supervisor of the first town asks, the county's case manager answers the first time."""

    year: Year
    county: Division

    def plan_all(self) -> None:
        for before, words, answer in ASKED:
            moment = (self.year.end - timedelta(days=before)).astimezone(CHINA).replace(hour=10, minute=12)
            if moment < self.year.district.starts + ASSESSED:
                continue
            self.year.plan(moment, self._ask, words=words, answer=answer)

    def _ask(self, at: datetime, words: str, answer: str) -> None:
        """The first town that has files and a supervisor."""
        towns = Division.objects.filter(level="town", county_id=self.county.id, valid_to__isnull=True)
        with_files = towns.filter(id__in=Case.objects.values("town_id")).order_by("code")
        found = ((place, self.year.cast.at_place(ROLE, place.id, at=at)) for place in with_files)
        place, actor = next((pair for pair in found if pair[1] is not None), (None, None))
        if place is None or actor is None:
            return
        wish = Wish(
            purpose=PURPOSE, words=words, recipient="", fields=(), form="pdf", is_named=True,
            to=f"post:{actor.post_id}", until_on=(at + LASTS).astimezone(CHINA).date(),
        )
        try:
            row = export_asking.ask(
                wish=wish, cases=Case.objects.filter(town_id=place.id), parts=("roster",), actor=actor.viewer, at=at
            )
        except (NotAllowed, Refused) as refused:
            self.year.refuse("exports", refused, at=at)
            return
        if answer:
            self.year.plan(at + timedelta(hours=3), self._answer, row=row, answer=answer)

    def _answer(self, at: datetime, row: Export, answer: str) -> None:
        desk = self.year.cast.at_place(DESK, self.county.id, at=at)
        if desk is None:
            return
        try:
            export_asking.decide(export_id=row.id, agrees=False, words=answer, actor=desk.viewer, at=at)
        except (NotAllowed, Refused) as refused:
            self.year.refuse("exports", refused, at=at)
