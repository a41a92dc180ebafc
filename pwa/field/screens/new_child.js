// A new child: first whether the file is there already, then the ordinary file form.

import { make } from "../../form/dom.js";
import { search } from "../briefs.js";
import { newId } from "../outbox.js";
import { replace } from "../page.js";
import { acting, asked, notice, title } from "../parts.js";
import { say } from "../say.js";
import { line } from "./children.js";

/** @returns {Promise<import("../types").Screen>} */
export async function screen() {
  const name = asked(say("孩子的姓名"), { type: "text" });
  const found = make("div", { class: "fa-list", role: "status" });
  const submit = make("button", { type: "submit", class: "btn btn-primary fa-wide" }, say("都不是，新建档案"));
  const look = () => {
    const typed = name.input.value.trim();
    const like = typed.length > 1 ? search(typed) : [];
    found.replaceChildren(...(like.length ? [notice("info", say("手机里有这些孩子，是其中一个吗？")), ...like.slice(0, 10).map((brief) => line(brief))] : []));
    submit.textContent = like.length ? say("都不是，新建档案") : say("新建档案");
  };
  name.input.addEventListener("input", look);
  look();
  const open = async () => {
    const typed = name.input.value.trim();
    if (!typed) return found.replaceChildren(notice("warning", say("请先填写姓名。")));
    await replace("form", { child: newId(), form: "case_file", name: typed });
  };
  return { zh: say("新建档案"), body: [
    title(say("新建档案")),
    make("p", { class: "fa-lead" }, say("先看看是不是已经有档案。没有网络也能建，送到后单位再核对一次有没有重复。")),
    acting(open, name.field, found, submit),
  ] };
}

