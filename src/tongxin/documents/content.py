"""What a file is by its own bytes, never by its name: PDF, JPEG or PNG, without what could harm or tell on somebody."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath

from tongxin.documents import images, portable
from tongxin.documents.faults import NotTaken

MEGA = 1_000_000
PDF, JPEG, PNG = "application/pdf", "image/jpeg", "image/png"
WEBM, OGG, MP4 = "audio/webm", "audio/ogg", "audio/mp4"
ENDINGS = {
    PDF: ("pdf",), JPEG: ("jpg", "jpeg"), PNG: ("png",), WEBM: ("webm",), OGG: ("ogg",), MP4: ("m4a", "mp4"),
}
NAMES = {PDF: "PDF", JPEG: "JPEG 照片", PNG: "PNG 图片", WEBM: "录音", OGG: "录音", MP4: "录音"}
STARTS = {b"%PDF-": PDF, b"\xff\xd8\xff": JPEG, b"\x89PNG\r\n\x1a\n": PNG}
SOUNDS = {b"\x1aE\xdf\xa3": WEBM, b"OggS": OGG}
HEIC = frozenset({b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"heim", b"heis"})
ADVICE = "请另存为 PDF，或拍成照片（JPEG、PNG）后再传。"


@dataclass(frozen=True, slots=True)
class Content:
    """A file that can be kept: its bytes as kept, and whether something was taken out of them."""

    media_type: str
    kept: bytes
    was_cleaned: bool


def examine(content: bytes, *, name: str, limits: Mapping[str, int], is_sound: bool = False) -> Content:
    """The file as it may be kept; `NotTaken` says why not, and what to do. Only where a recording is asked for is
    it one.
    """
    if not content:
        raise NotTaken("这个文件是空的，没有保存。请重新选择文件。")
    if len(content) > limits["megabytes"] * MEGA:
        raise NotTaken(f"文件超过 {limits['megabytes']} MB，没有保存。请降低扫描清晰度，或分成几份再传。")
    if is_sound:
        return Content(_sound(content), content, False)
    media_type = _recognised(content)
    _refuse_other_name(name, media_type)
    if media_type == PDF:
        portable.check(content, most=limits["unpacked_megabytes"] * MEGA)
        return Content(media_type, content, False)
    clean = images.clean_jpeg if media_type == JPEG else images.clean_png
    picture = clean(content)
    if picture.pixels > limits["megapixels"] * MEGA:
        raise NotTaken(f"图片超过 {limits['megapixels']} 百万像素，没有保存。请缩小后再传。")
    return Content(media_type, picture.kept, len(picture.kept) != len(content))


def _sound(content: bytes) -> str:
    for start, media_type in SOUNDS.items():
        if content.startswith(start):
            return media_type
    if content[4:8] == b"ftyp" and content[8:12] not in HEIC:
        return MP4
    raise NotTaken("这不是录音，没有保存。请在手机上重新录一段。")


def _recognised(content: bytes) -> str:
    for start, media_type in STARTS.items():
        if content.startswith(start):
            return media_type
    if content[4:8] == b"ftyp" and content[8:12] in HEIC:
        raise NotTaken(
            "这是苹果手机的 HEIC 照片，多数电脑打不开，没有保存。请在手机“设置→相机→格式”里选“兼容性最佳”，"
            "或截图后再传。"
        )
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise NotTaken(f"不收 Word、Excel 和压缩包，没有保存。{ADVICE}")
    raise NotTaken(f"只收 PDF、JPEG、PNG，这个文件不是其中任何一种（看内容，不看文件名），没有保存。{ADVICE}")


def _refuse_other_name(name: str, media_type: str) -> None:
    ending = PurePath(name).suffix.lower().removeprefix(".")
    if ending and ending not in ENDINGS[media_type]:
        named = ending if ending.isascii() and ending.isalnum() and len(ending) <= 5 else "别的格式"
        raise NotTaken(
            f"文件名写的是 {named}，内容却是 {NAMES[media_type]}，没有保存。请核对是否选对了文件，或改正文件名后再传。"
        )
