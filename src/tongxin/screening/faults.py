"""Why something about a round can't be done, in words for whoever tried."""


class NotTaken(Exception):
    """Nothing was saved; `zh` says why and what to do."""

    def __init__(self, zh: str) -> None:
        super().__init__(zh)
        self.zh = zh


class NoWayIn(NotTaken):
    """The link is unknown, used up or revoked, or the round isn't open now; all look the same to whoever holds it."""

    def __init__(self) -> None:
        super().__init__("这个链接现在不能用。请找发给你链接的老师，再要一个新的。")


class Ended(NotTaken):
    """The sheet was handed in already."""

    def __init__(self) -> None:
        super().__init__("这份答卷已经交了，不能再改。谢谢你。")


class NotAsked(NotTaken):
    """The question or the answer isn't of this questionnaire."""

    def __init__(self) -> None:
        super().__init__("没有这一题或这个选项，没有保存。请重新选一次。")


class NotAgreed(NotTaken):
    """The child hasn't said yes yet."""

    def __init__(self) -> None:
        super().__init__("还没有得到你的同意，没有保存。请先看说明，愿意的话再开始。")
