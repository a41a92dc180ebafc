"""Which clocks a record starts, and which of them run on when the law sets the record apart."""

from collections.abc import Iterator

from tongxin.core.pathway.definition import Pathway
from tongxin.core.pathway.facts import Fact

# What steps wait for beside records of their own kind; it counts only from a professional.
CONTACT = "contact"
# What is told of a record that was set apart: when it was, and which clocks started then; nothing else.
ANCHOR = "anchor"
KEPT = frozenset({"visit", CONTACT})


def started_by(fact: Fact, *, pathway: Pathway) -> Iterator[str]:
    """The clocks that a record starts; what doesn't count starts none: the one before is still due."""
    if fact.kind == ANCHOR:
        towards = fact.data.get("towards")
        yield from map(str, towards) if isinstance(towards, list | tuple) else ()
        return
    if pathway.counts(fact.kind, fact.data, towards=fact.kind):
        yield fact.kind
    is_professional = fact.role in pathway.content["professionals"]
    if is_professional and pathway.counts(fact.kind, fact.data, towards=CONTACT):
        yield CONTACT


def kept_of(fact: Fact, *, pathway: Pathway) -> list[str]:
    """The clocks that run on from a record that is set apart, so that no due moment moves: that the child was seen or
    spoken with, and that something was recorded. What was found, planned or agreed is done anew instead."""
    started = set(started_by(fact, pathway=pathway))
    return [ANCHOR, *sorted(started & KEPT)] if started else []
