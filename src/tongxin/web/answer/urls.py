"""The addresses under which children answer, and those of whoever lets them."""

from django.urls import URLPattern, path

from tongxin.web.answer import child

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
]
