// Twin of core/forms/values.py: one answer brought to its one written form, or refused in words.

import { exact, moment, whole, within } from "./amounts.js";
import { AnswerError } from "./refusal.js";
import { division, idNo, phone, words } from "./texts.js";

/** @typedef {import("./types").Field} Field */
/** @typedef {import("./types").Option} Option */

const CHOICES = ["code", "yes_no"];
const MOMENTS = ["date", "datetime", "month"];

/** @type {Record<string, (field: Field, raw: unknown) => string | number | null>} */
const NORMALISERS = { int: whole, decimal: exact, id_no: idNo, phone, division };

/** @param {Option[] | undefined} options */
export const codes = (options) => (options ?? []).map((option) => option.code);

/** @param {unknown} value */
export function isBlank(value) {
  if (value === null || value === undefined || value === "") return true;
  if (Array.isArray(value)) return value.length === 0;
  return isMapping(value) && Object.keys(value).length === 0;
}

/** @param {unknown} value @returns {value is Record<string, unknown>} */
export function isMapping(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** @param {Field} field @param {unknown} raw @param {string} on */
export function normalise(field, raw, on) {
  if (raw === null || raw === undefined || raw === "" || (Array.isArray(raw) && raw.length === 0)) return null;
  const escape = escaped(field, raw);
  if (escape !== null) return escape;
  if (MOMENTS.includes(field.type)) return moment(field, raw, on);
  if (field.type === "codes") return several(field, raw);
  if (field.options?.length || CHOICES.includes(field.type)) return chosen(field, raw);
  return (NORMALISERS[field.type] ?? words)(field, raw);
}

/** @param {Field} field @param {unknown} raw */
function escaped(field, raw) {
  const ways = codes(field.escape);
  if (typeof raw === "string" && ways.includes(raw)) return raw;
  if (Array.isArray(raw) && ways.some((code) => raw.includes(code))) {
    if (raw.length > 1) throw new AnswerError("「不清楚」一类的选项不能与其他选项同时选");
    return String(raw[0]);
  }
  return null;
}

/** @param {Field} field @param {unknown} raw */
function chosen(field, raw) {
  if (typeof raw !== "string" || !codes(field.options).includes(raw)) {
    throw new AnswerError("不是可选的项，请重新选择", false);
  }
  return raw;
}

/** @param {Field} field @param {unknown} raw */
function several(field, raw) {
  if (!Array.isArray(raw)) throw new AnswerError("内容格式不对，应为一组选项", false);
  const picked = new Set(raw.map((each) => chosen(field, each)));
  within(field, picked.size, "项");
  return codes(field.options).filter((code) => picked.has(code));
}
