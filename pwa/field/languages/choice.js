// Which language the app speaks; kept in clear, for it says nothing about anybody's child.

import { make } from "../../form/dom.js";
import { clear, setClear } from "../store.js";
import { LANGUAGES, language, setLanguage, word } from "./words.js";

const KEPT = "language", STYLE = "/field/app/field/languages/languages.css";

/** Before the first screen. */
export async function applyLanguage() {
  await setLanguage(await clear(KEPT));
  styled();
}

/** Letters and lines of other scripts ask for their own style. */
function styled() {
  if (language().startsWith("zh") || document.getElementById("language-style")) return;
  document.head.append(make("link", { id: "language-style", rel: "stylesheet", href: STYLE }));
}

/** The languages to choose from, each named in itself. @param {() => unknown} then draws the screen anew */
export function languages(then) {
  return make("div", { class: "tx-options", role: "group", "aria-label": word("语言") }, ...Object.entries(LANGUAGES).map(([id, { name, dir }]) => {
    const made = make("button", { type: "button", class: "btn", lang: id, dir, "aria-pressed": String(language() === id) }, name);
    made.addEventListener("click", async () => {
      await setClear(KEPT, id);
      await applyLanguage();
      await then();
    });
    return made;
  }));
}
