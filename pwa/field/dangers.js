// Dangers that records on this phone raised: each stays in sight until the office has it and she has put it away.

import { row, rows, write } from "./database.js";
import { waiting } from "./outbox.js";
import { get, reveal, sealedPut } from "./store.js";

/** @typedef {import("./types").Danger} Danger */
/** @typedef {import("./types").Entry} Entry */
/** @typedef {Danger & { isKnown: boolean }} Standing */

const MARK = "danger:";

/** Written together with the entry that raised it. @param {import("./types").Kept} kept @param {{ gate: string, zh: string, kind: string }[]} alarms */
export const dangerOf = async (kept, alarms) =>
  sealedPut("meta", MARK + kept.entry.id, { ...dangerIn(kept, alarms), ticks: await ticksOf(kept.entry.id) });

/** Where the phone has no room for them either, while the app is open. @type {Map<string, Entry[]>} */
const ticked = new Map();
export const forgetTicks = () => ticked.clear();

/** Steps that were taken before their danger could be kept; they go out behind it. @param {string} id @returns {Promise<Entry[]>} */
export const ticksOf = async (id) => ticked.get(id) ?? (await get("meta", MARK + id))?.ticks ?? [];

/** @param {string} id @param {Entry[]} ticks */
export async function noteTicks(id, ticks) {
  ticked.set(id, ticks);
  const danger = await get("meta", MARK + id);
  if (danger) await write([await sealedPut("meta", MARK + id, { ...danger, ticks })]).catch(() => undefined);
}

/** One whose record could not be kept stands all the same, as far as the phone has room for it. @param {import("./types").Kept} kept @param {{ gate: string, zh: string, kind: string }[]} alarms */
export async function standUnkept(kept, alarms) {
  const danger = { ...dangerIn(kept, alarms), ticks: await ticksOf(kept.entry.id), isUnkept: true };
  await write([await sealedPut("meta", MARK + danger.id, danger)]).catch(() => undefined);
  return { ...danger, isKnown: false };
}

/** @param {import("./types").Kept} kept @param {{ gate: string, zh: string, kind: string }[]} alarms @returns {Danger} */
function dangerIn({ entry, name }, alarms) {
  const named = alarms.map(({ gate, zh, kind }) => ({ gate, zh, kind }));
  return { id: entry.id, child: entry.child, name, at: entry.occurred_at, alarms: named };
}

/** Those that stand, with whether the office knows. @returns {Promise<Standing[]>} */
export async function dangers() {
  const found = (await rows("meta")).filter((each) => String(each.id).startsWith(MARK));
  const unsent = new Set((await waiting()).map(({ row }) => row.id));
  const read = await Promise.all(found.map((each) => reveal("meta", each)));
  return Promise.all(read.filter(Boolean).map(async (each) => {
    const isUnkept = each.isUnkept === true && !(await row("receipts", each.id));
    return { ...each, isUnkept, isKnown: !isUnkept && !unsent.has(each.id) };
  }));
}

/** Only once the office knows, or has been told by telephone. @param {string} id */
export async function putAway(id) {
  const danger = await get("meta", MARK + id);
  const isUnlisted = danger && !(await row("briefs", danger.child));
  await write([{ store: "meta", remove: MARK + id }, ...(isUnlisted ? [{ store: "children", remove: danger.child }] : [])]);
}

/** Whether somebody has to act now; a safety check is a qualified person's. @param {Danger} danger */
export const isCrisis = (danger) => danger.alarms.some((alarm) => alarm.kind === "crisis");
