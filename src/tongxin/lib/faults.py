"""A failure that was foreseen and is told in one Chinese sentence, never as a stack trace."""


class Fault(Exception):
    """Says what happened, what was kept and what to do."""

    def __init__(self, zh: str) -> None:
        super().__init__(zh)
        self.zh = zh
