"""Who gets an export is chosen: a post of this office that reads it anyway, or a body outside, child by child."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests import world
from tests.flows.forms import fill
from tests.web import test_exports
from tests.web.conftest import MORNING, Office
from tongxin.accounts.models import Organisation
from tongxin.exports.models import Export, Text
from tongxin.flows import export_asking, export_making
from tongxin.flows.refusals import Refused
from tongxin.people.models import Child

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Office]


@pytest.fixture
def children(cast: world.World) -> list[Child]:
    return test_exports.seven(cast)


@pytest.mark.parametrize("to", ["", "other", "body:1", "post:nobody", "post:何老师"])
def test_what_stays_in_the_office_goes_to_a_post_of_it(cast: world.World, children: list[Child], to: str) -> None:
    kind, _, who = to.partition(":")
    named = f"{kind}:{cast.posts[who].id}" if who in cast.posts else to
    with pytest.raises(Refused) as refused:
        test_exports.asked(cast, to=named, recipient="区民政局 李国桂")
    assert "本单位的岗位" in refused.value.problems[0].zh and not Export.objects.exists()


def test_and_to_one_that_reads_what_is_in_it(cast: world.World, children: list[Child]) -> None:
    with pytest.raises(Refused) as refused:
        test_exports.asked(cast, to=f"post:{cast.posts['方经办'].id}", fields=("name",))
    assert "看不到所选的内容（姓名）" in refused.value.problems[0].zh


def test_outside_each_child_needs_a_word_and_both_see_how_many_have_none(
    cast: world.World, children: list[Child], office: SignedIn
) -> None:
    said = {"purposes": ["share"], "signer_relation": "mother", "child_agrees": "yes", "answer": "given"}
    cast.record(children[0], "consent", fill(children[0], "consent", MORNING, **said), by="王督导", at=MORNING)
    body = Organisation.objects.get(kind="education", division__code="370116")
    page = office("王督导").get("/exports/new/?purpose=department&kind=named").content.decode()
    assert f"body:{body.id}" in page and "法律、法规规定要提供" in page
    for more in ({"to": "", "basis": ""}, {"to": "other", "basis": ""}, {"to": f"body:{2**40}"}):
        with pytest.raises(Refused) as refused:
            test_exports.asked(cast, "王督导", purpose="department", **more)
        assert "请选交给哪个单位" in refused.value.problems[0].zh
    row = test_exports.asked(cast, "王督导", purpose="department", to=f"body:{body.id}", recipient="张科长")
    assert row.report["unshared"] == 5
    for who in ("王督导", "郑管理"):
        told = office(who).get(f"/exports/{row.id}/").content.decode()
        assert "5 人没有同意对外共享" in told and f"{body.name}　张科长" in told, who
    assert "不会带出。" in told


def test_a_request_of_before_is_not_agreed_to(cast: world.World, children: list[Child]) -> None:
    row = test_exports.asked(cast, "王督导")
    Export.objects.update(report={})
    with pytest.raises(Refused) as refused:
        export_asking.decide(
            export_id=row.id, agrees=True, words="", actor=cast.viewer("郑管理", MORNING), at=MORNING
        )
    assert "没有选定本单位的岗位" in refused.value.problems[0].zh


class TestManyTexts:
    @pytest.fixture
    def row(self, cast: world.World, children: list[Child]) -> Export:
        before = MORNING - timedelta(hours=1)
        for child in children[:4]:
            cast.record(child, "case_note", fill(child, "case_note", before, noted="外号铁蛋"), by="林社工", at=before)
        return test_exports.TestWithoutNames().asked(cast, fields=("sex", "case_note"))

    def test_are_ticked_one_by_one_on_a_page_and_the_rest_is_left_behind(
        self, cast: world.World, row: Export, office: SignedIn
    ) -> None:
        client, home = office("林社工"), f"/exports/{row.id}/"
        url, (first, second, third, _) = f"{home}texts/page/", [str(each.id) for each in row.texts.order_by("number")]
        assert client.get(url).content.decode().count("可以带出</label>") == 4
        for sent in ({"along": [first]}, {"seen": "yes"}, {"seen": "yes", "along": [first], "out": [first]}):
            assert client.post(url, sent).status_code == 422
        assert not row.texts.exclude(state=Text.WAITS).exists()
        assert client.post(url, {"seen": "yes", "along": [first], "out": [second]}).status_code == 200
        assert list(row.texts.order_by("number").values_list("state", flat=True)) == [
            Text.CONFIRMED, Text.LEFT_OUT, Text.WAITS, Text.WAITS,
        ]
        assert client.post(url, {"seen": "yes", "along": [first]}).status_code == 404
        assert "单独处理" in client.get(url).content.decode()
        assert client.get(f"{home}texts/?text={third}").status_code == 200
        for other in ("郑管理", "王督导"):
            assert office(other).post(f"{home}texts/rest/").status_code == 404
        assert client.post(f"{home}texts/rest/").status_code == 302
        row.refresh_from_db()
        assert row.state == Export.MADE and row.report["texts_left_out"] == 2
        assert "带出 1 条，不带 3 条（其中 2 条没有逐条看" in client.get(home).content.decode()
        _, files = test_exports.opened(cast, row, "林社工")
        assert str(next(each for name, each in files.items() if name.endswith(".json")).decode()).count("铁蛋") == 1


def test_a_class_in_which_everybody_is_alike_is_refused_and_says_what_to_leave_out(
    cast: world.World, children: list[Child]
) -> None:
    row = test_exports.asked(cast, "林社工", purpose="research", is_named=False, fields=("sex", "stage"))
    export_asking.decide(export_id=row.id, agrees=True, words="", actor=cast.viewer("郑管理", MORNING), at=MORNING)
    made = export_making.make(export_id=row.id, at=MORNING)
    assert made.state == Export.IMPOSSIBLE and "请不选“阶段”" in made.report["why"]
