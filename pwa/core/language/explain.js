/**
 * Says in the browser why a rule answered as it did.
 *
 * @module
 */

import { answerOf } from "./evaluate.js";

/** @typedef {import("./evaluate.js").Tree} Tree */
/** @typedef {import("./evaluate.js").Rule} Rule */
/** @typedef {import("./evaluate.js").Facts} Facts */
/** @typedef {{zh: string, verdict: boolean | null}} Reason */

/**
 * The verdict and the conditions that decided it; as long as they answer so, nothing else changes it.
 *
 * @param {Rule} rule
 * @param {Facts} facts
 * @returns {{verdict: boolean | null, deciding: Reason[]}}
 */
export function explain(rule, facts) {
  return { verdict: answerOf(rule.tree, facts, {}), deciding: deciding(rule.tree, facts) };
}

/**
 * @param {Tree} tree
 * @param {Facts} facts
 * @returns {Reason[]}
 */
function deciding(tree, facts) {
  const verdict = answerOf(tree, facts, {});
  if (tree.zh !== undefined) return [{ zh: tree.zh, verdict }];
  if (tree.node === "not") return deciding(tree.part, facts);
  const settled = tree.node === "or";
  return tree.parts
    .filter((/** @type {Tree} */ part) => verdict !== settled || answerOf(part, facts, {}) === settled)
    .flatMap((/** @type {Tree} */ part) => deciding(part, facts));
}
