"""Choices that depend on the place: organisations to refer to, villages to live in."""

from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db.models import BigIntegerField, Q, QuerySet

from tongxin.access.models import Relation
from tongxin.accounts.models import Division, Holding, Organisation, Post
from tongxin.accounts.viewers import held
from tongxin.cases.derivation import FAR
from tongxin.lib import prepared, steady
from tongxin.lib.prepared import Prepared
from tongxin.people.models import Child
from tongxin.rulebook import rules

# After the id of a post: not its holder is meant but whoever stands in.
STANDS_IN = "_stand_in"
Choices = dict[str, dict[str, str]]
NEWEST = Prepared(lambda: Organisation.objects.order_by("-id").values_list("id", flat=True)[:1])


def choices_for(child: Child) -> tuple[str, Choices]:
    """The county's six digits and its lists, for a child's forms."""
    return rules.region_of(child.county_id), choices_in(child.county_id)


def posts_near(child: Child) -> dict[str, str]:
    """The posts to which this child can be given by name: those that serve where the child lives."""
    near = {each.hex for each in _serving(child).values_list("id", flat=True)}
    return {code: zh for code, zh in choices_for(child)[1]["assignable_post"].items() if code in near}


def posts_around(child: Child, *, at: datetime) -> dict[str, str]:
    """The posts that serve where a child lives, village to county, with their titles; whoever stands in, apart."""
    posts = _serving(child).select_related("organisation", "division")
    barred = Relation.objects.filter(held(at), child_id=child.id, relation=Relation.RECUSED)
    standing = Holding.objects.filter(
        held(at) | Q(person_id__in=barred.values("person_id")), kind=Holding.STAND_IN, post__in=posts
    )
    stood_in = set(standing.values_list("post_id", flat=True))
    found: dict[str, str] = {}
    for post in posts.order_by("role", "id"):
        found[post.id.hex] = f"{post.title}（{post.organisation.name}）"
        if post.id in stood_in:
            found[post.id.hex + STANDS_IN] = f"{post.title}（{post.organisation.name}）· 代班的人"
    return found


def _serving(child: Child) -> QuerySet[Post]:
    """The posts of the child's village, town and county."""
    places = [place for place in (child.village_id, child.town_id, child.county_id) if place]
    return Post.objects.filter(division_id__in=places)


def choices_in(county_id: int | None) -> Choices:
    """The lists of one county; without a county there is nothing to choose."""
    if county_id is None:
        return {"organisation": {}, "county": {}, "transfer_place": {}, "assignable_post": {}}
    posts = steady.lasting(("assignable", county_id), lambda: _assignable(county_id))
    return {**_choices(county_id, steady.lasting("newest organisation", _newest)), "assignable_post": posts}


def _newest() -> int:
    return NEWEST.row() or 0


@lru_cache(maxsize=64)
def _choices(county_id: int, newest: int) -> Choices:
    del newest
    county = Division.objects.get(id=county_id)
    bodies = Organisation.objects.filter(division__county_id=county_id) | Organisation.objects.filter(
        division__city_id=county.city_id, division__level="city"
    )
    places = Division.objects.filter(valid_to__isnull=True).order_by("code")
    counties, towns = places.filter(level="county"), places.filter(level="town", county_id=county_id)
    return {
        "organisation": {str(body.id): body.name for body in bodies.order_by("id")},
        "county": {place.code: place.name for place in counties},
        # To another town of the county, then to another county.
        "transfer_place": {place.code: f"{county.name} {place.name}" for place in towns}
        | {place.code: place.name for place in counties if place.id != county_id},
    }


def _assignable(county_id: int) -> dict[str, str]:
    """The posts to which a child can be given by name; which of them counts, the pathway says when tasks are routed."""
    content = rules.resolve("pathway", "child", region=rules.region_of(county_id), at=FAR).content
    roles = tuple(content.get("assignable", ()))

    def build(county: Any) -> QuerySet[Post, Any]:
        posts = Post.objects.filter(division__county_id=county, role__in=roles)
        return posts.order_by("role", "id").values_list("id", "title")

    posts = prepared.ask(("assignable", roles), build, {"county": BigIntegerField()}, {"county": county_id})
    return {id.hex: title for id, title in posts}


def places_in(county_id: int | None) -> list[dict[str, str]]:
    """The villages of a county with their towns, as options."""
    if county_id is None:
        return []
    rows = Division.objects.filter(county_id=county_id, level__in=("town", "village"), valid_to__isnull=True)
    found = list(rows.order_by("code").values_list("id", "code", "name", "level", "town_id"))
    towns = {id: name for id, _, name, level, _ in found if level == "town"}
    return [
        {"code": code, "zh": f"{towns.get(town or 0, '')} {name}" if level == "village" else f"{name}（村不详）"}
        for _, code, name, level, town in found
    ]
