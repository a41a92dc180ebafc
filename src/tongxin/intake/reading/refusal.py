"""Why a file can't be read, in words for the office that sent it."""


class RosterError(Exception):
    """A file that was refused: what is wrong, where, and what to do; nothing of it was kept."""

    def __init__(self, zh: str, *, place: str = "", cure: str = "") -> None:
        super().__init__(f"{place + '：' if place else ''}{zh}{cure}")
        self.zh = zh
        self.place = place
        self.cure = cure
