"""One of each thing about people who help: a certificate with its paper that waits for a second person, and a team."""

from typing import Any

from tests.documents.files import png
from tests.matrix.office import Worker
from tests.web.conftest import MORNING
from tongxin.flows.workforce import qualifications, teams


def workforce(here: dict[str, Worker]) -> dict[str, Any]:
    """The director's certificate, written down by the director, and a team of the director's town."""
    given = {"kind": ["other"], "issuer": ["发证机关"], "number": ["1"], "issued_on": ["2024-01-01"]}
    row = qualifications.declare_own(
        given=given, file=("a.png", png()), actor=here["child_director"].viewer(), at=MORNING
    )
    team = teams.form(
        kind="service", town_id=here["child_director"].post.division.town_id, organisation_id=None,
        actor=here["case_manager"].viewer(), at=MORNING,
    )
    return {"qualification_id": row.id, "team_id": team.id}
