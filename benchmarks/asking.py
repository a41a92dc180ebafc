"""What is asked of the product and measured: each page under its address, for the children of one's own area."""

from __future__ import annotations

import html
import random
import re
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from pypinyin import Style, lazy_pinyin

from benchmarks.browser import Browser, Unexpected

ROSTER, SEARCH, FILE, FORM = "/children/", "/children/search/", "/children/{}/", "/children/{}/forms/visit_record/"
NEXT = re.compile(r'href="(/children/\?[^"]*after=[^"]+)"')
FORM_HASH = re.compile(r'"hash": ?"([0-9a-f]+)"')
OPENED = re.compile(r"[?&]shown=([^\"&]+)")
# One visit in fifty brings up a danger.
DANGER = 0.02


class Person:
    """Somebody at work: what they know, and each thing they may ask for."""

    def __init__(self, browser: Browser, known: Mapping[str, Any], visit: Mapping[str, Any], seed: int) -> None:
        self.browser, self.known, self.visit = browser, known, visit
        self.chance = random.Random(seed)
        self._next = ROSTER
        self._hash = self._opened = ""

    def prepare(self) -> None:
        """What a form's page would have told the browser."""
        page = html.unescape(self.browser.get(FORM.format(self._child())))
        form, opened = FORM_HASH.search(page), OPENED.search(page)
        if form is None or opened is None:
            raise Unexpected("no form on its page")
        self._hash, self._opened = form.group(1), opened.group(1)

    def roster(self) -> None:
        page = self.browser.get(ROSTER)
        self._next = self._after(page)

    def next_roster(self) -> None:
        self._next = self._after(self.browser.get(self._next))

    def by_name(self) -> None:
        self._search(self.chance.choice(self.known["names"])[:2])

    def by_initials(self) -> None:
        letters = lazy_pinyin(self.chance.choice(self.known["names"])[:2], style=Style.FIRST_LETTER)
        self._search("".join(letters))

    def file(self) -> None:
        self.browser.get(FILE.format(self._child()))

    def save(self) -> None:
        answers = dict(self.visit)
        if self.chance.random() < DANGER:
            answers["wish_to_die"] = "yes"
        sent = {"entry_id": str(uuid.uuid4()), "form_hash": self._hash, "answers": answers}
        self.browser.send(f"{FORM.format(self._child())}?shown={self._opened}", sent)

    def _search(self, text: str) -> None:
        page = self.browser.post(SEARCH, {"text": text})
        if FILE.split("{")[0] not in page:
            raise Unexpected("nothing found")

    def _child(self) -> str:
        child: str = self.chance.choice(self.known["children"])
        return child

    def _after(self, page: str) -> str:
        found = [html.unescape(link) for link in NEXT.findall(page)]
        return found[-1] if found else ROSTER


MEASURES: Mapping[str, Callable[[Person], None]] = {
    "roster page": Person.roster,
    "next roster page": Person.next_roster,
    "search, two characters": Person.by_name,
    "search, initials": Person.by_initials,
    "child file": Person.file,
    "saving an entry": Person.save,
}
