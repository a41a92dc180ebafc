// The app's own words: Chinese sentences with places for numbers.

/** @param {string} zh a sentence, `{name}` where a value goes @param {Record<string, string | number>} [values] */
export function say(zh, values = {}) {
  return zh.replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}
