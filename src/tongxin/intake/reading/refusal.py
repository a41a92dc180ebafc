"""Why a file can't be read, in words for the office that sent it."""

from tongxin.lib.faults import Fault


class RosterError(Fault):
    """A file that was refused: what is wrong (`zh`), where, and what to do; nothing of it was kept."""

    def __init__(self, zh: str, *, place: str = "", cure: str = "") -> None:
        super().__init__(zh)
        self.place = place
        self.cure = cure

    def __str__(self) -> str:
        return f"{self.place + '：' if self.place else ''}{self.zh}{self.cure}"
