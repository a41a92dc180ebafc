// What a media element hands over: a blob with its fingerprint.

/** @typedef {{ kind: "photo" | "voice" | "signature", blob: Blob, sha256: string }} Found */

/** @param {Blob} blob */
export async function fingerprint(blob) {
  const digest = await crypto.subtle.digest("SHA-256", await blob.arrayBuffer());
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Tells whoever listens for `tx-media`; nothing was found when it was taken away again. @param {HTMLElement} element @param {Found["kind"]} kind @param {Blob | null} blob */
export async function tell(element, kind, blob) {
  const detail = blob ? { kind, blob, sha256: await fingerprint(blob) } : { kind, blob: null, sha256: "" };
  element.dispatchEvent(new CustomEvent("tx-media", { detail, bubbles: true }));
}

/** A limit as the page was told it. @param {HTMLElement} element @param {string} name */
export const limited = (element, name) => Number(element.getAttribute(name)) || 0;
