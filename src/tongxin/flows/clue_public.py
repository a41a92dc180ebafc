"""What somebody without an account reports: kept sealed at once, with a code by which they follow the answer.

Nobody learns here whether a child is known. The code stands nowhere: it comes out of the page's own number.
"""

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core import signing
from django.db import transaction

from tongxin import vault
from tongxin.accounts.models import Division, Post
from tongxin.accounts.viewers import Viewer
from tongxin.clues.models import CALLED_BACK, CLOSED, HANDLED, Clue, Inbound, Step
from tongxin.clues.rules import ClueRules, clues_in
from tongxin.core.forms import Problem
from tongxin.documents import content
from tongxin.documents.content import Content
from tongxin.documents.faults import NotTaken
from tongxin.documents.kinds import attachments_in
from tongxin.flows.clue_owners import ABOUT, LEVEL
from tongxin.flows.clues import Taken, keep
from tongxin.flows.refusals import Refused
from tongxin.lib import ids
from tongxin.lib.numbers import number_in
from tongxin.registers import answers
from tongxin.registers.answers import Answers, Given
from tongxin.registers.rules import Field
from tongxin.rulebook import rules

# Nobody who works here.
OUTSIDE = Viewer(person_id=None)
CHANNEL, SALT, PAGE = "public_page", "clue report", "page"
CODE, GROUP = 12, 4
# What the page asks of a clue's questions, in plainer words of its own.
ASKED = ("what", "where", "when", "child_name", "child_looks", "caller", "reporter", "reporter_phone")
ANSWERS = ("yes", "no", "unknown")
# Whether it is about staff, and of which level, as the page asks it: (about_staff, staff_level).
STAFF: Mapping[str, tuple[str, str]] = {
    "no": ("no", ""), "village": ("yes", "village"), "town": ("yes", "town"), "county": ("yes", "county"),
}
TOO_FAST = "交得太快了，没有保存。请看一遍写的内容，再交一次。"
TOO_OLD = "这一页打开太久了，没有保存。写的还在，请再交一次。"
NO_WHERE = "请选孩子在哪个乡镇（街道），不清楚的选区县。"
NO_WHAT = "请写看到、听到或遇到了什么。"
NO_DANGER = "请选现在有没有危险，不知道的选“说不清”。"
LEFT_EMPTY = "“网址”一栏请空着。"
NO_CODE = "没有这个查询码：可能写错了，或者时间太久已经查不到。可以再写一次。"
TOO_MANY = "一次最多传 {most} 个文件，没有保存。"


@dataclass(frozen=True, slots=True)
class Report:
    """What the page sent."""

    token: str
    given: Given
    files: tuple[tuple[str, bytes], ...] = ()


@dataclass(frozen=True, slots=True)
class Progress:
    """How far it is, as whoever told it may know."""

    zh: str
    answer: str
    at: datetime


def counties() -> list[Division]:
    """The counties in which somebody answers."""
    desks = Post.objects.filter(role="case_manager", division__level="county").values("division_id")
    return list(Division.objects.filter(id__in=desks, valid_to__isnull=True).order_by("code"))


def token_at(at: datetime) -> str:
    """The page's own number, signed: when it was opened."""
    return signing.dumps((at.timestamp(), ids.new_id().hex), salt=SALT)


def report(sent: Report, *, at: datetime) -> str:
    """The code for following the answer; the same page sent twice is one clue and has one code."""
    code = _code(sent.token)
    known = Inbound.objects.filter(digest=_digest_of(sent.token)).first()
    if known is not None:
        return code
    county, town = _place("".join(sent.given.get("town", ())))
    found = clues_in(region=rules.region_of(county.id), at=at)
    _refuse_machines(sent, found, at)
    read = _read(sent.given, found, at)
    taken = Taken(
        found.channels[CHANNEL], read, at, town.id if town else None, code_digest=digest_of(code),
        files=tuple(_examined(sent.files, found, region=rules.region_of(county.id), at=at)),
    )
    with transaction.atomic():
        clue = keep(taken, found=found, county=county, actor=OUTSIDE, at=at)
        Inbound.objects.create(digest=_digest_of(sent.token), door=PAGE, received_at=at, clue=clue)
    return code


