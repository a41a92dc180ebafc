"""A supervisor puts a question into other words, sees it at once, and a second person puts it in force."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Sit
from tests.browser.house import House

pytestmark = pytest.mark.browser
WORDS = "在什么地方见的"


@pytest.fixture(scope="module")
def house(shelf: Path) -> Iterator[House]:
    """A house of its own: words that changed here would be other tests' words too."""
    with House(shelf) as found:
        yield found


def test_a_label_is_changed_checked_and_adopted_by_somebody_else(house: House, sit: Sit) -> None:
    writer, keeper, director = sit("王督导"), sit("郑管理"), sit("周主任")
    writer.open("/definitions/forms/visit_record/")
    writer.click("修改这张表的文字")
    label = writer.page.locator("#zh-place")
    preview = writer.page.locator("[data-preview]")
    label.fill("Where")
    writer.click("保存并检查")
    expect(writer.page.locator('[data-id="place"] [data-wrong]')).to_contain_text("不是中文")
    label.fill(WORDS)
    expect(preview.locator('[data-path="place"]')).to_contain_text(WORDS)
    writer.page.get_by_role("button", name="方式：上移", exact=True).click()
    expect(preview.locator("fieldset").first).to_contain_text("方式")
    writer.click("保存并检查")
    expect(writer.page.locator("[data-status]")).to_contain_text("检查没有问题")
    writer.shoot("reword-form")
    writer.click("返回修改稿")
    writer.reads("“地点”", f"“{WORDS}”", "的次序")
    writer.page.get_by_label("依据").fill("区民政局会议纪要")
    writer.page.get_by_role("button", name="提请采用").click()
    writer.reads("写过或提请的人不能自己采用")
    keeper.open("/amendments/")
    keeper.reads(f"“{WORDS}”", "区民政局会议纪要")
    keeper.shoot("reword-amendment")
    keeper.click("看过了，采用")
    keeper.reads("已采用，共 1 项")
    director.open(f"/children/{house.children['calm']}/forms/visit_record/")
    director.write({"method": "outside"})
    expect(director.at("place")).to_contain_text(WORDS)
