// Whom to call now.

import { make } from "../../form/dom.js";
import { card, link, note, title } from "../parts.js";
import { around, callsOf } from "../rules.js";
import { say } from "../say.js";

/** Known to everybody, also before the first sync. */
const ALWAYS = [{ zh: "报警", number: "110" }, { zh: "急救", number: "120" }];

/** @returns {Promise<import("../types").Screen>} */
export async function screen() {
  const named = callsOf((await around()).whom_to_call);
  const known = new Set(named.map((each) => each.number));
  const all = [...ALWAYS.filter((each) => !known.has(each.number)).map((each) => ({ ...each, zh: say(each.zh), note: "" })), ...named];
  return { zh: say("打给谁"), body: [
    title(say("打给谁")), make("p", { class: "fa-lead" }, say("正在发生的危险先打 110 或 120，再打给单位。")),
    ...all.map((each) => card(make("h2", {}, each.zh), each.note ? note(each.note) : null, link(each.number, `tel:${each.number}`, { icon: "phone", kind: "btn-primary fa-wide" }))),
  ] };
}
