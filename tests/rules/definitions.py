"""The shipped definitions as plain content, for rules that hold between them."""

from functools import lru_cache
from typing import Any

from tests.world import library

Content = dict[str, Any]


@lru_cache(maxsize=1)
def forms() -> dict[str, Content]:
    """Every form of the nation by its id."""
    return {each.id: each.content for each in library().versions if each.kind == "forms" and not each.region}


def one(kind: str) -> Content:
    """The nation's definition of a kind that has one."""
    return next(each.content for each in library().versions if each.kind == kind and not each.region)


@lru_cache(maxsize=1)
def option_sets() -> dict[str, list[Content]]:
    sets: dict[str, list[Content]] = next(
        each.content for each in library().versions if (each.kind, each.id) == ("fields", "option_sets")
    )["sets"]
    return sets


def fields_of(kind: str) -> list[Content]:
    """All fields of the forms that record a kind of fact."""
    sections = [section for form in forms().values() if form["kind"] == kind for section in form["sections"]]
    return [field for section in sections for field in section["fields"]]


def may_record(role: str) -> set[str]:
    """The forms that a role may record through any relation."""
    return {form for grant in one("access")["grants"] if role in grant["roles"] for form in grant["record"]}
