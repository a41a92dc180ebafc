"""Phones: one's own, and those of one's area with how long they have been silent; a lost one is stopped here."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from tongxin.access import selectors as access
from tongxin.access.offices import posts_for
from tongxin.flows import outbox_import
from tongxin.flows.outbox_import import NotAnOutbox
from tongxin.people.models import Child
from tongxin.sync import devices
from tongxin.sync.limits import limits_at, version_of
from tongxin.sync.models import Device
from tongxin.web.console.names import Names, open_names, post_titles
from tongxin.web.doors import Request, door
from tongxin.web.field.shell import shell
from tongxin.web.pages import show

SEES = "see_devices"
SHOWN = 200
CARRIED_SHOWN = 400
ROUTE, PURPOSE, LIST = "devices", "devices", "/devices/"
TOO_OLD = "写的记录要先核对才登记。请本人连上网络，打开手机应用，在“更多”里点“现在换上”。"
OLD = "请本人连上网络，打开手机应用，在“更多”里点“现在换上”，或锁上再打开。"


@door("work")
def device_list(request: Request) -> HttpResponse:
    """The viewer's own phones, and those of the posts in their area, the most silent first."""
    rows = _visible(request).order_by("synced_at", "paired_at")[:SHOWN]
    return show(request, "console/devices.html", {
        "rows": _rows(request, rows), "sees_area": access.may_do(viewer=request.viewer, action=SEES, at=request.at),
        "silent_days": limits_at(request.at).silent_after.days,
    })


def _visible(request: Request) -> QuerySet[Device]:
    """Phones of one's own, and of the posts that one oversees."""
    area = posts_for(viewer=request.viewer, action=SEES, at=request.at)
    return Device.objects.filter(Q(person_id=request.viewer.person_id) | Q(post_id__in=area.values("id")))


def _rows(request: Request, rows: Iterable[Device]) -> list[dict[str, Any]]:
    found = list(rows)
    names = open_names(
        request, people=[row.person_id for row in found], more=[row.label for row in found], purpose=PURPOSE,
        route=ROUTE, part="staff",
    )
    titles = post_titles(row.post_id for row in found)
    held = dict(
        Device.objects.filter(id__in=[row.id for row in found])
        .annotate(held=Count("carried", filter=Q(carried__gone_at__isnull=True))).values_list("id", "held")
    )
    return [
        _row(request, row, label or "", names, titles, held.get(row.id, 0))
        for row, label in zip(found, names.more, strict=True)
    ]


def _row(
    request: Request, row: Device, label: str, names: Names, titles: dict[UUID, str], held: int
) -> dict[str, Any]:
    since = row.synced_at or row.paired_at
    days = (request.at - since).days
    waiting = row.telemetry.get("waiting")
    return {
        "id": row.id, "url": f"{LIST}{row.id}/", "label": label, "person": names.person(row.person_id),
        "title": titles.get(row.post_id, ""), "state_zh": row.get_state_display(), "state": row.state,
        "version": _version(row, request), "paired_at": row.paired_at, "synced_at": row.synced_at, "days": days,
        "is_silent": row.state == Device.ACTIVE and request.at - since > limits_at(request.at).silent_after,
        "is_active": row.state == Device.ACTIVE, "waiting": waiting if isinstance(waiting, int) else None,
        "held": held, "is_mine": row.person_id == request.viewer.person_id,
    }


def _version(row: Device, request: Request) -> dict[str, Any] | None:
    """How old the phone's program is, and what to do about it; nothing where it can't be told or matters no more."""
    number, _plus, build = row.app.partition("+")
    if row.state != Device.ACTIVE or not number:
        return None
    if version_of(row.app) < version_of(limits_at(request.at).oldest_app):
        return {"zh": _("程序太旧（版本 %(number)s）") % {"number": number}, "is_old": True, "cure": TOO_OLD}
    if build and build != shell().build:
        return {"zh": _("程序不是最新的（版本 %(number)s）") % {"number": number}, "is_old": True, "cure": OLD}
    return {"zh": _("程序是最新的（版本 %(number)s）") % {"number": number}, "is_old": False, "cure": ""}


def _device(request: Request, device_id: UUID) -> Device:
    device = _visible(request).filter(id=device_id).first()
    if device is None:
        raise Http404
    return device


