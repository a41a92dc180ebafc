// Who works on this phone, and the key to the server; in memory only while unlocked.

import { clear, get, put } from "./store.js";

/** @typedef {import("./types").Session} Session */

/** @type {Session | null} */
let current = null;

export const session = () => current;

/** After unlocking. */
export async function readSession() {
  current = (await get("meta", "session")) ?? null;
  return current;
}

/** @param {Session} one */
export async function setSession(one) {
  current = one;
  await put("meta", "session", one);
}

/** What the server says about this device. @param {NonNullable<Session["state"]>} state @param {string} zh */
export async function tellSession(state, zh) {
  if (!current || (current.state ?? "") === state) return;
  await setSession({ ...current, state, zh });
}

export function forgetSession() {
  current = null;
}

/** What opens the server's doors. */
export const bearer = () => (current?.token ? `${current.device}.${current.token}` : "");

const MESSAGE = "【急】{post}请您马上回电，有一件急事要当面说。{when}";

/** Limits that the server gave, or what holds until then. */
export async function limits() {
  return { idle_minutes: 5, hidden_minutes: 2, pin_tries: 10, keep_receipts_days: 30, keep_answers_days: 14, photo_kilobytes: 500, photo_side: 1600, voice_seconds: 180, message: MESSAGE, owns: {}, pages: /** @type {string[]} */ ([]), ...((await clear("limits")) ?? {}) };
}
