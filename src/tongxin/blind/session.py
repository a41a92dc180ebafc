"""The three letters: ask, answer, conclude; and what each side learns.

The asker hides each of its points with a number `a`, the answerer with a number `b`. The answerer multiplies the
asker's points (same order) and sends its own, sorted; the asker multiplies those and sends them back (same order).
Both now hold all points of both lists multiplied by `a·b`, and each knows the rows behind its own: the common ones
are what both have. Of the others each side holds points that it can't undo.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from tongxin.blind import points
from tongxin.blind.letters import Letter, Opened
from tongxin.blind.marks import KINDS, Marks, found_in
from tongxin.blind.rules import Rules
from tongxin.blind.secret import Secret
from tongxin.lib.faults import Fault

SESSION = 16
WRONG = "这封文件不属于这次比对，或步骤不对。没有处理，请核对是不是另一次比对的文件。"
EXPIRED = "这次比对已过有效期（{until}）。没有处理，请重新发起。"
FOREIGN = "文件里有不合规的数据，可能是伪造的。没有处理，请与对方核实。"
SHORT = "名单只有 {count} 人，少于 {least} 人不能做隐私比对：人太少，等于在查某一个人。请改走信息共享申请。"
LONG = "名单有 {count} 人，多于 {most} 人。请分批，或请管理员改限度。"
UNAPPROVED = "需要发起人以外的至少一人批准，并写明姓名或岗位。"


@dataclass(frozen=True, slots=True)
class Terms:
    """What both sides agreed on: what is compared, what for, under which agreement, and who they are."""

    kind: str
    purpose: str
    agreement: str
    asker: str
    answerer: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """The letter to send and what its writer has to keep secret until the next one comes."""

    letter: Letter
    secret: Secret


@dataclass(frozen=True, slots=True)
class Learned:
    """The last letter to send, and the keys of the rows that both have."""

    letter: Letter
    keys: tuple[str, ...]


def ask(marks: Marks, *, terms: Terms, approved_by: Sequence[str], today: date, rules: Rules) -> Waiting:
    """Open a session with one's own list."""
    check(marks, rules=rules, approved_by=approved_by)
    if terms.kind not in KINDS:
        raise Fault(WRONG)
    session = os.urandom(SESSION)
    secret, hidden = _hide(marks, session=session, filled_to=rules.filled_to)
    letter = Letter(
        step=1, session=session.hex(), kind=terms.kind, purpose=terms.purpose, agreement=terms.agreement,
        asker=terms.asker, answerer=terms.answerer, until=(today + timedelta(days=rules.days)).isoformat(),
        previous="", approved_by=tuple(approved_by), points=tuple(hidden),
    )
    return Waiting(letter, replace(secret, until=letter.until, step=1))


def answer(first: Opened, marks: Marks, *, approved_by: Sequence[str], today: date, rules: Rules) -> Waiting:
    """Answer a first letter with one's own list; what both have becomes known with the third."""
    check(marks, rules=rules, approved_by=approved_by)
    letter = expected(first, step=1, today=today)
    if len(letter.points) > rules.longest_letter or len(letter.points) < rules.shortest_list:
        raise Fault(FOREIGN)
    secret, hidden = _hide(marks, session=bytes.fromhex(letter.session), filled_to=rules.filled_to)
    doubled = _multiplied(secret.number, letter.points)
    reply = replace(
        letter, step=2, previous=first.digest, approved_by=tuple(approved_by), points=tuple(doubled), own=tuple(hidden)
    )
    kept = replace(secret, until=letter.until, step=2, other_key=first.key, theirs=tuple(doubled))
    return Waiting(reply, kept)


def learn(second: Opened, secret: Secret, *, today: date, sent: str, rules: Rules) -> Learned:
    """What the asker learns from the answer, and the letter by which the other side learns the same.

    `sent` is the digest of the first letter as it was sent.
    """
    letter = expected(second, step=2, today=today, secret=secret, previous=sent)
    if len(letter.points) != len(secret.order) or not rules.shortest_list <= len(letter.own) <= rules.longest_letter:
        raise Fault(FOREIGN)
    theirs = _multiplied(secret.number, letter.own)
    last = replace(letter, step=3, previous=second.digest, approved_by=(), points=tuple(theirs), own=())
    both = set(theirs)
    texts = [text for text, point in zip(secret.order, letter.points, strict=True) if text and point in both]
    return Learned(last, tuple(found_in(secret.marks, texts)))


def conclude(third: Opened, secret: Secret, *, today: date, sent: str) -> tuple[str, ...]:
    """What the answerer learns: the keys of its rows that both have. `sent` is the digest of the second letter."""
    letter = expected(third, step=3, today=today, secret=secret, previous=sent)
    if third.key != secret.other_key or len(letter.points) != len(secret.order):
        raise Fault(FOREIGN)
    both = set(secret.theirs)
    texts = [text for text, point in zip(secret.order, letter.points, strict=True) if text and point in both]
    return tuple(found_in(secret.marks, texts))


def check(marks: Marks, *, rules: Rules, approved_by: Sequence[str]) -> None:
    """Fault where a list is too short or too long to be compared, or nobody approved."""
    count = len(marks.keys)
    if not any(each.strip() for each in approved_by):
        raise Fault(UNAPPROVED)
    if count < rules.shortest_list:
        raise Fault(SHORT.format(count=count, least=rules.shortest_list))
    if count > rules.longest:
        raise Fault(LONG.format(count=count, most=rules.longest))


def _hide(marks: Marks, *, session: bytes, filled_to: int) -> tuple[Secret, list[bytes]]:
    """The list's points, hidden and sorted by what they became, which tells nothing of the order they had."""
    texts = list(marks.keys)
    filling = [points.nobodys_point() for _ in range(-len(texts) % filled_to)]
    number = points.new_number()
    hidden = points.multiply(number, [*points.points_of(session, texts), *filling])
    ordered = sorted(zip(hidden, [*texts, *([""] * len(filling))], strict=True))
    secret = Secret(session=session.hex(), number=number, marks=marks, order=tuple(text for _, text in ordered))
    return secret, [point for point, _ in ordered]


def _multiplied(number: bytes, given: Sequence[bytes]) -> list[bytes]:
    if len(set(given)) != len(given):
        raise Fault(FOREIGN)
    try:
        return points.multiply(number, given)
    except points.NoPoint:
        raise Fault(FOREIGN) from None


def expected(
    opened: Opened, *, step: int, today: date, secret: Secret | None = None, previous: str = ""
) -> Letter:
    """A letter that belongs here and now: step, session, what came before, and its last day; Fault otherwise."""
    letter = opened.letter
    is_ours = secret is None or letter.session == secret.session
    if letter.step != step or not is_ours or letter.previous != previous or letter.kind not in KINDS:
        raise Fault(WRONG)
    try:
        is_over = today > date.fromisoformat(letter.until)
        bytes.fromhex(letter.session)
    except ValueError:
        raise Fault(WRONG) from None
    if is_over:
        raise Fault(EXPIRED.format(until=letter.until))
    return letter
