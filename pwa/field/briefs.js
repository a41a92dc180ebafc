// What lists and the search need of each child, opened once after unlocking.

import { each } from "./store.js";

/** @typedef {import("./types").Brief} Brief */
/** @typedef {import("./types").File} File */

/** @type {Map<string, Brief>} */
let known = new Map();

/** @param {File} file @returns {Brief} */
export function briefOf(file) {
  const { id, name, sex, age, place_zh, hamlet, address, household, siblings, school_zh, state_zh, gates, tasks, level, level_zh, is_new } = file;
  const carers = file.carers ?? [];
  const words = [name, place_zh, hamlet, address, school_zh, ...carers.map((each) => each.name)].filter(Boolean).join(" ");
  const safe = carers.find((each) => each.phone && !each.is_concern);
  return defined({
    id, name, sex, age, place_zh, hamlet, address, household, siblings, school_zh, state_zh, gates, tasks, level, level_zh, is_new,
    identified_zh: identifiedZh(file), phone: safe?.phone ?? file.phone, call: safe ? `${safe.name} ${safe.relation_zh ?? ""}`.trim() : "",
    words,
  });
}

/** The identification's result; while a danger is open nothing calmer stands beside it. @param {File} file @returns {string} */
export const identifiedZh = (file) => (file.in_crisis || file.gates?.length ? "" : file.identified_zh ?? "");

/** @param {Record<string, unknown>} wide @returns {Brief} */
function defined(wide) {
  return /** @type {Brief} */ (Object.fromEntries(Object.entries(wide).filter(([, value]) => value !== undefined && value !== null)));
}

/** Opens them all. */
export async function readBriefs() {
  const found = /** @type {Brief[]} */ (await each("briefs"));
  known = new Map(found.map((brief) => [brief.id, brief]));
}

export const briefs = () => [...known.values()];
/** @param {string} id */
export const brief = (id) => known.get(id);

export function forgetBriefs() {
  known = new Map();
}

/** Children whose words hold every part of what was typed. @param {string} typed @returns {Brief[]} */
export function search(typed) {
  const parts = typed.trim().toLowerCase().split(/\s+/).filter(Boolean);
  if (!parts.length) return [];
  return briefs().filter((each) => parts.every((part) => each.words.toLowerCase().includes(part)));
}
