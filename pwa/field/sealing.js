// Seals what lies on the phone under one data key, and that key under the PIN.

/** @typedef {import("./types").Bytes} Bytes */
/** @typedef {import("./types").Wrap} Wrap */

// Below this a thief's computer tries all six-digit numbers too quickly.
const ROUNDS = 600_000;
const IV = 12;
const LOCK = "lock";
const AES = { name: "AES-GCM", length: 256 };
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The PIN does not open this key. */
export class WrongPin extends Error {}
/** Nor does this finger or face, or it was not shown in time. */
export class NotRecognised extends Error {}

/** A new data key with its lock; `made` may still be wrapped once more. @param {string} pin @returns {Promise<{ key: CryptoKey, wrap: Wrap, made: CryptoKey }>} */
export async function newKey(pin) {
  const made = await crypto.subtle.generateKey(AES, true, ["encrypt", "decrypt"]);
  const wrap = await lockedBy(pin, made);
  return { key: await unlocked(pin, wrap), wrap, made };
}

/** The data key, not to be taken out of the browser unless it is to be wrapped once more. @param {string} pin @param {Wrap} wrap */
export function unlocked(pin, wrap, mayLeave = false) {
  return unwrapped(pin, wrap, mayLeave);
}

/** The same data key under another PIN. @param {string} before @param {string} after @param {Wrap} wrap */
export async function relocked(before, after, wrap) {
  return lockedBy(after, await unwrapped(before, wrap, true));
}

/** Under the PIN and, around that, under a key that the browser keeps and never gives out. @param {string} pin @param {CryptoKey} key @returns {Promise<Wrap>} */
async function lockedBy(pin, key) {
  const salt = crypto.getRandomValues(new Uint8Array(16));
  return { salt, rounds: ROUNDS, ...(await partedKey(key, await pinKey(pin, salt, ROUNDS))) };
}

/** A key under a lock and, around that, under one that the browser keeps. @param {CryptoKey} key @param {CryptoKey} lock @returns {Promise<import("./types").Parted>} */
export async function partedKey(key, lock) {
  const iv = crypto.getRandomValues(new Uint8Array(IV));
  const inner = await crypto.subtle.wrapKey("raw", key, lock, { name: "AES-GCM", iv });
  const browser = await crypto.subtle.generateKey(AES, false, ["encrypt", "decrypt"]);
  return { browser, wrapped: await sealBytes(browser, LOCK, joined(iv, inner)) };
}

/** @param {import("./types").Parted} parted @param {CryptoKey} lock */
export async function joinedKey({ browser, wrapped }, lock, mayLeave = false) {
  const inner = await openBytes(browser, LOCK, wrapped);
  const how = { name: "AES-GCM", iv: inner.slice(0, IV) };
  return crypto.subtle.unwrapKey("raw", inner.slice(IV), lock, how, AES, mayLeave, ["encrypt", "decrypt"]);
}

/** @param {string} pin @param {Wrap} wrap @param {boolean} mayLeave */
async function unwrapped(pin, { salt, rounds, ...parted }, mayLeave) {
  const lock = await pinKey(pin, salt, rounds);
  try {
    return await joinedKey(parted, lock, mayLeave);
  } catch {
    throw new WrongPin("wrong");
  }
}

/** @param {string} pin @param {Bytes} salt @param {number} rounds */
async function pinKey(pin, salt, rounds) {
  const typed = await crypto.subtle.importKey("raw", encoder.encode(pin), "PBKDF2", false, ["deriveKey"]);
  return crypto.subtle.deriveKey({ name: "PBKDF2", hash: "SHA-256", salt, iterations: rounds }, typed, AES, false, ["wrapKey", "unwrapKey"]);
}

/** Sealed for one place only: the same bytes open nowhere else. @param {CryptoKey} key @param {string} place @param {Bytes} clear @returns {Promise<Bytes>} */
export async function sealBytes(key, place, clear) {
  const iv = crypto.getRandomValues(new Uint8Array(IV));
  return joined(iv, await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: encoder.encode(place) }, key, clear));
}

/** @param {CryptoKey} key @param {string} place @param {Bytes} sealed @returns {Promise<Bytes>} */
export async function openBytes(key, place, sealed) {
  const how = { name: "AES-GCM", iv: sealed.subarray(0, IV), additionalData: encoder.encode(place) };
  return new Uint8Array(await crypto.subtle.decrypt(how, key, sealed.subarray(IV)));
}

/** @param {CryptoKey} key @param {string} place @param {unknown} value */
export const seal = (key, place, value) => sealBytes(key, place, encoder.encode(JSON.stringify(value)));

/** @param {CryptoKey} key @param {string} place @param {Bytes} sealed @returns {Promise<any>} */
export const open = async (key, place, sealed) => JSON.parse(decoder.decode(await openBytes(key, place, sealed)));

/** @param {Bytes} iv @param {ArrayBuffer} sealed @returns {Bytes} */
function joined(iv, sealed) {
  const whole = new Uint8Array(iv.length + sealed.byteLength);
  whole.set(iv);
  whole.set(new Uint8Array(sealed), iv.length);
  return whole;
}
