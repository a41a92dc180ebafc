"""Who cares for a child, who lives with the child, and what the child's identity says."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import UUIDField

from tongxin.access import selectors as access
from tongxin.accounts.models import Division
from tongxin.core.pathway.vocabulary import CHILD_STATES
from tongxin.lib.prepared import Prepared
from tongxin.people.models import Carer, Child
from tongxin.people.siblings import has_siblings, living_with
from tongxin.vault import Sealed
from tongxin.web import words
from tongxin.web.console.file import File
from tongxin.web.console.options import words_of

CARERS = Prepared(
    lambda child: Carer.objects.filter(child_id=child, to_on__isnull=True).select_related("adult").order_by("id"),
    child=UUIDField(),
)
SHOWN_OF_NUMBER = (4, 4)
# What `sealed_of` names first, in this order.
IDENTITY_OF_CHILD = ("id_no", "birth", "phone", "address")
DETAILS = {
    "no_id": "没有证件号码", "id_check_digit": "证件号码最后一位校验不符", "id_lost_digits": "证件号码缺位",
    "birth_impossible": "出生日期不可能", "sex_contradicts_id": "性别与证件号码不符",
    "birth_contradicts_id": "出生日期与证件号码不符", "no_name": "没有姓名",
    "name_too_long": "姓名过长，只取了开头", "unknown_division": "村（社区）不明",
    "phone_differs": "别的记录里写的电话与档案不同", "address_differs": "别的记录里写的住址与档案不同",
}


def carers_of(file: File) -> list[Carer]:
    """The carers of now, where the viewer may read the family."""
    if "family" not in file.parts:
        return []
    found: list[Carer] = CARERS.rows(child=file.child.id)
    return found


def siblings_of(file: File) -> list[Child]:
    """The other children of the household that the viewer may see."""
    if "family" not in file.parts or not has_siblings(file.child):
        return []
    children = access.visible(
        living_with(file.child), viewer=file.request.viewer, part="roster", at=file.request.at
    )
    return list(children.order_by("id")[:12])


def sealed_of(file: File, carers: Sequence[Carer]) -> list[Sealed | None]:
    """What of the identity and the carers is to be opened."""
    child = file.child
    own = [getattr(child, name) if "identity" in file.parts else None for name in IDENTITY_OF_CHILD]
    return [*own, *(word for carer in carers for word in (carer.adult.name, carer.adult.phone))]


def identity_rows(file: File, opened: Sequence[str | None]) -> list[tuple[str, str]]:
    """What the file says of who the child is, (words, value), for those who may read it."""
    child = file.child
    home = home_of(child)
    rows = [("档案编号", child.file_no), ("居住地", home)]
    if "identity" in file.parts:
        id_no, birth, phone, address = opened
        kinds = words_of(file.request, "id_kind", region=file.region)
        number = masked(id_no) if id_no else "没有号码"
        born = words.day_zh(date.fromisoformat(birth)) if birth else words.month_zh(child.birth_month)
        rows += [
            ("出生日期", born or "不详"),
            ("证件", f"{kinds.get(child.id_kind, '')}　{number}"), ("居住地址", address or "未登记"),
            ("联系电话", phone or "未登记"), ("户籍地", _hukou(child)),
        ]
    rows.append(("现状", CHILD_STATES.get(file.state.child_state, "不清楚")))
    return rows


def masked(number: str) -> str:
    """A number by which a person can be confirmed, but not copied."""
    first, last = SHOWN_OF_NUMBER
    hidden = len(number) - first - last
    return number if hidden <= 0 else number[:first] + "*" * hidden + number[-last:]


def home_of(child: Child) -> str:
    """Where a child lives, from the county down."""
    ids = [place for place in (child.county_id, child.town_id, child.village_id) if place]
    names = dict(Division.objects.filter(id__in=ids).values_list("id", "name"))
    return "".join(names.get(place, "") for place in ids) or "不详"


def _hukou(child: Child) -> str:
    if child.hukou_division_id is None:
        return "未登记"
    place = Division.objects.filter(id=child.hukou_division_id).select_related("parent").first()
    return f"{place.parent.name if place.parent else ''}{place.name}" if place else "未登记"


def carer_rows(file: File, carers: Sequence[Carer], opened: Sequence[str | None]) -> list[dict[str, Any]]:
    """The carers with their names."""
    kinds = words_of(file.request, "relation", region=file.region) if carers else {}
    return [
        {
            "name": opened[2 * index] or "（姓名待补）", "phone": opened[2 * index + 1] or "",
            "relation": kinds.get(carer.relation, "其他"), "is_guardian": carer.is_guardian,
            "is_entrusted": carer.is_entrusted, "is_concern": carer.is_concern, "from_on": carer.from_on,
        }
        for index, carer in enumerate(carers)
    ]


def detail_words(file: File) -> list[str]:
    """What of the child's details is still doubtful."""
    return [DETAILS.get(code, "有待核对的信息") for code in file.state.details] if "identity" in file.parts else []
