// Right after pairing: everything comes to the phone once; it may be cut off and goes on.

import { make } from "../../form/dom.js";
import { count } from "../database.js";
import { opened } from "../guard.js";
import { button, notice, row, title } from "../parts.js";
import { say } from "../say.js";
import { sync } from "../sync.js";

/** @returns {Promise<import("../types").Screen>} */
export async function screen() {
  const said = make("div", { role: "status" });
  const counted = make("p", { class: "fa-lead" });
  const watch = setInterval(async () => (counted.textContent = say("已到 {n} 个孩子的档案", { n: await count("children") })), 400);
  const take = async () => {
    said.replaceChildren(make("p", { class: "fa-soft" }, say("正在下载您的孩子们的档案和表单，第一次要一会儿。断了会接着来，不用重头。")));
    const done = await sync();
    clearInterval(watch);
    if (done.isDone) return opened();
    said.replaceChildren(notice("warning", done.zh), row(
      button(say("再试"), take, { kind: "btn-primary" }), button(say("先用已到的"), opened)));
  };
  queueMicrotask(() => void take());
  return { zh: say("第一次同步"), body: [title(say("第一次同步")), counted, said], leave: () => clearInterval(watch) };
}
