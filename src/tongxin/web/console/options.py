"""Chinese words for codes, from the option sets in force."""

from tongxin.rulebook import rules
from tongxin.web.doors import Request


def words_of(request: Request, name: str, *, region: str = "") -> dict[str, str]:
    """Code → Chinese of one option set."""
    content = rules.resolve("fields", "option_sets", region=region, at=request.at).content
    return {str(option["code"]): str(option["zh"]) for option in content["sets"].get(name, ())}


def region_of_viewer(request: Request) -> str:
    """The county of the viewer's post, six digits."""
    seat = request.viewer.seat
    return rules.region_of(seat.division_id) if seat else ""
