"""Every route × role: whom the grants admit gets an answer, everybody else a page that isn't there."""

import pytest

from tests.matrix import asking
from tests.matrix.asking import Ask
from tests.matrix.full import Full, full
from tests.matrix.routes import NEEDS, served
from tests.web.conftest import Office
from tongxin.web.doors import SIGN_IN
from tongxin.web.urls import urlpatterns

pytestmark = pytest.mark.django_db
__all__ = ["full"]
ASKS = list(asking.asks())


def test_every_route_is_in_the_matrix() -> None:
    assert {route for route, _ in served(urlpatterns)} == set(NEEDS)


@pytest.mark.parametrize("ask", ASKS, ids=str)
def test_one_is_let_in_and_the_others_learn_nothing(full: Full, ask: Ask) -> None:
    assert not (wrong := list(full.wrong(ask, full.some(ask)))), "\n".join(wrong)


def test_the_nation_comes_to_no_child_by_any_door(full: Full) -> None:
    officer = next(each for each in full.cookies if each.role == "national_officer")
    wrong = [f"{ask} {said}" for ask in ASKS for said in full.wrong(ask, [officer])]
    # Where a page lets in only some, that this one is refused is nothing wrong.
    assert not [said for said in wrong if "let in" in said.replace("nobody is let in", "") or "shows" in said]


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
