// What is wrong with a PIN somebody chose.

import { say } from "./say.js";

const SHORTEST = 6;
const RUN = "01234567890123456789";

/** @param {string} pin @param {string} again @returns {string} empty when it will do */
export function problemOf(pin, again) {
  if (!/^\d+$/.test(pin) || pin.length < SHORTEST) return say("PIN 要六位以上，只用数字。");
  const backwards = [...pin].reverse().join("");
  const isPlain = new Set(pin).size < 3 || RUN.includes(pin) || RUN.includes(backwards);
  if (isPlain) return say("这个 PIN 太容易猜到，请换一个。");
  if (pin !== again) return say("两次输的不一样，请再输一次。");
  return "";
}
