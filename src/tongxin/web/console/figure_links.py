"""Where a figure that stands on a page is defined, for whoever has the page of figures."""

from collections.abc import Mapping

from tongxin.indicators import service
from tongxin.web.doors import Request, may_do_any

HOME = "/indicators/"


def figure_links(request: Request, figures: Mapping[str, str]) -> dict[str, str]:
    """By the name of each figure on a page (its indicator given) the address of its definition."""
    if not may_do_any(request, service.SEE):
        return {}
    return {name: f"{HOME}{indicator}/" for name, indicator in figures.items()}
