"""What a request asks: the place, the question read from its codes, or in words what is wrong with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import Http404, QueryDict

from tongxin.core.indicators import Group
from tongxin.core.indicators.dimensions import Dimensions
from tongxin.core.pathway import CHINA
from tongxin.indicators import answers, questions, service
from tongxin.indicators.answers import Answer
from tongxin.indicators.questions import FILTER, Question
from tongxin.indicators.rules import groups_in
from tongxin.indicators.service import Place
from tongxin.web.doors import Request

HOME = "/queries/"
NAMES = ("indicator", "rows", "columns", "period", "first", "last")
Given = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Asked:
    """One request's question; `question` is None where nothing was asked, or something that can't be."""

    place: Place
    given: Given
    groups: Sequence[Group]
    dimensions: Dimensions
    question: Question | None
    problem: str

    def query(self, **more: str) -> str:
        """The same question as part of an address."""
        codes = self.question.codes if self.question else {}
        return urlencode([("place", self.place.code), *more.items(), *pairs_of(codes)])


def pairs_of(codes: Given) -> list[tuple[str, str]]:
    """The codes of a question as the fields of a form."""
    return [(name, value) for name, values in codes.items() for value in values]


def given_in(sent: QueryDict) -> dict[str, list[str]]:
    """The codes that a request carries, nothing else."""
    found = {name: sent.getlist(name) for name in sent if name in NAMES or name.startswith(FILTER)}
    return {name: [each for each in values if each][:40] for name, values in found.items() if any(values)}


def asked_in(request: Request, given: Given, place: str) -> Asked:
    """The question within the viewer's own area."""
    region, at = service.region_of(request.viewer), request.at
    groups, dimensions = groups_in(region=region, at=at), questions.dimensions_in(region=region, at=at)
    where = service.place_for(request.viewer, place[:12])
    if where is None:
        raise Http404
    question: Question | None = None
    problem = ""
    if given.get("indicator"):
        read = questions.read(given, groups=groups, dimensions=dimensions, today=at.astimezone(CHINA).date())
        question, problem = (None, read) if isinstance(read, str) else (read, "")
    return Asked(where, given, groups, dimensions, question, problem)


def answered(request: Request, asked: Asked) -> list[Answer]:
    """The tables; nothing where nothing was asked."""
    if asked.question is None:
        return []
    return answers.answer(
        asked.question, viewer=request.viewer, place=asked.place, rounded=asked.dimensions.days_round, at=request.at,
    )
