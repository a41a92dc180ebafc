// What lies on the phone: every word sealed under the data key, which is there only while the app is unlocked.

import { count, row, rows, write } from "./database.js";
import { newKey, open as opened, openBytes, relocked, seal, sealBytes, unlocked, WrongPin } from "./sealing.js";

/** @typedef {import("./types").Bytes} Bytes */
/** @typedef {import("./types").Lock} Lock */
/** @typedef {import("./database.js").Change} Change */

// Until the server has said otherwise.
const TRIES = 10;
const FREE_TRIES = 4;
const FIRST_WAIT = 30_000;
const LONGEST_WAIT = 3_600_000;
// What a thief could want and the office has anyhow; the outbox stays, sealed to the office.
const OF_THE_OFFICE = ["children", "briefs", "drafts", "definitions"];

/** The app is locked: nothing can be read or written. */
export class Locked extends Error {}
/** Too many wrong PINs: wait. */
export class Waiting extends Error {
  /** @param {number} until */
  constructor(until) {
    super("wait");
    this.until = until;
  }
}
/** Too many wrong PINs: what the office has anyhow was taken off this phone. */
export class Wiped extends Error {}

/** @type {CryptoKey | null} */
let key = null;

function held() {
  if (!key) throw new Locked("locked");
  return key;
}

export const isUnlocked = () => key !== null;

/** Whether there is anything here, and how it is locked. @returns {Promise<"empty" | "locked" | "unlocked">} */
export async function open() {
  if (key) return "unlocked";
  return (await lockOf()).wrap ? "locked" : "empty";
}

/** @returns {Promise<Lock>} */
async function lockOf() {
  return (await clear("lock")) ?? { wrap: null, failed: 0, until: 0 };
}

/** A new PIN for an empty phone; gives the key as it may be wrapped once more. @param {string} pin */
export async function begin(pin) {
  const made = await newKey(pin);
  await setClear("lock", { wrap: made.wrap, failed: 0, until: 0 });
  key = made.key;
  return made.made;
}

/** Opens with the PIN; wrong ones wait longer and longer. @param {string} pin @param {number} [tries] */
export async function unlock(pin, tries = TRIES) {
  key = await tried(pin, tries, false);
}

/** The data key as it may be wrapped once more; a wrong PIN counts here as it does at the lock. @param {string} pin @param {number} [tries] */
export const keyToWrap = (pin, tries = TRIES) => tried(pin, tries, true);

/** Opens with a key that something else than the PIN gave. @param {CryptoKey} found */
export async function openWith(found) {
  await setClear("lock", { ...(await lockOf()), failed: 0, until: 0 });
  key = found;
}

/** @param {string} pin @param {number} tries @param {boolean} mayLeave @returns {Promise<CryptoKey>} */
async function tried(pin, tries, mayLeave) {
  const lock = await lockOf();
  if (!lock.wrap) throw new Wiped("empty");
  // A longer wait than any stems from another clock.
  if (Date.now() < lock.until && lock.until - Date.now() <= LONGEST_WAIT) throw new Waiting(lock.until);
  // Counted before it is tried: an app killed meanwhile has not had a try for nothing.
  await setClear("lock", { ...lock, failed: lock.failed + 1 });
  let found;
  try {
    found = await unlocked(pin, lock.wrap, mayLeave);
  } catch (error) {
    if (!(error instanceof WrongPin)) throw error;
    return failed({ ...lock, failed: lock.failed + 1 }, tries);
  }
  await setClear("lock", { ...lock, failed: 0, until: 0 });
  return found;
}

/** @param {Lock} lock @param {number} tries @returns {Promise<never>} */
async function failed(lock, tries) {
  if (lock.failed >= tries) {
    await wipe();
    throw new Wiped("too many");
  }
  await setClear("wrong_pins", ((await clear("wrong_pins")) ?? 0) + 1);
  const wait = lock.failed <= FREE_TRIES ? 0 : Math.min(FIRST_WAIT * 2 ** (lock.failed - FREE_TRIES - 1), LONGEST_WAIT);
  await setClear("lock", { ...lock, until: wait ? Date.now() + wait : 0 });
  throw wait ? new Waiting(Date.now() + wait) : new WrongPin("wrong");
}

/** @param {string} before @param {string} after */
export async function changePin(before, after) {
  const lock = await lockOf();
  if (lock.wrap) await setClear("lock", { ...lock, wrap: await relocked(before, after, lock.wrap) });
}

/** Forgets the key; what is on the disk can't be read any more. */
export function lock() {
  key = null;
}

/** Takes everything off the phone but what has not been sent, which only the office can open then. */
export async function wipe() {
  key = null;
  const kept = new Set(["recovery", "device"]);
  const meta = (await rows("meta")).filter((each) => !kept.has(each.id));
  await write([
    ...OF_THE_OFFICE.map((store) => ({ store, clear: true })), { store: "receipts", clear: true },
    ...meta.map((each) => ({ store: "meta", remove: each.id })),
  ]);
}

/** A change that writes a value sealed, beside what may be read without the key. @param {string} store @param {string} id @param {unknown} value @param {object} [beside] @returns {Promise<Change>} */
export async function sealedPut(store, id, value, beside = {}) {
  return { store, put: { id, ...beside, sealed: await seal(held(), `${store}:${id}`, value) } };
}

/** @param {string} store @param {string} id @param {unknown} value */
export async function put(store, id, value) {
  await write([await sealedPut(store, id, value)]);
}

/** @param {string} store @param {string} id @returns {Promise<any>} */
export async function get(store, id) {
  const found = await row(store, id);
  return found ? reveal(store, found) : undefined;
}

/** Every value of a store that this key opens. @param {string} store @returns {Promise<any[]>} */
export async function each(store) {
  const found = await rows(store);
  return (await Promise.all(found.map((one) => reveal(store, one)))).filter((one) => one !== undefined);
}

/** What one row says; nothing when another key sealed it. @param {string} store @param {{ id: string, sealed: Bytes }} found @returns {Promise<any>} */
export async function reveal(store, found) {
  const unlockedKey = held();
  try {
    return await opened(unlockedKey, `${store}:${found.id}`, found.sealed);
  } catch {
    isDamaged ||= FETCHED.includes(store);
    return undefined;
  }
}

/** What the office can give again. */
const FETCHED = ["children", "briefs"];
let isDamaged = false;

/** Whether the disk gave back a file only in part since this was last asked. */
export function wasDamaged() {
  const found = isDamaged;
  isDamaged = false;
  return found;
}

/** @param {string} store @param {string} id @param {Bytes} bytes */
export const sealRaw = (store, id, bytes) => sealBytes(held(), `${store}:${id}`, bytes);
/** @param {string} store @param {string} id @param {Bytes} sealed */
export const openRaw = (store, id, sealed) => openBytes(held(), `${store}:${id}`, sealed);

/** @param {string} store @param {string} id */
export const remove = (store, id) => write([{ store, remove: id }]);
export { count };

/** A value that needs no key: never a word about anybody. @param {string} id @returns {Promise<any>} */
export async function clear(id) {
  return (await row("meta", id))?.value;
}

/** @param {string} id @param {unknown} value */
export const setClear = (id, value) => write([{ store: "meta", put: { id, value } }]);
