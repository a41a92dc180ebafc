"""Chinese words for codes, from the option sets in force."""

from tongxin.accounts.models import Division
from tongxin.core.pathway import Pathway
from tongxin.rulebook import rules
from tongxin.web.doors import Request


def words_of(request: Request, name: str, *, region: str = "") -> dict[str, str]:
    """Code → Chinese of one option set."""
    content = rules.resolve("fields", "option_sets", region=region, at=request.at).content
    return {str(option["code"]): str(option["zh"]) for option in content["sets"].get(name, ())}


def pathway_shown(request: Request) -> Pathway:
    """The pathway whose stages and urgencies lists over several counties share: the nation's."""
    return rules.pathway_in(region="", at=request.at)[1]


def region_of_viewer(request: Request) -> str:
    """The county of the viewer's post, six digits."""
    seat = request.viewer.seat
    return rules.region_of(seat.division_id) if seat else ""


def county_of_viewer(request: Request) -> int | None:
    """The county of the viewer's post; nothing for a post above the counties."""
    seat = request.viewer.seat
    places = Division.objects.filter(id=seat.division_id) if seat else Division.objects.none()
    return places.values_list("county_id", flat=True).first()
