"""Records set apart by law: for those who keep them, and the word of the second person; to all others no such page."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from tongxin import vault
from tongxin.access import selectors as access
from tongxin.assessments.forms import form_in
from tongxin.documents import content
from tongxin.documents import selectors as documents
from tongxin.documents.faults import NotTaken
from tongxin.flows import lists, receiving_apart, setting_apart, shelved, unsealing
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.flows.setting_apart import Chosen, Notice
from tongxin.keeping.models import Custody, CustodyScan, Unsealing
from tongxin.keeping.sealing import LIFT, Rules, rules_at
from tongxin.ledger.models import SET_APART, Entry
from tongxin.lib.ids import id_in
from tongxin.lib.numbers import day_in
from tongxin.people.models import Child
from tongxin.rulebook import rules
from tongxin.web.console.attempts import answered, tried
from tongxin.web.console.entry_text import loose, sections_of
from tongxin.web.console.file import entry_zh
from tongxin.web.console.names import open_names, post_titles
from tongxin.web.doors import Request, child_for, door
from tongxin.web.pages import show

HOME, ROUTE = "/sealed/", "custody"


@door("work")
def custody_list(request: Request) -> HttpResponse:
    """What somebody keeps, what waits for their word, and the one answer to everybody who asks."""
    viewer, at = request.viewer, request.at
    keeps = access.may_do(viewer=viewer, action=setting_apart.ACTION, at=at)
    if not keeps and not access.may_do(viewer=viewer, action=unsealing.APPROVE, at=at):
        raise Http404
    found = rules_at(at)
    rows = setting_apart.custodies(viewer=viewer, at=at)
    mine = unsealing.mine(viewer=viewer, at=at) if keeps else []
    return show(request, "console/sealed.html", {
        "keeps": keeps, "rows": _kept(request, rows, found, mine), "purposes": found.purposes, "answer": found.answer,
        "answer_rest": found.answer_rest, "asked": _asked(request, found),
        "hours": int(found.open_for.total_seconds() // 3600),
    })


def _kept(request: Request, rows: list[Custody], found: Rules, mine: list[Unsealing]) -> list[dict[str, Any]]:
    contents = setting_apart.opened(rows, viewer=request.viewer, purpose="unseal.list", at=request.at) if rows else []
    children = [UUID(each["child"]) for each in contents if each]
    numbers = shelved.numbers(children) | dict(Child.objects.filter(id__in=children).values_list("id", "file_no"))
    asked = {each.custody_id: each for each in reversed(mine)}
    return [
        {
            "row": row, "organ": found.organs.get(each["organ"], ""), "document": each["document"], "on": each["on"],
            "file_no": numbers.get(UUID(each["child"]), ""), "count": _count(each),
            "asking": asked.get(row.id),
            "is_open": (asking := asked.get(row.id)) is not None and asking.answered_at is not None,
        }
        for row, each in zip(rows, contents, strict=True) if each
    ]


def _count(content: dict[str, Any]) -> int:
    return len(content["entries"]) + len(content["attachments"]) + bool(content.get("received"))


def _asked(request: Request, found: Rules) -> list[dict[str, Any]]:
    rows = unsealing.waiting(viewer=request.viewer, at=request.at)
    names = open_names(
        request, people=[row.person_id for row in rows], purpose="unseal.answer", route=ROUTE, part=SET_APART
    ) if rows else None
    words = vault.open(
        [row.words for row in rows], viewer=request.viewer, purpose="unseal.answer", at=request.at, part=SET_APART,
        route=ROUTE,
    )
    titles = post_titles(row.post_id for row in rows)
    return [
        {
            "row": row, "purpose": found.purposes.get(row.purpose, ""), "words": said or "",
            "who": f"{titles.get(row.post_id, '')}　{names.person(row.person_id) if names else ''}",
        }
        for row, said in zip(rows, words, strict=True)
    ]


@door("office.keep_sealed_records", methods=("GET", "POST"))
def seal(request: Request, child_id: UUID) -> HttpResponse:
    """Records of one child chosen to be set apart, by a notice of the organ that handled the case."""
    child = child_for(request, child_id)
    if not setting_apart.may_keep(viewer=request.viewer, child_id=child.id, at=request.at):
        raise Http404
    if request.method == "GET":
        return _seal_page(request, child)
    given = request.POST
    asked: dict[str, Any] = {
        "child": child, "entries": _ids(given.getlist("entries")), "attachments": _ids(given.getlist("attachments")),
        "notice": _notice(request), "actor": request.viewer, "at": request.at,
    }
    try:
        if given.get("confirmed") != "yes":
            return _confirm_page(request, child, setting_apart.look_ahead(**asked))
        setting_apart.set_apart(**asked)
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        return _seal_page(request, child, refused.zh, 422)
    messages.success(request, _("已另行封存。档案、名册、统计、打印和手机里都不再有它，也看不出少了什么。"))
    return HttpResponseRedirect(HOME)


def _notice(request: Request) -> Notice:
    given = request.POST
    return Notice(
        organ=given.get("organ", ""), document=given.get("document", ""), on=day_in(given.get("on", "")),
        words=given.get("words", ""),
    )


def _confirm_page(request: Request, child: Child, chosen: Chosen) -> HttpResponse:
    """What would go, and for whom, before anything is done."""
    found = rules.access_rules(at=request.at)
    names = open_names(request, children=[child], purpose="file", route="seal")
    categories = {
        each["code"]: each["zh"]
        for each in rules.resolve("fields", "option_sets", at=request.at).content["sets"]["category"]
    }
    readers = {
        zh for id, zh in found.roles.items() for entry in chosen.entries
        if found.relations(role=id, part=found.part_of(entry.form_id), action=access.READ)
    }
    return show(request, "console/seal_confirm.html", {
        "child": child, "name": names.children[child.id], "given": request.POST,
        "entries": [{"zh": entry_zh(row), "at": row.occurred_at, "is_chosen": str(row.id) in request.POST.getlist(
            "entries")} for row in chosen.entries],
        "files": len(chosen.files), "categories": [categories.get(each, each) for each in chosen.categories],
        "readers": sorted(readers),
        "kept": [(name, value) for name in ("organ", "document", "on", "words", "entries", "attachments")
                 for value in request.POST.getlist(name)],
    })


@door("office.keep_sealed_records", methods=("GET", "POST"))
def receive(request: Request, child_id: UUID) -> HttpResponse:
    """A paper that an organ sends about an offence: straight into custody."""
    child = child_for(request, child_id)
    if not receiving_apart.may_receive(viewer=request.viewer, child=child, at=request.at):
        raise Http404
    if request.method == "GET":
        return _receive_page(request, child)
    sent = request.FILES.get("file")
    scan = (sent.name or "", sent.read()) if isinstance(sent, UploadedFile) else None
    try:
        receiving_apart.receive(
            child=child, notice=_notice(request), title=request.POST.get("title", ""),
            words=request.POST.get("said", ""), scan=scan, actor=request.viewer, at=request.at,
        )
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        return _receive_page(request, child, refused.zh, 422)
    messages.success(request, _("已直接封存。档案、名册、统计和手机里都没有出现过它；要看的，在这里申请查询。"))
    return HttpResponseRedirect(HOME)


def _receive_page(request: Request, child: Child, problem: str = "", status: int = 200) -> HttpResponse:
    found = rules_at(request.at, region=rules.region_of(child.county_id))
    names = open_names(request, children=[child], purpose="file", route="seal")
    return show(request, "console/seal_receive.html", {
        "child": child, "name": names.children[child.id], "organs": found.organs, "problem": problem,
        "given": request.POST,
    }, status=status)


def _ids(texts: list[str]) -> list[UUID]:
    found = [id_in(text) for text in texts]
    if any(each is None for each in found):
        raise Http404
    return [each for each in found if each is not None]


def _seal_page(request: Request, child: Child, problem: str = "", status: int = 200) -> HttpResponse:
    found = rules_at(request.at, region=rules.region_of(child.county_id))
    names = open_names(request, children=[child], purpose="file", route="seal")
    rows = setting_apart.choices(child, at=request.at)
    titles = post_titles(row.post_id for row in rows)
    return show(request, "console/seal.html", {
        "child": child, "name": names.children[child.id], "organs": found.organs, "problem": problem,
        "given": request.POST, "chosen": request.POST.getlist("entries"),
        "may_receive": receiving_apart.may_receive(viewer=request.viewer, child=child, at=request.at),
        "entries": [
            {"id": str(row.id), "zh": entry_zh(row), "at": row.occurred_at,
             "who": titles.get(row.post_id, "") if row.post_id else ""}
            for row in rows
        ],
        "attachments": [
            {"id": str(row.id), "number": row.number, "at": row.added_at} for row in documents.by_themselves(child.id)
        ],
    }, status=status)


@door("office.keep_sealed_records", methods=("POST",))
def ask(request: Request, custody_id: UUID) -> HttpResponse:
    """A question to look, for a purpose of the law."""
    return tried(request, lambda: unsealing.ask(
        custody_id=custody_id, purpose=request.POST.get("purpose", ""), words=request.POST.get("words", ""),
        actor=request.viewer, at=request.at,
    ), done=_("申请已提交，由另一位有权的人答复；有答复会出现在“新消息”。"), to=HOME)


@door("work", methods=("POST",))
def answer(request: Request, asking_id: UUID) -> HttpResponse:
    """The second person's word."""
    return answered(request, lambda agrees: unsealing.answer(
        asking_id=asking_id, agrees=agrees, actor=request.viewer, at=request.at
    ), to=HOME)


