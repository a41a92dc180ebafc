"""Everybody at a browser of their own, and one of everything: built once for a file of tests."""

import copy
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction

from tests import world
from tests.matrix import asking
from tests.matrix.asking import REFUSED, Ask
from tests.matrix.office import HERE, Worker, workers
from tests.matrix.things import Things, one_of_everything
from tests.web.conftest import MORNING, Office
from tongxin.lib import clock
from tongxin.rulebook import rules


@dataclass(frozen=True, slots=True)
class Full:
    """Everybody, each with what their browser keeps of signing in, and one of everything."""

    cookies: dict[Worker, SimpleCookie]
    things: Things
    # What is asked of one route changes nothing, so who may is found out once.
    known: dict[tuple[Worker, str], bool | None] = field(default_factory=dict)

    def is_admitted(self, worker: Worker, ask: Ask) -> bool | None:
        """Whether the definitions admit somebody; None where a page decides more."""
        if (worker, ask.need) not in self.known:
            self.known[worker, ask.need] = asking.is_admitted(worker, ask, self.things)
        return self.known[worker, ask.need]

    def cookie_of(self, worker: Worker) -> SimpleCookie:
        """A copy of what signs somebody in: whoever signs out with it doesn't do so for the others."""
        return copy.deepcopy(self.cookies[worker])

    def some(self, ask: Ask) -> Iterator[Worker]:
        """One of each kind, here and elsewhere; all of those of whom the page lets in only some."""
        seen: set[Any] = set()
        for worker in self.cookies:
            may = self.is_admitted(worker, ask)
            if may is None or (worker.where, may) not in seen:
                seen.add((worker.where, may))
                yield worker

    def wrong(self, ask: Ask, whose: Iterable[Worker]) -> Iterator[str]:
        """What should not have happened, in words for whoever mends it."""
        let_in = []
        for worker in whose:
            client = Office(raise_request_exception=False)
            client.cookies = self.cookie_of(worker)
            # What one of them did is undone before the next asks: else a deed that is done once refuses all others.
            with transaction.atomic():
                answer = asking.sent(client, worker, ask, self.things)
                transaction.set_rollback(True)
            got, may = answer.status_code not in REFUSED, self.is_admitted(worker, ask)
            who = f"{worker.role} {worker.where} {answer.status_code}"
            if answer.status_code >= 500 or may not in {None, got}:
                yield f"{who}: {'let in' if got else 'refused'}"
            if parts := asking.leaked(worker, answer, self.things):
                yield f"{who}: shows {parts}"
            let_in += [got] if ask.need.endswith("~") and may is None else []
        if let_in and not any(let_in):
            yield "nobody is let in"


@pytest.fixture(scope="module")
def full(begun: world.World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Full]:
    """The cast, two people for every role, and one of everything."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "now", lambda: MORNING)
        patch.setenv("TONGXIN_ATTACHMENTS", str(tmp_path_factory.mktemp("attachments")))
        cache.clear()
        everybody = workers(begun, rules.access_rules(at=MORNING).roles)
        here = {worker.role: worker for worker in everybody if worker.where == HERE}
        things = one_of_everything(begun, here)
        yield Full({worker: worker.browser().cookies for worker in everybody}, things)
        cache.clear()
