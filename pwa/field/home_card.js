// One household on the route: its children with what is due, a call, a map, the visit.

import { make } from "../form/dom.js";
import { standingOf } from "./day.js";
import { go } from "./page.js";
import { button, card, chip, link, row } from "./parts.js";
import { say } from "./say.js";

/** @typedef {import("./types").Brief} Brief */

const MOST_TASKS = 3;

/** @param {import("./day.js").Home} home @param {string} today @param {string} hamlet what stands above it already */
export function home(home, today, hamlet) {
  const first = home.stops[0]?.brief;
  const place = home.zh || (first?.place_zh === hamlet ? "" : first?.place_zh);
  const calling = home.stops.map((stop) => stop.brief).find((brief) => brief.phone);
  return card(
    place ? make("p", { class: "fa-place" }, place) : null,
    ...home.stops.map((stop) => child(stop, today)),
    home.along.length ? make("p", { class: "fa-soft" }, say("同户还有：{names}，顺路看看。", { names: home.along.map((each) => each.name).join("、") })) : null,
    row(
      calling?.phone ? link(say("打电话"), `tel:${calling.phone}`, { icon: "phone", label: say("打电话给 {name}", { name: calling.call || calling.name }) }) : null,
      home.zh ? link(say("地图"), mapOf(first), { icon: "forward" }) : null));
}

/** @param {import("./day.js").Stop} stop @param {string} today */
function child({ brief, tasks }, today) {
  const name = make("button", { type: "button", class: "fa-name" }, brief.name, make("span", {}, about(brief)));
  name.addEventListener("click", () => void go("child", { id: brief.id }));
  return make("div", { class: "fa-child" },
    name,
    brief.gates?.length ? make("p", {}, chip(say("有危险信号"), "red", "▲")) : null,
    make("ul", { class: "fa-tasks" }, ...tasks.slice(0, MOST_TASKS).map((task) => taskLine(brief.id, task, today))),
    tasks.length > MOST_TASKS ? make("p", { class: "fa-soft" }, say("还有 {n} 项", { n: tasks.length - MOST_TASKS })) : null);
}

/** A task with the button that does it. @param {string} id @param {import("./types").Task} task @param {string} today */
export function taskLine(id, task, today) {
  const standing = standingOf(task, today);
  return make("li", {},
    make("span", { class: "fa-task" }, task.zh, chip(standing.zh, standing.colour, standing.shape)),
    task.form ? button(say("填写"), () => go("form", { child: id, form: task.form, about: task.about ?? "" }), { kind: "btn-primary" }) : null);
}

/** @param {Brief} brief */
export function about(brief) {
  const sex = { female: say("女"), male: say("男") }[brief.sex ?? ""] ?? "";
  const age = brief.age === undefined || brief.age === null ? "" : say("{n} 岁", { n: brief.age });
  return [sex, age].filter(Boolean).join(" ");
}

/** Shown by the phone's own map; a name is never in it. @param {Brief | undefined} brief */
export const mapOf = (brief) => `geo:0,0?q=${encodeURIComponent([brief?.place_zh, brief?.address].filter(Boolean).join(" "))}`;