@door("office.keep_sealed_records")
def look(request: Request, agreed_id: UUID) -> HttpResponse:
    """The records themselves, while a question that was agreed to lasts."""
    try:
        seen = unsealing.look(asking_id=agreed_id, viewer=request.viewer, at=request.at)
    except NotAllowed:
        raise Http404 from None
    asking, child = Unsealing.objects.get(id=agreed_id), seen.child
    return show(request, "console/sealed_record.html", {
        "custody": seen.custody, "child": child, "asking": asking, "lifts": asking.purpose == LIFT,
        "files": [{"row": each, "format": content.NAMES[each.media_type]} for each in seen.files],
        "received": seen.received, "has_scan": CustodyScan.objects.filter(custody=seen.custody).exists(),
        "purpose": rules_at(request.at).purposes.get(asking.purpose, ""),
        "records": [
            {"zh": entry_zh(entry), "at": entry.occurred_at, "sections": _sections(request, child, entry, words)}
            for entry, words in seen.records
        ],
    })


@door("office.keep_sealed_records")
def open_file(request: Request, agreed_id: UUID, apart_id: UUID) -> HttpResponse:
    """An attachment that was set apart, while a question that was agreed to lasts."""
    try:
        row, opened = unsealing.open_file(
            asking_id=agreed_id, file_id=apart_id, viewer=request.viewer, at=request.at
        )
    except NotAllowed:
        raise Http404 from None
    except NotTaken as gone:
        messages.error(request, gone.zh)
        return HttpResponseRedirect(f"/sealed/agreed/{agreed_id}/")
    return _bytes(opened, row.media_type, row.number)


