"""YAML read strictly: no repeated keys, no surprises of type, and the line of everything."""

import re
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

INT = re.compile(r"-?(0|[1-9][0-9]*)")
FLOAT = re.compile(r"-?[0-9]*\.[0-9]+([eE][-+]?[0-9]+)?|-?[0-9]+[eE][-+]?[0-9]+|-?[0-9]+\.")
WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None, "~": None, "": None}
UNCLEAR = {"True", "False", "TRUE", "FALSE", "Null", "NULL"}
Node = yaml.ScalarNode | yaml.SequenceNode | yaml.MappingNode


class DefinitionFault(Exception):
    """What is wrong in a definition file, said in one line that names file, line and cure."""

    def __init__(self, file: str, line: int, zh: str, cure: str) -> None:
        super().__init__(f"{file} 第 {line} 行：{zh} 怎么改：{cure}")
        self.file = file
        self.line = line
        self.zh = zh
        self.cure = cure


@dataclass(frozen=True)
class Document:
    """A file's content as plain values, with the line on which each of them stands."""

    file: str
    content: dict[str, Any]
    lines: dict[str, int] = field(repr=False)

    def line(self, path: str) -> int:
        """The line of `path` (`items[3].options`), or of the nearest thing around it."""
        while path and path not in self.lines:
            path = path[: max(path.rfind("."), path.rfind("["), 0)]
        return self.lines.get(path, 1)

    def fault(self, path: str, zh: str, cure: str) -> DefinitionFault:
        return DefinitionFault(self.file, self.line(path), zh, cure)


def load(path: Path, *, name: str = "") -> Document:
    """The document in `path`; whatever can't be read for certain is refused."""
    file = name or path.as_posix()
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise DefinitionFault(file, 1, "文件不是 UTF-8 编码。", "请另存为 UTF-8。") from None
    return parse(text, file=file)


# Whoever edits one definition has all of them checked again: what stayed the same is read once, for nobody
# changes a document.
@lru_cache(maxsize=1024)
def parse(text: str, *, file: str) -> Document:
    """The document in `text`, which came from `file`."""
    try:
        node = yaml.compose(text, Loader=yaml.CBaseLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        zh = "写法不合 YAML 规则，从这一行起读不懂。"
        raise DefinitionFault(file, line, zh, "检查缩进、冒号后的空格和引号。") from None
    except yaml.YAMLError:
        raise DefinitionFault(file, 1, "文件里有不能使用的字符。", "删去控制字符后重存。") from None
    if not isinstance(node, yaml.MappingNode):
        raise DefinitionFault(file, 1, "文件最外层不是“名称: 内容”的写法。", "每行写成“名称: 内容”。")
    reading = _Reading(file)
    content = reading.value(node, "")
    return Document(file=file, content=content, lines=reading.lines)


class _Reading:
    def __init__(self, file: str) -> None:
        self.file = file
        self.lines: dict[str, int] = {}
        self.seen: set[int] = set()

    def value(self, node: Node, path: str) -> Any:
        self.lines.setdefault(path, node.start_mark.line + 1)
        self._refuse_tricks(node)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, f"{path}[{at}]") for at, item in enumerate(node.value)]
        return self._scalar(node)

    def _mapping(self, node: yaml.MappingNode, path: str) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = self._key(key_node)
            if key in found:
                raise self._fault(key_node, f"“{key}”写了两次。", "只留一个。")
            below = f"{path}.{key}" if path else key
            self.lines[below] = key_node.start_mark.line + 1
            found[key] = self.value(value_node, below)
        return found

    def _key(self, node: Node) -> str:
        if not isinstance(node, yaml.ScalarNode):
            raise self._fault(node, "名称不是文字。", "冒号左边只写一个词。")
        if not node.style and (INT.fullmatch(node.value) or node.value in WORDS):
            raise self._fault(node, f"名称“{node.value}”不是文字。", "给它加引号，或换成一个词。")
        return str(node.value)

    def _scalar(self, node: yaml.ScalarNode) -> str | int | bool | None:
        text = str(node.value)
        if node.style:
            return text
        if text in WORDS:
            return WORDS[text]
        if text in UNCLEAR:
            raise self._fault(node, f"“{text}”写法不定。", "是非写成 true 或 false，空写成 null。")
        if FLOAT.fullmatch(text):
            raise self._fault(
                node, f"小数“{text}”会在不同机器上有误差。", f'加引号写成 "{text}"，或换小单位写整数。'
            )
        return int(text) if INT.fullmatch(text) else text

    def _refuse_tricks(self, node: Node) -> None:
        if id(node) in self.seen:
            raise self._fault(node, "用了引用（&、*）。", "把内容原样再写一遍。")
        self.seen.add(id(node))
        if not node.tag.startswith("tag:yaml.org,2002:") or node.tag.rpartition(":")[2] not in (
            "map",
            "seq",
            "str",
        ):
            raise self._fault(node, f"用了类型标记“{node.tag}”。", "删去以 ! 开头的标记。")

    def _fault(self, node: Node, zh: str, cure: str) -> DefinitionFault:
        return DefinitionFault(self.file, node.start_mark.line + 1, zh, cure)
