"""One child's file as far as the viewer may read it: the rows, without any sealed word opened."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import UUIDField
from django.http import Http404

from tongxin import ledger
from tongxin.access import selectors as access
from tongxin.assessments.ages import ages_in, years_on
from tongxin.cases.models import Case, Task
from tongxin.cases.tasks import LIVE
from tongxin.core.access import AccessRules
from tongxin.core.forms import Ages, fits
from tongxin.core.pathway import CHINA, CaseState, Fact, Pathway, refusals
from tongxin.flows import course_reading, looking, mediating
from tongxin.flows.derive import state_of
from tongxin.flows.facts import as_facts, results_of
from tongxin.ledger.models import Entry
from tongxin.lib.prepared import Prepared
from tongxin.looking.rules import GLASS
from tongxin.people.models import Child
from tongxin.referrals import selectors as referrals
from tongxin.rulebook import rules
from tongxin.vault import Owner
from tongxin.web.doors import Request, child_for

WITHOUT_FORM = {"registration": "花名册登记", "contact_doubt": "联系方式有变化，需核对补正",
                "household_alarm": "同户儿童出现危险，需当面查看",
                "household_part": "登记为同户儿童", "link_part": "登记了与另一名儿童的关系"}
HIDDEN, ANSWERS = "hidden", "answers"
CASE = Prepared(lambda child: Case.objects.filter(id=child), child=UUIDField())
LIVE_TASKS = Prepared(
    lambda child: Task.objects.filter(case_id=child, state__in=LIVE).select_related("case").order_by("due_at", "id"),
    child=UUIDField(),
)
KEPT = 64

_known: "dict[tuple[int, str, date], Mapping[str, FormWords]]" = {}


@dataclass(frozen=True, slots=True)
class FormWords:
    """What a page has to know of a form before anybody asks for it."""

    id: str
    zh: str
    kind: str
    ages: Ages | None = None


@dataclass(slots=True)
class File:
    """What the parts of a file page are made from."""

    request: Request
    child: Child
    case: Case
    access: AccessRules
    parts: frozenset[str]
    may_record: frozenset[str]
    entries: list[Entry]
    facts: tuple[Fact, ...]
    results: Mapping[str, Mapping[str, Any]]
    state: CaseState
    tasks: list[Task]
    # For what the psychological part is read, as looks store it; and whether it is shut until somebody says that.
    purpose: str = ""
    asks_purpose: bool = False
    # Referrals to other bodies than the viewer's, for whoever comes to the child by a referral of their own.
    others: frozenset[str] = frozenset()

    @property
    def pathway(self) -> Pathway:
        return self.state.pathway

    @property
    def region(self) -> str:
        return rules.region_of(self.child.county_id)

    @property
    def readable(self) -> list[Entry]:
        """The entries of the parts that the viewer may read."""
        mine = referrals.without(self.entries, self.others) if self.others else self.entries
        told = [entry for entry in mine if self.access.part_of(entry.form_id) in self.parts]
        viewer, at, shut = self.request.viewer, self.request.at, frozenset[UUID]()
        if course_reading.PART in self.parts:
            shut |= course_reading.closed(self.entries, self.state, viewer=viewer, child_id=self.child.id, at=at)
        if mediating.PART in self.parts:
            shut |= mediating.closed(self.entries, viewer=viewer, child_id=self.child.id, at=at)
        return [entry for entry in told if entry.id not in shut]

    def offered(self) -> list[dict[str, Any]]:
        """The forms that the viewer may fill in now, by group."""
        known = forms_known(region=self.region, at=self.request.at)
        person, role = str(self.request.viewer.person_id), self.request.viewer.role
        years = years_on(self.child.birth_month, self.request.at.astimezone(CHINA).date())
        waited_for = {task.form for task in self.tasks}
        groups = []
        for group, zh in self.access.groups.items():
            forms = [known[form] for form in self.access.form_groups[group] if form in known]
            wanted = [form for form in forms if group != ANSWERS or form.id in waited_for]
            fitting = [
                form for form in wanted if form.id in self.may_record and fits(form.ages, years)
                and not refusals(self.state, kind=form.kind, data={}, person=person, role=role)
            ]
            if fitting and group != HIDDEN:
                groups.append({"zh": zh, "id": group, "forms": fitting})
        return groups


def read_file(request: Request, child_id: UUID, *, is_at_work: bool = False) -> File:
    """The file, or nothing at all for those who may not see the child.

    Without a purpose the psychological part stays shut, if anything is in it; whoever fills in a form is at work.
    """
    child = child_for(request, child_id)
    case = CASE.row(child=child.id)
    if case is None:
        raise Http404
    at, viewer = request.at, request.viewer
    found = rules.access_rules(at=at)
    asks = [(part, access.READ) for part in found.parts]
    asks += [("", f"record.{form}") for form in found.form_parts]
    allowed = access.allowed(viewer=viewer, child_id=child.id, asks=asks, at=at)
    entries = ledger.facts(Owner("child", child.id))
    results = results_of(child.id)
    facts = as_facts(entries, results)
    state = state_of(child, facts=facts, at=at)
    parts, tasks = frozenset(part for part, action in allowed if action == access.READ), LIVE_TASKS.rows(child=child.id)
    holds_more = any(found.part_of(entry.form_id) == looking.PART for entry in entries)
    purpose = _purpose(request, child, case, tasks, parts, is_at_work=is_at_work or not holds_more)
    is_shut = looking.PART in parts and not purpose
    return File(
        request=request, child=child, case=case, access=found, purpose=purpose, asks_purpose=is_shut,
        parts=parts - {looking.PART} if is_shut else parts,
        may_record=frozenset(action.removeprefix("record.") for _, action in allowed if action != access.READ),
        entries=entries, facts=facts, results=results, state=state, tasks=tasks,
        others=referrals.of_others(child_id=child.id, viewer=viewer, at=at),
    )


def _purpose(
    request: Request, child: Child, case: Case, tasks: list[Task], parts: frozenset[str], *, is_at_work: bool
) -> str:
    viewer, at = request.viewer, request.at
    if looking.PART not in parts:
        return GLASS if looking.glass_of(viewer=viewer, child_id=child.id, at=at) else ""
    if is_at_work:
        return looking.OWN_TASK
    return looking.purpose_of(viewer=viewer, child=child, at=at, tasks=tasks, in_crisis=case.in_crisis)


def forms_known(*, region: str, at: datetime) -> Mapping[str, FormWords]:
    """The forms in force in a county."""
    key = (rules.newest(), region, at.astimezone(CHINA).date())
    if key not in _known:
        if len(_known) > KEPT:
            _known.clear()
        _known[key] = _read_forms(region, at)
    return _known[key]


def _read_forms(region: str, at: datetime) -> Mapping[str, FormWords]:
    found = {}
    for form in rules.ids("forms"):
        content = rules.resolve("forms", form, region=region, at=at).content
        found[form] = FormWords(form, str(content["zh"]), str(content["kind"]), ages_in(content))
    return found


def entry_zh(entry: Entry) -> str:
    """What kind of record an entry is, in words."""
    if entry.form_hash:
        return str(rules.content_of(entry.form_hash)["zh"])
    return WITHOUT_FORM.get(entry.kind, "记录")
