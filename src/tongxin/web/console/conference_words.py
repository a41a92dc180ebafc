"""Words for what stands in calls and records of conferences, and in the decisions."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from tongxin.accounts.models import Organisation
from tongxin.core.pathway import CHINA, Fact
from tongxin.core.pathway.conferences import HELD, RECORD, Decision
from tongxin.flows.conferring import DECISIONS, MEMBERS, is_theirs, rows_in
from tongxin.lib.numbers import number_in
from tongxin.people.models import Child
from tongxin.web.console.file import File
from tongxin.web.console.options import words_of

ANSWER, CALL = "decision_answer", "conference"
STATES = {"": "待办", "part": "办了一部分", "done": "办完了", "failed": "没有办成"}


class Sheets:
    """Words for what stands in calls and records."""

    def __init__(self, file: File, opened: Mapping[str, Mapping[str, Any]], told: Mapping[str, str]) -> None:
        self.file, self.opened, self.told = file, opened, told
        self.bodies = {str(each.id): each.name for each in Organisation.objects.filter(id__in=_bodies(file))}

    def words(self, name: str) -> dict[str, str]:
        return words_of(self.file.request, name, region=self.file.region)

    def call(self, fact: Fact, day: str) -> dict[str, Any]:
        """One that was called and is still to be held."""
        said, papers = self.opened.get(fact.id, {}), self.words("conference_paper")
        listed = fact.data.get("papers")
        return {
            "why_zh": self.words("conference_why").get(str(fact.data.get("why")), ""), "on": date_in(day),
            "time_zh": str(fact.data.get("meets_at", ""))[11:16] if str(fact.data.get("meets_at"))[:10] == day else "",
            "place": said.get("place", ""), "agenda": said.get("agenda", ""), "members": self._members(said),
            "papers_zh": "、".join(papers.get(str(each), "") for each in listed) if isinstance(listed, list) else "",
            "child_hears": said.get("child_hears", ""), "guardian_hears": said.get("guardian_hears", ""),
            "letters_url": f"/children/{self.file.child.id}/conferences/{fact.id}/letters/",
            "record_url": self._url(RECORD, fact.id), "entry_url": f"/children/{self.file.child.id}/entries/{fact.id}/",
        }

    def record(self, fact: Fact) -> dict[str, Any]:
        """One that was held, put off or called off."""
        said, views = self.opened.get(fact.id, {}), self.words("view_heard")
        stands = self.words("opinion_stand")
        return {
            "on": date_in(str(fact.data.get("held_on"))), "is_held": fact.data.get("held") == HELD,
            "held_zh": self.words("conference_held").get(str(fact.data.get("held")), ""),
            "reason": said.get("reason", ""), "unheard_reason": said.get("unheard_reason", ""),
            "views": [
                {"zh": zh, "state_zh": views.get(str(fact.data[f"{who}_heard"]), ""), "said": said.get(f"{who}_view")}
                for who, zh in (("child", "孩子"), ("guardian", "监护人")) if fact.data.get(f"{who}_heard")
            ],
            "opinions": [
                {"who": row.get("who"), "stand_zh": stands.get(str(row.get("stand")), ""),
                 "opinion": row.get("opinion", ""), "dissents": row.get("stand") == "dissent"}
                for row in said.get("opinions") or ()
            ],
            "decisions": self.decisions([fact]),
            "entry_url": f"/children/{self.file.child.id}/entries/{fact.id}/",
        }

    def decisions(self, held: Iterable[Fact]) -> list[dict[str, Any]]:
        """The decisions of some records with where each stands, in the order of their numbers."""
        found = self.file.state.conferences.decisions
        records = {fact.id: self.opened.get(fact.id, {}).get(DECISIONS) or [] for fact in held}
        return [
            self._decision(f"{id}:{number}", known, row)
            for id, rows in records.items() for number, row in enumerate(rows, 1)
            if (known := found.get(f"{id}:{number}"))
        ]

    def _decision(self, key: str, known: Decision, row: Mapping[str, Any]) -> dict[str, Any]:
        today = self.file.request.at.astimezone(CHINA).date().isoformat()
        viewer = self.file.request.viewer
        return {
            "zh": known.zh, "what": row.get("what", ""), "done_means": row.get("done_means", ""),
            "owner_zh": self.bodies.get(known.organisation, "") if known.organisation
            else self.words("decision_role").get(known.role, ""),
            "due_on": date_in(known.due_on), "is_late": known.is_open and known.due_on < today,
            "state_zh": STATES.get(known.outcome, ""), "is_open": known.is_open, "told": self.told.get(key, ""),
            "is_mine": is_theirs(known, viewer, self.file.state),
            "answer_url": self._url(ANSWER, key) if known.is_open else "",
        }

    def minimum(self, called: Iterable[Fact]) -> str:
        """What the viewer's own body was asked to be told of the child, in words."""
        words = self.words("conference_minimum")
        mine = {str(each) for each in self.file.request.viewer.organisation_ids}
        codes = [
            code for fact in called for row in rows_in(fact, MEMBERS)
            if str(row.get("organisation", "")) in mine for code in row.get("minimum", ())
        ]
        return "、".join(words[code] for code in dict.fromkeys(codes) if code in words)

    def _members(self, said: Mapping[str, Any]) -> list[dict[str, str]]:
        roles, minimum = self.words("decision_role"), self.words("conference_minimum")
        return [{
            "who": " · ".join(filter(None, (
                self.bodies.get(str(row.get("organisation")), ""), roles.get(str(row.get("role")), ""),
                row.get("outside", ""),
            ))),
            "minimum_zh": "、".join(minimum.get(code, "") for code in row.get("minimum") or ()),
        } for row in said.get(MEMBERS) or ()]

    def _url(self, form: str, about: str) -> str:
        return f"{form_address(self.file.child, form)}?about={about}" if form in self.file.may_record else ""


def _bodies(file: File) -> set[int]:
    rows = [row for fact in file.facts for name in (MEMBERS, DECISIONS) for row in rows_in(fact, name)]
    return {id for row in rows if (id := number_in(str(row.get("organisation") or "")))}


def date_in(text: str) -> date | None:
    """A day as it was written; none where there is none."""
    return date.fromisoformat(text) if len(text) == len("2025-01-01") else None


def form_address(child: Child, form: str) -> str:
    """Where a form about a child is filled in."""
    return f"/children/{child.id}/forms/{form}/"
