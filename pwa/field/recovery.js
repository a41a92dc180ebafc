// Seals an entry to the server's public key, so that a forgotten PIN or an exported file loses nothing.

/** @typedef {import("./types").Bytes} Bytes */
/** @typedef {import("./types").Recovery} Recovery */
/** @typedef {import("./types").RecoveryKey} RecoveryKey */

const CURVE = { name: "ECDH", namedCurve: "P-256" };
const encoder = new TextEncoder();
const INFO = encoder.encode("tongxin-outbox-1");

/**
 * What only the server can open.
 *
 * @param {RecoveryKey} to
 * @param {string} id the entry's or the blob's own, bound into the seal
 * @param {Bytes} clear
 * @returns {Promise<Recovery>}
 */
export async function sealTo(to, id, clear) {
  const theirs = await crypto.subtle.importKey("jwk", to.jwk, CURVE, false, []);
  const ours = await crypto.subtle.generateKey(CURVE, false, ["deriveBits"]);
  const secret = await crypto.subtle.deriveBits({ name: "ECDH", public: theirs }, ours.privateKey, 256);
  const material = await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveKey"]);
  const key = await crypto.subtle.deriveKey(
    { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(0), info: INFO }, material, { name: "AES-GCM", length: 256 }, false, ["encrypt"]);
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: encoder.encode(id) }, key, clear);
  const point = await crypto.subtle.exportKey("raw", ours.publicKey);
  return { v: 1, key: to.id, epk: base64(new Uint8Array(point)), iv: base64(iv), sealed: base64(new Uint8Array(sealed)) };
}

/** @param {Bytes} bytes */
function base64(bytes) {
  const parts = [];
  for (let at = 0; at < bytes.length; at += 0x8000) parts.push(String.fromCharCode(...bytes.subarray(at, at + 0x8000)));
  return btoa(parts.join(""));
}
