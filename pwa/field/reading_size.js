// How large the app's letters are; kept in clear, for it says nothing about anybody.

import { make } from "../form/dom.js";
import { say } from "./say.js";
import { clear, setClear } from "./store.js";

const SIZES = /** @type {const} */ ([["usual", "标准"], ["large", "大"], ["larger", "特大"]]);

/** Puts the chosen size on the page. */
export async function applySize() {
  document.documentElement.dataset["size"] = (await clear("size")) ?? "usual";
}

export function sizes() {
  const box = make("div", { class: "tx-options", role: "group", "aria-label": say("字的大小") });
  const draw = () => box.replaceChildren(...SIZES.map(([size, zh]) => {
    const made = make("button", { type: "button", class: "btn", "aria-pressed": String(document.documentElement.dataset["size"] === size) }, say(zh));
    made.addEventListener("click", async () => {
      await setClear("size", size);
      await applySize();
      draw();
    });
    return made;
  }));
  draw();
  return box;
}
