// A danger on her screens: what to do now, whom to call, and whether the office knows.

import { make } from "../form/dom.js";
import { momentZh } from "./clock.js";
import { dangers, putAway } from "./dangers.js";
import { again, go } from "./page.js";
import { button, link, notice, row } from "./parts.js";
import { around } from "./rules.js";
import { say } from "./say.js";
import { session } from "./session.js";

/** @typedef {Awaited<ReturnType<typeof dangers>>[number]} Standing */

/** Every danger that is still in sight, the newest first. */
export async function dangerNotices() {
  const found = (await dangers()).sort((a, b) => b.at.localeCompare(a.at));
  return Promise.all(found.map(dangerNotice));
}

/** @param {Standing} danger */
export async function dangerNotice(danger) {
  const { whom_to_call: given } = await around();
  const first = (Array.isArray(given) ? given : [])[0];
  const gates = danger.alarms.map((alarm) => alarm.zh).join("、");
  return notice("danger", say("{name}：{gates}。不要让孩子一个人待着，马上打电话。", { name: danger.name, gates }),
    row(
      link(say("报警 110"), "tel:110", { icon: "phone", kind: "btn-danger" }),
      first ? link(first.zh, `tel:${first.number}`, { icon: "phone", kind: "btn-danger" }) : null,
      button(say("打给谁"), () => go("calls"))),
    danger.isKnown ? known(danger) : unknown(danger));
}

/** @param {Standing} danger */
const known = (danger) => make("div", {}, make("p", {}, say("单位已经收到，危机处置已开始。")), row(
  button(say("看这个孩子"), () => go("child", { id: danger.child })),
  button(say("知道了，收起"), async () => {
    await putAway(danger.id);
    await again();
  })));

/** Without a signal the phone can still send a text by hand: no name, no clinical word. @param {Standing} danger */
function unknown(danger) {
  const text = say("【同心】{post}：有一名儿童需要马上联系，请速回电话。{at}", { post: session()?.post_zh ?? "", at: momentZh(danger.at) });
  return make("div", {}, make("p", {}, say("单位还没有收到这条记录。没有网络时，请打电话，或发这条短信：")), make("p", { class: "fa-address" }, text),
    row(link(say("发短信"), `sms:?body=${encodeURIComponent(text)}`, { icon: "forward" })));
}
