"""When a page can't be made: a busy database is said to be busy, so that people try again; the rest is a fault."""

import sys

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.defaults import server_error

from tongxin.web.doors import is_script

BUSY = "系统正忙，这一步没有完成，也没有只存一半。您写的还在页面上，请过几秒再试一次。"
PATIENCE = "5"


def failed(request: HttpRequest) -> HttpResponse:
    """503 with a plain sentence where only the database had no moment; else the page of a fault."""
    error = sys.exc_info()[1]
    if not isinstance(error, OperationalError):
        return server_error(request)
    if is_script(request):
        answer: HttpResponse = JsonResponse({"zh": BUSY}, status=503)
    else:
        answer = render(request, "503.html", {"zh": BUSY}, status=503)
    answer.headers["Retry-After"] = PATIENCE
    return answer
