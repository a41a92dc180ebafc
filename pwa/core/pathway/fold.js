/**
 * From facts to state: twin of `fold` in `tongxin.core.pathway.state`.
 *
 * @module
 */

import { dueAt } from "./calendar.js";
import { takeWatch } from "./crises.js";
import { counts, fits, inForce, isWithdrawn } from "./facts.js";
import { answer, endByConsent, sent } from "./handovers.js";
import { momentOf } from "./moment.js";
import { CaseState, CONTACT, NO_GUARDIAN, UNGUARDED } from "./state.js";

/** @typedef {import("./types").Data} Data */
/** @typedef {import("./types").Fact} Fact */
/** @typedef {import("./types").Masked} Masked */
/** @typedef {import("./types").Moment} Moment */
/** @typedef {import("./types").Pathway} Pathway */
/** @typedef {import("./calendar.js").Calendar} Calendar */

/** @type {Record<string, string>} */
const STATES = { found: "present", returned: "present" };
const PAPERS = ["no_hukou", "no_id", "hukou_settled"];
// Of a record that was set apart: which clocks run on from its moment.
const ANCHOR = "anchor";
const LOOKED_INTO = "ask_concern";
// Whoever reports a danger has answered what was asked about words in earlier records.
const ANSWERS_HEARD = ["crisis_report", "report"];

/**
 * The state at `now` after these facts, in their order.
 *
 * @param {Fact[]} facts
 * @param {{pathway: Pathway, calendar: Calendar, now: Moment, masked: Masked | null}} ground
 */
export function fold(facts, ground) {
  const state = new CaseState(ground);
  const current = new Set(inForce(facts).map((fact) => fact.id));
  for (const fact of facts) {
    state.alarms.take(fact);
    state.grades.take(fact, state.inCrisis);
    hear(state, fact);
    state.courses.hear(fact);
    if (current.has(fact.id)) {
      state.courses.take(fact);
      take(state, fact);
      const service = state.courses.givenIn(fact);
      if (service) state.care.given.set(service, fact);
      count(state, fact);
    } else if (fact.kind === "report") noteDuty(state, fact);
    reopenInCrisis(state);
  }
  state.alarms.lapse(ground.now);
  reopenInCrisis(state);
  standIn(state);
  state.expiresAt = expiry(state);
  return state;
}

/** Where copies that wait for a person say the child is, when that is the safer word. @param {CaseState} state */
function standIn(state) {
  for (const fact of state.held.values()) {
    const said = text(fact.data, "state", "");
    if (!said) continue;
    state.childState = STATES[said] ?? said;
    state.last.set("child_state", fact);
  }
}

/** What was written asks its question also when words were corrected away; a version that asks all of it again asks in its place. @param {CaseState} state @param {Fact} fact */
function hear(state, fact) {
  const kinds = kindsOf(fact);
  if (kinds.length === 0) return;
  const before = state.heard.get(fact.supersedes ?? "");
  if (before && kindsOf(before).every((kind) => kinds.includes(kind))) state.heard.delete(before.id);
  state.heard.set(fact.id, fact);
}

/** @param {Fact} fact @returns {unknown[]} */
function kindsOf({ data: { heard } }) {
  return Array.isArray(heard) ? heard : [];
}

/** What doesn't count starts no clock: the one before is still due. @param {CaseState} state @param {Fact} fact */
function count(state, fact) {
  const { pathway } = state, { towards } = fact.data;
  if (fact.kind === ANCHOR) {
    for (const clock of Array.isArray(towards) ? towards : []) state.last.set(String(clock), fact);
    return;
  }
  if (counts(pathway, fact, fact.kind)) state.last.set(fact.kind, fact);
  if (pathway.professionals.includes(fact.role) && counts(pathway, fact, CONTACT)) state.last.set(CONTACT, fact);
}

/** A child in danger has an open file, whatever was closed before. @param {CaseState} state */
function reopenInCrisis(state) {
  if (!state.inCrisis || !state.pathway.closed_stages.includes(state.stage)) return;
  state.stage = state.pathway.crisis_reopens;
  state.isOpen = true;
}

/** @param {Data} data @param {string} name @param {string} otherwise */
const text = (data, name, otherwise) => String(data[name] ?? otherwise);

/** @type {Record<string, (state: CaseState, fact: Fact) => void>} */
const TAKES = {
  identification: (state, { data }) => (state.identified = text(data, "result", "incomplete")),
  assessment: (state, fact) => (state.grades.assessed = fact),
  feedback: (state, { data }) => {
    state.feedback = text(data, "outcome", "none");
    state.mayRefer = state.feedback === "agrees" || data["stand_in_decision"] === "given";
  },
  child_state: (state, { data }) => {
    const said = text(data, "state", "unknown");
    if (!PAPERS.includes(said)) state.childState = STATES[said] ?? said;
  },
  referral: (state, fact) => state.referrals.set(fact.id, sent(fact)),
  referral_answer: answer,
  crisis_watch: takeWatch,
  task_reason: noteReason,
  consent: noteConsent,
  held: (state, fact) => state.held.set(fact.id, fact),
  held_settlement: (state, { data }) => settle(state.held, data["held"]),
  household_alarm: noteDuty,
  household_check: noteDuty,
  report: noteDuty,
  report_answer: noteDuty,
  flag: (state, fact) => state.flags.set(fact.id, fact),
  flag_answer: (state, { data }) => settle(state.flags, data["flag"]),
  rights_request: (state, fact) => state.rights.set(fact.id, fact),
  rights_answer: (state, { data }) => settle(state.rights, data["right"]),
  heard_answer: (state, { data }) => settle(state.heard, data["record"]),
};

