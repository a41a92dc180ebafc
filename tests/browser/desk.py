"""One person at a browser: signs in, opens pages, fills in forms by their controls, and reads what is there."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Collection
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Locator, Page, Request, Response, expect

from tests.browser.furnish import PASSWORD
from tests.browser.house import REPOSITORY, House
from tests.flows.forms import PREFERRED

SAVE = "保存"
WIDTHS = (1440, 1024, 360)
TALL = {1440: 1000, 1024: 1000, 360: 760}
# Logged by the browser for every answer that isn't 200; what the answers are is asserted by the tests.
LOGGED_BY_CHROMIUM = "Failed to load resource"
FIRST = "周主任"
TODAY, MOMENT = "2025-12-30", "2025-12-30T09:00"


class Desk:
    """A member of the cast at work."""

    def __init__(self, house: House, browser: Browser, name: str, seen: set[tuple[str, str]]) -> None:
        self.house, self.name, self._seen = house, name, seen
        self.complaints: list[str] = []
        self.context = browser.new_context(
            viewport={"width": 1440, "height": 900}, locale="zh-CN", timezone_id="Asia/Shanghai", base_url=house.url
        )
        self.page = self.new_page()

    def new_page(self) -> Page:
        """A further window of the same browser."""
        page = self.context.new_page()
        page.set_default_timeout(30_000)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda said: self._hear(said.type, said.text))
        page.on("request", self._remember)
        page.on("response", self._judge)
        return page

    def _hear(self, kind: str, text: str) -> None:
        if kind in {"error", "warning"} and not text.startswith(LOGGED_BY_CHROMIUM):
            self.complaints.append(text)

    def _remember(self, request: Request) -> None:
        path = request.url.removeprefix(self.house.url)
        if not path.startswith(("/static/", "/sign-", "http", "data:")):
            self._seen.add((request.method, path))

    def _judge(self, response: Response) -> None:
        if response.status >= 500:
            self.complaints.append(f"{response.status} {response.url}")

    def sign_in(self) -> None:
        self.page.goto("/sign-in/")
        if self.name == FIRST:
            self.shoot("01-sign-in")
        self.page.get_by_label("登录名").fill(self.house.logins[self.name])
        self.page.get_by_label("密码").fill(PASSWORD)
        self.page.get_by_role("button", name="登录").click()
        expect(self.page.get_by_role("button", name="退出")).to_be_visible()

    def open(self, path: str) -> None:
        """A page that must be there."""
        answer = self.page.goto(path)
        assert answer is not None
        assert answer.status == 200, (answer.status, path)

    def reads(self, *words: str | re.Pattern[str]) -> None:
        """Every one of the words stands on the page."""
        for each in words:
            expect(self.page.locator("body")).to_contain_text(each)

    def misses(self, *words: str) -> None:
        """None of the words stands on the page, in its source or in what scripts made of it."""
        content = self.page.content()
        found = [each for each in words if each in content]
        assert found == [], found

    def click(self, name: str | re.Pattern[str]) -> None:
        """The first link or button of that name."""
        self.page.get_by_role("link", name=name).or_(self.page.get_by_role("button", name=name)).first.click()

    def task(self, words: str) -> None:
        """Do the task of the file's next steps that is called so."""
        self.page.locator("#next li").filter(has_text=words).get_by_role("link", name="办理").click()

    def fill(self, **answers: Any) -> None:
        """Fill in the form on the page as calmly as it allows, with these answers on top, and save it."""
        self.write(answers)
        for _ in range(4):
            here = self.page.url
            self.page.get_by_role("button", name=SAVE, exact=True).click()
            self.page.wait_for_function(
                "here => location.href !== here || document.querySelector('.tx-summary:not([hidden])')", arg=here
            )
            if self.page.url != here:
                self.page.wait_for_load_state()
                return
            wrong = self.page.locator(".tx-wrong").evaluate_all("all => all.map(each => each.dataset.path)")
            assert wrong, self.page.locator(".tx-summary").inner_text()
            self.write({}, only=wrong)
        raise AssertionError(self.page.locator(".tx-summary").inner_text())

    def write(self, answers: dict[str, Any], *, only: Collection[str] = ()) -> None:
        """Answers at their questions: those given and, of the rest, what it insists on, or `only` those named."""
        definition = json.loads(self.page.locator("script#definition").text_content() or "")
        fields = [field for section in definition["sections"] for field in section["fields"]]
        for field in fields:
            path = field["id"]
            named = path in only or any(each.startswith(f"{path}[") for each in only)
            wanted = named if only else bool(field.get("required"))
            place = self.at(path)
            if path in answers:
                self._put(place, field, answers[path])
            elif wanted and not field.get("prefill") and place.is_visible():
                self._put(place, field, self._calm(field, place))

    def at(self, path: str) -> Locator:
        """The question at a path."""
        return self.page.locator(f'[data-path="{path}"]')

    def _calm(self, field: dict[str, Any], place: Locator) -> Any:
        codes = [option["code"] for option in field.get("options") or []]
        code = next((each for each in PREFERRED if each in codes), codes[0] if codes else "")
        match field["type"]:
            case "code" | "division":
                return code
            case "codes":
                return [code]
            case "list":
                return [{}]
            case kind:
                calm = {"yes_no": "yes", "date": TODAY, "datetime": MOMENT, "int": "6"}
                return calm.get(kind, "情况已核对，见走访记录。")

    def _put(self, place: Locator, field: dict[str, Any], value: Any) -> None:
        path = place.get_attribute("data-path") or ""
        if field["type"] == "list":
            return self._put_rows(place, field, path, value)
        if isinstance(value, dict):
            for item, code in value.items():
                self.at(f"{path}.{item}").locator(f'input[value="{code}"]').check()
            return None
        if isinstance(value, list):
            for code in value:
                place.locator(f'input[value="{code}"]').check()
            return None
        if place.locator(f'input[type=radio][value="{value}"]').count():
            return place.locator(f'input[type=radio][value="{value}"]').check()
        if place.locator("select").count():
            place.locator("select").select_option(value)
            return None
        return place.locator("input, textarea").first.fill(value)

    def _put_rows(self, place: Locator, field: dict[str, Any], path: str, rows: list[dict[str, Any]]) -> None:
        for number, row in enumerate(rows):
            if place.locator(".tx-card").count() <= number:
                place.get_by_role("button", name=f"添加一条{field['zh']}").click()
            for inner in field["fields"]:
                at = self.at(f"{path}[{number}].{inner['id']}")
                if inner["id"] in row or inner.get("required"):
                    self._put(at, inner, row.get(inner["id"]) or self._calm(inner, at))

    def shoot(self, step: str) -> None:
        """Pictures of the page for the walkthrough, where somebody asked for them."""
        wanted = os.environ.get("TONGXIN_SCREENSHOTS", "")
        if not wanted:
            return
        folder = REPOSITORY / "docs" / "screenshots" if wanted == "1" else Path(wanted)
        folder.mkdir(parents=True, exist_ok=True)
        for width in WIDTHS:
            self.page.set_viewport_size({"width": width, "height": TALL[width]})
            self.page.screenshot(
                path=folder / f"{step}-{width}.png", full_page=wanted != "1", animations="disabled", caret="hide"
            )
        self.page.set_viewport_size({"width": 1440, "height": 900})
