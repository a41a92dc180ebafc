"""The notice on paper: exactly the version that was shown with one consent, else the one in force."""

from datetime import date

from tongxin.core.consent import Notice
from tongxin.flows.consenting import notice_in, notice_on
from tongxin.ledger.models import Entry
from tongxin.web.console.file import File
from tongxin.web.words import day_zh

TOLD = {"what": "用什么", "who": "谁能看", "long": "保存多久", "withdraw": "怎样撤回"}


def notice_signed(file: File, entry: Entry | None) -> Notice:
    """The notice that whoever signed an entry had before them."""
    data = file.results.get(str(entry.id), {}) if entry else {}
    day = data.get("notice_on") or data.get("decided_on")
    if not day:
        return notice_in(region=file.region, at=file.request.at)
    return notice_on(date.fromisoformat(str(day)), region=file.region, at=file.request.at)


def notice_words(notice: Notice) -> list[str]:
    """The notice's paragraphs: what holds for all, each purpose for the guardian, then for the child."""
    found = [f"告知书（{day_zh(notice.since)}版）", *notice.before]
    for number, purpose in enumerate(notice.purposes, start=1):
        told = "".join(f"{zh}：{purpose.guardian[key]}" for key, zh in TOLD.items())
        found.append(f"{number}. {purpose.zh}。{told}")
    child = [sentence for purpose in notice.purposes for sentence in purpose.child]
    return [*found, f"写给孩子：{''.join((*notice.before_child, *child))}"]
