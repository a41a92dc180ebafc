"""What a referral's other side may have of the child as FHIR R4: where access, role and consent admit it."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from tongxin.access import selectors as access
from tongxin.accounts.models import Organisation
from tongxin.accounts.viewers import Viewer
from tongxin.assessments.rulings import level_words, rulings_in
from tongxin.cases.models import Decision, Proposal
from tongxin.core.pathway import CHINA, CaseState
from tongxin.flows import exchange_referrals
from tongxin.flows.consenting import standings_of
from tongxin.flows.derive import state_of
from tongxin.flows.export_rows import STANDING
from tongxin.flows.facts import facts_of
from tongxin.ledger import record_look
from tongxin.lib import fhir_care
from tongxin.lib.fhir_care import Agreed, Graded, Handed, Planned, Resource, Subject
from tongxin.people.models import Child
from tongxin.referrals.models import Referral
from tongxin.rulebook import rules

PURPOSE, ROUTE = "client_fhir", "api.fhir"
# The purposes on which handing something over rests: the others are no business of another body's.
TOLD = ("refer", "share", "refer_assessment")
SHARE, PSYCHOLOGY = "share", "psychological"
PLAN_ZH, GRADE_ZH = "方案", "等级"


def bundle_of(*, referral_id: UUID, viewer: Viewer, at: datetime) -> Resource:
    """The referral with what belongs to it; NotAllowed where the viewer may not read it."""
    opened = exchange_referrals.opened(referral_id=referral_id, viewer=viewer, at=at)
    child, row = opened.child, opened.row
    region = rules.region_of(child.county_id)
    facts, _ = facts_of(child.id)
    state = state_of(child, facts=facts, at=at)
    about = Subject(str(child.id), child.file_no, opened.name, child.sex, child.birth_month)
    handed = _handed(row, region, at)
    standings = {each.purpose.id: each for each in standings_of(child, facts=facts, at=at)}
    made = [fhir_care.patient(about), fhir_care.service_request(about, handed), fhir_care.task(about, handed)]
    made += [
        fhir_care.consent(about, Agreed(each.purpose.id, each.purpose.zh, each.state, _day(each)))
        for name in TOLD if (each := standings.get(name)) is not None
    ]
    is_shared = SHARE in standings and standings[SHARE].state in STANDING
    may_read = access.may(viewer=viewer, child_id=child.id, part=PSYCHOLOGY, at=at)
    if not (is_shared and may_read and access.sees_psychology(viewer=viewer, at=at)):
        return fhir_care.bundle(made, left_out=(PLAN_ZH, GRADE_ZH))
    # Codes leave too: written down as looked at, like any sealed word.
    record_look(viewer=viewer, owners=[child.key_owner], purpose=PURPOSE, part=PSYCHOLOGY, route=ROUTE, at=at)
    made += [fhir_care.care_plan(about, each) for each in _planned(state, region, at)]
    made += [fhir_care.risk_assessment(about, each) for each in _graded(child, region, at)]
    return fhir_care.bundle(made, left_out=())


def _day(standing: Any) -> Any:
    return standing.decision.on if standing.decision else None


def _handed(row: Referral, region: str, at: datetime) -> Handed:
    options = rulings_in(region=region, at=at)[0].option_sets
    kinds = {each["code"]: each["zh"] for each in options["referral_kind"]}
    body = Organisation.objects.filter(id=row.to_organisation_id).values_list("name", flat=True).first()
    moments = [each for each in (row.sent_at, row.answered_at, row.accepted_at, row.contacted_at, row.ended_at) if each]
    due_at = row.due_at.astimezone(CHINA) if row.ended_at is None else None
    return Handed(
        id=str(row.entry_id), kind=row.kind, kind_zh=kinds.get(row.kind, row.kind), urgency=row.urgency,
        state=row.state, to=str(row.to_organisation_id), to_zh=body or "", sent_at=row.sent_at.astimezone(CHINA),
        changed_at=max(moments).astimezone(CHINA), due_at=due_at,
    )


def _planned(state: CaseState, region: str, at: datetime) -> Iterator[Planned]:
    fact = state.care.plan
    if fact is None:
        return
    options = rulings_in(region=region, at=at)[0].option_sets
    kinds = {each["code"]: each["zh"] for each in options["service_kind"]}
    services: Any = fact.data.get("services") or ()
    codes = [str(each["service"]) for each in services if isinstance(each, dict) and each.get("service")]
    yield Planned(
        id=fact.id, begun_at=fact.recorded_at.astimezone(CHINA), review_on=str(fact.data.get("review_on") or ""),
        services=tuple((code, kinds.get(code, code)) for code in codes),
    )


def _graded(child: Child, region: str, at: datetime) -> Iterator[Graded]:
    row = Decision.objects.filter(case_id=child.id, stands=True).order_by("-at", "-id").first()
    if row is None:
        return
    proposals = Proposal.objects.filter(case_id=child.id)
    proposed = proposals.filter(entry_id=row.proposal_entry_id).first() if row.proposal_entry_id else None
    levels = level_words(region=region, at=at, among=[row.level])
    yield Graded(
        id=str(row.entry_id), level=row.level, level_zh=levels.get(row.level, row.level), at=row.at.astimezone(CHINA),
        scheme=proposed.scheme if proposed else "", definition=proposed.definition_hash if proposed else "",
    )
