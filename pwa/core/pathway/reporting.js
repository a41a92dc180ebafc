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

/** The reports in force, by matter, and the answers of which whoever reported doesn't know yet. */
export class Reporting {
  constructor() {
    /** @type {Fact[][]} */
    this.matters = [];
    /** @type {Set<string>} */
    this.awaiting = new Set();
    /** @type {Map<string, Fact>} */
    this.untold = new Map();
  }

  /** Note one fact in force. @param {Fact} fact */
  take(fact) {
    if (fact.kind === "report" && !isWithdrawn(fact)) {
      if (!this.awaiting.size) this.matters.push([]);
      this.matters[this.matters.length - 1]?.push(fact);
      this.awaiting.add(fact.id);
    } else if (fact.kind === "report_answer") this.#answered(String(fact.data["report"] ?? ""), fact);
  }

  /** @param {string} named @param {Fact} fact */
  #answered(named, fact) {
    if (named) this.awaiting.delete(named);
    else this.awaiting.clear();
    const told = fact.data["reporter_told"];
    if (told === "no" && !this.untold.has(named || fact.id)) this.untold.set(named || fact.id, fact);
    if (told === "yes") {
      if (named) this.untold.delete(named);
      else this.untold.clear();
    }
  }

  /** The bodies that a situation names and that no report of the matter told. @param {Pathway["report_bodies"]} rules @returns {Map<string, Fact>} */
  gaps(rules) {
    /** @type {Map<string, Fact>} */
    const found = new Map();
    for (const matter of this.matters) {
      const told = new Set(matter.flatMap(({ data }) => listed(data["reported_to"])));
      for (const fact of matter.filter(({ data }) => "reported_to" in data)) {
        for (const body of listed(fact.data["situations"]).flatMap((each) => rules.situations?.[each] ?? [])) {
          if (!told.has(body) && !found.has(body)) found.set(body, fact);
        }
      }
    }
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
