// The PIN or the longer password of this phone: what is typed, and what is wrong with it.

import { make } from "../form/dom.js";
import { asked } from "./parts.js";
import { say } from "./say.js";
import { NotRecognised, WrongPin } from "./sealing.js";
import { clear, setClear, Waiting } from "./store.js";

const SHORTEST = 6;
const LONGEST = 40;
const RUN = "01234567890123456789";

/** What is wrong with a chosen one; empty when it will do. @param {string} pin @param {string} again */
export function problemOf(pin, again) {
  if (pin.length < SHORTEST) return say("PIN 要六位以上。");
  const backwards = [...pin].reverse().join("");
  const isPlain = new Set(pin).size < 3 || RUN.includes(pin) || RUN.includes(backwards);
  if (isPlain) return say("这个 PIN 太容易猜到，请换一个。");
  if (pin !== again) return say("两次输的不一样，请再输一次。");
  return "";
}

/** An input for it: a pad of digits, or letters where she chose a longer password. @param {string} zh @param {Record<string, string | boolean>} [more] */
export async function pinInput(zh, more = {}) {
  const made = asked(zh, { type: "password", maxlength: String(LONGEST), class: "form-control fa-pin", ...more });
  made.input.inputMode = (await clear("pin_kind")) === "text" ? "text" : "numeric";
  return made;
}

/** Changes between digits and letters. @param {HTMLInputElement[]} inputs */
export function kindChoice(inputs) {
  const made = make("button", { type: "button", class: "btn fa-quiet" });
  const draw = () => (made.textContent = inputs[0]?.inputMode === "text" ? say("只用数字") : say("改用更长的口令（更安全）"));
  made.addEventListener("click", async () => {
    const kind = inputs[0]?.inputMode === "text" ? "numeric" : "text";
    for (const input of inputs) input.inputMode = kind;
    await setClear("pin_kind", kind);
    draw();
  });
  draw();
  return made;
}

/** Why it was not opened. @param {unknown} error */
export function wordsFor(error) {
  if (error instanceof Waiting) {
    const minutes = Math.ceil((error.until - Date.now()) / 60_000);
    return minutes > 1 ? say("输错多次，请 {n} 分钟后再试。没送出的记录都在。", { n: minutes }) : say("输错多次，请一分钟后再试。没送出的记录都在。");
  }
  if (error instanceof NotRecognised) return say("没有认出指纹或面容。请再试一次，或输 PIN。");
  if (error instanceof WrongPin) return say("PIN 不对，请再输一次。");
  return say("没有打开，请再试一次。");
}
