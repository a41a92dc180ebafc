// How the app fares, without a word about anybody: times, failures, room, version.

import { BUILD } from "./build.js";
import { count, rows } from "./database.js";
import { clear, setClear } from "./store.js";

/** @param {string} kind */
export async function noteFailure(kind) {
  const counted = (await clear("failures")) ?? {};
  await setClear("failures", { ...counted, [kind]: (counted[kind] ?? 0) + 1 });
}

/** What goes along with the next sync: numbers and short words only. @returns {Promise<Record<string, string | number | boolean>>} */
export async function measure() {
  const room = (await navigator.storage?.estimate?.()) ?? {};
  const last = await clear("last");
  const waiting = await rows("outbox");
  const failures = /** @type {Record<string, number>} */ ((await clear("failures")) ?? {});
  const told = {
    build: BUILD, sync_ms: last?.ms ?? 0, storage_used: room.usage ?? 0, storage_quota: room.quota ?? 0, waiting: waiting.length,
    oldest_waiting_at: waiting[0]?.at ?? "", children: await count("children"), persisted: (await clear("persisted")) === true,
    failures: Object.entries(failures).map(([kind, times]) => `${kind}:${times}`).join(" ").slice(0, 40),
    wrong_pins: (await clear("wrong_pins")) ?? 0, browser: browserOf(navigator.userAgent),
  };
  await setClear("failures", {});
  return told;
}

/** Name and major version, no more. @param {string} agent */
const browserOf = (agent) => /(Chrome|Firefox|Version)\/(\d+)/.exec(agent)?.[0] ?? "";

/** How much of the room that the browser gives is used, in hundredths. */
export async function roomUsed() {
  const { usage = 0, quota = 0 } = (await navigator.storage?.estimate?.()) ?? {};
  return quota ? Math.round((usage / quota) * 100) : 0;
}
