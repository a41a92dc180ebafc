// <tx-voice>: a spoken note of limited length; it stays on the phone until it is sent sealed.

import { make } from "../../form/dom.js";
import { button } from "../parts.js";
import { say } from "../say.js";
import { limited, tell } from "./found.js";

const BITS = 24_000;
const TYPES = ["audio/webm;codecs=opus", "audio/mp4", "audio/ogg;codecs=opus"];

/** Why the phone does not record, and what to do. @param {unknown} error */
function refusal(error) {
  const name = error instanceof Error ? error.name : "";
  if (name === "NotAllowedError" || name === "SecurityError") return say("没有得到使用话筒的许可。请在手机设置里允许浏览器使用话筒，再点一次。");
  if (name === "NotFoundError") return say("没有找到话筒。请把要说的写在表里。");
  if (name === "NotReadableError") return say("话筒正被别的应用占用。请结束通话或录音，再点一次。");
  return say("这部手机不能在这里录音。请把要说的写在表里。");
}

export class TxVoice extends HTMLElement {
  connectedCallback() {
    if (this.childElementCount) return;
    /** @type {MediaRecorder | null} */
    this.recorder = null;
    this.place = make("div", { class: "fa-row" });
    this.said = make("p", { class: "fa-soft", role: "status" });
    this.append(this.place, this.said);
    this.offer();
  }

  disconnectedCallback() {
    this.stop();
    if (this.address) URL.revokeObjectURL(this.address);
  }

  offer() {
    this.place?.replaceChildren(button(say("录一段话"), () => this.record(), { kind: "fa-wide", icon: "plus" }));
  }

  async record() {
    try {
      if (!("MediaRecorder" in globalThis) || !navigator.mediaDevices) throw new Error("none");
      const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
      const type = TYPES.find((each) => MediaRecorder.isTypeSupported(each));
      this.begin(stream, new MediaRecorder(stream, { audioBitsPerSecond: BITS, ...(type ? { mimeType: type } : {}) }));
    } catch (error) {
      if (this.said) this.said.textContent = refusal(error);
    }
  }

  /** @param {MediaStream} stream @param {MediaRecorder} recorder */
  begin(stream, recorder) {
    /** @type {Blob[]} */
    const parts = [];
    const most = limited(this, "max-seconds"), since = Date.now();
    const tick = setInterval(() => {
      const passed = Math.floor((Date.now() - since) / 1000);
      if (this.said) this.said.textContent = say("正在录音，{n} 秒，最长 {most} 秒。", { n: passed, most });
      if (passed >= most) this.stop();
    }, 500);
    recorder.addEventListener("dataavailable", (event) => parts.push(event.data));
    recorder.addEventListener("stop", () => {
      clearInterval(tick);
      for (const track of stream.getTracks()) track.stop();
      this.recorder = null;
      void this.done(new Blob(parts, { type: recorder.mimeType.split(";")[0] ?? "" }));
    });
    this.recorder = recorder;
    recorder.start(1_000);
    this.place?.replaceChildren(button(say("说完了"), () => this.stop(), { kind: "btn-primary fa-wide", icon: "check" }));
  }

  stop() {
    if (this.recorder?.state === "recording") this.recorder.stop();
  }

  /** @param {Blob} blob */
  async done(blob) {
    if (!blob.size) {
      if (this.said) this.said.textContent = say("没有录到声音，请再录一次。");
      return this.offer();
    }
    this.address = URL.createObjectURL(blob);
    if (this.said) this.said.textContent = say("录好了，听一遍再保存。");
    this.place?.replaceChildren(make("audio", { src: this.address, controls: true }), button(say("不要这段"), async () => {
      if (this.address) URL.revokeObjectURL(this.address);
      if (this.said) this.said.textContent = "";
      this.offer();
      await tell(this, "voice", null);
    }));
    await tell(this, "voice", blob);
  }
}

customElements.define("tx-voice", TxVoice);
