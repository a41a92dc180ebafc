// <tx-signature>: signed by finger, or, by whoever can't, by typing the name.

import { make } from "../../form/dom.js";
import { button } from "../parts.js";
import { say } from "../say.js";
import { tell } from "./found.js";

const WIDE = 640, HIGH = 240, LINE = 4;
const INK = "#10233f", PAPER = "#ffffff";
const LONGEST_NAME = 20;

export class TxSignature extends HTMLElement {
  connectedCallback() {
    if (this.childElementCount) return;
    const label = say("在框里用手指签名");
    this.canvas = make("canvas", { class: "fa-signature", width: WIDE, height: HIGH, role: "img", "aria-label": label });
    this.typed = make("input", { class: "form-control", autocomplete: "off", maxlength: LONGEST_NAME });
    this.typed.addEventListener("change", () => void this.write(this.typed?.value.trim() ?? ""));
    this.said = make("p", { class: "fa-soft", role: "status" }, label);
    this.append(this.canvas, this.said, button(say("擦掉重签"), () => this.clear()),
      make("label", { class: "fa-asked" }, make("span", {}, say("不方便手写的，在这里输入姓名")), this.typed));
    this.blank();
    this.follow();
  }

  get pen() {
    return /** @type {CanvasRenderingContext2D} */ (this.canvas?.getContext("2d"));
  }

  blank() {
    const pen = this.pen;
    pen.fillStyle = PAPER;
    pen.fillRect(0, 0, WIDE, HIGH);
    pen.strokeStyle = pen.fillStyle = INK;
    pen.lineWidth = LINE;
    pen.lineCap = pen.lineJoin = "round";
  }

  follow() {
    let isDown = false;
    this.canvas?.addEventListener("pointerdown", (event) => {
      isDown = true;
      this.canvas?.setPointerCapture(event.pointerId);
      this.pen.beginPath();
      this.pen.moveTo(...this.spot(event));
    });
    this.canvas?.addEventListener("pointermove", (event) => {
      if (!isDown) return;
      this.pen.lineTo(...this.spot(event));
      this.pen.stroke();
    });
    const up = () => {
      if (isDown) void this.hand(say("已签名。"));
      isDown = false;
    };
    this.canvas?.addEventListener("pointerup", up);
    this.canvas?.addEventListener("pointercancel", up);
  }

  /** @param {PointerEvent} event @returns {[number, number]} */
  spot(event) {
    const box = /** @type {HTMLCanvasElement} */ (this.canvas).getBoundingClientRect();
    return [((event.clientX - box.left) / box.width) * WIDE, ((event.clientY - box.top) / box.height) * HIGH];
  }

  /** @param {string} name */
  async write(name) {
    this.blank();
    if (!name) return this.clear();
    this.pen.font = "72px sans-serif";
    this.pen.textBaseline = "middle";
    this.pen.textAlign = "center";
    this.pen.fillText(name, WIDE / 2, HIGH / 2, WIDE - 40);
    await this.hand(say("已输入姓名。"));
  }

  async clear() {
    this.blank();
    if (this.typed) this.typed.value = "";
    if (this.said) this.said.textContent = say("在框里用手指签名");
    await tell(this, "signature", null);
  }

  /** @param {string} zh */
  async hand(zh) {
    const blob = await new Promise((then) => this.canvas?.toBlob(then, "image/png"));
    if (this.said) this.said.textContent = blob instanceof Blob ? zh : say("手机没能存下签名，请再签一次。");
    if (blob instanceof Blob) await tell(this, "signature", blob);
  }
}

customElements.define("tx-signature", TxSignature);
