// Two minutes: what to say, what to look at, which signs are danger.

import { make } from "../../form/dom.js";
import { go } from "../page.js";
import { button, card, empty, row, title } from "../parts.js";
import { around } from "../rules.js";
import { say } from "../say.js";

/** @returns {Promise<import("../types").Screen>} */
export async function screen() {
  const { guide } = await around();
  const sections = guide?.sections ?? [];
  return { zh: say("两分钟看什么"), body: [
    title(say("两分钟看什么")),
    ...sections.map((section) => card(make("h2", {}, section.zh), make("ul", { class: "fa-lines" }, ...section.lines.map((line) => make("li", {}, line))))),
    sections.length ? null : empty(say("提示还没有下载到手机。连上网络同步一次就有了。")),
    row(button(say("有危险，打给谁"), () => go("calls"), { kind: "btn-danger", icon: "phone" })),
  ] };
}
