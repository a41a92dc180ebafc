/**
 * After a mandatory report: twin of `tongxin.core.pathway.reporting`.
 *
 * @module
 */

import { isWithdrawn } from "./facts.js";

/** @typedef {import("./state.js").CaseState} CaseState */
/** @typedef {import("./types").Fact} Fact */
/** @typedef {import("./types").Pathway} Pathway */
/** @typedef {import("./handovers.js").Anchor} Anchor */

export const EACH = ["report_gaps", "reports_untold"];

/** @param {unknown} value @returns {string[]} */
const listed = (value) => (Array.isArray(value) ? value.map(String) : []);

/** The reports in force, oldest first, and the answers of which whoever reported doesn't know yet. */
export class Reporting {
  constructor() {
    /** @type {Fact[]} */
    this.made = [];
    /** @type {Map<string, Fact>} */
    this.untold = new Map();
  }

  /** Note one fact in force. @param {Fact} fact */
  take(fact) {
    if (fact.kind === "report" && !isWithdrawn(fact)) this.made.push(fact);
    else if (fact.kind === "report_answer") {
      const named = String(fact.data["report"] ?? ""), told = fact.data["reporter_told"];
      if (told === "no") {
        if (!this.untold.has(named || fact.id)) this.untold.set(named || fact.id, fact);
      } else if (told === "yes") {
        if (named) this.untold.delete(named);
        else this.untold.clear();
      }
    }
  }

  /** The bodies that a situation names and that no report from then on told. @param {Pathway["report_bodies"]} rules @returns {Map<string, Fact>} */
  gaps(rules) {
    /** @type {Map<string, Fact>} */
    const found = new Map();
    this.made.forEach((fact, at) => {
      if (!("reported_to" in fact.data)) return;
      const told = new Set(this.made.slice(at).flatMap((later) => listed(later.data["reported_to"])));
      for (const situation of listed(fact.data["situations"])) {
        for (const body of rules.situations?.[situation] ?? []) {
          if (!told.has(body) && !found.has(body)) found.set(body, fact);
        }
      }
    });
    return found;
  }

  /** What the rules of the steps may know of it. @param {CaseState} state */
  names({ pathway }) {
    return { report_gap_open: this.gaps(pathway.report_bodies ?? {}).size > 0, reporter_untold: this.untold.size > 0 };
  }
}

/** What the steps after a report count from. @param {string} each @param {CaseState} state @returns {Anchor[]} */
export function waiting(each, { reporting, pathway }) {
  if (each === "reports_untold") {
    return [...reporting.untold].map(([id, fact]) => ({ id, since: fact.recorded_at, whom: "" }));
  }
  const rules = pathway.report_bodies ?? {}, zh = rules.bodies ?? {};
  return [...reporting.gaps(rules)].map(([body, fact]) => (
    { id: `${body}:${fact.id}`, since: fact.recorded_at, whom: "", more: zh[body] ?? body }
  ));
}
