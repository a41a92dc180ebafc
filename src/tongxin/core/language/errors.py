"""How a rule that can't be accepted says so."""

from __future__ import annotations

# What no engine could work out exactly.
INEXACT, LESS = "这个算式可能超出可精确计算的范围", "请少乘几个数，或减少小数位数"


class RuleError(ValueError):
    """A rule was refused: where (0-based character), why, and what to write instead."""

    def __init__(self, position: int, zh: str, cure: str, *, text: str = "") -> None:
        self.position = position
        self.zh = zh
        self.cure = cure
        self.text = text
        super().__init__(f"规则第 {position + 1} 个字符处：{zh}。{cure}。")

    @property
    def pointed(self) -> str:
        """The rule with a mark under the place, for a terminal."""
        line = self.text.replace("\n", " ")
        return f"{line}\n{' ' * self.position}^"


class DefinitionError(ValueError):
    """A definition was refused: the place as a path (`items[3].options`), why, and the cure."""

    def __init__(self, path: str, zh: str, cure: str) -> None:
        self.path = path
        self.zh = zh.removesuffix("。") + "。"
        self.cure = cure.removesuffix("。") + "。"
        super().__init__(f"{path or '（整个文件）'}：{self.zh}{self.cure}")
