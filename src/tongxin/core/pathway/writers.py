"""Who wrote what somebody else approves: a plan, the asking for a closing; in all its versions."""

from dataclasses import dataclass, field

from tongxin.core.pathway.facts import WITHDRAWN, Fact

KINDS = ("plan", "closure")


@dataclass(slots=True)
class Writers:
    """The people behind the newest of each kind."""

    of: dict[str, set[str]] = field(default_factory=dict)

    def take(self, fact: Fact) -> None:
        """Note one fact, also one that was corrected since: whoever corrects it is one of its writers, a new one has
        writers of its own."""
        if fact.kind in KINDS and fact.correction not in WITHDRAWN and fact.person:
            before = self.of.get(fact.kind, set()) if fact.supersedes else set()
            self.of[fact.kind] = {*before, fact.person}

    def wrote(self, kind: str, person: str | None) -> bool:
        """Whether somebody had a hand in it."""
        return person in self.of.get(kind, set())
