// Today: where to go, the most pressing first; brothers and sisters in one visit.

import { make } from "../../form/dom.js";
import { briefs } from "../briefs.js";
import { day, dayZh } from "../clock.js";
import { route } from "../day.js";
import { home } from "../home_card.js";
import { waiting } from "../outbox.js";
import { go } from "../page.js";
import { button, empty, heading, row, title } from "../parts.js";
import { say } from "../say.js";
import { pressingNotices } from "../warnings.js";

/** @returns {Promise<import("../types").Screen>} */
export async function screen() {
  const today = day();
  const done = await written();
  const { today: now, soon, count } = route(briefs(), today, done);
  const lead = count ? say("{day}，要去 {n} 户", { day: dayZh(today), n: count }) : dayZh(today);
  return { zh: say("今天"), body: [
    title(lead), ...(await pressingNotices()),
    row(button(say("看什么"), () => go("guide"), { icon: "eye" }), button(say("打给谁"), () => go("calls"), { icon: "phone" })),
    ...now.flatMap((hamlet) => group(hamlet, today)),
    count ? null : empty(briefs().length ? say("今天没有必须去的。下面是这几天的，顺路可以先去。") : say("手机里还没有孩子的档案。连上网络同步一次就有了。")),
    soon.length ? heading(say("这几天")) : null,
    ...soon.flatMap((hamlet) => group(hamlet, today)),
    row(button(say("新建一个孩子的档案"), () => go("new_child"), { icon: "plus" }), button(say("新线索"), () => go("new_clue"), { icon: "alert" })),
  ] };
}

/** @param {import("../day.js").Hamlet} hamlet @param {string} today */
function group(hamlet, today) {
  return [
    make("h2", { class: "fa-hamlet" }, hamlet.zh || say("地点没有写"), make("span", {}, say("{n} 户", { n: hamlet.homes.length }))),
    ...hamlet.homes.map((each) => home(each, today, hamlet.zh)),
  ];
}

/** What she has written already and the office doesn't know yet. */
async function written() {
  const all = await waiting();
  const done = new Set(all.flatMap(({ kept }) => (kept ? [`${kept.entry.child} ${kept.entry.form}`] : [])));
  return (/** @type {string} */ child, /** @type {import("../types").Task} */ task) => done.has(`${child} ${task.form}`);
}

