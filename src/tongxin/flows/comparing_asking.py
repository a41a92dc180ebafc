"""What goes out to a village from an answer: a clue of a child without a file, a flag in the file that there is."""

from datetime import datetime

from tongxin import vault
from tongxin.accounts.models import Division, Person
from tongxin.accounts.viewers import Viewer
from tongxin.clues.rules import clues_in
from tongxin.comparisons.models import Answer
from tongxin.core.pathway import CHINA, due_at
from tongxin.flows import clues, comparing
from tongxin.flows.record import Sheet, record
from tongxin.intake.reading import Row
from tongxin.lib import ids
from tongxin.people.models import Child
from tongxin.rulebook import rules

CHANNEL, FLAG = "data_match", "flag"
LIKE = "{kind}里有一行可能是这个孩子，写法和档案有出入。请核对档案里的姓名、证件号码、出生日期和照料人。"
MISSING = "{kind}里没有这个孩子。请弄清为什么：搬走、转学、名单漏了，还是档案写错了。"


def ask(answer: Answer, *, actor: Viewer, at: datetime) -> None:
    """A flag in the child's file for who is nearest: a task with a due day, which climbs like any other."""
    kind, child = comparing.kind_of(answer.comparison, at=at), Child.objects.get(id__in=[answer.child_id])
    span = comparing.rules_of(answer.comparison, at=at).find_out
    until = due_at(span, since=at, calendar=rules.calendar_at(at)).astimezone(CHINA).date()
    is_missing = answer.verdict == Answer.MISSING
    record(child_id=child.id, actor=actor, at=at, sheet=Sheet(ids.new_id(), FLAG, {
        "flag_kind": "verify" if is_missing else "contradiction",
        "wanted": (MISSING if is_missing else LIKE).format(kind=kind.zh), "due_on": until.isoformat(),
        "resolver": "child_director" if child.village_id else "child_supervisor", "signature": name_of(actor, at=at),
    }, at))


def tell_village(answer: Answer, *, row: Row, actor: Viewer, at: datetime) -> None:
    """A child without a file becomes a clue of the town, with what the row says, sealed as clues are."""
    kind = comparing.kind_of(answer.comparison, at=at)
    found = clues_in(region=rules.region_of(answer.comparison.county_id), at=at)
    place = Division.objects.filter(code=row.division_code or row.town_code or "").first()
    born = row.birth.isoformat() if row.birth else row.birth_month or ""
    told = {
        "received_at": at.astimezone(CHINA).strftime("%Y-%m-%dT%H:%M"), "caller": "department", "about_staff": "no",
        "what": f"{kind.zh}里有这个孩子，本县区没有档案，请上门核实。",
        "matter": "other", "where": place.name if place else "名单没有写清住处", "child_name": row.name or "",
        "child_looks": f"出生 {born}" if born else "", "family": "，".join(filter(None, (row.carer, row.phone))),
        "batch": kind.zh, **dict.fromkeys(found.signs, "unknown"),
    }
    clues.take_in(
        channel=CHANNEL, given={name: [text] for name, text in told.items() if text}, town_id=answer.town_id,
        actor=actor, at=at,
    )


def name_of(actor: Viewer, *, at: datetime) -> str:
    """The name that somebody signs with."""
    person = Person.objects.filter(id=actor.person_id).first() if actor.person_id else None
    words = vault.open([person.name], viewer=actor, purpose="sign", part="staff", at=at) if person else [None]
    return words[0] or "（姓名待补）"
