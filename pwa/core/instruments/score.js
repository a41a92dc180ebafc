/**
 * What a sheet of answers comes to on the phone, exactly as `tongxin.core.instruments.score` says it.
 *
 * A blank or an impossible code is never counted, not even as 0; an alarm stands on its one answer alone.
 *
 * @module
 */

import { fitsAge, measured, shown } from "./measuring.js";
import { fitsInstrument, normOf, reached, standardOf } from "./norms.js";
import { failedRules, met } from "./trust.js";

/** @typedef {import("./types").Answer} Answer */
/** @typedef {import("./types").Instrument} Instrument */
/** @typedef {import("./types").Item} Item */
/** @typedef {import("./types").Norm} Norm */
/** @typedef {import("./types").Option} Option */
/** @typedef {import("./types").Points} Points */
/** @typedef {import("./types").Score} Score */
/** @typedef {import("./types").Values} Values */
/** @typedef {import("./types").Who} Who */

const BLANK = /^[ \t\r\n\u00a0\u3000]*$/;
/** @type {Record<string, string>} */
const MADE_UP = { zero: "blanks_as_zero", person_mean: "blanks_made_up" };

/**
 * The score of `answers`; without an age the default norm is used.
 *
 * @param {Instrument} instrument @param {Readonly<Record<string, Answer>>} answers @param {Who} [who]
 * @returns {Score}
 */
export function score(instrument, answers, who = {}) {
  const { ageMonths = null, sex = null, informant = null, seconds = null } = who;
  const { points, rejected } = pointsOf(instrument, answers);
  const counted = withLeftOut(instrument, points);
  const { values, madeUp } = measured(instrument, counted, ageMonths);
  const norm = normOf(instrument, who);
  const failed = failedRules(instrument, counted, values, seconds);
  const unasked = new Set(instrument.scales.filter((scale) => !fitsAge(scale, ageMonths)).map((scale) => scale.id));
  const isWhole = [...values].every(([id, value]) => value !== null || unasked.has(id));
  return {
    totals: eachScale(instrument, (scale) => shown(scale, values.get(scale.id) ?? null)),
    ...compared(instrument, norm, values, sex),
    status: failed.length ? "invalid" : isWhole ? "ok" : "incomplete",
    alerts: alertsOf(instrument, points),
    answered: [...points.keys()],
    missing: missingOf(instrument, counted, rejected, unasked),
    rejected,
    failed,
    norm: norm?.id ?? null,
    remarks: remarksOn(instrument, norm, ageMonths, informant, madeUp),
    made_up: madeUp,
  };
}

/** @template T @param {Instrument} instrument @param {(scale: import("./types").Scale) => T} find @returns {Record<string, T>} */
function eachScale(instrument, find) {
  return Object.fromEntries(instrument.scales.map((scale) => [scale.id, find(scale)]));
}

/** @param {Instrument} instrument @param {Readonly<Record<string, Answer>>} answers */
function pointsOf(instrument, answers) {
  /** @type {Points} */
  const points = new Map();
  /** @type {string[]} */
  const rejected = [];
  for (const item of instrument.items) {
    const answer = Object.prototype.hasOwnProperty.call(answers, item.id) ? answers[item.id] : null;
    if (isBlank(answer)) continue;
    const option = (instrument.option_sets[item.options] ?? []).find((one) => names(answer, one));
    if (option) points.set(item.id, option.score);
    else rejected.push(item.id);
  }
  const known = new Set(instrument.items.map((item) => item.id));
  rejected.push(...Object.keys(answers).filter((id) => !known.has(id)).sort());
  return { points, rejected };
}

/** @param {Answer} answer */
function isBlank(answer) {
  if (typeof answer === "string") return BLANK.test(answer);
  return answer === null || answer === undefined || Number.isNaN(answer);
}

/** @param {Answer} answer @param {Option} option */
function names(answer, option) {
  if (typeof answer === "string") return answer === String(option.code);
  return typeof answer === "number" && answer === option.code;
}

/** The points with those of questions that were rightly left out. @param {Instrument} instrument @param {Points} points */
function withLeftOut(instrument, points) {
  const counted = new Map(points);
  for (const item of instrument.items) {
    if (item.asked_if && !counted.has(item.id) && wasToBeAsked(item, counted) === false) {
      counted.set(item.id, item.asked_if.otherwise);
    }
  }
  return counted;
}

/** Nothing while too little is known. @param {Item} item @param {Points} points */
function wasToBeAsked({ asked_if: rule }, points) {
  const given = (rule?.items ?? []).map((id) => points.get(id));
  if (given.some((each) => each !== undefined && met(rule?.op, each, rule?.value ?? 0))) return true;
  return given.includes(undefined) ? null : false;
}

/** @param {Instrument} instrument @param {Norm | undefined} norm @param {Values} values @param {string | null} sex */
function compared(instrument, norm, values, sex) {
  /** @type {Record<string, number>} */
  const standards = {};
  const band = eachScale(instrument, ({ id }) => {
    const value = values.get(id), table = norm?.bands[id], standard = norm?.standards?.[id];
    const found = value && standard ? standardOf(standard, sex, value) : null;
    if (found !== null) standards[id] = found;
    return value && table ? reached(table.rows, value)?.code ?? null : null;
  });
  return { band, standards };
}

/** @param {Instrument} instrument @param {Points} points */
function alertsOf(instrument, points) {
  return instrument.items.flatMap(({ id, critical }) => {
    const given = points.get(id);
    if (given === undefined) return [];
    return (critical ?? []).filter((each) => met(each.op, given, each.value))
      .map((each) => ({ code: each.alert, kind: each.kind, item: id, zh: each.zh }));
  });
}

/** @param {Instrument} instrument @param {Points} counted @param {string[]} rejected @param {Set<string>} unasked */
function missingOf(instrument, counted, rejected, unasked) {
  const lacking = instrument.items.filter((item) => item.scored !== false || item.critical?.length)
    .map((item) => item.id).filter((id) => !counted.has(id) && !rejected.includes(id));
  if (!unasked.size) return lacking;
  const asked = new Set(instrument.scales.filter((scale) => !unasked.has(scale.id) && !scale.parts?.length)
    .flatMap((scale) => scale.items ?? []));
  return lacking.filter((id) => asked.has(id));
}

/** @param {Instrument} instrument @param {Norm | undefined} norm @param {number | null} months @param {string | null} informant @param {Record<string, number>} madeUp */
function remarksOn(instrument, norm, months, informant, madeUp) {
  const rules = instrument.scales.filter((scale) => scale.id in madeUp).map((scale) => MADE_UP[scale.missing?.method ?? ""]);
  const found = {
    translation_not_validated: !instrument.validated,
    no_norm: norm === undefined,
    norm_translation_differs: norm !== undefined && norm.translation_id !== instrument.translation_id,
    outside_age: months !== null && !fitsInstrument(instrument, months, informant),
    age_needed: months === null && instrument.scales.some((scale) => scale.method === "by_age"),
    blanks_as_zero: rules.includes("blanks_as_zero"),
    blanks_made_up: rules.includes("blanks_made_up"),
  };
  return Object.entries(found).filter(([, holds]) => holds).map(([code]) => code);
}
