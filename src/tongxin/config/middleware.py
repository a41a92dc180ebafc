"""What every answer carries, and what is refused before it is read."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from tongxin.lib.numbers import number_in

Answer = Callable[[HttpRequest], HttpResponse]
# Files that are the same for everybody and hold nothing of anybody.
STATIC_PREFIXES = ("/static/", "/field/app/")
TOO_LARGE = "文件超过 {size} MB，没有接收，也没有保存任何内容。请拆分后分次上传。"


def keep_out_of_caches(get_response: Answer) -> Answer:
    """Pages may hold sealed words, so no browser or proxy keeps them (spine B6)."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if not request.path.startswith(STATIC_PREFIXES):
            response.headers["Cache-Control"] = "no-store, private"
        return response

    return answer


def limit_uploads(get_response: Answer) -> Answer:
    """A body larger than memory may hold is refused before a byte of it is read."""

    def answer(request: HttpRequest) -> HttpResponse:
        limit = settings.FILE_UPLOAD_MAX_MEMORY_SIZE
        length = request.META.get("CONTENT_LENGTH") or "0"
        if number_in(length, most=limit) is not None:
            return get_response(request)
        text = TOO_LARGE.format(size=limit // 2**20)
        return HttpResponse(text, status=413, content_type="text/plain; charset=utf-8")

    return answer
