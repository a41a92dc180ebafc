/**
 * What the pathway is told: twin of `tongxin.core.pathway.facts`.
 *
 * @module
 */

import { momentOf } from "./moment.js";

/** @typedef {import("./types").Data} Data */
/** @typedef {import("./types").Fact} Fact */
/** @typedef {import("./types").FactJson} FactJson */
/** @typedef {import("./types").Pathway} Pathway */
/** @typedef {import("./types").Where} Where */

export const WITHDRAWN = ["retract", "moved"];

/** Whether an entry puts nothing in the place of what it takes back. @param {{correction: string}} fact */
export const isWithdrawn = (fact) => WITHDRAWN.includes(fact.correction);

/** @param {FactJson} raw @returns {Fact} */
export function factOf(raw) {
  return {
    id: raw.id, seq: raw.seq, kind: raw.kind, at: momentOf(raw.at), recorded_at: momentOf(raw.recorded_at),
    data: raw.data ?? {}, person: raw.person ?? null, role: raw.role ?? "", supersedes: raw.supersedes ?? null,
    correction: raw.correction ?? "",
  };
}

/** The facts that were neither corrected, retracted nor moved, without the retractions. @param {Fact[]} facts */
export function inForce(facts) {
  const gone = new Set(facts.map((fact) => fact.supersedes).filter(Boolean));
  return facts.filter((fact) => !gone.has(fact.id) && !isWithdrawn(fact));
}

/** Whether a record has certain values. @param {Data} data @param {Where} where */
export function fits(data, where) {
  return Object.entries(where).every(([name, want]) => {
    const value = data[name] ?? null;
    return Array.isArray(want) ? want.includes(value) : value === want;
  });
}

/** Whether a record is what `towards` waits for. @param {Pathway} pathway @param {Fact} fact @param {string} towards */
export function counts(pathway, { kind, data }, towards) {
  const rows = pathway.counts_if[towards];
  if (!rows) return kind === towards;
  return rows.some((row) => row.kind === kind && fits(data, row.where));
}
