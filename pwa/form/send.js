// Sends a filled form and puts every possible answer into words.

/** @typedef {import("./types").Problem} Problem */
/** @typedef {{ next?: string, zh?: string, problems?: Problem[], mayRetry?: boolean, isKept?: boolean }} Outcome */

const LONGEST_WAIT = 30_000;
const KEPT = "内容仍在本页，没有丢。";

/** @type {Record<number, string>} */
const WORDS = {
  400: `系统没有看懂这次提交，没有保存。${KEPT}`,
  401: `登录已过期，没有保存。${KEPT}请在新窗口登录后回到本页再发。`,
  403: `没有保存：登录已过期，或您的岗位不能办理这一项。${KEPT}`,
  404: `没有保存：这份档案已不在您的职责范围内。${KEPT}`,
  409: `没有保存：这份记录刚被别人改过。${KEPT}`,
  413: `没有保存：内容太大。${KEPT}请删减后再发。`,
};

/** @param {string} action @param {unknown} entry @param {string} token @returns {Promise<Outcome>} */
export async function send(action, entry, token) {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), LONGEST_WAIT);
  try {
    const response = await fetch(action, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": token },
      body: JSON.stringify(entry),
      credentials: "same-origin",
      signal: patience.signal,
    });
    return await outcome(response);
  } catch {
    return { zh: `没有发出，${KEPT}请检查网络后再发。`, mayRetry: true };
  } finally {
    clearTimeout(timer);
  }
}

/** @param {Response} response @returns {Promise<Outcome>} */
async function outcome(response) {
  const said = await readJson(response);
  if (response.ok && said) {
    const next = typeof said["next"] === "string" ? new URL(said["next"], location.href) : null;
    if (next && next.origin === location.origin) return { next: next.href };
    return { zh: "已经保存，但不知道接下来去哪里。请从首页继续。" };
  }
  if (response.ok) return { zh: WORDS[401] ?? "", mayRetry: true };
  const problems = said && Array.isArray(said["problems"]) ? said["problems"] : [];
  if (response.status === 422) return { zh: problems.length ? "" : WORDS[400] ?? "", problems };
  const zh = said && typeof said["zh"] === "string" && said["zh"] ? `${said["zh"]} ${KEPT}` : "";
  const usual = WORDS[response.status] ?? `系统出错，没有保存。${KEPT}请稍后再发。`;
  return { zh: zh || usual, mayRetry: response.status >= 500 };
}

/** @param {Response} response @returns {Promise<Record<string, unknown> | null>} */
async function readJson(response) {
  if (!(response.headers.get("Content-Type") ?? "").includes("json")) return null;
  try {
    return await response.json();
  } catch {
    return null;
  }
}
