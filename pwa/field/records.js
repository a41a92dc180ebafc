// The records about one child as far as this phone knows them: at the office, on their way, and what took whose place.

import { WITHDRAWN } from "../core/pathway/facts.js";
import { rows } from "./database.js";
import { offered } from "./rules.js";
import { say } from "./say.js";
import { reveal } from "./store.js";

/** @typedef {import("./types").File} File */
/** @typedef {import("./types").Kept} Kept */
/**
 * One record; `gone` says how a later one took its place, `kept` is there while its answers lie on this phone.
 *
 * @typedef {{ id: string, form_zh: string, at: string, by_zh: string, form: string, state: string, receipt: string, kind: string,
 *   corrects: string, gone: string, mayChange: boolean, kept?: Kept }} Own
 */

/** Is a child's file itself; it can be put right but not taken back. */
export const OPENS = "case_file";
/** May be about a child whom nobody has on file. */
export const CLUE = "clue";

/** A form's name, with what a record does to an earlier one. @param {{ kind: string, form_zh: string }} record */
export function nameOf({ kind, form_zh }) {
  if (WITHDRAWN.includes(kind)) return say("撤回：{form}", { form: form_zh });
  return kind ? say("更正：{form}", { form: form_zh }) : form_zh;
}

/** Whether it only takes another one back. @param {{ kind: string }} record */
export const isWithdrawal = ({ kind }) => WITHDRAWN.includes(kind);

/** Newest first. @param {File} file @returns {Promise<Own[]>} */
export async function recordsOf(file) {
  /** @type {Map<string, Partial<Own>>} */
  const found = new Map();
  const add = (/** @type {string} */ id, /** @type {Partial<Own>} */ more) => found.set(id, { ...found.get(id), ...more });
  for (const one of file.entries ?? []) add(one.id, { ...one, state: "arrived" });
  for (const one of await revealed("receipts")) {
    if (one.child === file.id) add(one.id, { ...(one.kept ? ofKept(one.kept) : {}), form_zh: one.form_zh, at: one.occurred_at, state: one.state, receipt: one.receipt });
  }
  for (const one of await revealed("outbox")) {
    if (one.entry.child === file.id) add(one.id, { state: "waiting", ...found.get(one.id), ...ofKept(one) });
  }
  const rest = [...found].map(([id, one]) => whole(id, one));
  const gone = new Map(rest.filter((one) => one.corrects && one.state !== "put_aside").map((one) => [one.corrects, one.kind]));
  const mine = new Set((await offered()).map((form) => form.id).filter((id) => !file.allowed || file.allowed.includes(id) || file.is_new));
  return rest.map((one) => ({
    ...one, gone: gone.get(one.id) ?? "",
    mayChange: mine.has(one.form) && !gone.has(one.id) && !isWithdrawal(one) && one.state !== "put_aside"
      && (one.form !== OPENS || one.kept !== undefined),
  })).sort((a, b) => b.at.localeCompare(a.at));
}

/** @param {string} id @param {Partial<Own>} one @returns {Own} */
const whole = (id, one) => ({
  form_zh: "", at: "", by_zh: "", form: "", state: "arrived", receipt: "", kind: "", corrects: "", gone: "", mayChange: false, ...one, id,
});

/** @param {Kept} kept @returns {Partial<Own>} */
const ofKept = (kept) => ({
  kept, form_zh: kept.form_zh, at: kept.entry.occurred_at, form: kept.entry.form, kind: kept.entry.correction_kind, corrects: kept.entry.supersedes ?? "",
});

/** Each with the id of its row. @param {string} store @returns {Promise<any[]>} */
async function revealed(store) {
  const all = await Promise.all((await rows(store)).map(async (each) => ({ ...(await reveal(store, each)), id: each.id })));
  return all.filter((each) => each.entry || each.state);
}
