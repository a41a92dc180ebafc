// A finger or a face instead of the PIN: what the phone's own lock gives out for it (WebAuthn PRF) opens the data key.

import { clear, keyToWrap, openWith, remove, setClear } from "./store.js";
import { joinedKey, NotRecognised, partedKey } from "./sealing.js";

/** @typedef {import("./types").Bytes} Bytes */
/** @typedef {import("./types").Biometric} Biometric */

/** This phone's lock gives nothing that could keep a key. */
export class NotPossible extends Error {}

const WAIT = 60_000;
const NAME = "同心走访";
/** @type {PublicKeyCredentialParameters[]} */
const SIGNS = [{ type: "public-key", alg: -7 }, { type: "public-key", alg: -257 }];

const random = (/** @type {number} */ size) => crypto.getRandomValues(new Uint8Array(size));

/** Whether it may be offered here: a lock of the phone's own, and nothing known that speaks against it. */
export async function mayOffer() {
  const kind = globalThis.PublicKeyCredential;
  // A number instead of a name has no passkeys.
  if (!kind || /^[\d.:[\]]+$/.test(location.hostname)) return false;
  const able = await kind.getClientCapabilities?.().catch(() => null);
  if (able && able["extension:prf"] === false) return false;
  return kind.isUserVerifyingPlatformAuthenticatorAvailable().catch(() => false);
}

export const isSet = async () => (await clear("biometric")) !== undefined;

/** Adds it for whoever knows the PIN. @param {string} pin @param {number} [tries] */
export const addWith = async (pin, tries) => add(await keyToWrap(pin, tries));

/** Adds it to a key that may still be wrapped. @param {CryptoKey} key */
export async function add(key) {
  const id = await newCredential(), salt = random(32);
  const lock = await keyFrom(await given(id, salt));
  await setClear("biometric", { id, salt, ...(await partedKey(key, lock)) });
}

/** Opens the app; `NotRecognised` leaves the PIN. */
export async function unlock() {
  const kept = /** @type {Biometric | undefined} */ (await clear("biometric"));
  if (!kept) throw new NotRecognised("none");
  try {
    await openWith(await joinedKey(kept, await keyFrom(await given(kept.id, kept.salt))));
  } catch (error) {
    throw new NotRecognised(String(error));
  }
}

/** Forgets it here, and lets the phone's list of keys forget it where that can be asked. */
export async function forget() {
  const kept = /** @type {Biometric | undefined} */ (await clear("biometric"));
  await remove("meta", "biometric");
  const kind = /** @type {any} */ (globalThis.PublicKeyCredential);
  if (kept) await kind?.signalUnknownCredential?.({ rpId: location.hostname, credentialId: base64url(kept.id) }).catch(() => undefined);
}

/** @returns {Promise<Bytes>} */
async function newCredential() {
  const made = await asked(() => navigator.credentials.create({ publicKey: {
    challenge: random(32), rp: { id: location.hostname, name: NAME }, user: { id: random(16), name: NAME, displayName: NAME }, pubKeyCredParams: SIGNS,
    authenticatorSelection: { authenticatorAttachment: "platform", userVerification: "required", residentKey: "preferred" },
    attestation: "none", timeout: WAIT, extensions: { prf: {} },
  } }));
  if (made.getClientExtensionResults().prf?.enabled !== true) throw new NotPossible("no prf");
  return new Uint8Array(made.rawId);
}

/** What the lock gives for this salt, the same each time. @param {Bytes} id @param {Bytes} salt @returns {Promise<Bytes>} */
async function given(id, salt) {
  const answer = await asked(() => navigator.credentials.get({ publicKey: {
    challenge: random(32), rpId: location.hostname, allowCredentials: [{ type: "public-key", id, transports: ["internal"] }],
    userVerification: "required", timeout: WAIT, extensions: { prf: { eval: { first: salt } } },
  } }));
  const first = answer.getClientExtensionResults().prf?.results?.first;
  if (!first) throw new NotPossible("no prf");
  return new Uint8Array(first instanceof ArrayBuffer ? first : first.buffer.slice(first.byteOffset, first.byteOffset + first.byteLength));
}

/** @param {() => Promise<Credential | null>} ask @returns {Promise<PublicKeyCredential>} */
async function asked(ask) {
  try {
    const answer = await ask();
    if (answer instanceof PublicKeyCredential) return answer;
  } catch (error) {
    if (error instanceof DOMException && ["NotSupportedError", "SecurityError", "ConstraintError"].includes(error.name)) throw new NotPossible(error.name);
  }
  throw new NotRecognised("no");
}

/** @param {Bytes} secret */
async function keyFrom(secret) {
  const raw = await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveKey"]);
  const how = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(0), info: new TextEncoder().encode("tongxin field lock") };
  return crypto.subtle.deriveKey(how, raw, { name: "AES-GCM", length: 256 }, false, ["wrapKey", "unwrapKey"]);
}

/** @param {Bytes} bytes */
const base64url = (bytes) => btoa(String.fromCharCode(...bytes)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
