/**
 * A new UUID of version 7 (RFC 9562): time first, then chance.
 *
 * `crypto.randomUUID` is missing on plain http inside an office network; `getRandomValues` is not.
 *
 * @param {number} milliseconds
 */
export function newIdentifier(milliseconds) {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const time = BigInt(milliseconds);
  for (let place = 0; place < 6; place += 1) bytes[place] = Number((time >> BigInt(8 * (5 - place))) & 0xffn);
  bytes[6] = 0x70 | (/** @type {number} */ (bytes[6]) & 0x0f);
  bytes[8] = 0x80 | (/** @type {number} */ (bytes[8]) & 0x3f);
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
