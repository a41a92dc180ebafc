// Dangers that records on this phone raised: each stays in sight until the office has it and she has put it away.

import { row, rows, write } from "./database.js";
import { waiting } from "./outbox.js";
import { get, reveal, sealedPut } from "./store.js";

/** @typedef {import("./types").Danger} Danger */

const MARK = "danger:";

/** Written together with the entry that raised it. @param {import("./types").Kept} kept @param {{ gate: string, zh: string, kind: string }[]} alarms */
export function dangerOf({ entry, name }, alarms) {
  const named = alarms.map(({ gate, zh, kind }) => ({ gate, zh, kind }));
  return sealedPut("meta", MARK + entry.id, { id: entry.id, child: entry.child, name, at: entry.occurred_at, alarms: named });
}

/** Those that stand, with whether the office knows. @returns {Promise<(Danger & { isKnown: boolean })[]>} */
export async function dangers() {
  const found = (await rows("meta")).filter((each) => String(each.id).startsWith(MARK));
  const unsent = new Set((await waiting()).map(({ row }) => row.id));
  const read = await Promise.all(found.map((each) => reveal("meta", each)));
  return read.filter(Boolean).map((each) => ({ ...each, isKnown: !unsent.has(each.id) }));
}

/** Only once the office knows. @param {string} id */
export async function putAway(id) {
  const danger = await get("meta", MARK + id);
  const isUnlisted = danger && !(await row("briefs", danger.child));
  await write([{ store: "meta", remove: MARK + id }, ...(isUnlisted ? [{ store: "children", remove: danger.child }] : [])]);
}

/** Whether somebody has to act now; a safety check is a qualified person's. @param {Danger} danger */
export const isCrisis = (danger) => danger.alarms.some((alarm) => alarm.kind === "crisis");
