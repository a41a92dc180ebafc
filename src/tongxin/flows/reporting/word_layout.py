"""The layout of a report that comes with the program: a Word file as offices write them, with its placeholders.

Page, fonts, heads and page numbers follow GB/T 9704-2012 (党政机关公文格式), 5.2 and 7.3; tables are smaller than its
text, as its annexes are.
"""

import io
from functools import lru_cache
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

SONG, HEI, FANG = "宋体", "黑体", "仿宋"
TITLE, TEXT, TABLE, FOOT = Pt(22), Pt(16), Pt(10.5), Pt(14)
MARGINS = {"top_margin": Mm(37), "bottom_margin": Mm(35), "left_margin": Mm(28), "right_margin": Mm(26)}
BLACK, SHADE = RGBColor(0, 0, 0), "EEF2F4"
# Together as wide as the text, 156 mm.
FIGURES, PLACES = (Mm(44), Mm(34), Mm(78)), (Mm(98), Mm(58))


@lru_cache(maxsize=1)
def standard() -> bytes:
    """The layout that comes with the program: to be changed in Word and uploaded."""
    document: Any = Document()
    _page(document)
    document.add_heading("{{ title }}", 0).alignment = WD_ALIGN_PARAGRAPH.CENTER
    _small(document, "{{ place }}　{{ period }}　{{ state }}").alignment = WD_ALIGN_PARAGRAPH.CENTER
    document.add_paragraph("{%p for section in sections %}")
    document.add_heading("{{ section.zh }}", 1)
    document.add_paragraph("{%p if section.rows %}")
    _table(document, ("指标", "数", "怎样算的"), "section.rows", ("zh", "said", "note"), FIGURES)
    document.add_paragraph("{%p endif %}")
    document.add_paragraph("{%p for table in section.places %}")
    document.add_paragraph("{%p if table.image %}")
    _small(document, "{{ table.image }}")
    document.add_paragraph("{%p endif %}")
    _small(document, "{{ table.zh }}{% if not table.image %}（各地）{% endif %}").paragraph_format.keep_with_next = True
    _table(document, ("地方", "数"), "table.rows", ("zh", "said"), PLACES)
    document.add_paragraph("{%p endfor %}")
    document.add_paragraph("{%p for line in section.lines %}")
    document.add_paragraph("{{ line }}").paragraph_format.first_line_indent = 2 * TEXT
    document.add_paragraph("{%p endfor %}")
    document.add_paragraph("{%p endfor %}")
    _small(document, "{{ note }}").paragraph_format.space_before = Pt(12)
    _small(document, "制表：{{ maker }}　　核对：{{ checker }}　　{{ day }}　　（盖章）")
    found = io.BytesIO()
    document.save(found)
    return found.getvalue()


def _page(document: Any) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    for side, wide in MARGINS.items():
        setattr(section, side, wide)
    _written(document.styles["Normal"], FANG, TEXT)
    text = document.styles["Normal"].paragraph_format
    text.space_after, text.line_spacing_rule, text.line_spacing = Pt(0), WD_LINE_SPACING.EXACTLY, Pt(28)
    for name, font, size in (("Title", SONG, TITLE), ("Heading 1", HEI, TEXT)):
        style = document.styles[name]
        for each in (style, document.styles[f"{name} Char"]):
            _written(each, font, size)
            each.font.bold, each.font.color.rgb = name == "Title", BLACK
        style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(12), Pt(6)
        style.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
        for border in style.element.pPr.findall(qn("w:pBdr")):
            style.element.pPr.remove(border)
    foot = section.footer.paragraphs[0]
    foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for piece in ("— ", "PAGE", " —"):
        run = foot.add_run("" if piece == "PAGE" else piece)
        _sized(run, SONG, FOOT)
        if piece == "PAGE":
            _number(run)


def _written(style: Any, font: str, size: Any) -> None:
    style.font.name, style.font.size = font, size
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for each in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{each}"), None)
    fonts.set(qn("w:eastAsia"), font)


def _sized(run: Any, font: str, size: Any) -> None:
    run.font.name, run.font.size = font, size
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)


def _number(run: Any) -> None:
    """The page's number, which Word works out."""
    for kind in ("begin", "", "end"):
        piece = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            piece.set(qn("w:fldCharType"), kind)
        else:
            piece.text = "PAGE"
        run._element.append(piece)


def _small(document: Any, words: str) -> Any:
    """A line as large as the tables, not as the text."""
    line = document.add_paragraph()
    _sized(line.add_run(words), SONG, TABLE)
    line.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
    line.paragraph_format.space_before = line.paragraph_format.space_after = Pt(4)
    return line


def _table(document: Any, heads: tuple[str, ...], rows: str, fields: tuple[str, ...], widths: tuple[Any, ...]) -> None:
    table = document.add_table(rows=4, cols=len(heads), style="Table Grid")
    table.autofit = False
    given = (heads, (f"{{%tr for row in {rows} %}}",), tuple(f"{{{{ row.{name} }}}}" for name in fields),
             ("{%tr endfor %}",))
    for number, (row, words) in enumerate(zip(table.rows, given, strict=True)):
        own = row._tr.get_or_add_trPr()
        # A line isn't torn between pages, and the head stands on each.
        own.append(OxmlElement("w:cantSplit"))
        if number == 0:
            own.append(OxmlElement("w:tblHeader"))
        for at, (cell, wide) in enumerate(zip(row.cells, widths, strict=True)):
            cell.width = wide
            line = cell.paragraphs[0]
            line.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
            _sized(line.add_run(words[at] if at < len(words) else ""), HEI if number == 0 else SONG, TABLE)
            if number == 0:
                shade = OxmlElement("w:shd")
                shade.set(qn("w:val"), "clear")
                shade.set(qn("w:fill"), SHADE)
                cell._tc.get_or_add_tcPr().append(shade)
    for column, wide in zip(table.columns, widths, strict=True):
        column.width = wide
