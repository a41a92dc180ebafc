"""What a hospital or a school sees and answers. The token stands behind `#`, which no browser sends; it is posted."""

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from tongxin import vault
from tongxin.accounts import throttle
from tongxin.accounts.models import Organisation, Post
from tongxin.assessments.forms import age_on
from tongxin.core.pathway import CHINA
from tongxin.documents.faults import NotTaken
from tongxin.flows import referral_links
from tongxin.flows.referral_links import OUTSIDE, PART, PURPOSE, ROUTE, Opened
from tongxin.flows.refusals import Held, Refused
from tongxin.referrals.links import NoWayIn
from tongxin.referrals.rules import rules_in
from tongxin.rulebook import rules
from tongxin.web.answer import address
from tongxin.web.console.options import words_of
from tongxin.web.doors import Request, door
from tongxin.web.pages import show_plain

WRONG = "referral links"
LONGEST_TOKEN, LONGEST_CODE, LONGEST_NAME, LONGEST_TEXT = 64, 12, 60, 2000
NO_LINK = "打不开：链接可能已经办结、过期或作废，或者口令不对。口令输错几次，链接会自动作废。请联系给您链接的单位。"
TOO_OFTEN = "试了太多次，请等 {minutes} 分钟再试。"
SAID = {
    "received": "已告诉转出单位：您单位收到了。接下来请在下面答复能不能接收。",
    "accepted": "已告诉转出单位：您单位接收。联系到孩子以后，请再打开这个链接写明日期。",
    "in_service": "已告诉转出单位：正在服务。服务结束时，请再打开这个链接写明结果。",
}
TEXTS = ("result", "hospital_summary", "other_place")
CODES = ("decline_reason", "result_kind", "hospital_document")
DAYS = ("first_contact_on", "revisit_on")
ZH = {
    "reason": "为什么转来", "summary": "情况摘要", "risks": "要注意的危险", "phone": "家里的联系电话",
    "residence_address": "居住地址", "escort": "由谁陪同", "transport": "交通安排", "payer": "费用由谁承担",
    "signature": "转介人",
}
SEX = {"male": "男", "female": "女"}


@door("public")
def entrance(request: Request) -> HttpResponse:
    """Where every link leads: the same page for a right one, a wrong one and none."""
    return show_plain(request, "referred/entrance.html")


@door("public", methods=("POST",))
def open_page(request: Request) -> HttpResponse:
    """The sheet and what may be answered; a wrong link or code is counted by address."""
    token, code = _keys(request)
    try:
        return _show(request, referral_links.open_link(token=token, code=code, at=request.at), token, code)
    except NoWayIn:
        return _wrong(request)


@door("public", methods=("POST",))
def answer(request: Request) -> HttpResponse:
    """One answer, recorded; then what comes next."""
    token, code = _keys(request)
    try:
        said = referral_links.answer(
            token=token, code=code, answers=_answers(request), signer=request.POST.get("signer", "")[:LONGEST_NAME],
            at=request.at,
        )
    except NoWayIn:
        return _wrong(request)
    except (Refused, Held) as refused:
        zh = refused.zh if isinstance(refused, Held) else "".join(each.zh for each in refused.problems)
        return _again(request, token, code, problem=zh)
    if said in SAID:
        return _again(request, token, code, done=_(SAID[said]))
    return show_plain(request, "referred/thanks.html")


@door("public", methods=("POST",))
def paper(request: Request) -> HttpResponse:
    """A paper of the body, checked and sealed; then the page again."""
    token, code = _keys(request)
    sent = request.FILES.get("file")
    try:
        if not isinstance(sent, UploadedFile):
            return _again(request, token, code, problem=_("没有选文件。请选一个 PDF 或照片再传。"))
        referral_links.add_paper(
            token=token, code=code, name=sent.name or "", content=sent.read(), at=request.at
        )
    except NoWayIn:
        return _wrong(request)
    except NotTaken as refused:
        return _again(request, token, code, problem=refused.zh)
    return _again(request, token, code, done=_("文书已加密保存到孩子的档案。"))


def _keys(request: Request) -> tuple[str, str]:
    return request.POST.get("token", "")[:LONGEST_TOKEN], request.POST.get("code", "")[:LONGEST_CODE]


def _answers(request: Request) -> dict[str, Any]:
    found = {name: request.POST.get(name, "")[:LONGEST_TEXT].strip() for name in ("answer", *TEXTS, *CODES, *DAYS)}
    return {name: value for name, value in found.items() if value}


def _again(request: Request, token: str, code: str, *, problem: str = "", done: str = "") -> HttpResponse:
    try:
        opened = referral_links.open_link(token=token, code=code, at=request.at)
    except NoWayIn:
        return _wrong(request)
    return _show(request, opened, token, code, problem=problem, done=done)


def _wrong(request: Request) -> HttpResponse:
    limits = throttle.read(rules_in(region="", at=request.at).wrong)
    minutes = address.minutes_to_wait(request, limits=limits, what=WRONG)
    zh = _(TOO_OFTEN).format(minutes=minutes) if minutes else _(NO_LINK)
    return show_plain(request, "referred/entrance.html", {"problem": zh}, status=429 if minutes else 404)


def _show(
    request: Request, opened: Opened, token: str, code: str, *, problem: str = "", done: str = ""
) -> HttpResponse:
    child, fact = opened.child, opened.handover.fact
    region = rules.region_of(child.county_id)
    (name,) = vault.open([child.name], viewer=OUTSIDE, purpose=PURPOSE, at=request.at, part=PART, route=ROUTE)
    words = {each: words_of(request, each, region=region) for each in ("referral_kind", "urgency", "referral_answer")}
    age = age_on(child.birth_month, request.at.astimezone(CHINA).date())
    sender = Post.objects.filter(id=fact.post).select_related("organisation").first() if fact.post else None
    to = Organisation.objects.filter(id=int(opened.handover.to)).values_list("name", flat=True).first()
    return show_plain(request, "referred/page.html", {
        "name": name or "", "age": age, "sex": SEX.get(child.sex, ""), "token": token, "code": code, "to": to,
        "kind": words["referral_kind"].get(str(fact.data.get("kind", "")), ""),
        "urgency": words["urgency"].get(opened.handover.urgency, ""), "problem": problem, "done": done,
        "state": words["referral_answer"].get(opened.handover.answer, "等您答复"), "sent_at": fact.recorded_at,
        "sender": sender.organisation.name if sender else "", "until": opened.link.expires_at,
        "rows": [(ZH[key], value) for key, value in opened.sheet.items()], "may": opened.answers,
        "reasons": words_of(request, "decline_reason", region=region),
        "results": words_of(request, "referral_result", region=region),
        "today": request.at.astimezone(CHINA).date().isoformat(), "is_urgent": bool(opened.sheet.get("risks")),
        "papers_left": max(0, opened.rules.most_papers - opened.link.papers),
    }, status=422 if problem else 200)


urlpatterns: list[URLPattern] = [
    path("r/", entrance), path("r/open/", open_page), path("r/answer/", answer), path("r/paper/", paper),
]
