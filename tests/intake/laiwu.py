"""A county with its real places, in which rosters are taken in."""

from datetime import datetime
from pathlib import Path
from typing import Any

from tests import world
from tongxin.accounts import county as counties
from tongxin.accounts.models import Holding, Person
from tongxin.accounts.viewers import WORKER, Viewer, viewer_of
from tongxin.commands.divisions_load import load
from tongxin.core.pathway import CHINA
from tongxin.intake import services
from tongxin.intake.models import Upload
from tongxin.rulebook.adoption import adopt

AT = datetime(2025, 12, 30, 9, tzinfo=CHINA)
ROSTERS = Path(__file__).resolve().parents[1] / "data" / "rosters"


class Laiwu:
    """A county with its real places; a manager, the supervisors and the directors hold their posts."""

    def __init__(self) -> None:
        adopt(library=world.library(), actor=WORKER, at=AT)
        self.county, _ = load("370116")
        line = counties.open_line(county=self.county, actor=WORKER, at=AT)
        posts = [line.posts["case_manager"][0], *line.posts["child_supervisor"], *line.posts["child_director"]]
        people = counties.fill(holders=[(post, f"p{n}", "某人") for n, post in enumerate(posts)], at=AT)
        self.manager = viewer_of(person=people[0], at=AT)

    def receive(self, name: str, *, content: bytes | None = None) -> Upload:
        content = content or (ROSTERS / name).read_bytes()
        found = services.receive(content=content, name=name, viewer=self.manager, at=AT, county=self.county)
        return found.upload

    def take_in(self, name: str, *, content: bytes | None = None) -> Upload:
        return services.import_upload(self.receive(name, content=content), viewer=self.manager, at=AT)

    def holder(self, post_id: Any) -> Viewer:
        person: Person = Holding.objects.get(post_id=post_id).person
        return viewer_of(person=person, at=AT)
