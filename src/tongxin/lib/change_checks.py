"""Changes to definitions checked before anybody adopts them, as the command checks the whole folder."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from tongxin.core import grading
from tongxin.core.grading import Rules
from tongxin.core.language.errors import DefinitionError
from tongxin.lib.definition_cases import Content, Get
from tongxin.lib.definition_checks import readers
from tongxin.lib.wording_checks import check_wording

Key = tuple[str, str]
RULINGS = ("instruments", "grading", "identification")


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong with one definition: the place inside it, why, and the cure."""

    kind: str
    id: str
    path: str
    zh: str


def check_changes(changed: Iterable[Key], *, get: Get, ids: Mapping[str, tuple[str, ...]]) -> list[Wrong]:
    """Every fault that the changed definitions bring; `get` gives the contents with the changes in them.

    Changed option lists are tried in every form, since each of them may use them.
    """
    keys = list(dict.fromkeys(changed))
    asked: list[Key] = []

    def remembered(kind: str, id: str) -> Content:
        asked.append((kind, id))
        return get(kind, id)

    try:
        rules = grading.read_rules(
            remembered, instrument_ids=ids["instruments"], scheme_ids=ids["grading"],
            identification_ids=ids["identification"],
        )
    except DefinitionError as error:
        return [_wrong(asked[-1], error)]
    shared = any(kind == "fields" for kind, _ in keys)
    forms = [("forms", id) for id in ids["forms"]] if shared else []
    return list(_faults(list(dict.fromkeys([*keys, *forms])), rules, get))


def _faults(keys: Iterable[Key], rules: Rules, get: Get) -> Iterator[Wrong]:
    known = readers(rules, get)
    glossary = get("glossary", "glossary")
    for kind, id in keys:
        content = get(kind, id)
        try:
            if kind in known:
                known[kind](content)
            check_wording(kind, content, glossary=glossary)
        except DefinitionError as error:
            yield _wrong((kind, id), error)


def _wrong(key: Key, error: DefinitionError) -> Wrong:
    return Wrong(*key, error.path, f"{error.zh}。{error.cure}。")
