// Twin of core/forms/amounts.py: numbers, days, months.

import { AnswerError } from "./refusal.js";
import { compact } from "./texts.js";

/** @typedef {import("./types").Field} Field */

const LONGEST = 25;
const TODAY = "today";

/** @param {Field} field @param {unknown} raw */
export function whole(field, raw) {
  if (typeof raw !== "string" && !Number.isInteger(raw)) throw new AnswerError("请写整数，如 3", false);
  const text = compact(String(raw), LONGEST);
  if (!text) return null;
  if (!/^[+-]?[0-9]{1,9}$/.test(text)) throw new AnswerError("请写整数，如 3，最多九位");
  const value = Number(text) || 0;
  within(field, value);
  return value;
}

/** @param {Field} field @param {unknown} raw */
export function exact(field, raw) {
  if (typeof raw !== "string" && typeof raw !== "number") throw new AnswerError("请写数字，如 12.5", false);
  const text = compact(String(raw), LONGEST);
  if (!text) return null;
  const parts = /^([+-]?)([0-9]{1,6})(?:\.([0-9]{1,9}))?$/.exec(text);
  if (!parts) throw new AnswerError("请写数字，如 12.5，整数部分最多六位");
  const scale = field.scale ?? 0;
  const places = (parts[3] ?? "").padEnd(scale, "0");
  if (/[1-9]/.test(places.slice(scale))) throw new AnswerError(`最多 ${scale} 位小数`);
  within(field, Number(text));
  const digits = String(Number(parts[2])) + (scale ? `.${places.slice(0, scale)}` : "");
  return parts[1] === "-" && /[1-9]/.test(digits) ? `-${digits}` : digits;
}

/** @type {Record<string, [RegExp, string]>} */
const SHAPES = {
  date: [/^\d{4}-\d\d-\d\d$/, "2017-03-09"],
  datetime: [/^\d{4}-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$/, "2025-12-30T09:00"],
  month: [/^\d{4}-\d\d$/, "2017-03"],
};

/** @param {Field} field @param {unknown} raw @param {string} on */
export function moment(field, raw, on) {
  const text = compact(raw, LONGEST);
  if (!text) return null;
  const [pattern, example] = /** @type {[RegExp, string]} */ (SHAPES[field.type]);
  if (!pattern.test(text) || !isReal(text)) throw new AnswerError(`请写真实的日期，如 ${example}`);
  const low = bound(field.min, on).slice(0, text.length);
  const high = bound(field.max, on).slice(0, text.length);
  if (low && text.slice(0, low.length) < low) throw new AnswerError(`不能早于 ${low}`);
  if (high && text.slice(0, high.length) > high) throw new AnswerError(`不能晚于 ${high}`);
  return text.slice(0, 16);
}

/** @param {Field} field @param {number} value @param {string} [unit] */
export function within(field, value, unit) {
  if (field.min !== undefined && value < Number(field.min)) {
    throw new AnswerError(unit ? `至少 ${field.min} ${unit}` : `不能小于 ${field.min}`);
  }
  if (field.max !== undefined && value > Number(field.max)) {
    throw new AnswerError(unit ? `最多 ${field.max} ${unit}` : `不能大于 ${field.max}`);
  }
}

/** @param {number | string | undefined} limit @param {string} on */
export function bound(limit, on) {
  return limit === TODAY ? on : String(limit ?? "");
}

/** @param {string} text */
function isReal(text) {
  const day = text.length === 7 ? `${text}-01` : text.slice(0, 10);
  const parsed = new Date(`${day}T00:00:00Z`);
  const year = Number(day.slice(0, 4));
  return !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(day) && year >= 1900 && year <= 2100;
}
