// Which questionnaires may be put into a child's hands.

import { around, definition } from "../rules.js";

/** @typedef {import("../../form/types").Definition} Definition */
/** @typedef {import("../../form/types").Field} Field */
/** @typedef {{ min_age: number, max_age: number, until: string, has_words: boolean, roles: string[] }} Offer */
/** @typedef {import("../../core/instruments/types").Instrument} Instrument */

const SELF = "self";

/**
 * The questionnaires of a form that a child of its age may answer alone: made for the child itself, with words
 * whose licence holds, by a role that may put them.
 *
 * @param {Definition} form @param {{ role: string, today: string }} asker @returns {Promise<Field[]>}
 */
export async function handable(form, { role, today }) {
  const { instruments = {} } = await around();
  const offered = form.sections.flatMap((section) => section.fields).filter((field) => isOffered(field, form.age ?? null, role, today));
  const known = await Promise.all(offered.map((field) => definition(instruments[field.instrument?.id ?? ""])));
  return offered.filter((_, at) => isForItself(known[at]));
}

/** @param {Field} field @param {number | null} age @param {string} role @param {string} today */
function isOffered({ instrument }, age, role, today) {
  const offer = /** @type {{ offer?: Offer } | undefined} */ (instrument)?.offer;
  if (!offer?.has_words || !offer.roles.includes(role) || (offer.until && offer.until < today)) return false;
  return age !== null && offer.min_age <= age && age <= offer.max_age;
}

/** @param {Instrument | undefined} instrument */
const isForItself = (instrument) =>
  instrument?.informant === SELF || (instrument?.informants ?? []).some((each) => each.who === SELF);
