"""The addresses under which children answer, and those of whoever lets them."""

from django.urls import URLPattern, path

from tongxin.web.answer import child, kiosk, links, paper, register, tables

urlpatterns: list[URLPattern] = [
    path("a/", child.page),
    path("a/rest/", child.elsewhere),
    path("a/open/", child.open_by_link),
    path("a/state/", child.state),
    path("a/agree/", child.agree),
    path("a/answer/", child.keep),
    path("a/finish/", child.finish),
    path("a/leave/", child.leave),
    path("a/out/", child.stand_up),
    path("a/kiosk/", kiosk.page),
    path("a/kiosk/who/", kiosk.who),
    path("a/kiosk/sit/", kiosk.sit),
    path("a/kiosk/close/", kiosk.close),
    path("rounds/<uuid:round_id>/kiosk/", kiosk.begin),
    path("rounds/<uuid:round_id>/answering/", register.register),
    path("rounds/<uuid:round_id>/answering/links/", links.print_links),
    path("rounds/<uuid:round_id>/answering/<uuid:participant_id>/link/", links.one_link),
    path("rounds/<uuid:round_id>/answering/<uuid:participant_id>/mark/", register.mark),
    path("rounds/<uuid:round_id>/paper/<uuid:participant_id>/", paper.entry),
    path("rounds/<uuid:round_id>/answers/", tables.take_in),
    path("rounds/<uuid:round_id>/answers/empty/", tables.empty),
]
