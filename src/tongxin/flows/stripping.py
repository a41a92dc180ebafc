"""What an erasure takes out of the tables: derived rows, marks, places, files, drafts; and whose keys go with it."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from tongxin import vault
from tongxin.access.models import Relation
from tongxin.accounts.viewers import held
from tongxin.assessments.models import Result
from tongxin.bookings import services as bookings
from tongxin.cases.models import Case
from tongxin.consents.models import ConsentLink
from tongxin.documents import services as documents
from tongxin.drafts import services as drafts
from tongxin.flows import (
    blind_sessions,
    brought,
    clue_erasing,
    comparing,
    export_ending,
    holding,
    pairing,
    recalls,
    sharing_ending,
    supervising,
    taking_up,
)
from tongxin.flows.activities import listing as activity_lists
from tongxin.flows.funds import wishes
from tongxin.flows.setting_apart import custody_owners
from tongxin.flows.shelved import NOWHERE
from tongxin.flows.supervision import marking
from tongxin.instances import services as instances
from tongxin.intake import services as intake
from tongxin.intake.models import HeldRow, Listing, Upload
from tongxin.looking import services as looks
from tongxin.notices import services as notices
from tongxin.people import search
from tongxin.people.models import Adult, Carer, CategorySpan, Child, ChildLink, Household, Membership
from tongxin.referrals.models import Referral, ReferralLink
from tongxin.rights.models import Shelved
from tongxin.screening.models import Participant
from tongxin.vault import Owner


def owners_of(child: Child) -> list[Owner]:
    """The child's key, and those of people, home and lists that hold nobody else's words."""
    shared = [*_adults(child), *_home(child), *_uploads(child), *_custodies(child)]
    notes = supervising.notes_about(child.id)
    given = sharing_ending.owners_about(child.id)
    told = [*clue_erasing.owners_of(child), *taking_up.owners_of(child)]
    return [child.key_owner, *shared, *notes, *given, *brought.owners_of(child), *told]


def _custodies(child: Child) -> list[Owner]:
    """Those of what was set apart; after a restore they are on the list of the destroyed themselves."""
    return [] if vault.destroyed([child.key_owner]) else custody_owners(child)


def _adults(child: Child) -> Iterator[Owner]:
    mine = set(Carer.objects.filter(child_id=child.id).values_list("adult_id", flat=True))
    others = set(Carer.objects.filter(adult_id__in=mine).exclude(child_id=child.id).values_list("adult_id", flat=True))
    for adult in sorted(mine - others):
        yield Owner("adult", adult)


def _home(child: Child) -> Iterator[Owner]:
    homes = {child.household_id, *Membership.objects.filter(child_id=child.id).values_list("household_id", flat=True)}
    for home in sorted(homes - {None}, key=str):
        lives = Q(household_id=home)
        shared = Membership.objects.filter(lives, child_id__isnull=False).exclude(child_id=child.id).exists()
        if home and not shared and not Child.objects.filter(lives).exclude(id=child.id).exists():
            yield Owner("household", home)


def _uploads(child: Child) -> Iterator[Owner]:
    """Originals of rosters all of whose rows are settled; one that still waits goes in its own time (B4), and so does
    one in which another child is held."""
    listed = Listing.objects.filter(child_id=child.id).values_list("upload_id", flat=True)
    held = intake.naming(holding.held() - {child.id}).values("id")
    for upload in waiting_uploads(child.id, settled=True).filter(id__in=list(listed)).exclude(id__in=held):
        yield Owner("file", upload.id)


def waiting_uploads(child_id: UUID, *, settled: bool) -> QuerySet[Upload]:
    """The originals that still name the child, settled ones or those that still wait for somebody."""
    listed = Listing.objects.filter(child_id=child_id).values_list("upload_id", flat=True)
    found = Upload.objects.filter(id__in=list(listed), original__isnull=False)
    return found.filter(settled_at__isnull=not settled)


def strip(child: Child, *, at: datetime) -> dict[str, int]:
    """What went, as counts; it may be done again, and then finds less."""
    owners, notes = owners_of(child), supervising.notes_about(child.id)
    asked = recalls.about(child.id, at=at)
    gone = {
        "asked back": asked,
        "results": Result.objects.filter(child_id=child.id).delete()[0],
        "case": Case.objects.filter(id=child.id).delete()[0],
        "referrals": Referral.objects.filter(child_id=child.id).delete()[0],
        "referral links": ReferralLink.objects.filter(child_id=child.id).delete()[0],
        "attachments": documents.forget_about(child.id), "drafts": drafts.forget_about(child.id),
        "notices": notices.forget_about(child.id), "exports": export_ending.recall_about(child.id, at=at),
        "shared": sharing_ending.end_about(child.id, "erased", at=at),
        "bookings": bookings.forget_about(child.id), "supervisions": supervising.forget(notes),
        "links": ConsentLink.objects.filter(child_id=child.id).delete()[0],
        "categories": CategorySpan.objects.filter(child_id=child.id).delete()[0],
    }
    looks.end_about(child.id, at=at)
    gone["clues"] = clue_erasing.strip(child)
    gone["pairings"] = pairing.erase(child)
    gone["wishes"] = wishes.erase(child)
    gone["note marks"] = marking.forget_about(child.id)
    gone["activities"] = activity_lists.erase(child)
    gone["blind"] = blind_sessions.forget_about(child.id, county_id=child.county_id, at=at)
    gone["sent elsewhere"] = instances.forget_about(child.id)
    gone["pieces"] = brought.strip(child, at=at)
    _strip_people(child, owners)
    _strip_lists(child, owners)
    gone["comparisons"] = comparing.forget_about(child.id)
    Relation.objects.filter(held(at), child_id=child.id).exclude(relation=Relation.RECUSED).update(to_at=at)
    Shelved.objects.filter(child_id=child.id, ended_at__isnull=True).update(ended_at=at)
    Shelved.objects.filter(child_id=child.id).update(**NOWHERE, file_no="")
    search.forget(child.id)
    Child.objects.filter(id=child.id).update(
        **NOWHERE, name=None, id_no=None, birth=None, phone=None, address=None, birth_month=None, sex="unknown",
        id_kind="resident_id", hukou_division_id=None, id_token=None, person_token=None, state="present",
        household=None, created_at=child.created_at.replace(month=1, day=1, hour=0, minute=0, second=0, microsecond=0),
    )
    return {name: count for name, count in gone.items() if count}


def _strip_people(child: Child, owners: list[Owner]) -> None:
    alone = [owner.id for owner in owners if owner.kind == "adult"]
    Carer.objects.filter(child_id=child.id).delete()
    Membership.objects.filter(Q(child_id=child.id) | Q(adult_id__in=alone)).delete()
    Adult.objects.filter(id__in=alone).update(name=None, id_no=None, phone=None, state="unknown")
    homes = [owner.id for owner in owners if owner.kind == "household"]
    Household.objects.filter(id__in=homes).update(address=None, **NOWHERE)
    ChildLink.objects.filter(Q(child_id=child.id) | Q(other_id=child.id)).delete()


def _empty(row: HeldRow) -> None:
    """A settled row says nothing any more, though the list in which it stood goes in its own time."""
    if not vault.destroyed([row.key_owner]):
        vault.put(row, {"content": ""})
        row.save(update_fields=["content"])


def _strip_lists(child: Child, owners: list[Owner]) -> None:
    Upload.objects.filter(id__in=[owner.id for owner in owners if owner.kind == "file"]).update(original=None)
    for row in HeldRow.objects.filter(child_id=child.id).exclude(state=HeldRow.OPEN):
        _empty(row)
    HeldRow.objects.filter(child_id=child.id).update(child_id=None)
    Listing.objects.filter(child_id=child.id).update(content=None, row_digest=b"")
    Participant.objects.filter(child_id=child.id).update(
        birth_month=None, sex="unknown", id_mark=None, person_mark=None
    )
    Participant.objects.filter(maybe_child_id=child.id).update(maybe_child_id=None)
