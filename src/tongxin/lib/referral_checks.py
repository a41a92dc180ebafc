"""What the definition of referrals must hold: what each kind shows, links, papers."""

from collections.abc import Mapping, Sequence
from typing import Any

from tongxin.core.forms import content as take
from tongxin.core.language.errors import DefinitionError

Content = Mapping[str, Any]
HEAD = ("id", "zh", "source", "kinds", "link", "wrong_links", "papers")
# What goes to another body as part of a referral at all; benefits, notes and protection never do.
GIVEN = frozenset({"identity", "identification", "psychological", "crisis"})
# These go by a consent of their own or by law, never with the referral alone.
CLOSE = frozenset({"psychological", "crisis"})


def check_referrals(content: Content) -> None:
    """Nothing, when referrals can be shown and answered by this; else where it fails and how to mend it."""
    take.mapping(content, "", required=HEAD, optional=("version", "valid_from", "means", "figures"))
    kinds = []
    for at, each in enumerate(take.sequence(content["kinds"], "kinds")):
        path = f"kinds[{at}]"
        take.mapping(each, path, required=("id",), optional=("sees", "more"))
        kinds.append(take.identifier(each, path))
        _known(each.get("sees", ()), f"{path}.sees", GIVEN - CLOSE)
        for place, more in enumerate(each.get("more", ())):
            inner = f"{path}.more[{place}]"
            take.mapping(more, inner, required=("part", "consent"))
            _known([more["part"]], f"{inner}.part", GIVEN)
    take.unrepeated(kinds, "kinds", "类型")
    link = take.mapping(content["link"], "link", required=("lasts", "code_digits", "tries", "papers"))
    take.number(take.mapping(link["lasts"], "link.lasts", required=("days",)), "days", "link.lasts", 0, low=1)
    for name, low in (("code_digits", 4), ("tries", 1), ("papers", 1)):
        take.number(link, name, "link", 0, low=low)
    take.sequence(content["papers"], "papers")
    if "figures" in content:
        told = take.mapping(content["figures"], "figures", required=("back", "at_least", "source"))
        back = take.mapping(told["back"], "figures.back", required=("days",))
        take.number(back, "days", "figures.back", 0, low=1, high=3650)
        take.number(told, "at_least", "figures", 0, low=2)


def _known(parts: Sequence[str], path: str, known: frozenset[str]) -> None:
    for part in parts:
        if part not in known:
            raise DefinitionError(path, f"“{part}”不能这样给对方", f"用其中之一：{'、'.join(sorted(known))}")
