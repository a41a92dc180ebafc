"""The answer as a file: a sheet of figures, and one that says how each is counted."""

from django.http import Http404, HttpResponse, HttpResponseRedirect

from tongxin.indicators import service
from tongxin.indicators.answers import Answer, words_of
from tongxin.indicators.figures import Figure
from tongxin.indicators.tables import meanings
from tongxin.web.console.indicators import KINDS, XLSX, as_csv, workbook
from tongxin.web.console.queries.asked import HOME, Asked, answered, asked_in, given_in
from tongxin.web.console.queries.asking import filters_zh
from tongxin.web.doors import Request, door
from tongxin.web.words import day_zh

Rows = list[tuple[str, ...]]
NUMBERS = (3, 5, 6)


@door(f"office.{service.SEE}")
def table(request: Request) -> HttpResponse:
    """The tables of a question, one below the other."""
    kind = request.GET.get("kind", XLSX)
    asked = asked_in(request, given_in(request.GET), request.GET.get("place", ""))
    if kind not in KINDS:
        raise Http404
    if asked.question is None:
        # The page says what is wrong with it.
        return HttpResponseRedirect(f"{HOME}?{request.GET.urlencode()}")
    rows, about = _rows(asked, answered(request, asked)), _about(asked)
    content = workbook(rows, about, numbers=NUMBERS) if kind == XLSX else as_csv([*rows, (), *about])
    return HttpResponse(content, content_type=KINDS[kind], headers={
        "Content-Disposition": f'attachment; filename="query-{asked.place.code}.{kind}"',
    })


def _rows(asked: Asked, answers: list[Answer]) -> Rows:
    question = asked.question
    if question is None:
        return []
    across = question.columns.zh if question.columns else ""
    rows: Rows = [("指标", question.rows.zh, across, "数", "单位", "分子", "分母")]
    for each in answers:
        for line in () if each.problem else each.lines:
            for column, figure in zip((*each.columns, "全部"), line.figures, strict=True):
                told = _told(figure, is_rough=question.period.is_rough)
                rows.append((each.indicator.zh, line.zh, column if question.columns else "", told,
                             each.indicator.unit, *_both(figure)))
        if each.problem:
            rows.append((each.indicator.zh, each.problem, "", "", "", "", ""))
    return rows


def _told(figure: Figure, *, is_rough: bool) -> str:
    return words_of(figure, is_rough=is_rough)


def _both(figure: Figure) -> tuple[str, str]:
    return ("" if figure.met is None else str(figure.met), "" if figure.base is None else str(figure.base))


def _about(asked: Asked) -> Rows:
    question = asked.question
    if question is None:
        return []
    wanted = {each.id for _, each in question.indicators}
    groups = list({group.id: group for group, _ in question.indicators}.values())
    told = [row for row in meanings(groups) if row[1] in wanted or row[1] == "编号"]
    helps = [(each.zh, each.help) for each in (question.rows, *question.dimensions) if each.help]
    step = asked.dimensions.days_round
    rough = [(f"自己选的日子不是整月：人数只到{step}的倍数。",)] if question.period.is_rough else []
    return [
        ("地方", asked.place.zh), ("统计期", f"{day_zh(question.period.first)}至{day_zh(question.period.last)}"),
        *((each,) for each in filters_zh(asked)), *rough, *dict.fromkeys(helps),
        ("“不显示”：人数太少，或能用别的数推算出来；“没有记录”：这里没有登记过，不是 0。",), (), *told,
    ]
