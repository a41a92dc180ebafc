"""Every route × role: whom the grants admit gets an answer, everybody else a page that isn't there."""

import copy
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import Any

import pytest
from django.core.cache import cache

from tests import world
from tests.matrix import asking
from tests.matrix.asking import REFUSED, Ask
from tests.matrix.office import HERE, Worker, workers
from tests.matrix.routes import NEEDS, served
from tests.matrix.things import Things, one_of_everything
from tests.web.conftest import MORNING, Office
from tongxin.lib import clock
from tongxin.rulebook import rules
from tongxin.web.doors import SIGN_IN
from tongxin.web.urls import urlpatterns

pytestmark = pytest.mark.django_db
ASKS = list(asking.asks())


@dataclass(frozen=True, slots=True)
class Full:
    """Everybody, each with what their browser keeps of signing in, and one of everything."""

    cookies: dict[Worker, SimpleCookie]
    things: Things

    def some(self, ask: Ask) -> Iterator[Worker]:
        """One of each kind, here and elsewhere; all of those of whom the page lets in only some."""
        seen: set[Any] = set()
        for worker in self.cookies:
            may = asking.is_admitted(worker, ask, self.things)
            if may is None or (worker.where, may) not in seen:
                seen.add((worker.where, may))
                yield worker

    def wrong(self, ask: Ask, whose: Iterable[Worker]) -> Iterator[str]:
        """What should not have happened, in words for whoever mends it."""
        let_in = []
        for worker in whose:
            client = Office(raise_request_exception=False)
            client.cookies = copy.deepcopy(self.cookies[worker])
            answer = asking.sent(client, worker, ask, self.things)
            got, may = answer.status_code not in REFUSED, asking.is_admitted(worker, ask, self.things)
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


def test_every_route_is_in_the_matrix() -> None:
    assert {route for route, _ in served(urlpatterns)} == set(NEEDS)


@pytest.mark.parametrize("ask", ASKS, ids=str)
def test_one_is_let_in_and_the_others_learn_nothing(full: Full, ask: Ask) -> None:
    assert not (wrong := list(full.wrong(ask, full.some(ask)))), "\n".join(wrong)


@pytest.mark.soak
@pytest.mark.parametrize("ask", ASKS, ids=str)
def test_every_role_here_and_elsewhere(full: Full, ask: Ask) -> None:
    assert not (wrong := list(full.wrong(ask, full.cookies))), "\n".join(wrong)


@pytest.mark.parametrize("ask", [each for each in ASKS if each.need != "public"], ids=str)
def test_a_stranger_is_sent_to_the_door(full: Full, ask: Ask) -> None:
    answer = asking.sent(Office(raise_request_exception=False), None, ask, full.things)
    assert asking.leaked(None, answer, full.things) == []
    assert answer.status_code in {302, 400, 401, 404}
    assert answer.status_code != 302 or answer.url == SIGN_IN
