"""Where somebody who finds a weakness may tell it (RFC 9116)."""

from datetime import timedelta

from django.conf import settings
from django.http import Http404, HttpResponse
from django.urls import path

from tongxin.web.doors import Request, door

GOOD_FOR = timedelta(days=180)


@door("public")
def security_txt(request: Request) -> HttpResponse:
    """The contact that the installation names; without one there is no such page."""
    if not settings.TONGXIN_SECURITY_CONTACT:
        raise Http404
    until = (request.at + GOOD_FOR).astimezone().isoformat(timespec="seconds")
    text = f"Contact: {settings.TONGXIN_SECURITY_CONTACT}\nExpires: {until}\nPreferred-Languages: zh, en\n"
    return HttpResponse(text, content_type="text/plain; charset=utf-8")


urlpatterns = [path(".well-known/security.txt", security_txt)]
