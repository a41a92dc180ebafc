"""Who stands around a child, as an export may say it: the guardian, and who here answers for the child."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from tongxin import vault
from tongxin.accounts.models import Person, Post, places_of
from tongxin.accounts.posts import roster_for
from tongxin.accounts.viewers import Viewer
from tongxin.cases.models import Case
from tongxin.exports.rules import rules_at
from tongxin.lib.ids import id_in
from tongxin.people.models import Carer, Child
from tongxin.rulebook import rules

GUARDIAN = ("guardian_name", "guardian_id_no", "guardian_relation", "guardian_phone")
HELPER = ("helper_name", "helper_phone")
Said = dict[UUID, dict[str, str]]


def around(
    rows: Sequence[Child], wanted: Mapping[str, str], *, viewer: Viewer, at: datetime, purpose: str, route: str
) -> Said:
    """By child and field (`wanted`: source → field) what is known of its guardian and helper; sealed words are opened.

    A guardian who is a concern is nobody to be named (spine A4); of several the first that was written down.
    """
    found: Said = {child.id: {} for child in rows}
    if any(each in wanted for each in GUARDIAN):
        _guardians(found, wanted, viewer, at, (purpose, route))
    if any(each in wanted for each in HELPER):
        _helpers(found, rows, wanted, viewer, at, (purpose, route))
    return found


def _guardians(
    found: Said, wanted: Mapping[str, str], viewer: Viewer, at: datetime, why: tuple[str, str]
) -> None:
    carers = Carer.objects.filter(child_id__in=list(found), to_on__isnull=True, is_guardian=True, is_concern=False)
    first: dict[UUID, Carer] = {}
    for carer in carers.select_related("adult").order_by("id"):
        first.setdefault(carer.child_id, carer)
    sets = rules.resolve("fields", "option_sets", at=at).content["sets"] if "guardian_relation" in wanted else {}
    relations = {str(each["code"]): str(each["zh"]) for each in sets.get("relation", ())}
    columns = {"guardian_name": "name", "guardian_id_no": "id_no", "guardian_phone": "phone"}
    columns = {source: column for source, column in columns.items() if source in wanted}
    sealed = [getattr(carer.adult, column) for carer in first.values() for column in columns.values()]
    opened = iter(vault.open(sealed, viewer=viewer, purpose=why[0], part="family", route=why[1], at=at))
    for child_id, carer in first.items():
        found[child_id] |= {wanted[source]: next(opened) or "" for source in columns}
        if "guardian_relation" in wanted:
            found[child_id][wanted["guardian_relation"]] = relations.get(carer.relation, "其他")


def _helpers(
    found: Said, rows: Sequence[Child], wanted: Mapping[str, str], viewer: Viewer, at: datetime, why: tuple[str, str]
) -> None:
    roles = rules_at(at).helpers
    cases = Case.objects.filter(id__in=list(found)).values_list("id", "state")
    named = {case_id: _named(state) for case_id, state in cases}
    posts = Post.objects.filter(id__in={one for ids in named.values() for one in ids}, role__in=roles)
    fitting = set(posts.values_list("id", flat=True))
    who = {
        child.id: _helper(child, [each for each in named.get(child.id, ()) if each in fitting], roles, at)
        for child in rows
    }
    people = {each.id: each for each in Person.objects.filter(id__in={one for one in who.values() if one})}
    columns = {"helper_name": "name", "helper_phone": "phone"}
    columns = {source: column for source, column in columns.items() if source in wanted}
    sealed = [getattr(each, column) for each in people.values() for column in columns.values()]
    opened = iter(vault.open(sealed, viewer=viewer, purpose=why[0], part="roster", route=why[1], at=at))
    told = {person_id: {wanted[source]: next(opened) or "" for source in columns} for person_id in people}
    for child_id, person_id in who.items():
        found[child_id] |= told.get(person_id, {}) if person_id else {}


def _named(state: Mapping[str, object]) -> list[UUID]:
    """The posts to which a child was given by name, the newest first."""
    ids = state.get("assigned", ())
    found = [id_in(str(each)) for each in reversed(ids)] if isinstance(ids, list) else []
    return [each for each in found if each]


def _helper(child: Child, named: Sequence[UUID], roles: Sequence[str], at: datetime) -> UUID | None:
    """Who is there for the post that the child was given to by name, else for the nearest post of the first role."""
    roster = roster_for(ancestors=places_of(child), at=at)
    for post_id in named:
        if person := roster.holders.get(post_id):
            return person
    for role in roles:
        post = roster.serving(role=role, ancestors=places_of(child))
        if post and (person := roster.holders.get(post.id)):
            return person
    return None
