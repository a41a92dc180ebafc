// Each answer of a child is kept at once, and a critical one at once begins what protects it.

import { now, written } from "../clock.js";
import { standUnkept } from "../dangers.js";
import { writeOnce } from "../once.js";
import { newId } from "../outbox.js";
import { PhoneDraft } from "../phone_draft.js";
import { get, put } from "../store.js";
import { syncSoon } from "../sync.js";
import { thinkAhead } from "../thinking.js";

/** A draft that also says which dangers of its questionnaires were sent already. @typedef {import("../phone_draft.js").Half & { warned?: string[] }} Half */
/** @typedef {{ child: string, form: string, about: string, field: string, instrument: string, hash: string, formZh: string }} Place */

const USED = "instruments_used", TOLD = "child_told";

/** @param {Place} place */
export const draftOf = ({ child, form, about }) => `${child}:${form}:${about}`;

/** What was answered before. @param {Place} place @returns {Promise<Record<string, string>>} */
export async function answered(place) {
  const half = await PhoneDraft.earlier(draftOf(place));
  return /** @type {Record<string, string>} */ (half?.answers[place.field] ?? {});
}

/** One answer into the draft of the form, and, when it is a danger, to the office by itself. @param {Place} place @param {string} item @param {string} code */
export async function keepAnswer(place, item, code) {
  const id = draftOf(place);
  /** @type {Half} */
  const half = (await PhoneDraft.earlier(id)) ?? begun(place);
  const sheet = { .../** @type {object} */ (half.answers[place.field] ?? {}), [item]: code };
  const used = /** @type {string[]} */ (half.answers[USED] ?? []);
  const answers = { ...half.answers, [place.field]: sheet, [USED]: [...new Set([...used, place.instrument])], [TOLD]: "yes" };
  const full = await put("drafts", id, { ...half, answers }).then(() => null, (error) => error);
  // A danger is told although the phone has no room for the answer.
  const fresh = await warn(place, { [USED]: [place.instrument], [TOLD]: "yes", [place.field]: sheet }, half);
  if (full) throw full;
  if (fresh.length) await put("drafts", id, { ...half, answers, warned: [...(half.warned ?? []), ...fresh] });
}

/** @param {Place} place @returns {Half} */
const begun = ({ hash }) => ({ form_hash: hash, answers: {}, entry_id: newId(), started_at: written(now()) });

/**
 * The questionnaire alone goes off as soon as an answer is a danger: the rest of the form may never be written.
 * The office holds it as incomplete for a person, and its danger acts at once. It names the entry that the form becomes,
 * so that both tell of one danger.
 *
 * @param {Place} place @param {Record<string, unknown>} answers @param {Half} half
 * @returns {Promise<string[]>} the gates that were sent now
 */
async function warn(place, answers, { entry_id: sitting, warned = [] }) {
  const file = (await get("children", place.child)) ?? null;
  if (!file) return [];
  const make = () => ({
    id: newId(), child: place.child, form: place.form, form_hash: place.hash, answers, occurred_at: written(now()),
    about: place.about, supersedes: null, correction_kind: "", based_on: {}, attachments: [], sitting,
  });
  const { alarms } = await thinkAhead(file, make());
  const fresh = alarms.map((alarm) => alarm.gate).filter((gate) => !warned.includes(gate));
  if (!fresh.length) return [];
  const about = { form_zh: place.formZh, name: file.name, file };
  const { zh, entry } = await writeOnce(`warning:${sitting}:${JSON.stringify(answers)}`, make, about);
  if (zh) {
    await standUnkept({ entry, form_zh: place.formZh, name: file.name }, alarms);
    throw new Error(zh);
  }
  syncSoon();
  return fresh;
}
