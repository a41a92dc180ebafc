"""What stands in the rulebook: every definition with the regions that say something of their own."""

from datetime import datetime

from tongxin.rulebook.models import DefinitionVersion


def keys_in_force(*, at: datetime) -> list[tuple[str, str, str]]:
    """Kind, id and region of everything adopted by a moment."""
    rows = DefinitionVersion.objects.filter(adopted_at__lte=at)
    return sorted(set(rows.values_list("kind", "definition_id", "region")))
