// What was due and what is done, this month and last.

import { make } from "../../form/dom.js";
import { card, empty, title } from "../parts.js";
import { around } from "../rules.js";
import { say } from "../say.js";

/** @typedef {import("../types").Count} Count */

/** @returns {Promise<import("../types").Screen>} */
export async function screen() {
  const { targets } = await around();
  const parts = [month(say("这个月"), targets?.this_month), month(say("上个月"), targets?.last_month)].filter((each) => each !== null);
  return { zh: say("完成情况"), body: [title(say("完成情况")), ...parts,
    parts.length ? null : empty(say("还没有数字。连上网络同步一次就有了。"))] };
}

/** @param {string} zh @param {Count[] | undefined} counts */
function month(zh, counts) {
  if (!counts?.length) return null;
  return card(make("h2", {}, zh), ...counts.map(({ zh: what, done, due, late }) => make("div", { class: "fa-target" },
    make("p", {}, what, make("b", {}, `${done} / ${due}`), late ? say("，逾期 {n}", { n: late }) : ""),
    make("progress", { max: Math.max(due, 1), value: Math.min(done, due), "aria-label": what }))));
}
