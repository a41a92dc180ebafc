"""The manual on paper: one role's page, or all of them as a book."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from tongxin.documents.manual import Page, Section
from tongxin.documents.typesetting import FOLDER, set_type
from tongxin.lib import places

BOOK = FOLDER / "manual.typ"
LEAD = "每个岗位一章：一天怎么做，系统替您做什么，出了问题怎么办。"


def pdf(chosen: Sequence[Page], *, brand: str) -> bytes:
    """The pages as one PDF; more than one get a cover with a list of them."""
    title = f"{brand}使用手册"
    return set_type(BOOK.read_bytes(), root=places.manual_folder(), data={
        "title": title if len(chosen) > 1 else f"{title}：{chosen[0].zh}", "lead": LEAD,
        "foot": f"{title}　图中的人都是虚构的", "pages": [_page(each) for each in chosen],
    })


def _page(page: Page) -> dict[str, Any]:
    lead, sections = [asdict(each) for each in page.lead], [_section(each) for each in page.sections]
    return {"zh": page.zh, "lead": lead, "sections": sections}


def _section(section: Section) -> dict[str, Any]:
    return {
        "heading": [asdict(each) for each in section.heading], "blocks": [asdict(each) for each in section.blocks],
    }
