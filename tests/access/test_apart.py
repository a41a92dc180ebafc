"""Three administrators: none reads a file, none does another's work, no two are one person."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests import world
from tests.web.conftest import Clock, Office, office, time  # noqa: F401
from tongxin.accounts import county
from tongxin.accounts.models import Holding, Person, Post
from tongxin.accounts.services import add_person
from tongxin.accounts.viewers import WORKER, viewer_of
from tongxin.core.access import read
from tongxin.core.language.errors import DefinitionError
from tongxin.flows import handing_over, separation
from tongxin.flows.refusals import Refused
from tongxin.rulebook import rules

pytestmark = pytest.mark.django_db
APART = ("system_administrator", "security_administrator", "audit_administrator")
SignedIn = Callable[[str], Office]


@pytest.fixture
def three(cast: world.World) -> dict[str, Post]:
    """The posts of the administrators, each with somebody of their own."""
    posts = county.open_administration(county=cast.place("370116"), actor=WORKER, at=world.START)
    for index, role in enumerate(APART):
        person = add_person(login=f"apart{index}", name=role, password=None, actor=WORKER, at=world.START)
        handing_over.hand_over(post=posts[role], to=person, actor=WORKER, at=world.START)
        cast.people[role], cast.posts[role] = person, posts[role]
    return posts


def carry_out(cast: world.World, post: Post, to: Person, *, by: str = "security_administrator") -> None:
    at = world.START + timedelta(days=1)
    change = handing_over.Change(post=post, to=to)
    handing_over.carry_out(changes=[change], actor=viewer_of(person=cast.people[by], at=at), at=at)


def test_no_two_may_do_the_same_and_none_reads_a_file() -> None:
    found = read(world.library().of("access", "access")[-1].content)
    assert found.apart == set(APART)
    assert not any(found.reads_files(role) for role in APART)
    does = {role: {action for action, roles in found.office.items() if role in roles} for role in APART}
    assert "manage_staff" in does["security_administrator"]
    assert "see_ledger" in does["audit_administrator"]
    assert "adopt_rules" in does["system_administrator"]
    assert not any(does[one] & does[other] for one in APART for other in APART if one != other)


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize(("role", "own"), [
    ("system_administrator", "/definitions/"), ("security_administrator", "/staff/"),
    ("audit_administrator", "/ledger/"),
])
def test_their_first_page_leads_to_their_own_work_only(
    office: SignedIn, role: str, own: str,  # noqa: F811
) -> None:
    page = office(role).get("/")
    shown = {each["url"] for each in page.context["nav"]}
    assert own in shown and own in {each["url"] for each in page.context["desk"]}
    assert not shown & {"/children/", "/tasks/", "/referrals/", "/devices/"}
    assert 'href="/children/"' not in page.content.decode()


def test_a_definition_that_lets_one_read_is_refused() -> None:
    content = dict(world.library().of("access", "access")[-1].content)
    content["grants"] = [*content["grants"], {
        "roles": ["audit_administrator"], "relation": "in_area", "read": ["roster"], "record": [],
    }]
    with pytest.raises(DefinitionError, match="又看得到孩子的档案"):
        read(content)


@pytest.mark.parametrize(("post", "to"), [
    ("audit_administrator", "system_administrator"), ("system_administrator", "audit_administrator"),
    ("audit_administrator", "周主任"), ("周主任", "audit_administrator"),
])
def test_no_two_are_one_person(cast: world.World, three: dict[str, Post], post: str, to: str) -> None:
    with pytest.raises(Refused) as refused:
        carry_out(cast, cast.posts[post], cast.people[to])
    assert "不能由同一个人担任" in refused.value.problems[0].zh
    assert not Holding.objects.filter(post=cast.posts[post], person=cast.people[to]).exists()


def test_the_doctor_names_who_came_to_be_two(cast: world.World, three: dict[str, Post]) -> None:
    at = world.START + timedelta(days=1)
    assert [each.state for each in separation.examine(at)][:1] == ["ok"]
    # As it may stand from before the rule.
    handing_over.hand_over(post=three["audit_administrator"], to=cast.people["郑管理"], actor=WORKER, at=at)
    found = separation.examine(at)
    assert [each.state for each in found if "同一个人" in each.zh] == ["failure"]
    assert "cast5" in found[0].zh and "郑管理" not in found[0].zh


def test_the_doctor_says_when_there_are_none(cast: world.World) -> None:
    assert [each.state for each in separation.examine(world.START)] == ["warning"]


class TestAtTheirDesks:
    def test_each_has_their_own_pages_only(
        self, cast: world.World, office: SignedIn, three: dict[str, Post]  # noqa: F811
    ) -> None:
        pages = {"/staff/": "security_administrator", "/posts/": "security_administrator",
                 "/ledger/": "audit_administrator", "/amendments/": "system_administrator"}
        browsers = {role: office(role) for role in APART}
        for page, whose in pages.items():
            got = {role: browser.get(page).status_code for role, browser in browsers.items()}
            assert got == {role: 200 if role == whose else 404 for role in APART}, page

    def test_none_sees_a_child(
        self, cast: world.World, office: SignedIn, three: dict[str, Post]  # noqa: F811
    ) -> None:
        child = cast.child("小雨")
        for role in APART:
            browser = office(role)
            assert browser.get(f"/children/{child.id}/").status_code == 404
            assert "小雨" not in browser.get("/children/").content.decode()

    def test_their_accounts_are_managed_by_the_security_administrator_only(
        self, cast: world.World, office: SignedIn, three: dict[str, Post]  # noqa: F811
    ) -> None:
        auditor, manager = cast.people["audit_administrator"], cast.people["郑管理"]
        assert office("郑管理").post(f"/staff/{auditor.id}/password/").status_code == 404
        assert "审计管理员" not in office("郑管理").get("/posts/").content.decode()
        guard = office("security_administrator")
        assert guard.post(f"/staff/{auditor.id}/password/").status_code == 200
        assert guard.post(f"/staff/{manager.id}/password/").status_code == 200
        own = cast.people["security_administrator"]
        assert guard.post(f"/staff/{own.id}/password/").status_code == 404


def test_older_rules_keep_nobody_apart(cast: world.World) -> None:
    content = {name: each for name, each in rules.resolve("access", "access", at=world.START).content.items()
               if name != "apart"}
    assert not read(content).clashes(["system_administrator", "case_manager"])
