"""A chart of figures as a picture: the same drawing that stands in a PDF, as PNG."""

from collections.abc import Mapping
from typing import Any

from tongxin.documents import typesetting

TEMPLATE = typesetting.FOLDER / "drawing.typ"
DOTS_PER_INCH = 170.0


def png(picture: Mapping[str, Any]) -> bytes:
    """The picture, 1,205 pixels wide and as high as it is; `picture` is what `picture.typ` reads."""
    return typesetting.pictures(picture, dots_per_inch=DOTS_PER_INCH, template=TEMPLATE)[0]
