"""What the definitions of funds and of programmes must hold."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from tongxin.core.forms import content as take
from tongxin.core.language.errors import DefinitionError
from tongxin.lib.exchange_checks import span_at
from tongxin.lib.register_checks import check_fields

Content = Mapping[str, Any]
HEAD = ("id", "zh", "source", "means")
DATED = ("version", "valid_from")
ACCOUNTS = ("asset", "income", "expense")
EVERY = ("year", "half", "once", "none")
FUND_LISTS = ("refusals", "again", "returns", "liked", "corrections", "sure", "handing_returns", "wish_drops")
UNUSUAL = ("grant", "child", "month", "deposit")
FUND_ASKED = ("fund", "deposit", "payout", "handing", "wish")
PROGRAMME_LISTS = ("kinds", "left_out", "refusals", "endings", "changes")
PROGRAMME_ASKED = ("programme", "contract", "acceptance")
SOURCES, UNITS = ("entries", "meetings", "occasions"), ("人", "人次", "次", "场")


def check_funds(content: Content) -> None:
    """Nothing, when funds can be kept by this; else where it fails and how to mend it."""
    take.mapping(content, "", required=(
        *HEAD, "accounts", "held", "reserved", "handed", "sources", "purposes", "approvals", *FUND_LISTS, "receipts",
        "ways", "early_deposit", "unusual", "receipt_within", "remind_before", "rows_at_most", "small_below",
        *FUND_ASKED, "outcomes", "caveat",
        "reached", "option_lists",
    ), optional=(*DATED, "papers"))
    take.sequence(content.get("papers", []), "papers")
    kinds = {each: row["kind"] for each, row in _rows(content["accounts"], "accounts", ("kind",)).items()}
    for at, kind in kinds.items():
        if kind not in ACCOUNTS:
            raise DefinitionError(f"accounts.{at}", f"没有“{kind}”这种科目", f"可写：{'、'.join(ACCOUNTS)}")
    held = take.mapping(content["held"], "held", required=("money", "goods"))
    _is(kinds, str(content["handed"]), "expense", "handed")
    for each in (*held.values(), content["reserved"]):
        _is(kinds, str(each), "asset", "held")
    for row in _rows(content["sources"], "sources", ("account",), ("public",)).values():
        _is(kinds, row["account"], "income", "sources")
    for row in _rows(content["purposes"], "purposes", ("account", "to"), ("every", "most", "needs")).values():
        _is(kinds, row["account"], "expense", "purposes")
        if row["to"] == "child":
            take.number(row, "most", "purposes", 0, low=1)
            if row.get("every") not in EVERY:
                raise DefinitionError("purposes", "发给孩子的要写多久算一期", f"every 可写：{'、'.join(EVERY)}")
    _check_steps(content["approvals"])
    for key in FUND_LISTS:
        _rows(content[key], key)
    for row in _rows(content["ways"], "ways", ("form",)).values():
        if row["form"] not in held:
            raise DefinitionError("ways", f"没有“{row['form']}”", "form 可写：money、goods")
    for row in _rows(content["receipts"], "receipts", (), ("least_age",)).values():
        take.number(row, "least_age", "receipts", 0, high=18)
    unusual = take.mapping(content["unusual"], "unusual", required=UNUSUAL)
    for key in UNUSUAL:
        take.number(unusual, key, "unusual", 0, low=1)
    for key in ("receipt_within", "remind_before", "early_deposit"):
        span_at(content[key], key)
    for key, least in (("rows_at_most", 1), ("small_below", 5)):
        take.number(content, key, "", 0, low=least, high=100_000)
    _rows(content["outcomes"], "outcomes", ("unit", "means"))
    named = {name: content[name] for name in ("sources", "purposes", "ways")}
    lists = {**content["option_lists"], **named, "given": content["purposes"]}
    for key in FUND_ASKED:
        check_fields(content[key], key, lists)


def check_programmes(content: Content) -> None:
    """Nothing, when services can be bought by this; else where it fails and how to mend it."""
    take.mapping(content, "", required=(
        *HEAD, "counts", "late_after", *PROGRAMME_LISTS, "remind_before", *PROGRAMME_ASKED, "option_lists",
    ), optional=(*DATED, "templates"))
    _templates(content)
    for row in _rows(content["counts"], "counts", ("unit", "from"), ("forms", "attended")).values():
        if row["from"] not in SOURCES or row["unit"] not in UNITS:
            raise DefinitionError("counts", "不知道从哪里数、什么单位", f"from：{SOURCES}；unit：{UNITS}")
        if (row["from"] == "entries") != bool(row.get("forms")):
            raise DefinitionError("counts", "从记录数的要写哪几种表", "给 from: entries 的写 forms")
    for key in PROGRAMME_LISTS:
        _rows(content[key], key)
    for key in ("late_after", "remind_before"):
        span_at(content[key], key)
    for key in PROGRAMME_ASKED:
        check_fields(content[key], key, {**content["option_lists"], "kinds": content["kinds"]})


def _templates(content: Content) -> None:
    """Programmes to begin from: of a kind there is, with activities and days of the year that there are."""
    kinds = {str(each["id"]) for each in content["kinds"]}
    found = _rows(content.get("templates", []), "templates", ("kind", "aim", "source", "activities"), ("wishes",))
    for id, row in found.items():
        path = f"templates.{id}"
        if row["kind"] not in kinds:
            raise DefinitionError(f"{path}.kind", f"没有“{row['kind']}”这种项目", f"可写：{'、'.join(sorted(kinds))}")
        _rows(row["activities"], f"{path}.activities", ("kind", "topic", "purpose", "audience", "goal"))
        if "wishes" in row:
            wishes = take.mapping(row["wishes"], f"{path}.wishes", required=("zh", "collected", "delivered"))
            for name in ("collected", "delivered"):
                try:
                    # In a year without a 29th of February.
                    date.fromisoformat(f"2023-{wishes[name]}")
                except ValueError:
                    raise DefinitionError(f"{path}.wishes.{name}", "不是一年里的一天", "写成 05-20 的样子") from None


def _rows(
    raw: object, path: str, more: Sequence[str] = (), optional: Sequence[str] = ()
) -> dict[str, Mapping[str, Any]]:
    rows = [
        take.mapping(each, f"{path}[{at}]", required=("id", "zh", *more), optional=optional)
        for at, each in enumerate(take.sequence(raw, path))
    ]
    found = [take.identifier(row, f"{path}[{at}]") for at, row in enumerate(rows)]
    take.unrepeated(found, path, "编号")
    return dict(zip(found, rows, strict=True))


def _is(kinds: Mapping[str, str], account: str, kind: str, path: str) -> None:
    if kinds.get(account) != kind:
        raise DefinitionError(path, f"“{account}”不是 {kind} 科目", "请写 accounts 里有的科目")


def _check_steps(raw: object) -> None:
    before = 0
    rows = take.sequence(raw, "approvals")
    for at, each in enumerate(rows):
        row = take.mapping(each, f"approvals[{at}]", required=("people",), optional=("up_to",))
        take.number(row, "people", f"approvals[{at}]", 0, low=1, high=5)
        is_last = at == len(rows) - 1
        if is_last == ("up_to" in row):
            raise DefinitionError("approvals", "只有最后一档不写 up_to", "前面各档写到多少分，最后一档不写")
        if not is_last:
            if row["up_to"] <= before:
                raise DefinitionError("approvals", "各档要从小到大", "请按金额从小到大写")
            before = take.number(row, "up_to", f"approvals[{at}]", 0, low=1)
