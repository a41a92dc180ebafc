// A child's file, as far as her role may read it: what is due, whom to call, what was written.

import { make } from "../../form/dom.js";
import { brief, identifiedZh } from "../briefs.js";
import { day, dayZh, momentZh } from "../clock.js";
import { ageOf } from "../filling.js";
import { about, mapOf, taskLine } from "../home_card.js";
import { go } from "../page.js";
import { button, card, chip, empty, heading, link, note, row, title } from "../parts.js";
import { isWithdrawal, nameOf, recordsOf } from "../records.js";
import { offered } from "../rules.js";
import { safetyPlan } from "../safety_plan.js";
import { say } from "../say.js";
import { get } from "../store.js";

/** @typedef {import("../types").File} File */

const MOST = 20;

/** @param {Record<string, string>} params @returns {Promise<import("../types").Screen>} */
export async function screen({ id = "" }) {
  const file = /** @type {File | undefined} */ (await get("children", id));
  if (!file) return { zh: say("档案"), body: [title(say("档案")), empty(say("这份档案不在手机里，可能已转给别人负责。"))] };
  const records = await recordsOf(file);
  const waiting = records.filter((each) => each.state !== "arrived" && each.state !== "put_aside");
  const before = records.filter((each) => !waiting.includes(each) && !isWithdrawal(each));
  return { zh: say("档案"), body: [
    title(file.name), head(file), leading(file), ...tasks(file), actions(file), safetyPlan(file), calls(file), facts(file), together(file), forms(file, await offered()),
    ...list(say("写好待送"), waiting, id),
    ...list(say("以前的记录"), before.slice(0, MOST), id),
  ] };
}

/** @param {File} file */
function head(file) {
  const age = ageOf(file);
  const marks = [
    ...(file.gates ?? []).map((gate) => chip(gate.since ? `${gate.zh} ${dayZh(gate.since)}` : gate.zh, "red", "▲")),
    file.level_zh ? chip(file.level_zh, "grey", "●") : null,
    identifiedZh(file) ? chip([identifiedZh(file), dayZh(file.identified_on)].filter(Boolean).join(" "), "blue", "○") : null,
    file.state_zh ? chip(file.state_zh, "grey") : null,
  ];
  return make("div", { class: "fa-head" },
    make("p", {}, [about({ ...file, age: age ?? undefined, call: "", words: "" }), listZh(file.categories_zh)].filter(Boolean).join(" · ")),
    make("p", { class: "fa-marks" }, ...marks));
}

/** @param {string | string[] | undefined} said */
const listZh = (said) => (Array.isArray(said) ? said.join("、") : said ?? "");

/** Two files of one child are thought of apart here: which of them to write in. @param {File} file */
function leading(file) {
  const lead = file.leads;
  if (!lead) return null;
  return card(note(say("这名孩子有两份档案，以编号 {number} 的那一份为准，请在那一份里写。", { number: lead.file_no })),
    brief(lead.id) ? row(button(say("打开那一份"), () => go("child", { id: lead.id }), { icon: "forward" })) : null);
}

/** @param {File} file */
function tasks(file) {
  const due = (file.tasks ?? []).filter((task) => task.mine !== false);
  if (!due.length) return [];
  return [heading(say("接下来")), card(make("ul", { class: "fa-tasks" }, ...due.map((task) => taskLine(file.id, task, day()))))];
}

/** @param {File} file */
const actions = (file) => row(
  button(say("写走访记录"), () => go("form", { child: file.id, form: "visit_record" }), { kind: "btn-primary", icon: "file" }),
  file.address || file.place_zh ? link(say("地图"), mapOf({ ...file, age: undefined, call: "", words: "" }), { icon: "forward" }) : null);

/** @param {File} file */
function calls(file) {
  const carers = file.carers ?? [];
  if (!carers.length) return null;
  return card(make("h2", {}, say("照料人")), ...carers.map((each) => make("div", { class: "fa-carer" },
    make("p", {}, make("strong", {}, each.name), ` ${each.relation_zh ?? ""}`),
    each.is_concern ? chip(say("可能有危险，不要单独联系"), "red", "▲") : null,
    each.phone && !each.is_concern ? link(each.phone, `tel:${each.phone}`, { icon: "phone", label: say("打电话给 {name}", { name: each.name }) }) : null)));
}

/** @param {File} file */
function facts(file) {
  const rows = /** @type {[string, string | undefined][]} */ ([
    [say("住址"), [file.place_zh, file.address].filter(Boolean).join(" ")], [say("学校"), file.school_zh],
    [say("出生"), file.birth ? dayOrMonth(file.birth) : ""], [say("电话"), file.phone],
    [say("下一次辅导"), file.session_on ? dayZh(file.session_on) : ""],
  ]);
  const said = rows.filter(([, value]) => value);
  return said.length ? make("dl", { class: "fa-facts" }, ...said.flatMap(([zh, value]) => [make("dt", {}, zh), make("dd", {}, value)])) : null;
}

/** @param {string} text */
function dayOrMonth(text) {
  const [year, month, date] = text.split("-");
  return date ? `${year}年${Number(month)}月${Number(date)}日` : `${year}年${Number(month)}月`;
}

/** @param {File} file */
function together(file) {
  const others = (file.siblings ?? []).map((id) => brief(id)).filter((each) => each !== undefined);
  if (!others.length) return null;
  return card(make("h2", {}, say("同户的孩子")), row(...others.map((each) => button(each.name, () => go("child", { id: each.id })))));
}

/** @param {File} file @param {import("../rules.js").Offered[]} all */
function forms(file, all) {
  const mine = all.filter((form) => form.isPerChild && (!file.allowed || file.allowed.includes(form.id)));
  if (!mine.length) return null;
  return make("details", { class: "fa-more" }, make("summary", {}, say("填其他表（{n}）", { n: mine.length })),
    make("div", { class: "fa-list" }, ...mine.map((form) => button(form.zh, () => go("form", { child: file.id, form: form.id }), { kind: "fa-wide" }))));
}

/** @param {string} zh @param {import("../records.js").Own[]} records @param {string} child */
const list = (zh, records, child) => (records.length ? [heading(zh), card(...records.map((each) => told(child, each)))] : []);

/** @param {string} child @param {import("../records.js").Own} one */
function told(child, one) {
  return make("div", { class: "fa-told" },
    make("div", {}, make(one.gone ? "s" : "strong", {}, nameOf(one)),
      note([one.state === "waiting" ? momentZh(one.at) : dayZh(one.at), one.by_zh, one.receipt].filter(Boolean).join(" · ")),
      one.gone ? chip(goneZh(one.gone), "grey", "–") : null),
    one.mayChange ? button(say("更正或撤回"), () => go("correcting", { child, id: one.id })) : null);
}

/** @param {string} kind */
const goneZh = (kind) => (kind === "correct" ? say("已更正，原记录保留") : say("已撤回，原记录保留"));
