// After a record was kept: what happens now, and who of the household is next.

import { make } from "../form/dom.js";
import { brief } from "./briefs.js";
import { dangerNotice } from "./danger_notice.js";
import { dangers } from "./dangers.js";
import { go } from "./page.js";
import { button, card, icon, row, title } from "./parts.js";
import { heardNotice } from "./heard.js";
import { nameOf } from "./records.js";
import { say } from "./say.js";
import { get } from "./store.js";

/** @param {import("./types").Kept} kept @param {import("./types").File | null} file @returns {Promise<import("./types").Screen>} */
export async function done(kept, file) {
  const { entry } = kept;
  const told = await get("receipts", entry.id);
  const others = (file?.siblings ?? []).map((id) => brief(id)).filter((each) => each !== undefined);
  const what = { kind: entry.correction_kind, form_zh: kept.form_zh };
  const isVisit = entry.form === "visit_record" && !what.kind;
  const raised = (await dangers()).find((each) => each.id === entry.id);
  return { zh: say("已保存"), body: [
    raised ? dangerNotice(raised) : await heardNotice(kept, file),
    make("div", { class: "fa-done" }, icon("check"), title(say("已保存"))),
    make("p", { class: "fa-lead" }, told?.receipt ? say("{form} 单位已收到，回执号 {receipt}。", { form: nameOf(what), receipt: told.receipt })
      : say("{form} 已加密存在手机里。有网络时自动送出，送到后有回执号。", { form: nameOf(what) })),
    isVisit && others.length ? card(make("p", {}, say("同户还有孩子，也见到了吗？各记一份。")),
      row(...others.map((each) => button(each.name, () => go("form", { child: each.id, form: entry.form }), { kind: "btn-primary" })))) : null,
    row(button(say("回到今天"), () => go("today"), { kind: others.length && isVisit ? "" : "btn-primary" }),
      brief(entry.child) ? button(say("看这个孩子"), () => go("child", { id: entry.child })) : null, button(say("看待送"), () => go("outbox"))),
  ] };
}
