// A form made ready for one child: questions for the age, what is known, now where it asks for now.

import { ageOn, formFor } from "../core/outcome.js";
import { day, now, written } from "./clock.js";
import { session } from "./session.js";

/** @typedef {import("../form/types").Definition} Definition */
/** @typedef {import("../form/types").Field} Field */
/** @typedef {import("./types").Around} Around */
/** @typedef {import("./types").File} File */
/** @typedef {import("./phone_draft.js").Half} Half */

/** Whoever writes down a visit was there. */
const THERE = "visit.visitors";

/**
 * @param {import("../core/grading/types").Form} content
 * @param {{ hash: string, file: File | null, around: Around, half?: Half }} for_
 * @returns {Definition}
 */
export function filled(content, { hash, file, around, half }) {
  const known = file?.prefill?.[content.id] ?? {};
  const form = formFor(content, { on: day(), age: file ? ageOf(file) : null });
  const sections = form.sections.map((section) => ({
    ...section, fields: section.fields.map((field) => withPlaces(withKnown(field, known, half), around)),
  }));
  return { ...form, hash, sections: sections.filter((section) => section.fields.length) };
}

/** @param {Field} field @param {Record<string, import("./types").Known>} known @param {Half | undefined} half @returns {Field} */
function withKnown(field, known, half) {
  const found = known[field.id];
  const usual = found?.value ?? ownAnswer(field);
  const prefill = half ? half.answers[field.id] : usual;
  const asked = prefill === undefined ? { ...field } : { ...field, prefill };
  return found?.zh ? { ...asked, known: { value: found.value, zh: found.zh } } : asked;
}

/** Now, and who she is. @param {Field} field @returns {string | undefined} */
function ownAnswer(field) {
  if (field.type === "signature_name" || field.binds === THERE) return session()?.person_zh;
  if (!field.required || field.max !== "today") return undefined;
  if (field.type === "date") return day();
  return field.type === "datetime" ? written(now()).slice(0, 16) : undefined;
}

/** @param {Field} field @param {Around} around @returns {Field} */
function withPlaces(field, around) {
  if (field.type !== "division" || field.options?.length || !around.places?.length) return field;
  return { ...field, options: around.places };
}

/** Completed years today, as far as the birth month tells. @param {File} file @returns {number | null} */
export const ageOf = (file) => (file.birth ? ageOn(file.birth, day()) : file.age ?? null);

/** @type {Record<string, string[]>} */
const OWNED = { child_state: ["state"], carer_change: ["carers"], household_members: ["siblings"] };

/** What the phone knew of that which an entry changes. @param {File | null} file @param {string} form @param {Record<string, unknown>} answers */
export function basedOn(file, form, answers) {
  const touched = OWNED[form] ?? Object.keys(answers);
  return Object.fromEntries(Object.entries(file?.profile ?? {}).filter(([name]) => touched.includes(name)));
}
