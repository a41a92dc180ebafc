"""What a licence asks of a definition: notice and conditions shown, words unaltered, or no words at all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tongxin.core.instruments.reading import read
from tongxin.core.language.errors import DefinitionError


def refuse_unlicensed(content: Mapping[str, Any]) -> None:
    """Refuse a definition that can't be read or that its own licence doesn't allow.

    Only new definitions are held to it: what was adopted earlier is still read as it was written.
    """
    instrument, unaltered = read(content), content.get("unaltered")
    if instrument.licence_tier == "B":
        if not instrument.notice:
            raise DefinitionError("", "有条件使用的量表缺少“notice”", "写上须显示的版权声明")
        if not instrument.conditions:
            raise DefinitionError("", "有条件使用的量表缺少“conditions”", "逐条写明使用条件")
    if unaltered and unaltered != instrument.text_sha256:
        zh = "文字与约定的文本不同，这份量表不允许改动文字"
        raise DefinitionError("unaltered", zh, "恢复原文，或取得许可后更新指纹")
    has_words = any("zh" in item.text for item in instrument.items)
    if instrument.licence_tier == "C" and instrument.licensed is None and (has_words or instrument.wording == "here"):
        raise DefinitionError("items", "须许可的量表，文字不能写在定义里", "写 wording: external，文字由许可文件载入")
