/**
 * The app's own words in the language she chose: the Chinese sentence itself is the key, and stands where a
 * translation is lacking. Words of forms and questionnaires are definitions and never pass through here.
 *
 * @module
 */

/** @typedef {"zh-Hans" | "zh-Hant" | "bo" | "ug"} Language */
/** @typedef {{ translated: (zh: string) => string | undefined }} Table */

/** Each with its name in itself, its direction, and the words that a translator made. @type {Record<Language, { name: string, dir: "ltr" | "rtl", load: (() => Promise<Table>) | null }>} */
export const LANGUAGES = {
  "zh-Hans": { name: "简体中文", dir: "ltr", load: null },
  "zh-Hant": { name: "繁體中文", dir: "ltr", load: () => import("./zh_hant.js") },
  bo: { name: "བོད་ཡིག", dir: "ltr", load: () => import("./bo.js") },
  ug: { name: "ئۇيغۇرچە", dir: "rtl", load: () => import("./ug.js") },
};

/** @type {Language} */
let current = "zh-Hans";
/** @type {Table | null} */
let table = null;

export const language = () => current;
/** Which way a line runs. */
export const dir = () => LANGUAGES[current].dir;

/** Speaks this language from now on; what stands on the screen is drawn anew by whoever drew it. @param {string | null | undefined} wanted */
export async function setLanguage(wanted) {
  const next = /** @type {Language} */ (wanted && wanted in LANGUAGES ? wanted : "zh-Hans");
  table = (await LANGUAGES[next].load?.().catch(() => null)) ?? null;
  current = table || next === "zh-Hans" ? next : "zh-Hans";
  document.documentElement.lang = current;
  document.documentElement.dir = dir();
}

/** A sentence in her language, `{name}` filled with a value. @param {string} zh @param {Record<string, string | number>} [values] */
export function word(zh, values = {}) {
  const said = table?.translated(zh) || zh;
  return said.replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}
