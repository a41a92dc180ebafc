"""A published need says what help is wanted, nothing of illness, harm, crime, family, place or age."""

import pytest

from tests import world
from tests.pairings.test_pairings import SignedIn, text
from tests.web.conftest import office as office
from tests.web.conftest import time as time
from tongxin.pairings.models import Wanted

pytestmark = pytest.mark.django_db
TOLD = {
    "孩子确诊抑郁症，割腕两次，要人陪": "割腕", "被继父侵犯过，要人陪": "侵犯", "父亲吸毒被抓，要人辅导": "吸毒",
    "幸福路的女孩要人辅导": "幸福路", "陡峪村的孩子要辅导": "陡峪村", "莱芜第一实验小学的孩子要辅导": "实验小学",
    "9岁，要人辅导": "9岁", "爸爸在监狱服刑": "监狱",
}


def test_a_need_tells_no_more_than_the_help(cast: world.World, office: SignedIn) -> None:
    desk, child = office("林社工"), cast.child("童小雨")
    body = {"kind": "study", "ages": "from_6", "until_on": "2025-12-31"}
    for what, word in TOLD.items():
        answer = desk.post(f"/children/{child.id}/wanted/", {**body, "what": what})
        assert answer.status_code == 422 and "不该让单位知道" in text(answer) and word in text(answer), what
    assert not Wanted.objects.exists()
    calm = {**body, "what": "一名小学生每周要人辅导两次作业，一次一小时"}
    assert desk.post(f"/children/{child.id}/wanted/", calm).status_code == 302
