"""What one person may ask of one route, by the grants alone, and what became of the asking."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.access.test_visible import expected
from tests.matrix.office import HERE, Worker
from tests.matrix.routes import NEEDS, served
from tests.matrix.things import ADDRESS, CARER, NAME, PHONE, Things
from tests.web.conftest import MORNING, Office
from tongxin.rulebook import rules
from tongxin.web.urls import urlpatterns

CONVERTER = re.compile(r"<(?:\w+:)?(\w+)>")
REFUSED = frozenset({401, 403, 404})


@dataclass(frozen=True, slots=True)
class Ask:
    """One method of one route, with what it needs."""

    route: str
    method: str
    need: str

    def __str__(self) -> str:
        return f"{self.method} /{self.route}"

    def address(self, ids: dict[str, Any]) -> str:
        about = self.route.partition("/")[0]
        return "/" + CONVERTER.sub(
            lambda found: str(ids.get(f"{about}.{found[1]}") or ids.get(found[1]) or ids["child_id"]), self.route
        )


def asks() -> Iterator[Ask]:
    """Every method of every route."""
    for route, pattern in served(urlpatterns):
        if route in NEEDS:
            for method in pattern.callback.methods:  # type: ignore[attr-defined]
                yield Ask(route, method, NEEDS[route])


def is_admitted(worker: Worker, ask: Ask, things: Things) -> bool | None:
    """Whether the definitions admit somebody, by no query of the product's; None where a page decides more."""
    kind, _, rest = ask.need.removesuffix("~").partition(".")
    if kind == "office":
        action, _, county = rest.partition("@")
        found = rules.access_rules(at=MORNING)
        may = any(found.may_do(role=worker.role, action=each) for each in action.split("|"))
        may = may and (not county or worker.where == HERE)
        # A desk's own place, not one above it.
        may = may and (county != "desk" or worker.post.division.level != "city")
    elif kind in {"part", "record"}:
        part, action = (rest, "read") if kind == "part" else ("", f"record.{rest}")
        may = expected(worker.viewer(), things.child, part, action, MORNING)
    elif ask.need == "own":
        may = (worker.role, worker.where) == ("child_director", HERE)
    else:
        may = ask.need in {"signed_in", "work"}
    return None if ask.need in {"public", "device", "client"} or (may and ask.need.endswith("~")) else may


def sent(client: Office, worker: Worker | None, ask: Ask, things: Things) -> Any:
    """The answer to asking."""
    address = ask.address(things.ids)
    if ask.method == "GET":
        return client.get(address)
    own = {"post": str(worker.post.id)} if worker else {}
    return client.post(address, own | things.bodies.get(ask.route, {}))


def leaked(worker: Worker | None, answer: Any, things: Things) -> list[str]:
    """The parts of the child's file that an answer shows to somebody who may not read them."""
    if answer.streaming or "pdf" in answer.headers.get("Content-Type", ""):
        return []
    text = answer.content.decode(errors="replace")
    found = rules.access_rules(at=MORNING)
    told = {NAME: "roster", PHONE: "identity", ADDRESS: "identity", CARER: "family"}
    told |= {said: found.part_of(form) for form, said in things.words.items()}
    shown = {part for said, part in told.items() if said in text}
    return sorted(
        part for part in shown
        if worker is None or not expected(worker.viewer(), things.child, part, "read", MORNING)
    )
