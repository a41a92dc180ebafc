// Twin of core/forms/texts.py: written answers.

import { AnswerError } from "./refusal.js";

/** @typedef {import("./types").Field} Field */

const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECK = "10X98765432";

/** How many characters people would count. @param {string} text */
const size = (text) => [...text].length;

/** @param {Field} field @param {unknown} raw */
export function words(field, raw) {
  const text = readable(raw, field.type === "long_text").replace(/^[ \n\t\u3000]+|[ \n\t\u3000]+$/g, "");
  const most = field.max_length ?? 200;
  if (size(text) > most) throw new AnswerError(`太长：最多 ${most} 个字，现有 ${size(text)} 个字`);
  if (text && field.pattern && !new RegExp(`^(?:${field.pattern})$`, "u").test(text)) {
    throw new AnswerError(`写法不对：${field.pattern_zh}`);
  }
  return text || null;
}

/** @param {unknown} raw @param {number} longest */
export function compact(raw, longest) {
  const text = readable(raw, true).normalize("NFKC").replace(/[ \t\n\r\u3000]+/g, "");
  if (size(text) > longest) throw new AnswerError(`太长：最多 ${longest} 个字，现有 ${size(text)} 个字`);
  return text;
}

/** @param {Field} field @param {unknown} raw */
export function idNo(field, raw) {
  const text = compact(raw, field.max_length ?? 30).toUpperCase();
  if (/^[0-9]{17}[0-9X]$/.test(text)) {
    const total = WEIGHTS.reduce((sum, weight, place) => sum + weight * Number(text[place]), 0);
    if (CHECK[total % 11] !== text[17]) throw new AnswerError("身份证号码最后一位校验不符，请对照证件核对");
  } else if (/^[0-9X]+$/.test(text)) {
    throw new AnswerError(`身份证号码应为 18 位，现有 ${text.length} 位，请对照证件核对`);
  } else if (text && !/^[A-Z0-9()-]{5,30}$/.test(text)) {
    throw new AnswerError("证件号码只能由字母和数字组成，请对照证件核对");
  }
  return text || null;
}

/** @param {Field} field @param {unknown} raw */
export function phone(field, raw) {
  const text = compact(raw, field.max_length ?? 30);
  if (text && !/^\+?[0-9-]{5,20}$/.test(text)) {
    throw new AnswerError("电话号码只能由数字组成，至少 5 位，区号后可加短横");
  }
  return text || null;
}

/** @param {Field} field @param {unknown} raw */
export function division(field, raw) {
  const text = compact(raw, field.max_length ?? 12);
  if (text && !/^([0-9]{6}|[0-9]{9}|[0-9]{12})$/.test(text)) {
    throw new AnswerError("区划代码应为 6、9 或 12 位数字，请从列表中选择");
  }
  return text || null;
}

/** @param {unknown} raw @param {boolean} breaks */
function readable(raw, breaks) {
  if (typeof raw !== "string") throw new AnswerError("内容格式不对，应为文字", false);
  const text = breaks ? raw.replaceAll("\r\n", "\n") : raw;
  for (const sign of text) {
    if (/[\ud800-\udfff]/u.test(sign) || (isControl(sign) && !(breaks && "\n\t".includes(sign)))) {
      throw new AnswerError("含有无法保存的字符（如控制符），请删去后重写", false);
    }
  }
  return text;
}

/** @param {string} sign */
const isControl = (sign) => sign < " " || (sign >= "\x7f" && sign <= "\x9f");
