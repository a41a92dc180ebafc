// <tx-photo>: a picture made smaller and written anew, so that nothing of where and with what it was taken is left.

import { make } from "../../form/dom.js";
import { button } from "../parts.js";
import { say } from "../say.js";
import { limited, tell } from "./found.js";

const MOST_READ = 30_000_000;
const QUALITIES = [0.82, 0.7, 0.55, 0.4];

/** A picture that can't be taken, with what to do. */
class Refused extends Error {}

/**
 * The picture as JPEG, its longer side at most `side`, at most `bytes` large, without anything the camera wrote beside it.
 *
 * @param {Blob} file @param {{ side: number, bytes: number }} limits
 */
export async function smaller(file, { side, bytes }) {
  if (file.size > MOST_READ) throw new Refused(say("这张照片太大了。请用相机的普通画质再拍一张。"));
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" }).catch(() => null);
  if (!picture) throw new Refused(say("这张照片打不开。请重新拍一张，或选 JPG、PNG 格式的照片。"));
  for (let longest = side; longest >= side / 4; longest /= 2) {
    const canvas = drawn(picture, longest);
    for (const quality of QUALITIES) {
      const made = await new Promise((then) => canvas.toBlob(then, "image/jpeg", quality));
      if (made instanceof Blob && made.size <= bytes) return made;
    }
  }
  throw new Refused(say("照片缩小以后还是太大。请离远一点，重新拍一张。"));
}

/** @param {ImageBitmap} picture @param {number} longest */
function drawn(picture, longest) {
  const scale = Math.min(1, longest / Math.max(picture.width, picture.height));
  const canvas = make("canvas", {});
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  canvas.getContext("2d")?.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return canvas;
}

export class TxPhoto extends HTMLElement {
  connectedCallback() {
    if (this.childElementCount) return;
    this.input = make("input", { type: "file", accept: "image/*", capture: "environment", class: "fa-hidden-input", "aria-label": say("拍照或选照片") });
    this.said = make("p", { class: "fa-soft", role: "status" });
    this.shown = make("div", { class: "fa-media-shown" });
    this.input.addEventListener("change", () => void this.take(this.input?.files?.[0]));
    this.append(button(say("拍照或选照片"), () => this.input?.click(), { icon: "plus", kind: "fa-wide" }), this.input, this.said, this.shown);
  }

  disconnectedCallback() {
    if (this.address) URL.revokeObjectURL(this.address);
  }

  /** @param {File | undefined} file */
  async take(file) {
    if (!file || !this.said) return;
    this.said.textContent = say("正在缩小……");
    try {
      const made = await smaller(file, { side: limited(this, "max-side"), bytes: limited(this, "max-bytes") });
      this.show(made);
      await tell(this, "photo", made);
      this.said.textContent = say("已缩小到 {n} KB，拍摄地点等信息已去掉。", { n: Math.ceil(made.size / 1000) });
    } catch (error) {
      this.said.textContent = error instanceof Refused ? error.message : say("手机没能处理这张照片。请关掉别的应用再试一次。");
    }
    if (this.input) this.input.value = "";
  }

  /** @param {Blob | null} blob */
  show(blob) {
    if (this.address) URL.revokeObjectURL(this.address);
    this.address = blob ? URL.createObjectURL(blob) : "";
    this.shown?.replaceChildren(...(blob ? [
      make("img", { src: this.address, alt: say("刚拍的照片") }),
      button(say("不要这张"), () => {
        this.show(null);
        if (this.said) this.said.textContent = "";
        return tell(this, "photo", null);
      }),
    ] : []));
  }
}

customElements.define("tx-photo", TxPhoto);
