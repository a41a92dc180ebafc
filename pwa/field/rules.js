// The rules and lists that came with the last sync.

import { row } from "./database.js";
import { get } from "./store.js";

/** @typedef {import("./types").Around} Around */
/** @typedef {{ id: string, hash: string, zh: string, kind: string, isPerChild: boolean }} Offered */

/** @returns {Promise<Around>} */
export const around = async () => (await get("meta", "around")) ?? { forms: {} };

/** @param {import("./types").CallList | undefined} given */
export const callsOf = (given) => (Array.isArray(given) ? given : given?.calls ?? []);

/** What a hash stands for; nothing when it isn't on this phone. @param {string | undefined} hash @returns {Promise<any>} */
export const definition = async (hash) => (hash ? (await row("definitions", hash))?.content : undefined);

/** The forms that she may fill in, in the order of her work. @returns {Promise<Offered[]>} */
export async function offered() {
  const { forms } = await around();
  const found = await Promise.all(Object.entries(forms).map(async ([id, one]) => {
    const content = await definition(one.definition);
    if (!content || !one.action_allowed) return null;
    return { id, hash: one.hash, zh: one.zh, kind: one.kind, isPerChild: one.per_child };
  }));
  return found.filter((one) => one !== null).sort((a, b) => rank(a.id) - rank(b.id));
}

const FIRST = ["visit_record", "identification_form", "identification_form_0_3", "observation_record", "interview_record", "follow_up", "call_record", "crisis_report"];
/** @param {string} id */
const rank = (id) => (FIRST.indexOf(id) + FIRST.length + 1) % (FIRST.length + 1);
