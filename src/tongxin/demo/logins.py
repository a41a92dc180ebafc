"""A login for a desk of a demonstration."""

import secrets
from datetime import datetime

from tongxin.accounts.models import Holding, Post
from tongxin.accounts.viewers import viewer_of
from tongxin.flows import staffing
from tongxin.rulebook import rules


def let_in(post: Post, login: str, *, at: datetime, note: str = "") -> dict[str, str]:
    """A login with a password of its own; its holder accepted the code of conduct when the clock began."""
    password = f"tongxin-{secrets.token_hex(3)}"
    held = Holding.objects.select_related("person")
    person = held.get(post=post, to_at__isnull=True, kind=Holding.HOLDER).person
    person.login = login
    person.set_password(password)
    person.save(update_fields=["login", "password"])
    code = rules.resolve("conduct", "conduct", region=rules.region_of(post.division_id), at=at)
    viewer = viewer_of(person=person, at=at)
    staffing.accept_conduct(person=person, hash=code.hash, actor=viewer, at=at)
    return {"login": login, "password": password, "role": post.role, "title": post.title + note}
