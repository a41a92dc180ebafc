"""How the door says no: problems at their places, and what was kept."""

from collections.abc import Sequence

from tongxin.core.forms import Problem


class Refused(Exception):
    """Nothing was saved; each problem names its place and what to do."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(f"{len(problems)} problems")
        self.problems = list(problems)

    @property
    def zh(self) -> str:
        """All of it as one text, for a page that shows it whole."""
        return "".join(each.zh for each in self.problems)

    @classmethod
    def because(cls, *sentences: str) -> "Refused":
        """A refusal of the whole form; what was written stays on the page."""
        return cls([Problem("", sentence, True) for sentence in sentences])


class NotAllowed(Exception):
    """The viewer has no part in this; pages answer as if there were nothing."""


class Held(Exception):
    """The copy was kept sealed for a person to look at; the first copy stands."""

    zh = "这条记录已有另一份内容不同的版本。两份都已保存，会有人核对，不需要重新填写。"
