"""Reads the access definition and answers which relations admit a role to an action on a part."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tongxin.core.language.errors import DefinitionError

RELATIONS = frozenset({
    "in_area", "own_case", "referred", "department_task", "teaches", "screened", "broke_glass", "transferred",
    "archived", "counsels", "sees_identity", "sees_identification", "sees_psychological", "sees_crisis",
})
READ = "read"
# What no form stands behind is for whoever may read everything psychological.
CLOSEST = "psychological"


@dataclass(frozen=True, slots=True)
class Grant:
    """Roles that, standing in a relation to a child, may read parts and record forms."""

    roles: frozenset[str]
    relation: str
    reads: frozenset[str]
    records: frozenset[str]


@dataclass(frozen=True, slots=True)
class AccessRules:
    """The whole access definition; what it doesn't grant is refused.

    Roles `without_listed_names` read a child's name in the file they open, not in lists. `form_parts` says to which
    part of a file each form's entries belong.
    """

    roles: Mapping[str, str]
    with_psychology: frozenset[str]
    without_listed_names: frozenset[str]
    parts: Mapping[str, str]
    grants: tuple[Grant, ...]
    office: Mapping[str, frozenset[str]]
    form_parts: Mapping[str, str]
    form_groups: Mapping[str, tuple[str, ...]]
    groups: Mapping[str, str]
    apart: frozenset[str] = frozenset()
    # By form, the answers that say who reported; only few read them.
    reporters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def relations(self, *, role: str, part: str, action: str) -> frozenset[str]:
        """Through which relations a role is admitted: `read` of a part, or `record.<form>`."""
        form = action.removeprefix("record.")
        return frozenset(
            grant.relation for grant in self.grants
            if role in grant.roles
            and (part in grant.reads if action == READ else form in grant.records)
        )

    def part_of(self, form_id: str) -> str:
        """The part of the file that what was written on a form belongs to; unknown forms are the closest kept."""
        return self.form_parts.get(form_id, CLOSEST)

    def reads_files(self, role: str) -> bool:
        """Whether a role comes to any child's file at all."""
        return any(role in grant.roles for grant in self.grants)

    def clashes(self, roles: Iterable[str]) -> bool:
        """Whether one person may not hold all of these: administrators stay apart from each other and from files."""
        held = frozenset(roles)
        administrators = held & self.apart
        return bool(administrators) and (
            len(administrators) > 1 or any(self.reads_files(role) for role in held - self.apart)
        )

    def may_do(self, *, role: str, action: str) -> bool:
        """Whether a role may do something that concerns no single child."""
        return role in self.office.get(action, frozenset())


def read(content: Mapping[str, Any]) -> AccessRules:
    """The access rules as written; unknown roles, parts and relations are refused."""
    roles, parts = content["roles"], content["parts"]
    grants: list[Grant] = []
    for index, raw in enumerate(content["grants"]):
        path = f"grants[{index}]"
        _known(raw["roles"], roles, f"{path}.roles", "角色")
        _known(raw["read"], parts, f"{path}.read", "部分")
        _known([raw["relation"]], RELATIONS, f"{path}.relation", "关系")
        grants.append(
            Grant(frozenset(raw["roles"]), raw["relation"], frozenset(raw["read"]), frozenset(raw["record"]))
        )
    for action, allowed in content["office"].items():
        _known(allowed, roles, f"office.{action}", "角色")
    forms, groups = content["forms"], content["form_groups"]
    for form, each in forms.items():
        _known([each["part"]], parts, f"forms.{form}.part", "部分")
        _known([each["group"]], groups, f"forms.{form}.group", "组")
    return AccessRules(
        roles={role: str(each["zh"]) for role, each in roles.items()},
        with_psychology=frozenset(role for role, each in roles.items() if each["psychology"]),
        without_listed_names=frozenset(role for role, each in roles.items() if not each.get("listed_names", True)),
        parts=dict(parts), grants=tuple(grants), apart=_apart(content, roles, grants),
        office={action: frozenset(allowed) for action, allowed in content["office"].items()},
        form_parts={form: each["part"] for form, each in forms.items()},
        form_groups={
            group: tuple(form for form, each in forms.items() if each["group"] == group) for group in groups
        },
        groups=dict(groups), reporters=_reporters(content, forms),
    )


def _reporters(content: Mapping[str, Any], forms: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    found: Mapping[str, list[str]] = content.get("reporters", {})
    _known(list(found), forms, "reporters", "表")
    return {form: tuple(names) for form, names in found.items()}


def _apart(content: Mapping[str, Any], roles: Any, grants: Iterable[Grant]) -> frozenset[str]:
    """Administrators who may not be one person; none of them reads a file."""
    apart = content.get("apart", [])
    _known(apart, roles, "apart", "角色")
    for role in apart:
        if any(role in grant.roles for grant in grants):
            raise DefinitionError("apart", f"“{role}”管系统，又看得到孩子的档案", "从 grants 里去掉这个角色")
    return frozenset(apart)


def _known(words: list[str], allowed: Any, path: str, what: str) -> None:
    for word in words:
        if word not in allowed:
            raise DefinitionError(path, f"没有“{word}”这个{what}", f"先写明这个{what}，或改正拼写")
