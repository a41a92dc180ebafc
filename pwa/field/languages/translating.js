// The words file of a language: Chinese sentence → what a translator wrote.

/**
 * `[text, "review"]` was not yet read by a native speaker of the field; it is shown, and listed for translators.
 *
 * @typedef {Record<string, string | [text: string, state: "review"]>} Words
 */

/** @param {Words} words */
export const translating = (words) => (/** @type {string} */ zh) => {
  const found = Object.prototype.hasOwnProperty.call(words, zh) ? words[zh] : undefined;
  return Array.isArray(found) ? found[0] : found;
};
