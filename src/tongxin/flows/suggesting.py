"""While a file is entered: the files that may be this child's already, before a second one is opened.

What the viewer may see is named. Of other files there is one sentence, after a complete match only; each such question
is counted, and a match is recorded as a look.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from tongxin import ledger, vault
from tongxin.access import selectors as access
from tongxin.accounts import throttle
from tongxin.accounts.viewers import Viewer
from tongxin.comparisons.rules import Rules, rules_at
from tongxin.flows.refusals import NotAllowed
from tongxin.intake.county import county_of
from tongxin.lib.identity_numbers import is_well_formed
from tongxin.lib.numbers import day_in
from tongxin.people import matching, search, tokens
from tongxin.people.models import Child
from tongxin.people.search import Found
from tongxin.rulebook import rules
from tongxin.vault import Owner

ACTION, PURPOSE, ROUTE, PART = "open_file", "open_ask", "children.like", "roster"
ELSEWHERE = "可能已在册，请联系区县个案管理员。"
PAUSED = "查得太频繁，先不提示了。请照常填写，保存以后由区县核对。"


@dataclass(frozen=True, slots=True)
class Like:
    """The files that may be meant and that the viewer may see, and what is said of others."""

    found: tuple[Found, ...] = ()
    zh: str = ""


def like(*, name: str, id_no: str, birth: str, viewer: Viewer, at: datetime) -> Like:
    """What is suggested for what stands in the form so far; nothing before enough of it is written."""
    if not access.may_do(viewer=viewer, action=ACTION, at=at):
        raise NotAllowed
    county = county_of(viewer)
    found = rules_at(at, region=county.code[:6] if county else "")
    seen: dict[UUID, Found] = {}
    for text in (name, id_no):
        if is_enough(text, found):
            answers = search.find(text, viewer=viewer, at=at, limit=found.suggest_most, route=ROUTE)
            seen |= {each.child_id: each for each in answers}
    zh = ""
    if county is not None:
        marks = list(_marks(name, id_no, day_in(birth), rules.region_of(county.id)))
        zh = _elsewhere(marks, county.id, found, viewer, at) if marks else ""
    return Like(tuple(list(seen.values())[: found.suggest_most]), zh)


def is_enough(text: str, found: Rules) -> bool:
    """Whether enough is written to look: three signs, or two characters, which is a whole name for many."""
    written = tokens.normalise(text)
    characters = sum(not sign.isascii() for sign in written)
    return len(written) >= found.suggest_from or characters >= found.suggest_characters


def _marks(name: str, id_no: str, birth: date | None, region: str) -> Iterator[tuple[str, bytes]]:
    """What is complete enough to ask of files one may not see: a sound number, or a name with its day of birth."""
    key = vault.tokens.key(region)
    number = tokens.normalise(id_no).upper()
    if is_well_formed(number):
        yield "id_token", matching.id_mark(key, number)
    if tokens.normalise(name) and birth:
        yield "person_token", matching.person_mark(key, name, birth.isoformat())


def _elsewhere(
    marks: list[tuple[str, bytes]], county_id: int, found: Rules, viewer: Viewer, at: datetime
) -> str:
    key = throttle.key_for(login=f"open ask {viewer.person_id}")
    if throttle.paused_until(key=key, limits=found.blind, at=at):
        return PAUSED
    hits = {each.id for column, mark in marks for each in matching.sharing(column, [mark], county_id=county_id)}
    if not hits:
        return ""
    seen = access.visible(Child.objects.filter(id__in=hits), viewer=viewer, part=PART, at=at)
    hidden = sorted(hits - set(seen.values_list("id", flat=True)))
    if not hidden:
        return ""
    ledger.record_look(
        viewer=viewer, owners=[Owner("child", each) for each in hidden], purpose=PURPOSE, part=PART, route=ROUTE, at=at
    )
    return ELSEWHERE
