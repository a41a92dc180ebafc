"""All definitions read as the system reads them, with every fault told at its line."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from tongxin.core import access, grading, instruments, pathway, screening
from tongxin.core.grading import Rules
from tongxin.core.language.errors import DefinitionError
from tongxin.lib import definitions
from tongxin.lib.care_checks import check_needs, check_plan_classes
from tongxin.lib.dashboard_checks import check_dashboards
from tongxin.lib.definition_cases import Get, run_cases
from tongxin.lib.definitions import DefinitionFault, Library, Version
from tongxin.lib.plain_checks import PLAIN
from tongxin.lib.protocol_checks import check_protocols
from tongxin.lib.wording_checks import check_wording

Content = Mapping[str, Any]
FAR = date(2100, 1, 1)


@dataclass(frozen=True, slots=True)
class Tried:
    """One definition's example cases: how many were tried, and those that didn't come out."""

    version: Version
    cases: int
    faults: tuple[DefinitionFault, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """What a check looked at and what it found; `tried` goes through the definitions one by one.

    `library` is what was read, without those that can't be.
    """

    definitions: int
    overlays: int
    cases: int
    faults: tuple[DefinitionFault, ...]
    tried: tuple[Tried, ...] = ()
    untried: tuple[Version, ...] = ()
    library: Library = field(default_factory=lambda: Library(()))


def check(folder: Path, *, more: Iterable[Version] = ()) -> Report:
    """Everything below `folder`, read, cross-checked and tried on its example cases.

    `more` are overlays that this installation keeps beside the folder.
    """
    library, faults = definitions.read_all(folder, more=more)
    tried: list[Tried] = []
    if not faults:
        checking = _Checking(folder, library)
        faults = [*checking.faults()]
        tried = checking.tried
    overlays = sum(1 for version in library.versions if version.region)
    cases = sum(each.cases for each in tried)
    untried = tuple(each for each in library.versions if not any(each is other.version for other in tried))
    return Report(len(library.versions) - overlays, overlays, cases, tuple(faults), tuple(tried), untried, library)


class _Checking:
    def __init__(self, folder: Path, library: Library) -> None:
        self.folder = folder
        self.library = library
        self.tried: list[Tried] = []

    def faults(self) -> Iterator[DefinitionFault]:
        """The faults of the nation's definitions, then those of each region's."""
        for region in ("", *sorted({version.region for version in self.library.versions if version.region})):
            try:
                rules = self._rules(region)
            except DefinitionFault as fault:
                yield fault
                continue
            for version in self._of(region):
                yield from self._faults_of(version, rules)

    def _of(self, region: str) -> list[Version]:
        return [version for version in self.library.versions if version.region == region]

    def _content(self, kind: str, id: str, region: str, on: date = FAR) -> Content:
        return definitions.resolve(self.library, kind, id, regions=definitions.chain(region), on=on).content

    def _rules(self, region: str) -> Rules:
        asked: list[tuple[str, str]] = []

        def get(kind: str, id: str) -> Content:
            asked.append((kind, id))
            return self._content(kind, id, region)

        try:
            return grading.read_rules(
                get,
                instrument_ids=self.library.ids("instruments"),
                scheme_ids=self.library.ids("grading"),
                identification_ids=self.library.ids("identification"),
            )
        except DefinitionError as error:
            raise self._fault(*asked[-1], region, error) from None
        except definitions.NoDefinition as error:
            raise DefinitionFault("definitions", 1, str(error), "补上这个定义。") from None

    def _fault(self, kind: str, id: str, region: str, error: DefinitionError) -> DefinitionFault:
        """The fault at the line of the overlay when there is one, else of the nation's file."""
        overlay = self.library.of(kind, id, region=region)
        version = (overlay or self.library.of(kind, id))[-1]
        if version.document is None:
            return DefinitionFault(f"{kind}/{id}", 1, error.zh, error.cure)
        if version.region:
            return version.document.fault("patch", f"{error.path}：{error.zh}", error.cure)
        return version.document.fault(error.path, error.zh, error.cure)

    def _faults_of(self, version: Version, rules: Rules) -> Iterator[DefinitionFault]:
        content = self._content(version.kind, version.id, version.region, version.valid_from)
        reader = readers(rules, self._getter(version.region)).get(version.kind, _read_nothing)
        try:
            reader(content)
            check_wording(version.kind, content, glossary=self._content("glossary", "glossary", version.region))
        except DefinitionError as error:
            yield self._fault(version.kind, version.id, version.region, error)
            return
        cases = definitions.load_cases(self.folder, version.kind, version.id, region=version.region)
        if cases is not None:
            get = self._getter(version.region)
            found = tuple(run_cases(version.kind, version.id, cases, rules=rules, get=get))
            self.tried.append(Tried(version, len(cases.content.get("cases", ())), found))
            yield from found

    def _getter(self, region: str) -> Get:
        return lambda kind, id: self._content(kind, id, region)


def readers(rules: Rules, get: Get) -> dict[str, Callable[[Content], object]]:
    """What reads each kind of definition, and refuses it where it can't be read."""
    known: dict[str, Callable[[Content], object]] = {
        "forms": rules.form,
        "instruments": instruments.refuse_unlicensed,
        "access": access.read,
        "pathway": lambda content: _pathway(content, rules, get),
        "rubric": lambda content: grading.refuse_falling(rules.rubric),
        "needs": lambda content: check_needs(content, rules, get),
        "dashboards": lambda content: check_dashboards(content, get),
        "plan_classes": lambda content: check_plan_classes(content, get),
        "protocols": lambda content: check_protocols(content, get),
        "screening": lambda content: screening.read_rule(content, instruments=rules.instruments),
    }
    return {**known, **PLAIN}


def _pathway(content: Content, rules: Rules, get: Get) -> None:
    pathway.refuse_gaps(content)
    read = pathway.read(content, crisis=get("crisis", "steps"))
    for level, months in rules.rubric.reassess_months.items():
        if read.intervals["reassess"].get(level) != {"months": months}:
            zh = f"复评间隔与评级规则里的 {months} 个月不一致"
            raise DefinitionError(
                f"intervals.reassess.{level}", zh, f"写 {{months: {months}}}，或改 definitions/rubric"
            )


def _read_nothing(content: Content) -> None:
    """A kind that `read_rules` has read already."""