@door("work")
def device_page(request: Request, device_id: UUID) -> HttpResponse:
    """One phone: what it holds, how it runs, and the buttons for one that is lost."""
    return _page(request, _device(request, device_id))


def _page(request: Request, device: Device, problem: str = "", status: int = 200) -> HttpResponse:
    (row,) = _rows(request, [device])
    carried = list(device.carried.filter(gone_at__isnull=True).order_by("-since")[:CARRIED_SHOWN])
    seen = access.visible(
        Child.objects.filter(id__in=[each.child_id for each in carried]), viewer=request.viewer, part="roster",
        at=request.at,
    )
    children = list(seen)
    names = open_names(request, children=children, purpose=PURPOSE, route=ROUTE)
    return show(request, "console/device.html", {
        "row": row,
        "children": [{"url": f"/children/{each.id}/", "name": names.children[each.id]} for each in children],
        "others": len(carried) - len(children), "measured": _measured(device), "problem": problem,
        "may_stop": device.state in {Device.ACTIVE, Device.REVOKED},
        "may_import": not row["is_mine"] and access.may_do(viewer=request.viewer, action=SEES, at=request.at),
    }, status=status)


def _measured(device: Device) -> list[tuple[str, str]]:
    """How the phone runs, in words; nothing of anybody is in it."""
    told = device.telemetry
    return [(zh, said(told[name])) for name, zh, said in MEASURES if name in told]


def _seconds(value: object) -> str:
    return f"{value / 1000:.1f} 秒" if isinstance(value, int | float) else str(value)


def _megabytes(value: object) -> str:
    return f"{value / 1_000_000:,.1f} MB" if isinstance(value, int | float) else str(value)


# What a phone measures, in words, and how each is told.
MEASURES = (
    ("waiting", "还没有送出的记录", str), ("failures", "同步失败次数", str), ("sync_ms", "上次同步用时", _seconds),
    ("storage_used", "已用存储", _megabytes), ("storage_quota", "可用存储", _megabytes), ("browser", "浏览器", str),
)


@door("work", methods=("POST",))
def stop(request: Request, device_id: UUID) -> HttpResponse:
    """A phone that is lost or given back reads no more; with `wipes` it clears itself at its next contact."""
    device = _device(request, device_id)
    wipes = request.POST.get("wipes") == "1"
    devices.revoke(device=device, wipes=wipes, actor=request.viewer, at=request.at)
    messages.success(request, _("已停用。手机下次联网时会清除里面的档案。") if wipes else _(
        "已停用。这部手机不能再下载档案，没有送出的记录仍会收下待核对。"
    ))
    return HttpResponseRedirect(f"{LIST}{device.id}/")


@door("office.see_devices", methods=("POST",))
def take_in(request: Request, device_id: UUID) -> HttpResponse:
    """The last-resort file that a phone exported: each entry as if the phone had sent it."""
    device = _device(request, device_id)
    if device.person_id == request.viewer.person_id:
        raise Http404
    sent = request.FILES.get("file")
    try:
        if not isinstance(sent, UploadedFile):
            raise NotAnOutbox(_("没有选文件，没有收下任何内容。请选手机导出的待送记录文件。"))
        done = outbox_import.take_in(sent.read(), device=device, actor=request.viewer, at=request.at)
    except NotAnOutbox as refused:
        return _page(request, device, refused.zh, 422)
    messages.success(request, _(
        "共 %(all)s 条：登记 %(arrived)s 条，待核对 %(held)s 条。再导入一次不会重复。"
    ) % {"all": done.entries, "arrived": done.arrived, "held": done.held})
    if done.files:
        messages.success(request, _("照片、录音和签名 %(files)s 个，已和记录一起收下。") % {"files": done.files})
    for zh in sorted(set(done.problems)):
        messages.warning(request, zh)
    return HttpResponseRedirect(f"{LIST}{device.id}/")


urlpatterns: list[URLPattern] = [
    path("devices/", device_list),
    path("devices/<uuid:device_id>/", device_page),
    path("devices/<uuid:device_id>/stop/", stop),
    path("devices/<uuid:device_id>/import/", take_in),
]
