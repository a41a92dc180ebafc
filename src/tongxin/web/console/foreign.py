"""Who wrote an entry that came from another installation: the office there, and whether it still counts here."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from django.utils.translation import gettext as _

from tongxin.instances.models import ForeignEntry
from tongxin.ledger.models import Entry


def offices_of(entries: Iterable[Entry], titles: Mapping[UUID, str]) -> dict[UUID, str]:
    """What is shown instead of a recorder, by entry, for those whose post is none of ours."""
    strange = [entry.id for entry in entries if entry.post_id and entry.post_id not in titles]
    if not strange:
        return {}
    rows = ForeignEntry.objects.filter(entry_id__in=strange).select_related("arrival__peer")
    return {row.entry_id: _shown(row) for row in rows}


def _shown(row: ForeignEntry) -> str:
    name = _("外地：%(office)s") % {"office": row.office.strip() or row.arrival.peer.name}
    return name if row.counts else name + _("（历史）")