def progress_of(code: str, *, at: datetime) -> Progress:
    """What may be said to whoever holds the code: how far, and the sentence that the office chose."""
    clue = Clue.objects.filter(code_digest=digest_of(code)).exclude(code_digest="").first()
    if clue is None or not _plain(code):
        raise Refused.because(NO_CODE)
    found = clues_in(region=rules.region_of(clue.county_id), at=at)
    if clue.closed_at is not None and clue.closed_at + timedelta(**found.public["shown_for"]) < at:
        raise Refused.because(NO_CODE)
    last = clue.steps.exclude(kind=Step.CLIMBED).order_by("-at").first()
    handled = clue.steps.filter(kind=HANDLED).order_by("-at").first()
    is_done = clue.state in (HANDLED, CALLED_BACK, CLOSED) and handled is not None
    said = found.answers.get(str(handled.clear.get("answer")), "") if is_done and handled else ""
    return Progress(found.progress[clue.state], said, last.at if last else clue.taken_at)


def digest_of(code: str) -> str:
    """What is stored of a code, written in any case and with or without lines between."""
    return hmac.digest(vault.tokens.key("clue codes"), _plain(code).encode(), hashlib.sha256).hex()


def _plain(code: str) -> str:
    return "".join(letter for letter in code.lower() if letter in ids.READABLE)


def _digest_of(token: str) -> str:
    return hmac.digest(vault.tokens.key("clue pages"), token.encode(), hashlib.sha256).hex()


def _code(token: str) -> str:
    made = hmac.digest(vault.tokens.key("clue codes"), b"from " + token.encode(), hashlib.sha256)
    signs = "".join(ids.READABLE[byte % len(ids.READABLE)] for byte in made[:CODE]).upper()
    return "-".join(signs[begin : begin + GROUP] for begin in range(0, CODE, GROUP))


def _refuse_machines(sent: Report, found: ClueRules, at: datetime) -> None:
    """A page filled in faster than anybody reads, in a field that nobody sees, or by a number that isn't ours."""
    if "".join(sent.given.get("website", ())).strip():
        raise Refused([Problem("website", LEFT_EMPTY, True)])
    try:
        opened, _number = signing.loads(sent.token, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        raise Refused.because(TOO_OLD) from None
    seconds = at.timestamp() - float(opened)
    if seconds < int(found.public["fastest"]):
        raise Refused.because(TOO_FAST)
    if seconds > int(found.public["longest"]) * 60:
        raise Refused.because(TOO_OLD)


def _place(text: str) -> tuple[Division, Division | None]:
    """County and town that were chosen; with a single county nothing has to be."""
    places = counties()
    chosen = Division.objects.filter(id=number_in(text) or 0).first()
    for county in places:
        if chosen is not None and chosen.county_id == county.id:
            return county, chosen if chosen.level == "town" else None
    if len(places) == 1:
        return places[0], None
    raise Refused([Problem("town", NO_WHERE, True)])


def _read(given: Given, found: ClueRules, at: datetime) -> Answers:
    read = answers.read(_fields(found), given, at=at)
    danger = "".join(given.get("danger_now", ()))
    if not read.words.get("what"):
        read.problems.append(Problem("what", NO_WHAT, True))
    if danger not in ANSWERS:
        read.problems.append(Problem("danger_now", NO_DANGER, True))
    if read.problems:
        raise Refused(read.problems)
    read.clear["danger_now"] = danger
    # Whoever says nothing of it doesn't know: then the county reads it, not the town.
    about, level = STAFF.get("".join(given.get("staff", ())), ("unknown", ""))
    read.clear.update({ABOUT: about, **({LEVEL: level} if level else {})})
    return read


def _fields(found: ClueRules) -> list[Field]:
    """The questions, none of which has to be answered here."""
    return [
        Field(
            id=each.id, zh=each.zh, type=each.type, options={
                id: zh for id, zh in each.options.items() if each.id != "caller" or id in found.public["callers"]
            }, is_required=False, required_if={},
        )
        for each in found.fields if each.id in ASKED
    ]


def _examined(
    files: Iterable[tuple[str, bytes]], found: ClueRules, *, region: str, at: datetime
) -> Iterable[Content]:
    given = list(files)
    most = int(found.public["files"])
    if len(given) > most:
        raise Refused([Problem("files", TOO_MANY.format(most=most), False)])
    limits = attachments_in(region=region, at=at).limits
    for name, each in given:
        try:
            yield content.examine(each, name=name, limits=limits)
        except NotTaken as refused:
            raise Refused([Problem("files", str(refused), False)]) from None