/** @param {CaseState} state @param {Fact} fact */
function take(state, fact) {
  TAKES[fact.kind]?.(state, fact);
  if (ANSWERS_HEARD.includes(fact.kind)) state.heard.clear();
  if (fact.kind === "report" || fact.kind === "report_ruling") answerDuty(state, fact);
  state.care.take(fact, state.pathway.aftercare);
  state.conferences.take(fact);
  state.reporting.take(fact);
  state.arrangements.take(fact);
  noteConcern(state, fact.data);
  noteDetails(state, fact.data);
  move(state, fact);
}

/** One “yes” stays until somebody looked into it; a routine “no” does not outweigh it. @param {CaseState} state @param {Data} data */
function noteConcern(state, data) {
  const { is_concern: said, guardian_page: page, concern_from: source, alarms, step } = data;
  const isDoubted = said === "unknown" || page === "no";
  const isAlarming = Array.isArray(alarms) && alarms.length > 0;
  if (Array.isArray(source) && source.includes("staff")) state.staffConcern = true;
  if (said === "yes") setConcern(state, true);
  else if ((said === "no" && step === LOOKED_INTO) || page === "yes") setConcern(state, false);
  else if (isDoubted || isAlarming) {
    state.concernDoubted ||= isDoubted;
    state.concernCleared &&= !isAlarming;
  }
}

/** @param {CaseState} state @param {boolean} isConcern */
function setConcern(state, isConcern) {
  state.isConcern = isConcern;
  state.concernCleared = !isConcern;
  state.concernDoubted = false;
}

/** @param {CaseState} state @param {Fact} fact */
function move(state, { kind, data }) {
  if ((kind === "closure_decision" || kind === "closure") && state.inCrisis) return;
  const closed = state.pathway.closed_stages;
  const isOver = closed.includes(state.stage);
  const found = state.pathway.moves.find((each) => each.kind === kind && fits(data, each.where)
    && (each.from.length ? each.from.includes(state.stage || "none") : !isOver));
  if (found) state.stage = found.to;
  state.isOpen = state.stage !== "" && !closed.includes(state.stage);
}

/** What a roster left doubtful, until a correction gives it. @param {CaseState} state @param {Data} data */
function noteDetails(state, { details, given }) {
  if (Array.isArray(details)) state.details = details.map(String);
  if (!Array.isArray(given)) return;
  const needs = state.pathway.details;
  state.details = state.details.filter((code) => !given.includes(needs[code] ?? null));
}

/** @param {CaseState} state @param {Fact} fact */
function noteReason(state, { data: { until, task } }) {
  if (typeof until === "string") state.reasons.set(String(task), momentOf(until));
}

/** @param {CaseState} state @param {Fact} fact */
function noteConsent(state, fact) {
  const { data } = fact;
  if (data["stand_in_reason"] === NO_GUARDIAN) state.last.set(UNGUARDED, fact);
  const [purposes, answer] = [data["purposes"], text(data, "answer", "given")];
  if (answer === "unreachable") return;
  for (const purpose of Array.isArray(purposes) ? purposes : []) {
    state.consents.set(String(purpose), answer);
    if (purpose !== "refer") continue;
    state.mayRefer = answer === "given";
    if (answer === "withdrawn") endByConsent(state);
  }
}

/** @param {CaseState} state @param {Fact} fact */
function noteDuty(state, fact) {
  if (fact.kind === "household_alarm") state.householdChecks.set(fact.id, fact);
  else if (fact.kind === "household_check") {
    if (counts(state.pathway, fact, fact.kind)) settle(state.householdChecks, fact.data["household"]);
  } else if (fact.kind === "report") {
    if (!isWithdrawn(fact)) state.reports.set(fact.id, fact);
  } else settle(state.reports, fact.data["report"]);
}

/** A report or a ruling answers the duty it names; one that names none answers the oldest. @param {CaseState} state @param {Fact} fact */
function answerDuty(state, fact) {
  const waiting = state.reportDuties.map(([key]) => key);
  const named = fact.data["duty"] || waiting[0];
  if (typeof named === "string" && waiting.includes(named)) state.reported.add(named);
}

/** Settle the one that is named, without a name only the single one that waits. @param {Map<string, Fact>} waiting @param {unknown} named */
function settle(waiting, named) {
  if (typeof named === "string" && waiting.has(named)) waiting.delete(named);
  else if (!named && waiting.size === 1) waiting.clear();
}

/** Evidence expires at the grade's re-assessment interval and the grace after it. @param {CaseState} state */
function expiry({ grades, pathway, calendar }) {
  const span = pathway.intervals["reassess"]?.[grades.effective];
  if (!grades.assessed || !span || grades.masked) return null;
  return dueAt(pathway.evidence_grace, dueAt(span, grades.assessed.at, calendar), calendar);
}
