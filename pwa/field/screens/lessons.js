// Her micro-lessons: what to learn next, what is learned this year, what still waits to be sent.

import { make } from "../../form/dom.js";
import { dayZh } from "../clock.js";
import { forgetTry, standing, tries } from "../lessons.js";
import { again, go } from "../page.js";
import { button, card, chip, empty, note, notice, row, title } from "../parts.js";
import { say } from "../say.js";

/** @typedef {import("../lessons.js").Stand} Stand */

/** @returns {Promise<import("../types").Screen>} */
export async function screen() {
  const all = await standing();
  const done = all.filter((each) => each.state !== "open").length;
  const next = all.find((each) => each.state === "open");
  const sent = await tries(), zh = say("微课");
  return { zh, body: [
    title(zh), make("p", { class: "fa-lead" }, all.length ? say("今年学过 {done} 门，一共 {n} 门", { done, n: all.length }) : ""),
    ...sent.filter((each) => each.zh).map(refused),
    all.length ? note(say("没有网络也能学、能答题。答案有网络时自动送出，每门一年算一次学时。")) : empty(say("您的岗位没有微课，或者还没有下载。连上网络同步一次就有了。")),
    ...all.map((each) => lesson(each, each === next)),
  ] };
}

/** @param {Stand} stand @param {boolean} isNext */
function lesson({ offer, learned, state }, isNext) {
  const mark = state === "done" ? chip(say("{day}通过", { day: dayZh(learned) }), "green", "✓")
    : state === "waiting" ? chip(say("通过了，待送"), "blue", "○") : chip(say("还没有学"), "grey", "–");
  return card(
    make("div", { class: "fa-between" }, make("strong", {}, offer.zh), mark), note(say("约 {n} 分钟，含答题", { n: offer.minutes })),
    row(button(state === "open" ? say("去学") : say("再看一遍"), () => go("lesson", { id: offer.id }), { kind: isNext ? "btn-primary" : "" })));
}

/** @param {import("../types").Try} one */
const refused = (one) => notice("warning", one.zh, row(button(say("知道了"), () => forgetTry(one).then(() => again()))));
