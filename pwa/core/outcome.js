/**
 * What the definitions make of one filled form on the phone: twin of `tongxin.assessments.outcomes`.
 *
 * Without psychology nothing of it says a grade or a score: the identification result, gates and alarms only.
 *
 * @module
 */

import { WITHDRAWN } from "./pathway/facts.js";
import { review } from "../form/review.js";
import { factsOf } from "./grading/facts.js";
import { held, identify, reasonOf } from "./grading/reasons.js";
import { score } from "./instruments/score.js";

/** @typedef {import("./grading/types").Alarm} Alarm */
/** @typedef {import("./grading/types").BoundField} BoundField */
/** @typedef {import("./grading/types").Definitions} Definitions */
/** @typedef {import("./grading/types").Form} Form */
/** @typedef {import("./grading/types").Gate} Gate */
/** @typedef {import("./grading/types").Outcome} Outcome */
/** @typedef {import("./grading/types").Score} Score */
/** @typedef {Readonly<Record<string, any>>} Answers */

/** The list of a record that says which problems a child has. @type {Record<string, string>} */
const PROBLEMS = { visit: "problems", plan: "goals" };
/** @type {Record<string, string>} */
export const ABOUT = {
  task_reason: "task", safety_check: "alarm", referral_answer: "referral", referral: "after", report_answer: "report",
  household_check: "household", held_settlement: "held", flag_answer: "flag", report: "duty",
  report_ruling: "duty", screening: "sitting", rights_answer: "right",
  heard_answer: "record", need_answer: "need",
  conference_record: "conference", decision_answer: "decision", mediation_result: "mediation", mediation_follow: "mediation",
  session: "course", course_review: "course", course_end: "course", course_ask: "course",
};

/**
 * @typedef {object} Filled
 * @property {Form} form
 * @property {Answers} answers
 * @property {Definitions} definitions
 * @property {{birth_month: string | null}} child the month as `2015-03` or a day in it
 * @property {string} on the day, as `2025-12-30`
 * @property {boolean} [psychology] whether the role may know a grade
 * @property {string} [entry] the entry's id, part of its alarms' keys
 * @property {string} [about] what the entry answers: a task, an alarm, a referral …
 * @property {string} [correction]
 */

/** @param {Filled} filled @returns {Outcome} */
export function outcomeOf({ form, answers, definitions, child, on, psychology = false, entry = "", about = "", correction = "" }) {
  if (WITHDRAWN.includes(correction)) return { identified: null, gates: [], alarms: [], scores: {}, facts: {}, data: {} };
  const asked = formFor(form, { on, age: ageOn(child.birth_month, on) });
  const fields = /** @type {BoundField[]} */ (asked.sections.flatMap((section) => section.fields));
  const seen = review(asked, answers);
  const months = monthsOn(child.birth_month, on);
  const scores = scoresOf(fields, seen, definitions, months);
  const age = months === null ? null : Math.floor(months / 12);
  const facts = factsOf(fields, { answers: seen.answers, shown: seen.shown }, { scores, on, age });
  const opened = held(definitions.gates.gates, facts);
  const rules = definitions.identification?.[form.id];
  const identified = rules ? identify(rules, facts, opened) : null;
  const alarms = opened.map((gate) => alarmOf(gate, entry));
  const told = { identified, gates: opened.map((gate) => ({ id: gate.id, zh: gate.zh, reason: reasonOf(gate, facts) })), alarms };
  const data = dataOf(form, fields, seen.answers, { identified, alarms, about });
  if (!psychology) return { ...told, scores: {}, facts: {}, data };
  if (Object.keys(scores).length) data["scores"] = Object.fromEntries(Object.entries(scores).map(scored));
  if (opened.length && definitions.highest) data["proposed"] = definitions.highest;
  return { ...told, scores, facts, data };
}

/**
 * The form as `<tx-form>` asks it of one child on one day: without what the child is too young for, with known answers.
 *
 * @param {Form} form @param {{on: string, age: number | null, values?: Answers}} child
 * @returns {import("../form/types").Definition}
 */
