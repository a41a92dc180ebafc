// Something seen or heard: about a child on this phone, or about one whom nobody has on file yet.

import { make } from "../../form/dom.js";
import { search } from "../briefs.js";
import { newId } from "../outbox.js";
import { replace } from "../page.js";
import { acting, asked, notice, title } from "../parts.js";
import { CLUE } from "../records.js";
import { say } from "../say.js";
import { line } from "./children.js";

/** @returns {Promise<import("../types").Screen>} */
export async function screen() {
  const name = asked(say("孩子的姓名（不知道就不写）"), { type: "text" });
  const found = make("div", { class: "fa-list", role: "status" });
  const submit = make("button", { type: "submit", class: "btn btn-primary fa-wide" }, say("写线索"));
  const write = (/** @type {string} */ child) => replace("form", { child, form: CLUE, name: name.input.value.trim() });
  const look = () => {
    const typed = name.input.value.trim();
    const like = typed.length > 1 ? search(typed) : [];
    found.replaceChildren(...(like.length ? [notice("info", say("手机里有这些孩子，是其中一个吗？")), ...like.slice(0, 10).map((brief) => line(brief, write))] : []));
    submit.textContent = like.length ? say("都不是，写线索") : say("写线索");
  };
  name.input.addEventListener("input", look);
  look();
  return { zh: say("新线索"), body: [
    title(say("新线索")),
    make("p", { class: "fa-lead" }, say("看到、听到有孩子可能需要帮助，就写下来，不必查证。督导员会核实，结果会告诉您。")),
    notice("warning", say("正在发生的危险先打 110 或 120。")),
    acting(() => write(newId()), name.field, found, submit),
  ] };
}
