"""Reports as Word files: the layout that comes with the program, and an office's own with the same placeholders.

An office's file is data: its placeholders are worked out in a sandbox that reaches nothing but the report's words.
"""

import io
import zipfile
from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import quoteattr

from docx.shared import Mm
from docxtpl import DocxTemplate, InlineImage
from jinja2 import TemplateError
from jinja2.nodes import For, Node, Template
from jinja2.sandbox import ImmutableSandboxedEnvironment

from tongxin.documents.drawings import png
from tongxin.flows.reporting.word_layout import standard as standard

MOST_BYTES, MOST_UNPACKED, MOST_FILES = 2_000_000, 20_000_000, 300
WIDE = Mm(150)
MOST_DEEP = 3
# What a layout may do with a word: none that makes it longer.
FILTERS = frozenset({"default", "d", "e", "escape", "first", "last", "length", "lower", "safe", "trim", "upper"})
NOT_WORD = "没有保存：这不是 Word 文件（.docx）。请在 Word 或 WPS 里另存为 .docx 再上传。"
TOO_BIG = "没有保存：文件太大，最多 2 MB。请去掉大图再上传。"
MACROS = "没有保存：文件里有宏或外部链接。请去掉再上传。"
UNKNOWN = "没有保存：文件里有系统不认识的占位符“{name}”。可以用的写在这一页上。"
BROKEN = "没有保存：占位符写得不完整：{why}。请对照样板检查 {{{{ }}}} 和 {{% %}} 是不是成对。"
DEEP = "没有保存：循环套得太深，最多 {most} 层：节、节里的表、表里的行。"
Context = Mapping[str, Any]


class BadTemplate(ValueError):
    """Why a file can't be a template, in words for whoever uploaded it."""


class _Sandbox(ImmutableSandboxedEnvironment):
    """A layout places words: it reaches nothing else, calls nothing, and makes nothing longer than it was."""

    intercepted_binops = frozenset({"*", "**", "%"})

    def __init__(self) -> None:
        super().__init__()
        self.globals.clear()
        self.filters = {name: each for name, each in self.filters.items() if name in FILTERS}

    def parse(self, source: str, name: str | None = None, filename: str | None = None) -> Template:
        """The whole layout, read once before it is kept: loops in loops in loops would never end."""
        found = super().parse(source, name, filename)
        if _depth(found) > MOST_DEEP:
            raise BadTemplate(DEEP.format(most=MOST_DEEP))
        return found

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Nothing is worked out with words."""
        raise TemplateError(operator)

    def call(self, *args: Any, **more: Any) -> Any:
        """Nothing is called."""
        raise TemplateError("()")


class Named(dict[str, str]):
    """Words by name that says of a name it doesn't know which it was, where a layout is tried."""

    def __missing__(self, name: str) -> str:
        raise BadTemplate(UNKNOWN.format(name=name))


def filled(template: bytes | None, context: Context) -> bytes:
    """The report as a Word file, in the office's layout or, without one, in the program's."""
    document = DocxTemplate(io.BytesIO(template or standard()))
    document.render(_drawn(document, context), jinja_env=_Sandbox(), autoescape=True)
    found = io.BytesIO()
    document.save(found)
    return found.getvalue()


class _Chart:
    """A chart as a picture in a Word file, with its words for those who don't see it."""

    def __init__(self, document: DocxTemplate, picture: Mapping[str, Any]) -> None:
        self._image: Any = InlineImage(document, io.BytesIO(png(picture)), width=WIDE)
        self._alt = quoteattr(picture["alt"])

    def __html__(self) -> str:
        return str(self._image).replace("<wp:docPr ", f"<wp:docPr descr={self._alt} ", 1)


def _drawn(document: DocxTemplate, context: Context) -> dict[str, Any]:
    """The same with each chart as an `image` of its table, told in words for those who don't see it."""
    return {**context, "sections": [{**section, "places": [
        {**table, "image": _Chart(document, {"zh": table["zh"], **table["picture"]})} if "picture" in table else table
        for table in section["places"]
    ]} for section in context["sections"]]}


def check(file: bytes, *, sample: Context) -> None:
    """Nothing, when a file can be a template.

    Raises:
        BadTemplate: With what is wrong and what to do.
    """
    if len(file) > MOST_BYTES:
        raise BadTemplate(TOO_BIG)
    _look_inside(file)
    try:
        document = DocxTemplate(io.BytesIO(file))
        named = document.get_undeclared_template_variables(_Sandbox())
    except BadTemplate:
        raise
    except TemplateError as broken:
        raise BadTemplate(BROKEN.format(why=f"第 {getattr(broken, 'lineno', 1)} 段附近")) from None
    except Exception:
        raise BadTemplate(NOT_WORD) from None
    if unknown := sorted(named - set(sample)):
        raise BadTemplate(UNKNOWN.format(name=unknown[0]))
    try:
        filled(file, sample)
    except BadTemplate:
        raise
    except Exception:
        raise BadTemplate(BROKEN.format(why="试填时没有成功")) from None


def _depth(node: Node) -> int:
    """How many loops stand one in another: three are sections, their tables, the tables' rows."""
    return max(map(_depth, node.iter_child_nodes()), default=0) + isinstance(node, For)


def _look_inside(file: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(file)) as packed:
            parts = packed.infolist()
            if len(parts) > MOST_FILES or sum(each.file_size for each in parts) > MOST_UNPACKED:
                raise BadTemplate(TOO_BIG)
            names = {each.filename for each in parts}
            if "word/document.xml" not in names:
                raise BadTemplate(NOT_WORD)
            reaching = any(
                b"TargetMode=\"External\"" in packed.read(name) for name in names if name.endswith(".rels")
            )
    except (zipfile.BadZipFile, RuntimeError, OSError):
        raise BadTemplate(NOT_WORD) from None
    if reaching or any("vbaProject" in name or "embeddings/" in name for name in names):
        raise BadTemplate(MACROS)
