/**
 * Gates and findings that hold, with their reasons in words that quote no answer.
 *
 * @module
 */

import { evaluate } from "../language/evaluate.js";
import { explain } from "../language/explain.js";

/** @typedef {import("./types").Facts} Facts */
/** @typedef {import("./types").Finding} Finding */
/** @typedef {import("./types").Gate} Gate */
/** @typedef {import("./types").Identification} Identification */
/** @typedef {import("./types").Identified} Identified */
/** @typedef {import("./types").Reason} Reason */

/** Why a rule held. @param {{id: string, because: string, when: import("./types").Rule}} rule @param {Facts} facts @returns {Reason} */
export function reasonOf({ id, because, when }, facts) {
  const { deciding } = explain(when, facts);
  return {
    rule: id, zh: because, evidence: deciding.map((part) => part.zh), changes: [...new Set(deciding.map(change))],
  };
}

/** @param {{zh: string, verdict: boolean | null}} part */
function change({ zh, verdict }) {
  if (verdict === null) return `补全后再看：${zh}`;
  return verdict ? `若不再成立：${zh}` : `若成立：${zh}`;
}

/** The rules that hold for these facts; an answer that is missing makes none hold. @template {Finding} T @param {T[]} rules @param {Facts} facts */
export const held = (rules, facts) => rules.filter((rule) => evaluate(rule.when, facts) === true);

/**
 * What one identification comes to: a danger or enough signs refer, a gap leaves it unfinished.
 *
 * @param {Identification} rules @param {Facts} facts @param {Gate[]} opened
 * @returns {Identified}
 */
export function identify(rules, facts, opened) {
  const told = (/** @type {Finding[]} */ found) => found.map((rule) => reasonOf(rule, facts));
  const refer = [...told(opened), ...told(held(rules.refer, facts))];
  if (refer.length) return resulting(rules, "refer", refer);
  const gaps = told(held(rules.incomplete, facts));
  if (gaps.length) return resulting(rules, "incomplete", gaps);
  return resulting(rules, "healthy", [{ rule: rules.nothing.id, zh: rules.nothing.zh, evidence: [], changes: [] }]);
}

/** @param {Identification} rules @param {string} result @param {Reason[]} reasons */
const resulting = (rules, result, reasons) => ({ result, zh: rules.results[result] ?? "", reasons });
