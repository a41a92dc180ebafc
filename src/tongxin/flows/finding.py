"""What `doctor` found about one question."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One answer: ok, warning or failure, in words, with what to do."""

    what: str
    state: str
    zh: str
    cure: str = ""
