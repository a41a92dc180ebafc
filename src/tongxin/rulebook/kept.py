"""What regions changed on a page, as overlays beside those of the definitions folder."""

from tongxin.lib.definitions import Version
from tongxin.lib.strict_yaml import Document
from tongxin.rulebook.models import Overlay


def kept_overlays() -> tuple[Version, ...]:
    """Every overlay adopted on a page; the last one of a day stands for it."""
    return tuple(_version(row) for row in Overlay.objects.order_by("id"))


def _version(row: Overlay) -> Version:
    content = {
        "id": row.definition_id, "kind": row.kind, "region": row.region, "valid_from": row.valid_from.isoformat(),
        "source": row.source, "patch": row.patch,
    }
    file = f"页面上采用的地区改动 {row.region} {row.kind}/{row.definition_id}"
    return Version(
        kind=row.kind, id=row.definition_id, region=row.region, valid_from=row.valid_from, source=row.source,
        content=content, document=Document(file=file, content=content, lines={}),
    )
