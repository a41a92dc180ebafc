"""A district's year from the day its roster came in to the moment at which the demonstration opens."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from uuid import UUID

from tongxin.accounts.models import Division, Person, Post
from tongxin.demo.activity_days import ActivityDays
from tongxin.demo.age_days import AgeDays
from tongxin.demo.ask_days import AskDays
from tongxin.demo.booking_days import BookingDays
from tongxin.demo.cast import Cast
from tongxin.demo.clue_cases import ClueCases
from tongxin.demo.clue_days import ClueDays
from tongxin.demo.comparison_days import ComparisonDays
from tongxin.demo.conference_days import ConferenceDays
from tongxin.demo.coordination_days import CoordinationDays
from tongxin.demo.course_days import CourseDays
from tongxin.demo.dangers import Dangers
from tongxin.demo.directory_days import DirectoryDays
from tongxin.demo.district import district
from tongxin.demo.duty_days import DutyDays
from tongxin.demo.exchange_days import ExchangeDays
from tongxin.demo.followings import Followings
from tongxin.demo.fund_days import FundDays
from tongxin.demo.group_days import GroupDays
from tongxin.demo.happenings import Happenings
from tongxin.demo.last_days import LastDays
from tongxin.demo.lives import lives_of
from tongxin.demo.moves import Moves
from tongxin.demo.need_days import NeedDays
from tongxin.demo.neighbour_days import NeighbourDays
from tongxin.demo.notice_days import NoticeDays
from tongxin.demo.office import settle_rows
from tongxin.demo.outside_desks import OutsideDesks
from tongxin.demo.pairing_days import PairingDays
from tongxin.demo.paper_days import PaperDays
from tongxin.demo.place_days import PlaceDays
from tongxin.demo.query_days import QueryDays
from tongxin.demo.question_days import QuestionDays
from tongxin.demo.readers import Readers
from tongxin.demo.receivers import LINK, Kept, receiving
from tongxin.demo.recheck_days import RecheckDays
from tongxin.demo.register_days import RegisterDays
from tongxin.demo.screening_days import ScreeningDays
from tongxin.demo.sharing_days import SharingDays
from tongxin.demo.showcase import Showcase
from tongxin.demo.supervision_days import SupervisionDays
from tongxin.demo.training_days import TrainingDays
from tongxin.demo.workforce_days import WorkforceDays
from tongxin.demo.year import Year
from tongxin.intake.models import Listing, Upload
from tongxin.people.models import Child


@dataclass(frozen=True, slots=True)
class Played:
    """What came of it, in numbers."""

    village: Division
    entries: int
    refused: tuple[str, ...]


def play(
    *, upload: Upload, people: Mapping[UUID, tuple[Post, Person, str]], end: datetime, seed: int | None = None,
    progress: Callable[[date], None] = lambda day: None, outside: Path | None = None,
) -> Played:
    """Play the year of the children of a roster; what leaves the house meanwhile lies in `outside` afterwards."""
    with (
        TemporaryDirectory(prefix="tongxin-outside-") as passing,
        receiving(outside or Path(passing), link=LINK) as kept,
    ):
        return _play(upload, people, end, seed, progress, kept)


def _play(
    upload: Upload, people: Mapping[UUID, tuple[Post, Person, str]], end: datetime, seed: int | None,
    progress: Callable[[date], None], outside: Kept,
) -> Played:
    rules = district()
    chance = Random(rules.seed if seed is None else seed)
    cast = Cast(names={person.id: name for _, person, name in people.values()})
    cast.enter((post, person) for post, person, _ in people.values())
    county = Division.objects.get(id=upload.county_id)
    start = upload.received_at
    year = Year(cast=cast, district=rules, chance=chance, end=end, progress=progress, bodies=cast.bodies(county.id))
    children = _children(upload)
    lives = lives_of(children, district=rules, chance=chance, starts=start.date())
    year.lives = {life.child_id: life for life in lives}
    places = list(Division.objects.filter(level="village", county_id=county.id, valid_to__isnull=True).order_by("code"))
    happenings = Happenings(year, start=start, places=places)
    village = busiest(children)
    today = Showcase(year, village=village, start=start).plan_all()
    Dangers(year, happenings=happenings).plan_all(today=today)
    happenings.plan_all()
    Moves(year, happenings=happenings).plan_all()
    LastDays(year, followings=Followings(year), happenings=happenings, village=village).plan_all()
    NeedDays(year, happenings=happenings, village=village).plan_all()
    ScreeningDays(year, county_id=county.id).plan_all()
    CourseDays(year, county_id=county.id).plan_all()
    GroupDays(year, county_id=county.id).plan_all()
    ConferenceDays(year, county_id=county.id).plan_all(start=start)
    ClueDays(year, village=village).plan_all(start=start)
    ClueCases(year, village=village).plan_all(start=start)
    BookingDays(year, county=county).plan_all()
    DutyDays(year, county=county).plan_all(start=start)
    AgeDays(year, village=village).plan_all(start=start)
    TrainingDays(year, county=county, village=village).plan_all(start=start)
    _plan_county(year, county=county, start=start)
    NoticeDays(year, county=county, outside=outside).plan_all()
    Readers(year, start=start).plan_all()
    settle_rows(year, upload, start=start)
    year.welcome(lives, start)
    year.run()
    entries = sum(len(life.entries) for life in year.lives.values())
    return Played(village, entries, tuple(year.refused))


def _plan_county(year: Year, *, county: Division, start: datetime) -> None:
    """What the county's desks do with registers, with other bodies and with other places."""
    OutsideDesks(year, county=county).plan_all(start=start)
    RegisterDays(year, county=county).plan_all(start=start)
    DirectoryDays(year, county=county).plan_all(start=start)
    AskDays(year, county=county).plan_all(start=start)
    PairingDays(year, county=county).plan_all(start=start)
    ActivityDays(year, county=county).plan_all(start=start)
    PlaceDays(year, county=county).plan_all(start=start)
    WorkforceDays(year, county=county).plan_all(start=start)
    FundDays(year, county=county).plan_all(start=start)
    CoordinationDays(year, county=county).plan_all(start=start)
    SharingDays(year, county=county).plan_all()
    ComparisonDays(year, county=county).plan_all(start=start)
    ExchangeDays(year, county=county).plan_all(start=start)
    NeighbourDays(year, county=county).plan_all()
    SupervisionDays(year, county_id=county.id).plan_all()
    QuestionDays(year, county=county).plan_all()
    QueryDays(year, county=county).plan_all()
    RecheckDays(year, county=county).plan_all()
    PaperDays(year, county=county).plan_all()


def _children(upload: Upload) -> list[Child]:
    """In the order of the roster's rows."""
    order = list(Listing.objects.filter(upload=upload).order_by("sheet", "row").values_list("child_id", flat=True))
    found = Child.objects.in_bulk(order)
    return [found[each] for each in order]


def busiest(children: list[Child]) -> Division:
    """The village with the most children: the director's login works there."""
    counted = Counter(child.village_id for child in children if child.village_id)
    places = {place.id: place for place in Division.objects.filter(id__in=counted)}
    return max(places.values(), key=lambda place: (counted[place.id], place.code))
