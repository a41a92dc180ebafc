"""What `definitions/documents/papers.yaml` says: which papers there are, their heads, signatures and purposes."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db import transaction

from tongxin import ledger
from tongxin.accounts.viewers import Viewer
from tongxin.core.forms import Form
from tongxin.ledger.models import Entry, Event
from tongxin.people.models import Child
from tongxin.rulebook import rules

PRINTED = "paper.printed"


@dataclass(frozen=True, slots=True)
class Purpose:
    """What somebody prints for; `for_family` keeps to what `Family` says."""

    id: str
    zh: str
    for_family: bool


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper on a child's page: the newest of its forms, with more of the file around it if it says so."""

    id: str
    zh: str
    forms: tuple[str, ...]
    is_whole: bool
    is_graded: bool


@dataclass(frozen=True, slots=True)
class Layout:
    """What stands around a form's questions on paper."""

    head: tuple[str, ...]
    signatures: tuple[Mapping[str, Any], ...]
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    slip: Mapping[str, Any] | None = None
    # What the paper is called, where it is another word than the form's on the screen.
    title: str = ""
    # Sections that stay in the record: what a paper that several sides sign must not tell them.
    without: frozenset[str] = frozenset()

    def part_of(self, form: Form) -> Form:
        """A form as it is printed."""
        return replace(form, sections=tuple(each for each in form.sections if each.id not in self.without))


@dataclass(frozen=True, slots=True)
class Family:
    """What may be handed to a family: which forms, each without some sections, and what closes all of it (A3, A4)."""

    closed_while: tuple[str, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    without: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def is_closed(self, names: Mapping[str, object]) -> bool:
        """Whether nothing may be handed over as the case stands; `names` are those of the pathway."""
        return not self.names or any(names[each] for each in self.closed_while)

    def part_of(self, form: Form) -> Form:
        """A form as a family may have it."""
        hidden = self.without.get(form.id, frozenset())
        return replace(form, sections=tuple(each for each in form.sections if each.id not in hidden))


@dataclass(frozen=True, slots=True)
class Chapter:
    """A chapter of a whole file: the records on these forms."""

    zh: str
    forms: frozenset[str]


@dataclass(frozen=True, slots=True)
class Binding:
    """How much of the attachments goes into one book; what was adopted before it could say so only names them."""

    zh: str = "附件"
    bytes: int = 0
    pages: int = 0


@dataclass(frozen=True, slots=True)
class Book:
    """How a whole file is bound; what was adopted before it could say so has one chapter."""

    zh: str = "儿童档案"
    rest: str = "记录"
    signatures: tuple[Mapping[str, Any], ...] = ()
    chapters: tuple[Chapter, ...] = ()
    attachments: Binding = Binding()
    # The same for each of many books at once.
    in_batches: Binding = Binding()

    def chapter_of(self, form_id: str) -> int:
        """The number of the chapter that a form's records stand in, from 0; the rest comes last."""
        found = (at for at, each in enumerate(self.chapters) if form_id in each.forms)
        return next(found, len(self.chapters))

    def zh_of(self, chapter: int) -> str:
        """What a chapter is called."""
        return self.chapters[chapter].zh if chapter < len(self.chapters) else self.rest


@dataclass(frozen=True, slots=True)
class Papers:
    """The rules for paper in force."""

    purposes: Mapping[str, Purpose]
    papers: Mapping[str, Paper]
    default: Layout
    layouts: Mapping[str, Layout]
    family: Family
    book: Book = field(default_factory=Book)

    def layout(self, form_id: str) -> Layout:
        """What stands around a form; the common frame where nothing is said of it."""
        return self.layouts.get(form_id, self.default)

    def of(self, form_id: str) -> Paper | None:
        """The paper that a form is printed as, if it is one of those on the child's page."""
        return next((paper for paper in self.papers.values() if form_id in paper.forms), None)


def papers_in(*, region: str, at: datetime) -> Papers:
    """The rules for paper in a county."""
    return rules.read(read, rules.resolve("documents", "papers", region=region, at=at))


def read(content: Mapping[str, Any]) -> Papers:
    """The definition as an object."""
    purposes = [Purpose(each["id"], each["zh"], bool(each.get("for_family"))) for each in content["purposes"]]
    papers = [
        Paper(each["id"], each["zh"], tuple(each["forms"]), bool(each.get("whole")), bool(each.get("graded")))
        for each in content["papers"]
    ]
    return Papers(
        purposes={each.id: each for each in purposes}, papers={each.id: each for each in papers},
        default=_layout(content["default"]), layouts={form: _layout(each) for form, each in content["forms"].items()},
        family=_family(content.get("family", {})), book=_book(content["book"]) if "book" in content else Book(),
    )


def _book(content: Mapping[str, Any]) -> Book:
    most = content.get("attachments", {})
    return Book(
        zh=str(content["zh"]), rest=str(content["rest"]), signatures=tuple(content["signatures"]),
        chapters=tuple(Chapter(str(each["zh"]), frozenset(each["forms"])) for each in content["chapters"]),
        **({"attachments": _binding(most, ""), "in_batches": _binding(most, "batch_")} if most else {}),
    )


def _binding(content: Mapping[str, Any], which: str) -> Binding:
    return Binding(str(content["zh"]), content[f"{which}megabytes"] * 1_000_000, content[f"{which}pages"])


def _family(content: Mapping[str, Any]) -> Family:
    """Rules adopted before anything was said of families hand them nothing."""
    forms = content.get("forms", ())
    return Family(
        closed_while=tuple(content.get("closed_while", ())), names={each["id"]: each["zh"] for each in forms},
        without={each["id"]: frozenset(each.get("without", ())) for each in forms},
    )


def _layout(content: Mapping[str, Any]) -> Layout:
    return Layout(
        head=tuple(content["head"]), signatures=tuple(content["signatures"]), before=tuple(content.get("before", ())),
        after=tuple(content.get("after", ())), slip=content.get("slip"), title=str(content.get("title", "")),
        without=frozenset(content.get("without", ())),
    )


def record_copy(
    *, child: Child, paper: str, purpose: str, actor: Viewer, at: datetime, entry: Entry | None = None, batch: str = ""
) -> int:
    """The number of a fresh copy; that it was printed, by whom and what for is a fact of the record.

    The copy of a batch that was cut short before it lay there keeps its number: it is no second copy.
    """
    with transaction.atomic():
        ledger.lock_subject(child.key_owner)
        printed = Event.objects.filter(subject_id=child.id, kind=PRINTED)
        earlier: list[Any] = list(printed.values_list("clear", flat=True))
        if begun := next((each for each in earlier if batch and each.get("batch") == batch), None):
            return int(begun["number"])
        number = len(earlier) + 1
        ledger.record(
            kind=PRINTED, subject=child.key_owner, actor=actor, at=at, entry=entry, is_fact=True,
            clear={"paper": paper, "number": number, "purpose": purpose, **({"batch": batch} if batch else {})},
        )
    return number
