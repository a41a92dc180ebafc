// Speaks with the server: every word in the body, nothing in an address.

/** @typedef {import("./types").Said} Said */

const LONGEST_WAIT = 15_000;
const KEY = "seat";

/** The key of this page's seat; without it the browser's cookie opens nothing. */
export const seat = {
  /** @type {string} */
  held: "",
  read() {
    try {
      this.held = sessionStorage.getItem(KEY) ?? "";
    } catch {
      this.held = "";
    }
    return this.held;
  },
  /** @param {string} key */
  take(key) {
    this.held = key;
    try {
      sessionStorage.setItem(KEY, key);
    } catch {
      // A browser that keeps nothing: the page works until it is left.
    }
  },
  drop() {
    this.held = "";
    try {
      sessionStorage.removeItem(KEY);
    } catch {
      // Nothing was kept.
    }
  },
};

/**
 * The server's answer, or nothing when it could not be reached.
 *
 * @param {string} path @param {unknown} [body] @param {{ isLeaving?: boolean }} [how]
 * @returns {Promise<Said | null>}
 */
export async function post(path, body = {}, { isLeaving = false } = {}) {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), LONGEST_WAIT);
  try {
    const response = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": token(), "X-Seat": seat.held },
      body: JSON.stringify(body),
      credentials: "same-origin",
      keepalive: isLeaving,
      signal: patience.signal,
    });
    const isJson = (response.headers.get("Content-Type") ?? "").includes("json");
    return { status: response.status, body: isJson ? await response.json() : {} };
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
  }
}

const token = () => /** @type {HTMLInputElement | null} */ (document.querySelector("[name=csrfmiddlewaretoken]"))?.value ?? csrf;

// The page's own content may be cleared before the last word is sent.
let csrf = "";
/** Keeps the page's token at hand. */
export function remember() {
  csrf = token();
}
