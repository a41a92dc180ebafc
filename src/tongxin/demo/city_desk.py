"""The city's desk in the demonstration: somebody who sees how its counties do, in numbers, and no child."""

from datetime import datetime

from tongxin.accounts import county as counties
from tongxin.accounts.models import Division, Organisation, Post
from tongxin.demo.logins import let_in
from tongxin.lib import ids

LOGIN, ROLE, NAME = "city", "city_officer", "孟庆林"


def open_desk(county: Division, *, at: datetime) -> dict[str, str]:
    """A post above the county with its holder, who accepted the code of conduct; the login with its password."""
    place = Division.objects.get(id=county.city_id or 0)
    body = Organisation.objects.create(kind="civil_affairs", name=f"{place.name}民政局", division=place)
    post = Post.objects.create(
        id=ids.new_id(), role=ROLE, title=f"{body.name}儿童福利科", organisation=body, division=place
    )
    counties.fill(holders=[(post, LOGIN, NAME)], at=at)
    return let_in(post, LOGIN, at=at)
