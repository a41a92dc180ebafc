"""Impact assessments that another person agreed to, for worlds in which something is begun that wants one."""

from datetime import datetime, timedelta

from tests.world import START, World
from tongxin.accounts import county as counties
from tongxin.accounts.models import Organisation, Post
from tongxin.flows import registers
from tongxin.lib import ids
from tongxin.registers.models import IMPACT, Line

ASKED = ("lawful", "minimal", "told", "under_14", "judged", "access", "secured", "outside", "ended")
AN_HOUR = timedelta(hours=1)
WRITERS = {"370116": "郑管理", "510104": "陈管理"}


def assess(cast: World, *topics: str, at: datetime = START, county: str = "370116") -> list[Line]:
    """Assessments of these activities of a county, in force from that moment."""
    said = {
        "reasons": ["sensitive"], "scope": ["只用必需的内容"], "effects": ["可能被同学知道"], "risk": ["low"],
        "conclusion": ["go"], **{name: ["kept"] for name in ASKED},
    }
    writer, judge = cast.viewer(WRITERS[county], at), cast.viewer(_judge(cast, county, at), at)
    lines = [registers.keep(register=IMPACT, topic=each, given=said, actor=writer, at=at) for each in topics]
    return [
        registers.review(line_id=each.id, outcome="agreed", words="", actor=judge, at=at, of="1") for each in lines
    ]


def _judge(cast: World, county: str, at: datetime) -> str:
    name = f"评估核对人{county}"
    # A test that takes back what it did takes this back too.
    if name not in cast.posts or not Post.objects.filter(id=cast.posts[name].id).exists():
        place = cast.place(county)
        body = Organisation.objects.create(kind="office", name=f"信息中心{county}", division=place)
        post = Post.objects.create(
            id=ids.new_id(), role="audit_administrator", title=name, organisation=body, division=place
        )
        cast.posts[name] = post
        (cast.people[name],) = counties.fill(holders=[(post, f"assessed{county}", name)], at=at - AN_HOUR)
    return name
