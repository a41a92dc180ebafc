"""A dashboard at a real browser: charts are drawn and kept as pictures, places opened; all without a script too."""

from __future__ import annotations

from itertools import starmap

import pytest
from playwright.sync_api import Browser, Route, expect

from tests.browser.conftest import Sit

pytestmark = pytest.mark.browser
INK = """canvas => { const seen = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
  return new Set(new Uint32Array(seen.buffer)).size }"""
ROWS = [("1月", "12"), ("2月", "7"), ("3月", None), ("4月", "20")]


def _of_a_larger_place(route: Route) -> None:
    """The page as it came, with a table such as a place has where nothing must be hidden; its policy stays."""
    answer = route.fetch()
    cells = "".join(starmap(_row, ROWS))
    table = "".join(
        f'<div><table data-chart="{kind}" data-unit="人" data-name="{kind}"><tbody>{cells}</tbody></table></div>'
        for kind in ("line", "bar", "funnel")
    )
    before, found, after = answer.text().partition('<section class="card')
    route.fulfill(response=answer, body=f"{before}{table}{found}{after}")


def _row(name: str, value: str | None) -> str:
    said = f'<td data-value="{value}">{value}</td>' if value else "<td>不显示</td>"
    return f'<tr><th scope="row">{name}</th>{said}</tr>'


def test_charts_are_drawn_from_the_tables_and_kept_as_pictures(sit: Sit) -> None:
    desk = sit("郑管理")
    page = desk.page
    page.route("**/dashboard/", _of_a_larger_place)
    page.goto("/dashboard/")
    expect(page.locator(".tx-drawn canvas").nth(2)).to_be_visible()
    first = page.locator(".tx-drawn canvas").first
    expect(first).to_be_visible()
    assert first.evaluate(INK) > 3
    with page.expect_download() as kept:
        page.get_by_role("link", name="存成图片").first.click()
    assert kept.value.suggested_filename.endswith(".png")
    page.get_by_label("看哪个数").first.select_option("visits")
    page.wait_for_url("**tile=visits**")
    for width in (1440, 1024, 360):
        page.set_viewport_size({"width": width, "height": 800})
        page.wait_for_timeout(150)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, width
    assert desk.complaints == []


def test_a_place_is_opened_by_the_keyboard_and_nothing_needs_a_script(sit: Sit, browser: Browser) -> None:
    desk = sit("王督导")
    desk.open("/dashboard/")
    links = desk.page.locator("a.tx-tile")
    if links.count():
        links.first.focus()
        desk.page.keyboard.press("Enter")
        desk.page.wait_for_url("**place=**")
    bare = browser.new_context(java_script_enabled=False, base_url=desk.house.url,
                               storage_state=desk.context.storage_state())
    page = bare.new_page()
    page.goto("/dashboard/")
    expect(page.get_by_role("heading", name="闭环")).to_be_visible()
    assert page.locator("table[data-chart] td").count() > 5 and page.locator("canvas").count() == 0
    bare.close()
    assert desk.complaints == []
