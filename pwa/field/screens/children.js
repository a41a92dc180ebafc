// All her children, and the search, on the phone.

import { make } from "../../form/dom.js";
import { briefs, search } from "../briefs.js";
import { about } from "../home_card.js";
import { go } from "../page.js";
import { button, chip, empty, row, title } from "../parts.js";
import { say } from "../say.js";

/** @typedef {import("../types").Brief} Brief */

const MOST = 200;

/** @returns {Promise<import("../types").Screen>} */
export async function screen() {
  const all = byPlace(briefs());
  const box = make("input", { type: "search", class: "form-control", placeholder: say("姓名、照料人、地址、学校"), autocomplete: "off", "aria-label": say("搜索孩子") });
  const list = make("div", { class: "fa-list" });
  const draw = () => {
    const typed = box.value.trim();
    const found = typed ? search(typed) : all;
    list.replaceChildren(...lines(found, !typed));
    if (!found.length) list.replaceChildren(empty(typed ? say("手机里没有这样的孩子。请换个说法，或新建档案。") : say("手机里还没有孩子的档案。连上网络同步一次就有了。")));
  };
  box.addEventListener("input", draw);
  draw();
  return { zh: say("孩子"), body: [
    title(say("孩子（{n}）", { n: all.length })), box, list,
    row(button(say("新建一个孩子的档案"), () => go("new_child"), { icon: "plus" }), button(say("新线索"), () => go("new_clue"), { icon: "alert" })),
  ] };
}

/** @param {Brief[]} found */
const byPlace = (found) => [...found].sort((a, b) => place(a).localeCompare(place(b)) || (a.household?.id ?? "").localeCompare(b.household?.id ?? ""));
/** @param {Brief} brief */
const place = (brief) => brief.hamlet || brief.place_zh || "";

/** @param {Brief[]} found @param {boolean} isGrouped */
function lines(found, isGrouped) {
  let before = "";
  return found.slice(0, MOST).flatMap((each) => {
    const here = place(each);
    const head = isGrouped && here !== before ? [make("h2", { class: "fa-hamlet" }, here || say("地点没有写"))] : [];
    before = here;
    return [...head, line(each)];
  });
}

/** @param {Brief} brief @param {(child: string) => unknown} then */
export function line(brief, then = (child) => go("child", { id: child })) {
  const marks = [
    brief.gates?.length ? chip(say("有危险信号"), "red", "▲") : null,
    brief.is_new ? chip(say("待送"), "blue", "○") : null,
    brief.identified_zh ? chip(brief.identified_zh, "grey") : null,
  ];
  const made = make("button", { type: "button", class: "fa-line" },
    make("span", { class: "fa-line-name" }, brief.name, make("small", {}, about(brief))), ...marks,
    make("small", { class: "fa-line-place" }, brief.address || brief.place_zh || ""));
  made.addEventListener("click", () => void then(brief.id));
  return made;
}
