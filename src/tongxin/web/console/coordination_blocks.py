"""What pages of working together are made of: lists, facts, forms, numbers; one template draws each."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from tongxin.accounts.models import Organisation
from tongxin.coordination.kept import Numbered
from tongxin.coordination.models import Scan, Step
from tongxin.core.forms import Problem
from tongxin.flows import coordinating
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.registers.rules import Field
from tongxin.web.console.names import Names, post_titles
from tongxin.web.console.register_forms import drawn, told_problems
from tongxin.web.doors import Request
from tongxin.web.new_ids import fresh as fresh
from tongxin.web.new_ids import given_id as given_id
from tongxin.web.pages import show
from tongxin.web.words import due_zh, late_zh

HOME = "/coordination/"
FOLDER = "console/coordination/"
Line = dict[str, Any]
Found = TypeVar("Found")


@dataclass(slots=True)
class Rows:
    """A list of lines; `empty` says why there are none and `next_zh` what to do."""

    zh: str
    rows: Sequence[Line]
    empty: str = ""
    next_zh: str = ""
    lead: str = ""
    icon: str = "check"
    template: str = f"{FOLDER}_rows.html"


@dataclass(slots=True)
class Facts:
    """Labels with their words."""

    zh: str
    lines: Sequence[Mapping[str, str]]
    lead: str = ""
    scan: str = ""
    template: str = f"{FOLDER}_facts.html"


@dataclass(slots=True)
class Note:
    """One sentence that has to be seen."""

    zh: str
    kind: str = "info"
    template: str = f"{FOLDER}_note.html"


@dataclass(slots=True)
class Form:
    """A form with its fields as `register_forms.drawn` gives them; `more` are fields behind a fold."""

    zh: str
    action: str
    rows: Sequence[Line]
    button: str
    hidden: Mapping[str, str] = field(default_factory=dict)
    others: Sequence[Line] = ()
    hint: str = ""
    more: Sequence[Line] = ()
    more_zh: str = ""
    takes_file: bool = False
    file_zh: str = ""
    before: str = ""
    is_closed: bool = False
    template: str = f"{FOLDER}_form.html"
    # What the first button sends besides.
    marks: Mapping[str, str] = field(default_factory=dict)

    @property
    def buttons(self) -> list[Line]:
        return [{"zh": self.button, **self.marks}, *self.others]


@dataclass(slots=True)
class Numbers:
    """The agenda's numbers."""

    zh: str
    numbers: Sequence[Line]
    lead: str = ""
    template: str = f"{FOLDER}_figures.html"


@dataclass(slots=True)
class Compared:
    """Two texts, line by line."""

    zh: str
    lines: Sequence[Line]
    template: str = f"{FOLDER}_compare.html"


@dataclass(slots=True)
class Page:
    """A whole page."""

    title: str
    blocks: Sequence[Any]
    lead: str = ""
    actions: Sequence[Line] = ()


def draw(request: Request, page: Page, *, problems: Iterable[Problem] = (), status: int = 200) -> HttpResponse:
    told = told_problems(problems)
    return show(request, f"{FOLDER}page.html", {"page": page, "problems": told}, status=422 if told else status)


def to(url: str, zh: str, *, is_main: bool = False) -> Line:
    """A way from the head of a page."""
    return {"url": url, "zh": zh, "is_main": is_main}


def county(request: Request) -> int:
    """The viewer's county; else there is no such page."""
    return there(lambda: coordinating.county_of(request.viewer))


def is_lead(request: Request) -> bool:
    return coordinating.leads(request.viewer, county(request), at=request.at)


def there(ask: Callable[[], Found]) -> Found:
    """What is asked for, or no such page."""
    try:
        return ask()
    except NotAllowed:
        raise Http404 from None


def acted(
    request: Request, act: Callable[[], object], *, done: str, to: str | Callable[[Any], str],
    page: Callable[[list[Problem]], HttpResponse],
) -> HttpResponse:
    """The outcome of one act: done, refused in words on its own page, or no such page."""
    try:
        made = act()
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        return page(refused.problems)
    messages.success(request, done)
    return HttpResponseRedirect(to if isinstance(to, str) else to(made))


def file_in(request: Request) -> tuple[str, bytes] | None:
    sent = request.FILES.get("file")
    return (sent.name or "", sent.read()) if sent else None


def choose(id: str, zh: str, options: Mapping[str, str], *, many: bool = False, needed: bool = True) -> Field:
    """A question whose options the moment gives."""
    return Field(
        id=id, zh=zh, type="choices" if many else "choice", options=options, is_required=needed, required_if={}
    )


def ask_words(zh: str, *, id: str = "words", needed: bool = True, hint: str = "") -> Field:
    return Field(id=id, zh=zh, type="long", options={}, is_required=needed, required_if={}, hint=hint)


def ask_day(id: str, zh: str, *, needed: bool = True, hint: str = "") -> Field:
    return Field(id=id, zh=zh, type="date", options={}, is_required=needed, required_if={}, hint=hint)


def one(field: Field, *, before: str = "") -> list[Line]:
    return drawn([field], {}, before=before)


def number_zh(thing: Numbered, code: str) -> str:
    """会议 2025-3."""
    return f"{code} {thing.year}-{thing.number}"


def waits(due: Any, *, at: Any) -> dict[str, str]:
    """When something is due, or how late it is."""
    if due is None:
        return {}
    late = late_zh(due, at=at)
    return {"late": late} if late else {"due": due_zh(due, at=at)}


def scan_of(step: Step) -> str:
    """Where the file of a step opens; nothing where there is none."""
    scan = Scan.objects.filter(step=step).only("id").first()
    return f"{HOME}scans/{scan.id}/" if scan else ""


def bodies_zh(organisations: Iterable[Organisation]) -> Mapping[str, str]:
    return {str(each.id): each.name for each in organisations}


def who(names: Names, titles: Mapping[UUID, str], step: Any) -> str:
    """The post and the person of a step."""
    return f"{titles.get(step.post_id, '')}　{names.person(step.person_id)}".strip()


def titles_of(steps: Iterable[Step]) -> Mapping[UUID, str]:
    return post_titles(each.post_id for each in steps)


def back_home() -> Line:
    return to(HOME, _("部门协同"))
