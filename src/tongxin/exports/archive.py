"""A zip that opens with a password only: AES-256 as WinZip and 7-Zip write it."""

import io
from collections.abc import Mapping

import pyzipper


def packed(files: Mapping[str, bytes], *, password: str) -> bytes:
    """The archive's bytes; names of files can be read without the password, so they say nothing of anybody."""
    content = io.BytesIO()
    with pyzipper.AESZipFile(content, "w", compression=pyzipper.ZIP_DEFLATED, encryption=pyzipper.WZ_AES) as archive:
        archive.setpassword(password.encode())
        for name, each in files.items():
            archive.writestr(name, each)
    return content.getvalue()
