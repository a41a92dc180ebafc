"""What the system itself knows of a processing activity, so that the register says what is done and not what was meant.

Nothing here is written by anybody: parts from the rules, roles from grants and the posts that are held, the other
bodies from referrals and agreements, places from the phones and papers that there are.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tongxin.access.models import Relation
from tongxin.accounts.models import Holding, Organisation, Post
from tongxin.accounts.viewers import held
from tongxin.core.access import AccessRules
from tongxin.referrals.models import Referral
from tongxin.registers.models import AGREEMENT, PROCESSING, Line, Version
from tongxin.registers.rules import Field, Topic, register_at
from tongxin.rulebook import rules, shipped
from tongxin.sync.models import Device

Known = dict[str, set[str]]
# Kinds of bodies in the words of the register.
BODIES = {
    "hospital": "hospital", "school": "school", "social_organisation": "social_organisation", "bureau": "department",
    "department": "department", "office": "department",
}
GIVES_AWAY = "refer"


def known_of(activity: str, *, county_id: int, at: datetime) -> Known:
    """Codes by what they answer: parts, roles, basis, recipients, storage."""
    region = rules.region_of(county_id)
    found = register_at(PROCESSING, region=region, at=at)
    topic = found.topics.get(activity)
    if topic is None:
        return {}
    return {
        "parts": set(topic.parts), "roles": _roles(topic, county_id, at), "basis": _basis(topic, region, at),
        "recipients": _recipients(topic, county_id, at - found.looks_back), "storage": _storage(topic, county_id, at),
    }


def differences(fields: tuple[Field, ...], version: Version, known: Mapping[str, set[str]]) -> list[str]:
    """Where what is written and what is done are not the same, in words."""
    said = []
    for field in fields:
        if not field.known:
            continue
        written, done = set(version.clear.get(field.id, ())), known.get(field.known, set()) & set(field.options)
        if more := [field.options[each] for each in field.options if each in done - written]:
            said.append(f"“{field.zh}”里没有写，系统里却有：{'、'.join(more)}。")
        # Paper and oral ways are not known to the system.
        if field.known in {"parts", "roles"} and (
            gone := [field.options.get(each, each) for each in field.options if each in written - done]
        ):
            said.append(f"“{field.zh}”里写了，系统里没有：{'、'.join(gone)}。")
    return said


def _roles(topic: Topic, county_id: int, at: datetime) -> set[str]:
    """Who reads one of these parts by the grants, and has a post there that somebody holds."""
    found = rules.access_rules(at=at)
    running = Holding.objects.filter(held(at))
    there = Post.objects.filter(division__county_id=county_id, holdings__in=running)
    return _readers(found, topic) & set(there.values_list("role", flat=True))


def _readers(found: AccessRules, topic: Topic) -> set[str]:
    wanted, emergency = set(topic.parts), Relation.BROKE_GLASS
    grants = (grant for grant in found.grants if grant.relation != emergency and grant.reads & wanted)
    return {role for grant in grants for role in grant.roles}


def _basis(topic: Topic, region: str, at: datetime) -> set[str]:
    """What the notice says of the activity's purposes: consent, and what stands in for it."""
    notice: Mapping[str, Any] = shipped.content_in_force("consent", "notice", region=region, at=at)
    purposes = [each for each in notice["purposes"] if each["id"] in topic.consent]
    if not purposes:
        return {"legal_duty"}
    return {"consent", *(each["otherwise"] for each in purposes)} - {"missing"}


def _recipients(topic: Topic, county_id: int, since: datetime) -> set[str]:
    """To what kinds of bodies something went since then, and who works under an agreement."""
    bodies: set[str] = set()
    if GIVES_AWAY in topic.consent:
        sent = Referral.objects.filter(county_id=county_id, sent_at__gt=since).values("to_organisation_id")
        kinds = Organisation.objects.filter(id__in=sent).values_list("kind", flat=True)
        bodies |= {BODIES.get(kind, "other") for kind in kinds}
    return bodies | ({"entrusted_party"} if _is_entrusted(topic, county_id) else set())


def _is_entrusted(topic: Topic, county_id: int) -> bool:
    lines = Line.objects.filter(
        register=AGREEMENT, county_id=county_id, state__in=(Line.IN_FORCE, Line.EXPIRED, Line.CERTIFIED)
    )
    versions = Version.objects.filter(line__in=lines).order_by("line_id", "number")
    newest = {version.line_id: version for version in versions}
    return any(topic.id in version.clear.get("activities", ()) for version in newest.values())


def _storage(topic: Topic, county_id: int, at: datetime) -> set[str]:
    """The server always; phones while one is in use that carries files of these parts."""
    posts = Post.objects.filter(division__county_id=county_id).values("id")
    phones = Device.objects.filter(post_id__in=posts, state=Device.ACTIVE)
    carried = register_at(PROCESSING, region=rules.region_of(county_id), at=at).topics.get("phones")
    on_phones = carried is not None and set(topic.parts) & set(carried.parts) and phones.exists()
    party = {"party"} if _is_entrusted(topic, county_id) else set()
    return {"server", *(["phones"] if on_phones else []), *party}
