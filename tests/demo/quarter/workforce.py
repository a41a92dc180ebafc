"""What a played district does about the people who help: asked about, certificates seen by a second person, teams."""

from tests.demo.small import END, Quarter
from tongxin.accounts.models import Division
from tongxin.flows.workforce import clearances
from tongxin.workforce.models import Clearance, Qualification, Team, TeamChild


def look(quarter: Quarter) -> None:
    """What stands there on the last morning."""
    assert not [each for each in quarter.refused if each.startswith("workforce") or "违法犯罪记录查询" in each]
    county = Division.objects.get(code="370116")
    assert clearances.is_required(county.id, at=END)
    states = clearances.states(Clearance.objects.values_list("about_id", flat=True), county.id, at=END)
    assert len(states) >= 8 and set(states.values()) == {clearances.VALID}
    assert Qualification.objects.filter(verdict__agrees=True).count() >= 7
    assert Qualification.objects.filter(verdict__isnull=True).count() == 1
    assert Team.objects.count() == 2 and TeamChild.objects.exists()
