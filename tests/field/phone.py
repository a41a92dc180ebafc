"""A village child director's phone: a real browser with the field app, on a line that can be cut."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Page, Playwright, expect

from tests.field.inside import LEFT_BEHIND, ROWS

# What tests.browser.furnish gives everybody, written here so that a benchmark needs no Django for it.
PASSWORD, PIN = "spring-at-the-window", "280417"
WIDE, HIGH = 360, 640
PATIENCE = 60


class Phone:
    """One phone: what lies on it stays when the app is closed or killed."""

    def __init__(self, play: Playwright, folder: Path, url: str, path: str | None) -> None:
        self._play, self._folder, self.url, self._path = play, folder, url, path
        self.complaints: list[str] = []
        self._start()

    def _start(self, **more: Any) -> None:
        self.context: BrowserContext = self._play.chromium.launch_persistent_context(
            str(self._folder), executable_path=self._path, args=["--no-sandbox", "--disable-gpu"],
            viewport={"width": WIDE, "height": HIGH}, locale="zh-CN", timezone_id="Asia/Shanghai",
            base_url=self.url, accept_downloads=True, **more,
        )
        self.page: Page = self.context.pages[0]
        self.page.set_default_timeout(30_000)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        session = self.context.new_cdp_session(self.page)
        session.send("Browser.grantPermissions", {"permissions": ["durableStorage"], "origin": self.url})

    def close(self) -> None:
        self.context.close()

    def restart(self) -> None:
        """The app is gone from memory, as when the phone kills it; its disk stays."""
        self.context.close()
        self._start()

    def open(self) -> None:
        self.page.goto("/field/")

    def pair(self, login: str) -> None:
        """Signs in, sets the PIN, and waits for the first sync."""
        self.open()
        self.page.get_by_label("登录名").fill(login)
        self.page.get_by_label("密码").fill(PASSWORD)
        self.click("登录并配对这部手机")
        self.page.get_by_label("PIN（六位以上数字）").fill(PIN)
        self.page.get_by_label("再输一次").fill(PIN)
        self.click("设好了，开始用")
        expect(self.page.locator("#nav")).to_be_visible()
        self.page.evaluate("navigator.serviceWorker.ready.then(() => null)")

    def unlock(self, pin: str = PIN) -> None:
        self.page.get_by_label("PIN").fill(pin)
        self.click("打开")

    def click(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).first.click()

    def tab(self, name: str) -> None:
        self.page.locator(f"[data-tab={name}]").click()

    def reads(self, *words: str) -> None:
        for each in words:
            expect(self.page.locator("main")).to_contain_text(each)

    def rows(self, store: str) -> int:
        """How many rows a store on the disk has."""
        found: int = self.page.evaluate(ROWS, store)
        return found

    def holds(self, store: str, count: int) -> None:
        """Waits until a store on the disk has so many rows."""
        until = time.monotonic() + PATIENCE
        while self.rows(store) != count and time.monotonic() < until:
            self.page.wait_for_timeout(100)
        assert self.rows(store) == count, (store, self.rows(store))

    def sync(self) -> None:
        """Asks for a sync that begins now, whatever the app began by itself meanwhile, and waits for its end."""
        busy = self.page.locator(".fa-sync-busy")
        expect(busy).to_have_count(0)
        with self.page.expect_response("**/field/api/**"):
            self.click("现在同步")
        expect(busy).to_have_count(0)

    def left_behind(self) -> str:
        found: str = self.page.evaluate(LEFT_BEHIND)
        return found

    def visit(self, name: str, **answers: str) -> None:
        """Opens a child's visit record and answers all that it insists on, in the calmest way."""
        self.tab("children")
        self.page.get_by_role("button", name=name).first.click()
        self.click("写走访记录")
        self.fill(**answers)

    def fill(self, **answers: str) -> None:
        form = self.page.locator("tx-form")
        expect(form).to_be_visible()
        for place in form.locator("[data-path]:visible").all():
            path = place.get_attribute("data-path") or ""
            if path in answers or place.locator(".tx-required, input[value=unknown]").count():
                self._answer(place, path, answers.get(path, ""))

    def _answer(self, place: Any, path: str, wanted: str) -> None:
        radios = place.locator("input[type=radio]")
        if radios.count():
            codes = radios.evaluate_all("all => all.map(each => each.value)")
            calm = next((code for code in (wanted, "no", "regular", "home", *codes) if code in codes), codes[0])
            if path == "seen_in_person" and not wanted:
                calm = "yes"
            place.locator(f'input[value="{calm}"]').check()
        elif place.locator("select").count():
            place.locator("select").select_option(wanted)
        elif wanted or not place.locator("input, textarea").first.input_value():
            place.locator("input, textarea").first.fill(wanted or "周主任")

    def sign(self, name: str) -> None:
        """For somebody who doesn't write by hand, beside the form that is open."""
        self.page.get_by_text("附上照片、录音或签名").click()
        self.page.get_by_label("不方便手写的，在这里输入姓名").fill(name)
        self.page.get_by_label("不方便手写的，在这里输入姓名").press("Tab")
        self.reads("已附 1 项")

    def answers(self, wanted: str = "") -> None:
        """Chooses in each question of a lesson the one that is wanted, else the first."""
        for each in self.page.locator("main form fieldset").all():
            options = each.locator("label")
            options.filter(has_text=wanted).first.click() if wanted else options.first.click()

    def save(self) -> None:
        self.click("保存")
        self.reads("已保存")
