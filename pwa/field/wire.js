// Speaks with the server: compressed, without cookies; an answer that isn't ours counts as no network.

const LONGEST_WAIT = 60_000;
const MARK = "X-Tongxin-Field";
/** What an honest captive portal answers (RFC 6585). */
const SIGN_IN_FIRST = 511;
/** Below this packing costs more than it saves. */
const WORTH_PACKING = 600;

/**
 * @typedef {{ kind: "answer", status: number, body: any }} Answer
 * @typedef {{ kind: "none", why: "offline" | "slow" | "portal" | "broken" }} NoNetwork
 */

/**
 * The server's answer, or why there is none.
 *
 * @param {string} path below /field/api/
 * @param {unknown} body
 * @param {{ token?: string, patience?: number }} [how]
 * @returns {Promise<Answer | NoNetwork>}
 */
export async function call(path, body, { token, patience = LONGEST_WAIT } = {}) {
  const { content, headers } = await packed(JSON.stringify(body));
  return send(path, content, { "Content-Type": "application/json", ...headers }, token, patience);
}

/** Raw bytes, as parts of photos are. @param {string} path @param {Uint8Array<ArrayBuffer>} bytes @param {string} token */
export const callRaw = (path, bytes, token) => send(path, bytes, { "Content-Type": "application/octet-stream" }, token, LONGEST_WAIT);

/**
 * @param {string} path @param {BodyInit} content @param {Record<string, string>} headers @param {string | undefined} token @param {number} patience
 * @returns {Promise<Answer | NoNetwork>}
 */
async function send(path, content, headers, token, patience) {
  const waiting = new AbortController();
  const timer = setTimeout(() => waiting.abort(), patience);
  try {
    const response = await fetch(`/field/api/${path}`, {
      method: "POST",
      headers: { Accept: "application/json", ...headers, ...(token ? { Authorization: `Bearer ${token}` } : {}) },
      body: content,
      credentials: "omit",
      cache: "no-store",
      redirect: "manual",
      signal: waiting.signal,
    });
    return await read(response);
  } catch {
    return { kind: "none", why: waiting.signal.aborted ? "slow" : "offline" };
  } finally {
    clearTimeout(timer);
  }
}

/** @param {Response} response @returns {Promise<Answer | NoNetwork>} */
async function read(response) {
  if (response.type === "opaqueredirect") return { kind: "none", why: "portal" };
  const isOurs = response.headers.get(MARK) === "1" && (response.headers.get("Content-Type") ?? "").includes("json");
  if (!isOurs) return { kind: "none", why: response.status >= 400 && response.status !== SIGN_IN_FIRST ? "broken" : "portal" };
  // A cut answer fails here and counts as no network, whatever the server did.
  return { kind: "answer", status: response.status, body: await response.json() };
}

/** @param {string} text @returns {Promise<{ content: BodyInit, headers: Record<string, string> }>} */
async function packed(text) {
  if (text.length < WORTH_PACKING || typeof CompressionStream === "undefined") return { content: text, headers: {} };
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
  return { content: await new Response(stream).arrayBuffer(), headers: { "Content-Encoding": "gzip" } };
}

/** @type {Record<string, string>} */
export const NO_NETWORK = {
  offline: "现在没有网络。写好的都在手机里，有网络时自动送出。",
  slow: "网络太慢，没有等到回应。写好的都在手机里，稍后自动再送。",
  portal: "这个网络要先登录才能用（常见于车站、宾馆的无线网）。请先在浏览器里登录，或改用手机流量。写好的都在手机里。",
  broken: "服务器暂时没有回应。写好的都在手机里，稍后自动再送。",
};
