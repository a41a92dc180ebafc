"""Gates, identification rules, rubric and schemes as they hold in a county, read once per version."""

from collections.abc import Collection, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from tongxin.core.grading import Rules, read_rules
from tongxin.core.instruments.wording import with_words
from tongxin.rulebook import rules

SHARED = (("fields", "option_sets"), ("fields", "fields"), ("gates", "gates"), ("rubric", "rubric"))
KINDS = ("instruments", "grading", "identification")
WORDINGS = "wordings"
READ = (*KINDS, WORDINGS)

Hashes = tuple[tuple[str, str, str], ...]


def rulings_in(*, region: str, at: datetime) -> tuple[Rules, dict[str, str]]:
    """Everything that judges a child's answers in a county, with the hashes that name its versions."""
    return rules.while_in_force(("rulings", region), lambda: _rulings(region, at), at=at)


def _rulings(region: str, at: datetime) -> tuple[Rules, dict[str, str]]:
    wanted = [*SHARED, *((kind, id) for kind in READ for id in rules.ids_in_force(kind, region=region, at=at))]
    found: Hashes = tuple((kind, id, rules.resolve(kind, id, region=region, at=at).hash) for kind, id in wanted)
    return _read(found), {f"{kind}/{id}": hash for kind, id, hash in found}


def shown_scheme(*, region: str, at: datetime) -> str:
    """The id of the scheme that a region's lists and pages show first."""
    return str(rules.resolve("display", "display", region=region, at=at).content["shown"][0])


def level_words(*, region: str, at: datetime, among: Collection[str]) -> dict[str, str]:
    """The levels that a person may choose, in the colours and words of the region's own scheme."""
    scheme = rules.resolve("grading", shown_scheme(region=region, at=at), region=region, at=at)
    return {each["id"]: f"{each['zh']}（{each['word']}）" for each in scheme.content["levels"] if each["id"] in among}


@lru_cache(maxsize=32)
def _read(found: Hashes) -> Rules:
    hashes = {(kind, id): hash for kind, id, hash in found}
    ids = {kind: tuple(id for each, id, _ in found if each == kind) for kind in KINDS}

    def get(kind: str, id: str) -> Mapping[str, Any]:
        content = rules.content_of(hashes[kind, id])
        licensed = hashes.get((WORDINGS, id)) if kind == "instruments" else None
        return with_words(content, rules.content_of(licensed)) if licensed else content

    return read_rules(
        get,
        instrument_ids=ids["instruments"], scheme_ids=ids["grading"], identification_ids=ids["identification"],
    )
