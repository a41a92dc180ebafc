"""The second process of an import: it seals and lays out, and opens no database.

Imported before Django is set up in that process, so everything else is imported when it is needed.
"""

import gc
import pickle
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tongxin.intake.county import Groundwork
    from tongxin.intake.opening import Fresh, Ready

_ground: "list[Groundwork]" = []


def begin(ground: bytes) -> None:
    """Set the process up; the groundwork comes packed, since its models need Django first."""
    import django

    gc.disable()
    django.setup()
    _ground[:] = [pickle.loads(ground)]  # noqa: S301


def lay_out(fresh: "list[Fresh]", plans: Mapping[Any, Any]) -> "Ready":
    """The files sealed and laid out; `plans` are those that were not needed before."""
    from tongxin.intake import opening

    _ground[0].plans.update(plans)
    return opening.lay_out(fresh, ground=_ground[0])
