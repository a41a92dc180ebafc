// Words in what she wrote that may speak of a danger: one question to her at once, with the first steps. It never holds a record back.

import { heardIn } from "../core/danger_words.js";
import { make } from "../form/dom.js";
import { go } from "./page.js";
import { button, link, notice, row } from "./parts.js";
import { around, callsOf, definition } from "./rules.js";
import { say } from "./say.js";

/** @typedef {import("./types").Entry} Entry */
/** @typedef {ReturnType<typeof heardIn>} Heard */

const REPORT = "crisis_report";
/** The steps that whoever is with the child does first. */
const FIRST = ["stay", "tell_duty"];

/** What a record says that asks; nothing where the county has no list in use. @param {Entry} entry @returns {Promise<Heard>} */
export async function heardOf(entry) {
  const given = await around();
  const lexicon = await definition(given.danger_words), form = await definition(given.forms[entry.form]?.definition);
  return lexicon && form ? heardIn(form, entry.answers, lexicon) : { kinds: [], passages: [] };
}

/** The question with her own words and what to do first; nothing where nothing asks. @param {import("./types").Kept} kept @param {import("./types").File | null} file */
export async function heardNotice({ entry }, file) {
  const { passages } = await heardOf(entry).catch(() => ({ passages: [] }));
  if (!passages.length || !file) return null;
  const given = await around(), pathway = await definition(given.pathway);
  const steps = /** @type {{id: string, zh: string}[]} */ (pathway?.crisis_steps ?? []).filter(({ id }) => FIRST.includes(id));
  const nearest = callsOf(given.whom_to_call)[0];
  return notice("warning", say("您写的话里有些可能说到危险。孩子现在有危险吗？"),
    ...passages.map((each) => make("p", {}, ...marked(each))),
    make("p", {}, say("有危险、说不准，都先这样做：")), make("ol", {}, ...steps.map(({ zh }) => make("li", {}, zh))),
    row(button(say("有危险或说不准：上报"), () => go("form", { child: entry.child, form: REPORT }), { kind: "btn-danger", icon: "alert" }),
      nearest ? link(`${nearest.zh} ${nearest.number}`, `tel:${nearest.number}`, { icon: "phone" }) : null),
    make("p", { class: "fa-soft" }, say("当面问过、没有危险的，这里不用再做什么。记录已保存；单位的督导员也会看到这个问题。")));
}

/** Her words with those marked that ask. @param {Heard["passages"][number]} passage @returns {(string | HTMLElement)[]} */
function marked({ text, found }) {
  const signs = [...text];
  /** @type {(string | HTMLElement)[]} */
  const parts = [];
  let told = 0;
  for (const { start, end } of found) {
    if (end <= told) continue;
    const from = Math.max(told, start);
    parts.push(signs.slice(told, from).join(""), make("mark", {}, signs.slice(from, end).join("")));
    told = end;
  }
  return [...parts, signs.slice(told).join("")];
}
