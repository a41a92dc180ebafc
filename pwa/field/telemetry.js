// How the app fares, without a word about anybody: times, failures, room, version.

import { BUILD } from "./build.js";
import { row, rows } from "./database.js";
import { clear, setClear } from "./store.js";

/** @param {string} kind */
export async function noteFailure(kind) {
  const counted = (await clear("failures")) ?? {};
  await setClear("failures", { ...counted, [kind]: (counted[kind] ?? 0) + 1 });
}

/** What goes along with the next sync. */
export async function measure() {
  const room = (await navigator.storage?.estimate?.()) ?? {};
  const last = await clear("last");
  const waiting = await rows("outbox");
  const told = {
    app: BUILD, sync_ms: last?.ms ?? null, last_sync: last?.at ?? null, failures: (await clear("failures")) ?? {},
    used: room.usage ?? null, quota: room.quota ?? null, waiting: waiting.length, oldest: waiting[0]?.at ?? null,
    is_kept: Boolean(await row("meta", "persisted")), screen: `${screen.width}x${screen.height}`,
  };
  await setClear("failures", {});
  return told;
}

/** How much of the room that the browser gives is used, in hundredths. */
export async function roomUsed() {
  const { usage = 0, quota = 0 } = (await navigator.storage?.estimate?.()) ?? {};
  return quota ? Math.round((usage / quota) * 100) : 0;
}
