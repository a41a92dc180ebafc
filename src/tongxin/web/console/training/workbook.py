"""A table as a workbook that the browser saves."""

from collections.abc import Sequence

from django.http import HttpResponse

from tongxin.exports.table import Table
from tongxin.exports.writing import written

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def workbook(table: Table, *, title: str, facts: Sequence[tuple[str, str]], name: str) -> HttpResponse:
    """The table with its title on every page and what it is on a second sheet."""
    made = written(table, form="xlsx", title=title, facts=facts)
    return HttpResponse(
        made, content_type=XLSX, headers={"Content-Disposition": f'attachment; filename="{name}.xlsx"'}
    )
