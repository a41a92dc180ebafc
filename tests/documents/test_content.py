"""A file is what its bytes say; what tells where a picture was taken never gets in."""

import pytest

from tests.documents.files import PLACE, exif, jpeg, pdf, png, stream
from tongxin.documents.content import examine
from tongxin.documents.faults import NotTaken

LIMITS = {"megabytes": 1, "megapixels": 1, "unpacked_megabytes": 2}

SCRIPT = b"1 0 <</S/JavaScript/JS(app.alert())>>"


def refused(content: bytes, name: str = "扫描") -> str:
    with pytest.raises(NotTaken) as caught:
        examine(content, name=name, limits=LIMITS)
    return caught.value.zh


class TestAPicture:
    def test_loses_the_place_but_keeps_how_it_was_held(self) -> None:
        kept = examine(jpeg(camera=exif(orientation=6)), name="IMG_1.JPG", limits=LIMITS)
        assert kept.was_cleaned and kept.media_type == "image/jpeg"
        assert PLACE not in kept.kept and b"taken by somebody" not in kept.kept
        assert b"Exif\x00\x00MM" in kept.kept and b"\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06" in kept.kept

    @pytest.mark.parametrize("camera", [b"Exif\x00\x00", b"Exif\x00\x00MM\x00*\xff\xff\xff\xff", exif(orientation=77)])
    def test_with_a_spoilt_description_is_kept_without_it(self, camera: bytes) -> None:
        assert b"Exif" not in examine(jpeg(camera=camera), name="a.jpg", limits=LIMITS).kept

    def test_keeps_its_own_bytes_and_nothing_behind_its_end(self) -> None:
        kept = examine(jpeg(behind=b"PK\x03\x04 a film"), name="a.jpeg", limits=LIMITS).kept
        assert kept.endswith(b"\x12\xff\x00\x34\xff\xd0\x56\xff\xd9")
        assert examine(kept, name="a.jpeg", limits=LIMITS).kept == kept

    def test_loses_texts_in_png_too(self) -> None:
        kept = examine(png(text=PLACE) + b"more", name="a.png", limits=LIMITS)
        assert kept.kept == png() and kept.was_cleaned
        assert not examine(png(), name="a.png", limits=LIMITS).was_cleaned

    @pytest.mark.parametrize("whole", [jpeg(), png()])
    def test_cut_anywhere_is_refused(self, whole: bytes) -> None:
        for length in range(12, len(whole)):
            assert "没有保存" in refused(whole[:length])

    def test_too_large_to_open_is_refused(self) -> None:
        assert "超过 1 百万像素" in refused(png(width=40_000, height=40_000))
        assert "超过 1 百万像素" in refused(jpeg(width=60_000, height=60_000))


class TestAPdf:
    def test_is_kept_as_it_is(self) -> None:
        whole = pdf(objects=stream(b"words" * 100))
        assert examine(whole, name="同意书.pdf", limits=LIMITS).kept == whole

    def test_cut_short_is_refused(self) -> None:
        assert "不完整" in refused(pdf()[:-12])

    @pytest.mark.parametrize("act", [
        b"/OpenAction<</S/JavaScript/JS(app.alert())>>", b"/S/L#61unch", b"/Names<</EmbeddedFiles 3 0 R>>",
    ])
    def test_that_acts_is_refused_hidden_in_a_packed_object_too(self, act: bytes) -> None:
        assert "程序" in refused(pdf(objects=b"1 0 obj<<" + act + b">>endobj\n"))
        assert "程序" in refused(pdf(objects=stream(b"<<" + act + b">>", b"/Type/ObjStm")))

    def test_that_acts_is_refused_behind_a_long_dictionary(self) -> None:
        for kind in (b"/Type/ObjStm/Note(" + b"x" * 900 + b")", b"/Note(" + b"x" * 900 + b")"):
            assert "程序" in refused(pdf(objects=stream(SCRIPT, kind)))
        raw = b"2 0 obj<</Type/ObjStm/Length 1>>stream\n" + SCRIPT + b"\nendstream endobj\n"
        assert "程序" in refused(pdf(objects=raw))

    @pytest.mark.parametrize("packing", [
        b"/Filter/ASCIIHexDecode", b"/Filter[/ASCIIHexDecode/FlateDecode]", b"/Filter 9 0 R", b"/Filter/LZWDecode",
        b"/F#69lter/ASCIIHexDecode", b"/Filter/FlateDecode",
    ])
    def test_whose_objects_cannot_be_read_is_refused(self, packing: bytes) -> None:
        hidden = b"stream\n" + SCRIPT.hex().encode() + b">\nendstream endobj\n"
        assert "检查不到" in refused(pdf(objects=b"2 0 obj<</Type/ObjStm/Length 1" + packing + b">>" + hidden))

    def test_of_a_common_kind_is_kept(self) -> None:
        pictures = b"3 0 obj<</Subtype/Image/Filter[/ASCII85Decode/DCTDecode]>>stream\nxx\nendstream endobj\n"
        plain = b"4 0 obj<</Length 9>>stream\nBT (/JS) ET\nendstream endobj\n"
        encoded = b"5 0 obj<</Filter[/ASCII85Decode/FlateDecode]>>stream\nGap~>\nendstream endobj\n"
        objects = stream(b"1 0 <</Type/Catalog>>", b"/Type/ObjStm/N 1/First 4")
        table = stream(b"\x02\x00\x01", b"/Type/XRef/DecodeParms<</Predictor 12>>")
        for whole in (pdf(objects=pictures + plain + objects + table), pdf(objects=pictures + encoded)):
            assert examine(whole, name="a.pdf", limits=LIMITS).kept == whole

    def test_with_a_password_is_refused(self) -> None:
        assert "密码" in refused(pdf(objects=b"1 0 obj<</Encrypt 4 0 R>>endobj\n"))

    def test_that_swells_is_refused(self) -> None:
        assert "展开后过大" in refused(pdf(objects=stream(bytes(3_000_000))))
        assert "展开后过大" in refused(pdf(objects=stream(bytes(800_000)) * 3))


class TestAnythingElse:
    @pytest.mark.parametrize(("content", "said"), [
        (b"", "是空的"), (b"x" * 1_000_001, "超过 1 MB"), (b"PK\x03\x04" + b"x" * 40, "Word"),
        (b"\x00\x00\x00\x18ftypheic" + b"x" * 40, "HEIC"), (b"GIF89a" + b"x" * 40, "只收 PDF"),
        (b"MZ\x90\x00" + b"x" * 40, "只收 PDF"), (b"<svg onload=alert()>", "只收 PDF"), (b"\x00" * 40, "只收 PDF"),
    ])
    def test_is_refused_saying_what_to_do(self, content: bytes, said: str) -> None:
        assert said in refused(content) and "没有保存" in refused(content)

    def test_is_not_believed_for_its_name(self) -> None:
        assert "文件名写的是 pdf，内容却是 PNG 图片" in refused(png(), "小雨.pdf")
        assert "小雨" not in refused(png(), "a.小雨")
