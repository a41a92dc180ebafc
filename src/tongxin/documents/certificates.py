"""A certificate on paper: facts and a list of digests, no name."""

from collections.abc import Mapping
from typing import Any

from tongxin.documents.typesetting import FOLDER, set_type

PAPER = FOLDER / "certificate.typ"


def pdf(certificate: Mapping[str, Any], *, template: str = PAPER.name) -> bytes:
    """The certificate as a PDF; `certificate` is what the template (`certificate.typ`) reads."""
    return set_type(FOLDER / template, root=FOLDER, data=certificate)
