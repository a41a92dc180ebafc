// A form made ready for one child: questions for the age, what is known, now where it asks for now.

import { ageOn, formFor } from "../core/outcome.js";
import { day, now, written } from "./clock.js";
import { session } from "./session.js";

/** @typedef {import("../form/types").Definition} Definition */
/** @typedef {import("../form/types").Field} Field */
/** @typedef {import("./types").Around} Around */
/** @typedef {import("./types").File} File */

/** Whoever writes down a visit was there. */
const THERE = "visit.visitors";

/**
 * @param {import("../core/grading/types").Form} content
 * @param {{ hash: string, file: File | null, around: Around, answers?: Record<string, unknown> }} for_ `answers` were written already
 * @returns {Definition}
 */
export function filled(content, { hash, file, around, answers }) {
  const known = file?.prefill?.[content.id] ?? {};
  const form = formFor(content, { on: day(), age: file ? ageOf(file) : null });
  const sections = form.sections.map((section) => ({
    ...section, fields: section.fields.map((field) => withPlaces(withKnown(field, known, answers), around)),
  }));
  return { ...form, hash, sections: sections.filter((section) => section.fields.length) };
}

/** @param {Field} field @param {Record<string, import("./types").Known>} known @param {Record<string, unknown> | undefined} answers @returns {Field} */
function withKnown(field, known, answers) {
  const found = known[field.id];
  const usual = found?.value ?? ownAnswer(field);
  const prefill = answers ? answers[field.id] : usual;
  const asked = prefill === undefined ? { ...field } : { ...field, prefill, isOwn: answers !== undefined };
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

/**
 * What the phone knew of that which an entry changes; `before` is what it corrects and what the office will have by then.
 *
 * @param {File | null} file @param {string} form @param {Record<string, unknown>} answers
 * @param {{ owns: Record<string, string[]>, before?: Record<string, unknown> }} by `owns` names the values that a form changes
 */
export function basedOn(file, form, answers, { owns, before = {} }) {
  const touched = owns[form] ?? Object.keys(answers);
  return Object.fromEntries(Object.entries(file?.profile ?? {}).filter(([name]) => touched.includes(name))
    .map(([name, value]) => [name, typeof before[name] === "string" ? before[name] : value]));
}