export function formFor(form, { on, age, values = {} }) {
  const fits = (/** @type {BoundField} */ { min_age: least }) => least == null || (age !== null && age >= least);
  const made = (/** @type {BoundField} */ field) => ({
    ...field, ...(field.fields ? { fields: field.fields.filter(fits) } : {}),
    ...(field.id in values ? { prefill: values[field.id] } : {}),
  });
  const sections = form.sections.map((section) => ({ ...section, fields: section.fields.filter(fits).map(made) }));
  return { ...form, on, age, sections };
}

/** Completed years that are certain from the birth month alone. @param {string | null} birth @param {string} on */
export function ageOn(birth, on) {
  if (!birth) return null;
  const years = Number(on.slice(0, 4)) - Number(birth.slice(0, 4));
  return on.slice(5, 7) <= birth.slice(5, 7) ? years - 1 : years;
}

/** Completed months that are certain from the birth month alone. @param {string | null} birth @param {string} on */
export function monthsOn(birth, on) {
  if (!birth) return null;
  const years = Number(on.slice(0, 4)) - Number(birth.slice(0, 4));
  return Math.max(0, years * 12 + Number(on.slice(5, 7)) - Number(birth.slice(5, 7)) - 1);
}

/** @param {BoundField[]} fields @param {import("../form/types").Review} seen @param {Definitions} definitions @param {number | null} ageMonths */
function scoresOf(fields, seen, { instruments = {} }, ageMonths) {
  /** @type {Record<string, Score>} */
  const found = {};
  for (const { id, instrument } of fields) {
    const known = instrument && instruments[instrument.id], given = seen.answers[id];
    if (known && seen.shown.has(id) && given) found[known.id] = score(known, /** @type {any} */ (given), { ageMonths });
  }
  return found;
}

/** @param {Gate} gate @param {string} entry @returns {Alarm} */
const alarmOf = (gate, entry) => ({
  key: `${gate.id}:${entry}`, gate: gate.id, zh: gate.zh, kind: gate.kind, crisis: gate.crisis,
  report: gate.situations.length > 0, situations: gate.situations, household: gate.household,
});

/** @param {Form} form @param {BoundField[]} fields @param {Answers} answers @param {{identified: Outcome["identified"], alarms: Alarm[], about: string}} found */
function dataOf(form, fields, answers, { identified, alarms, about }) {
  const kind = form.kind ?? form.id, name = ABOUT[kind];
  /** @type {Record<string, unknown>} */
  const data = {};
  for (const { id, type, clear } of fields) {
    if (clear && id in answers && type !== "list" && type !== "instrument") data[id] = answers[id];
  }
  if (name && about) data[name] = about;
  if (alarms.length) data["alarms"] = alarms.map(({ key, ...alarm }) => alarm);
  if (identified) Object.assign(data, { result: identified.result, reasons: identified.reasons });
  if (kind === "report") {
    const rows = /** @type {{to?: string}[]} */ (Array.isArray(answers["reports"]) ? answers["reports"] : []);
    data["reported_to"] = [...new Set(rows.flatMap(({ to }) => to ?? []))].sort();
  }
  if (kind === "detail_correction") {
    data["given"] = [...new Set([...Object.keys(answers), ...(answers["id_kind"] === "none" ? ["id_no"] : [])])].sort();
  }
  const problems = problemsOf(kind, answers);
  if (Object.keys(problems).length) data["problems"] = problems;
  return data;
}

/** @param {string} kind @param {Answers} answers */
function problemsOf(kind, answers) {
  const listed = answers[PROBLEMS[kind] ?? ""];
  /** @type {Record<string, {state: string}>} */
  const found = {};
  for (const { problem, progress } of /** @type {Record<string, string>[]} */ (Array.isArray(listed) ? listed : [])) {
    if (problem && ["solved", undefined].includes(found[problem]?.state)) found[problem] = { state: progress || "planned" };
  }
  return found;
}

/** @param {[string, Score]} each */
const scored = ([name, { status, totals, band, alerts }]) => [name, {
  status, totals: Object.fromEntries(Object.entries(totals).map(([scale, total]) => [scale, total === null ? null : String(total)])),
  bands: band, alerts: alerts.map(({ code }) => code),
}];
