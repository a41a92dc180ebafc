/**
 * A dispute that is mediated, a child entrusted to somebody's care: twin of `tongxin.core.pathway.arrangements`.
 *
 * @module
 */

import { at } from "./moment.js";

/** @typedef {import("./state.js").CaseState} CaseState */
/** @typedef {import("./types").Data} Data */
/** @typedef {import("./types").Fact} Fact */
/** @typedef {import("./handovers.js").Anchor} Anchor */
/** @typedef {{fact: Fact, last: Fact, state: string, dueOn: string}} Mediation */
/** @typedef {{fact: Fact, endsOn: string, untold: boolean, renewed: Fact, checked: Fact | null, isSeen: boolean, isSilent: boolean, hasCarer: boolean}} Entrusted */

export const EACH = [
  "mediations", "mediations_agreed", "mediations_failed", "entrusted_first", "entrusted_contact", "entrusted_silent",
  "entrusted_end", "entrusted_untold", "entrusted_carer",
];
const MEDIATION = "mediation", RESULT = "mediation_result", FOLLOWED = "mediation_follow";
const AGREED = ["agreed", "part", "kept"], OVER = ["returned", "ended"];
const ACTS_ON_FAILED = ["referral", "follow_up", MEDIATION];
/** @type {Record<string, string>} */
const WANTED = { mediations: "open", mediations_agreed: "agreed", mediations_failed: "failed" };

/** @param {unknown} value */
const text = (value) => String(value || "");
/** @param {Data} data */
const isUntold = (data) => data["told_school"] === "not_yet" || data["told_village"] === "not_yet";
/** An empty list of dangers is none. @param {unknown} alarms */
const isBarred = (alarms) => (Array.isArray(alarms) ? alarms.length > 0 : Boolean(alarms));

/** Mediations of one child by their entries, and the entrusted care in force. */
export class Arrangements {
  constructor() {
    /** @type {Map<string, Mediation>} */
    this.mediations = new Map();
    /** @type {Entrusted | null} */
    this.entrusted = null;
  }

  /** Note one fact in force; a dispute with a danger in it is never mediated. @param {Fact} fact */
  take(fact) {
    const { kind, data } = fact;
    if (kind === MEDIATION && !isBarred(data["alarms"])) {
      this.mediations.set(fact.id, { fact, last: fact, state: "open", dueOn: "" });
    } else if (kind === RESULT || kind === FOLLOWED) {
      const known = this.named(fact);
      if (known) goOn(known, fact);
    } else if (kind === "entrusted_care") {
      this.entrusted = {
        fact, endsOn: text(data["ends_on"]), untold: isUntold(data), renewed: fact, checked: null, isSeen: false,
        isSilent: false, hasCarer: false,
      };
    } else if (kind === "entrusted_check" && this.entrusted) this.check(this.entrusted, fact);
    else if (kind === "carer_change" && this.entrusted && data["is_entrusted"] === "yes") this.entrusted.hasCarer = true;
  }

  /** The mediation that is named; where none is, the only one in which this can come. @param {Fact} fact */
  named({ kind, data }) {
    const stands = kind === RESULT ? "open" : "agreed", named = String(data["mediation"] ?? "");
    const waiting = [...this.mediations.values()].filter(({ state }) => state === stands);
    if (this.mediations.has(named)) return waiting.find(({ fact }) => fact.id === named);
    return waiting.length === 1 ? waiting[0] : undefined;
  }

  /** @param {Entrusted} known @param {Fact} fact */
  check(known, fact) {
    const { data } = fact;
    if (OVER.includes(text(data["outcome"]))) {
      this.entrusted = null;
      return;
    }
    known.checked = fact;
    known.isSeen ||= data["seen_in_person"] === "yes";
    known.isSilent = data["contact_kept"] === "no";
    known.untold &&= isUntold(data);
    if (data["outcome"] === "renewed" && data["ends_on"]) {
      known.endsOn = text(data["ends_on"]);
      known.renewed = fact;
    }
  }

  /** What the rules of the steps may know of both. */
  names() {
    const states = [...this.mediations.values()].map(({ state }) => state);
    return {
      mediation_open: states.includes("open"), mediation_agreed: states.includes("agreed"),
      entrusted_open: this.entrusted !== null,
    };
  }
}

/** @param {Mediation} known @param {Fact} fact */
function goOn(known, fact) {
  const outcome = text(fact.data["outcome"]);
  known.last = fact;
  known.dueOn = text(fact.data["next_on"]);
  if (outcome === "goes_on") return;
  if (AGREED.includes(outcome)) known.state = known.dueOn ? "agreed" : "ended";
  else known.state = fact.data["then"] === "none" ? "ended" : "failed";
}

/** What the steps about both count from. @param {string} each @param {CaseState} state @returns {Anchor[]} */
export function waiting(each, state) {
  const { mediations, entrusted } = state.arrangements;
  if (each in WANTED) {
    return [...mediations].flatMap(([id, known]) => {
      const isHere = known.state === WANTED[each] && !(known.state === "failed" && acted(state, known.last));
      return isHere ? [{ id, since: known.last.recorded_at, whom: "", dueOn: known.dueOn }] : [];
    });
  }
  return entrusted ? ofCare(each, entrusted) : [];
}

/** @param {string} each @param {Entrusted} known @returns {Anchor[]} */
function ofCare(each, { fact, checked, isSeen, isSilent, renewed, endsOn: dueOn, untold, hasCarer }) {
  const from = (/** @type {Fact} */ { id, recorded_at: since }, /** @type {Partial<Anchor>} */ more = {}) =>
    ({ id, since, whom: "", ...more });
  switch (each) {
    case "entrusted_first": return isSeen ? [] : [from(fact, { since: begins(fact) })];
    case "entrusted_contact": return isSeen && checked && !isSilent ? [from(checked)] : [];
    case "entrusted_silent": return isSilent && checked ? [from(checked)] : [];
    case "entrusted_end": return dueOn ? [from(renewed, { dueOn })] : [];
    case "entrusted_untold": return untold ? [from(fact)] : [];
    case "entrusted_carer": return hasCarer ? [] : [from(fact)];
  }
  return [];
}

/** From when the care counts: its first day, or its record where that came later. @param {Fact} fact */
function begins({ data, recorded_at: since }) {
  const day = text(data["starts_on"]);
  return day ? Math.max(since, at(day, 0)) : since;
}

/** @param {CaseState} state @param {Fact} since */
const acted = (state, since) => ACTS_ON_FAILED.some((kind) => (state.last.get(kind)?.seq ?? 0) > since.seq);
