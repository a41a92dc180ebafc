/**
 * What the answers of one form tell the rules: twin of `tongxin.core.grading.facts`.
 *
 * @module
 */

/** @typedef {import("./types").BoundField} BoundField */
/** @typedef {import("./types").Facts} Facts */
/** @typedef {import("./types").Score} Score */
/** @typedef {Readonly<Record<string, any>>} Answers */

/** @param {unknown} value */
function isBlank(value) {
  if (value === null || value === undefined || value === "") return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}

/**
 * Facts by their bound names; answers of questions that are not shown are left out.
 *
 * @param {BoundField[]} fields @param {{answers: Answers, shown: Set<string>}} review
 * @param {{scores: Record<string, Score>, on: string, age: number | null}} around
 * @returns {Facts}
 */
export function factsOf(fields, { answers, shown }, { scores, on, age }) {
  const asked = fields.filter((field) => shown.has(field.id));
  /** @type {Facts} */
  const facts = { on, child_age: age, alerts: alertsOf(scores) };
  for (const field of asked) {
    const value = valueOf(field, answers[field.id]);
    if (value !== null && field.binds) facts[field.binds] = value;
    Object.assign(facts, itemPoints(field, answers[field.id]));
  }
  Object.assign(facts, gathered(asked, facts));
  for (const [id, score] of Object.entries(scores)) {
    for (const [scale, total] of Object.entries(score.totals)) if (total !== null) facts[`${id}.${scale}`] = total;
    facts[`${id}.status`] = score.status;
  }
  return facts;
}

/** @param {BoundField} field @param {any} answer @returns {unknown} */
function valueOf(field, answer) {
  if (isBlank(answer)) return null;
  const points = field.bound?.points;
  switch (field.type) {
    case "code": return points ? points[answer] ?? null : answer;
    case "yes_no": case "int": return answer;
    case "codes": return Array.isArray(answer) ? answer : null;
    case "date": return typeof answer === "string" && answer.length === 10 ? answer : null;
    case "list": return answer.map((/** @type {Answers} */ row) => rowOf(field, row));
  }
  return null;
}

/** @param {BoundField} field @param {Answers} row */
function rowOf(field, row) {
  return Object.fromEntries((field.fields ?? []).map((each) => [last(each.binds ?? each.id), valueOf(each, row[each.id])]));
}

/** @param {BoundField} field @param {any} answer @returns {Facts} */
function itemPoints({ instrument }, answer) {
  if (!instrument || isBlank(answer) || typeof answer !== "object") return {};
  return Object.fromEntries(instrument.items.filter((item) => item.id in answer).map((item) => {
    const option = item.options.find((each) => each.code === answer[item.id]);
    return [`${instrument.id}.${item.id}`, option?.score ?? null];
  }));
}

/** @param {Record<string, Score>} scores */
const alertsOf = (scores) => Object.entries(scores).flatMap(([instrument, { alerts }]) =>
  alerts.map(({ code, kind }) => ({ code, kind, instrument })));

/** The lists that gather fields; a rule has to see the gaps. @param {BoundField[]} asked @param {Facts} facts @returns {Facts} */
function gathered(asked, facts) {
  /** @type {Map<string, BoundField[]>} */
  const members = new Map();
  for (const field of asked) {
    if (field.binds && field.bound) members.set(field.bound.list, [...(members.get(field.bound.list) ?? []), field]);
  }
  return Object.fromEntries([...members].map(([list, fields]) => [list, list === "cells" ? cells(fields, facts) : rows(fields, facts)]));
}

/** @param {BoundField[]} fields @param {Facts} facts */
const rows = (fields, facts) => fields.map(({ binds = "", bound }) =>
  ({ item: last(binds), block: bound?.block ?? null, answer: facts[binds] ?? null }));

/** @param {BoundField[]} fields @param {Facts} facts */
function cells(fields, facts) {
  const found = new Set(fields.map(({ binds = "" }) => binds.split(".")[1] ?? ""));
  return [...found].map((cell) => ({ cell, level: facts[`cell.${cell}.level`] ?? null, on: facts[`cell.${cell}.on`] ?? null }));
}

/** @param {string} name */
const last = (name) => name.slice(name.lastIndexOf(".") + 1);
