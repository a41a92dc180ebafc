"""One text in other writing, sign for sign, so that what is found there stands at the same place."""

_WIDE: dict[int, int | str] = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_SIGNS: dict[int, int | str] = {
    0x3000: " ", ord("－"): "-", ord("—"): "-", ord("–"): "-", ord("•"): "·", 0xFF0E: "·", ord("・"): "·",
}
_NUMBERS = str.maketrans("〇零一二三四五六七八九幺两", "0012345678912")
_KEPT: dict[int, int | str] = {
    ord("："): ord("："), ord("（"): ord("("), ord("）"): ord(")"), ord("，"): ord("，"), ord("；"): ord("；"),
}


def plain(text: str) -> str:
    """The text in half-width, lower-case letters and digits; as long as it was."""
    narrow = text.translate(_WIDE | _SIGNS | _KEPT)
    return "".join(low if len(low := each.lower()) == 1 else each for each in narrow)


def digits(text: str) -> str:
    """The same with numbers in characters as digits."""
    return plain(text).translate(_NUMBERS)
