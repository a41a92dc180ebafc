"""Photo, spoken note and signature: small, without traces, and a clear word when the phone refuses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.core.twins.engines import Chromium

pytestmark = pytest.mark.browser
KEPT = """() => { window.found = []; document.addEventListener("tx-media", async (event) => {
  const { kind, blob, sha256 } = event.detail;
  const bytes = blob ? new Uint8Array(await blob.arrayBuffer()) : [];
  window.found.push({ kind, sha256, type: blob?.type, size: blob?.size,
    bytes: bytes.reduce((text, byte) => text + String.fromCharCode(byte), "") });
}); }"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Chromium]:
    found = Chromium(args=["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"])
    yield found
    found.close()


@pytest.fixture
def page(browser: Chromium) -> Iterator[Page]:
    with browser.page() as page:
        page.evaluate(KEPT)
        yield page


def put(page: Page, module: str, tag: str, **attributes: str) -> None:
    page.evaluate(
        """async ([module, tag, attributes]) => {
          await import(`/pwa/field/media/${module}.js`);
          const made = document.createElement(tag);
          for (const [name, value] of Object.entries(attributes)) made.setAttribute(name.replace("_", "-"), value);
          document.body.replaceChildren(made);
        }""",
        [module, tag, attributes],
    )


def found(page: Page) -> dict[str, Any]:
    page.wait_for_function("window.found.length > 0")
    told: dict[str, Any] = page.evaluate("window.found.at(-1)")
    return told


# Fields of colour, as in a room; the text form of bytes passes quickly.
DRAWN = """async ([width, height]) => {
  const canvas = new OffscreenCanvas(width, height), pen = canvas.getContext("2d");
  for (let at = 0; at < 600; at += 1) {
    pen.fillStyle = `hsl(${(at * 47) % 360} 60% ${20 + (at * 13) % 60}%)`;
    pen.fillRect((at * 137) % width, (at * 91) % height, 90, 70);
  }
  const blob = await canvas.convertToBlob({ type: "image/jpeg", quality: 0.95 });
  return new Uint8Array(await blob.arrayBuffer()).reduce((text, byte) => text + String.fromCharCode(byte), "");
}"""
SIZE = """async (bytes) => {
  const made = await createImageBitmap(new Blob([Uint8Array.from(bytes, (sign) => sign.charCodeAt(0))]));
  return [made.width, made.height];
}"""


def picture(page: Page, width: int, height: int) -> bytes:
    """A photo that says where and with what it was taken."""
    plain = str(page.evaluate(DRAWN, [width, height])).encode("latin-1")
    said = b"Exif\0\0II*\0\x08\0\0\0\0\0CAMERA-MAKER 36.2083N 117.2667E"
    return plain[:2] + b"\xff\xe1" + (len(said) + 2).to_bytes(2, "big") + said + plain[2:]


def test_a_photo_is_made_small_and_loses_where_it_was_taken(page: Page) -> None:
    put(page, "photo", "tx-photo", max_side="1600", max_bytes="500000")
    file = picture(page, 2400, 1800)
    assert b"CAMERA-MAKER" in file
    page.locator("input[type=file]").set_input_files({"name": "a.jpg", "mimeType": "image/jpeg", "buffer": file})
    expect(page.get_by_role("status")).to_contain_text("已缩小到")
    told = found(page)
    made = told["bytes"].encode("latin-1")
    assert told["size"] <= 500_000 and len(told["sha256"]) == 64
    assert b"CAMERA-MAKER" not in made and b"Exif" not in made
    width, height = page.evaluate(SIZE, told["bytes"])
    assert width <= 1600 and abs(width / height - 4 / 3) < 0.01


def test_what_is_no_picture_is_refused_in_words(page: Page) -> None:
    put(page, "photo", "tx-photo", max_side="1600", max_bytes="500000")
    page.locator("input[type=file]").set_input_files({"name": "a.jpg", "mimeType": "image/jpeg", "buffer": b"nothing"})
    expect(page.get_by_role("status")).to_contain_text("这张照片打不开")
    assert page.evaluate("window.found") == []


def test_a_spoken_note_ends_at_its_limit(page: Page) -> None:
    put(page, "voice", "tx-voice", max_seconds="1")
    page.get_by_role("button", name="录一段话").click()
    expect(page.get_by_role("status")).to_contain_text("录好了")
    told = found(page)
    assert told["kind"] == "voice" and told["type"].startswith("audio/") and told["size"] > 100
    page.get_by_role("button", name="不要这段").click()
    expect(page.get_by_role("button", name="录一段话")).to_be_visible()


def test_a_refused_microphone_says_what_to_do(page: Page) -> None:
    page.evaluate(
        "() => { navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', 'NotAllowedError')); }"
    )
    put(page, "voice", "tx-voice", max_seconds="180")
    page.get_by_role("button", name="录一段话").click()
    expect(page.get_by_role("status")).to_contain_text("允许浏览器使用话筒")


def test_one_signs_by_finger_or_by_typing(page: Page) -> None:
    put(page, "signature", "tx-signature")
    box = page.locator("canvas").bounding_box()
    assert box
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 120, box["y"] + 60)
    page.mouse.up()
    expect(page.get_by_role("status")).to_have_text("已签名。")
    by_finger = found(page)["sha256"]
    page.get_by_role("button", name="擦掉重签").click()
    page.get_by_label("不方便手写的，在这里输入姓名").fill("周主任")
    page.get_by_label("不方便手写的，在这里输入姓名").press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("status")).to_have_text("已输入姓名。")
    told = found(page)
    assert told["type"] == "image/png" and told["sha256"] != by_finger