@door("office.keep_sealed_records")
def open_scan(request: Request, agreed_id: UUID) -> HttpResponse:
    """The scan of a paper that was received straight into custody."""
    try:
        scan, opened = unsealing.open_scan(asking_id=agreed_id, viewer=request.viewer, at=request.at)
    except NotAllowed:
        raise Http404 from None
    return _bytes(opened, scan.media_type, 0)


def _bytes(opened: bytes, media_type: str, number: int) -> HttpResponse:
    name = f"{number}.{content.ENDINGS[media_type][0]}"
    return HttpResponse(
        opened, content_type=media_type, headers={"Content-Disposition": f'inline; filename="{name}"'}
    )


def _sections(request: Request, child: Child, entry: Entry, words: dict[str, Any]) -> list[dict[str, Any]]:
    region, choices = lists.choices_for(child)
    form_id = str(entry.clear.get("form") or "")
    try:
        asked = form_in(form_id=form_id, region=region, at=entry.recorded_at, lists=choices)
    except rules.NotAdopted:
        fields = rules.resolve("fields", "fields", at=request.at).content["fields"]
        return loose(words, {each["id"].removeprefix("child."): each["zh"] for each in fields})
    return sections_of(asked.form, words)


@door("office.keep_sealed_records", methods=("POST",))
def lift(request: Request, agreed_id: UUID) -> HttpResponse:
    """The records stand in the file again."""
    return tried(request, lambda: unsealing.lift(
        asking_id=agreed_id, actor=request.viewer, at=request.at
    ), done=_("已解除封存，记录回到档案里。"), to=HOME)


urlpatterns: list[URLPattern] = [
    path("sealed/", custody_list),
    path("sealed/<uuid:custody_id>/ask/", ask),
    path("sealed/agreed/<uuid:agreed_id>/", look),
    path("sealed/asks/<uuid:asking_id>/answer/", answer),
    path("sealed/agreed/<uuid:agreed_id>/lift/", lift),
    path("sealed/agreed/<uuid:agreed_id>/scan/", open_scan),
    path("sealed/agreed/<uuid:agreed_id>/files/<uuid:apart_id>/", open_file),
    path("children/<uuid:child_id>/seal/", seal),
    path("children/<uuid:child_id>/seal/receive/", receive),
]
