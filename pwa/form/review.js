// Twin of core/forms/review.py: what was answered, what is shown, what rules may know, what can't stand.

import { evaluate } from "../core/language/evaluate.js";
import { within } from "./amounts.js";
import { AnswerError } from "./refusal.js";
import { codes, isBlank, isMapping, normalise } from "./values.js";

/** @typedef {import("./types").Definition} Definition */
/** @typedef {import("./types").Field} Field */
/** @typedef {import("./types").Review} Review */
/** @typedef {import("./types").Facts} Facts */

const MOST_ROWS = 50;
/** @type {Record<string, string>} */
const MISSING_ZH = { list: "请至少添加一条", instrument: "没有作答" };

/** Everything that follows from these answers. @param {Definition} definition @param {unknown} answers @returns {Review} */
export function review(definition, answers) {
  const facts = { on: definition.on, child_age: definition.age ?? null };
  /** @type {Review} */
  const found = { answers: {}, problems: [], shown: new Set(), facts };
  const walk = new Walk({ found, on: definition.on, known: facts, path: "", row: "" });
  found.answers = walk.readAll(definition.sections.flatMap((section) => section.fields), answers);
  return found;
}

/** @param {string} zh */
export function label(zh) {
  const signs = [...zh];
  return `「${signs.length <= 20 ? zh : `${signs.slice(0, 19).join("")}…`}」`;
}

/** The answers of a form, or of one row of a list, read from top to bottom. */
class Walk {
  /** @param {{ found: Review, on: string, known: Facts, path: string, row: string }} place */
  constructor(place) {
    this.place = place;
    this.found = place.found;
    this.known = place.known;
  }

  /** The same place, read without raising problems or teaching the rules. @param {Set<string>} shown */
  unjudged(shown) {
    /** @type {Review} */
    const found = { answers: {}, problems: [], shown, facts: {} };
    return new Walk({ ...this.place, found, known: { ...this.known } });
  }

  /** @param {Field[]} fields @param {unknown} raw */
  readAll(fields, raw) {
    if (!isMapping(raw)) this.note(this.place.path, `${this.place.row}内容格式不对，没有保留`, false);
    const answers = isMapping(raw) ? raw : {};
    /** @type {Record<string, unknown>} */
    const read = {};
    for (const asked of fields) {
      const value = this.take(asked, answers[asked.id]);
      if (!isBlank(value)) read[asked.id] = value;
    }
    const expected = new Set(fields.filter((asked) => asked.type !== "note").map((asked) => asked.id));
    for (const name of Object.keys(answers)) {
      if (expected.has(name)) continue;
      const safe = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/.test(name) ? name : "?";
      this.note(this.place.path + safe, `${this.place.row}表里没有这一项，没有保留`, false);
    }
    return read;
  }

  /** @param {Field} asked @param {unknown} raw */
  take(asked, raw) {
    if (asked.show_if && evaluate(asked.show_if, this.known) !== true) {
      return this.unjudged(new Set()).read(asked, raw);
    }
    this.found.shown.add(this.place.path + asked.id);
    const value = this.read(asked, raw);
    Object.assign(this.known, learnedFrom(asked, value));
    return value;
  }

  /** @param {Field} asked @param {unknown} raw */
  read(asked, raw) {
    const before = this.found.problems.length;
    /** @type {unknown} */
    let value;
    try {
      value = this.value(asked, raw);
    } catch (error) {
      if (!(error instanceof AnswerError)) throw error;
      this.refuse(asked, `：${error.zh}`, error.kept);
      return null;
    }
    if (isBlank(value) && this.found.problems.length === before && this.isRequired(asked)) {
      this.refuse(asked, MISSING_ZH[asked.type] ?? (asked.options?.length ? "没有选择" : "没有填写"));
    }
    return value;
  }

  /** @param {Field} asked @param {unknown} raw */
  value(asked, raw) {
    if (asked.type === "note") return null;
    if (typeof raw === "string" && codes(asked.escape).includes(raw)) return raw;
    if (asked.type === "list") return this.rows(asked, raw);
    return asked.instrument ? this.sheet(asked, raw) : normalise(asked, raw, this.place.on);
  }

  /** @param {Field} asked @param {unknown} raw */
  rows(asked, raw) {
    const rows = isBlank(raw) ? [] : raw;
    if (!Array.isArray(rows) || rows.length > MOST_ROWS * 4) {
      throw new AnswerError("内容格式不对，应为若干条", false);
    }
    /** @type {Record<string, unknown>[]} */
    const read = [];
    /** @type {Facts[]} */
    const learned = [];
    const fields = asked.fields ?? [];
    rows.forEach((row, index) => {
      const known = { ...this.known };
      const path = `${this.place.path}${asked.id}[${index}].`;
      const inside = new Walk({ ...this.place, known, path, row: `第 ${index + 1} 条` });
      if (isBlank(row) || (isMapping(row) && Object.values(row).every(isBlank))) {
        inside.unjudged(this.found.shown).readAll(fields, {});
        return;
      }
      read.push(inside.readAll(fields, row));
      learned.push(Object.fromEntries(fields.map((each) => [each.id, known[each.id] ?? null])));
    });
    if (read.length) {
      this.known[asked.id] = learned;
      within({ ...asked, max: asked.max || MOST_ROWS }, read.length, "条");
    }
    return read;
  }

  /** @param {Field} asked @param {unknown} raw */
  sheet(asked, raw) {
    if (!isMapping(raw) && !isBlank(raw)) throw new AnswerError("内容格式不对，应为各题的选项", false);
    const chosen = isMapping(raw) ? { ...raw } : {};
    const isRequired = this.isRequired(asked);
    /** @type {Record<string, string>} */
    const read = {};
    for (const item of asked.instrument?.items ?? []) {
      const choice = chosen[item.id];
      delete chosen[item.id];
      const path = `${this.place.path}${asked.id}.${item.id}`;
      if (typeof choice === "string" && codes(item.options).includes(choice)) read[item.id] = choice;
      else if (!isBlank(choice)) {
        this.note(path, `${this.place.row}${label(item.zh)}：不是可选的项，请重新选择`, false);
      } else if (isRequired) this.note(path, `${this.place.row}${label(item.zh)}没有选择`);
    }
    if (Object.keys(chosen).length) this.refuse(asked, "里有不认识的题目，没有保留", false);
    return read;
  }

  /** @param {Field} asked */
  isRequired(asked) {
    return asked.required === true || (!!asked.required_if && evaluate(asked.required_if, this.known) === true);
  }

  /** @param {Field} asked @param {string} zh @param {boolean} [kept] */
  refuse(asked, zh, kept = true) {
    this.note(this.place.path + asked.id, `${this.place.row}${label(asked.zh)}${zh}`, kept);
  }

  /** @param {string} path @param {string} zh @param {boolean} [kept] */
  note(path, zh, kept = true) {
    this.found.problems.push({ path, zh, kept });
  }
}

/** Twin of `learned_from` in core/forms/facts.py. @param {Field} field @param {unknown} value @returns {Facts} */
function learnedFrom(field, value) {
  if (isBlank(value) || (typeof value === "string" && codes(field.escape).includes(value))) return {};
  const sheet = field.instrument;
  if (sheet && isMapping(value)) {
    return Object.fromEntries(sheet.items.map((item) => {
      const option = item.options.find((each) => each.code === value[item.id]);
      return [`${field.id}.${item.id}`, option?.score ?? null];
    }));
  }
  return FACT_TYPES.includes(field.type) ? { [field.id]: value } : {};
}

const FACT_TYPES = ["int", "decimal", "date", "code", "codes", "yes_no"];
