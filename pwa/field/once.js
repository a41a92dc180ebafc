// An entry that was not kept comes again as itself: where only its answer was lost, there must not be a second one.

import { writeDown } from "./keeping.js";

/** @typedef {import("./types").Entry} Entry */

/** Each by its occasion, while the app is open. @type {Map<string, Entry>} */
const refused = new Map();

/**
 * Keeps an entry of its own; on the same occasion again it is the very same one.
 *
 * @param {string} occasion @param {() => Entry} make @param {{ form_zh: string, name: string, file: import("./types").File | null }} about
 */
export async function writeOnce(occasion, make, { form_zh, name, file }) {
  const entry = refused.get(occasion) ?? make();
  refused.set(occasion, entry);
  const { zh, alarms } = await writeDown({ entry, form_zh, name }, file);
  if (!zh) refused.delete(occasion);
  return { zh, alarms, entry };
}

/** Nothing of it stays in memory behind the lock. */
export const forgetRefused = () => refused.clear();
