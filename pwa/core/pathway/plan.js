/**
 * The whole plan of a case: twin of `tongxin.core.pathway.plan`; what is to do, by whom, until when.
 *
 * @module
 */

import { evaluate } from "../language/evaluate.js";
import { Calendar, dueAt } from "./calendar.js";
import { factOf } from "./facts.js";
import { fold } from "./fold.js";
import { at, dayOf, momentOf, written } from "./moment.js";

/** @typedef {import("./state.js").CaseState} CaseState */
/** @typedef {import("./types").FactJson} FactJson */
/** @typedef {import("./types").Masked} Masked */
/** @typedef {import("./types").Moment} Moment */
/** @typedef {import("./types").Pathway} Pathway */
/** @typedef {import("./types").Span} Span */
/** @typedef {import("./types").Step} Step */
/** @typedef {import("./types").StepRule} StepRule */
/** @typedef {{id: string, since: Moment, whom: string}} Anchor */
/** @typedef {Record<string, string | boolean>} Names */

/**
 * Where a child stands at `now` (ISO text) after these facts; `masked` stands in for a grade that may not be known.
 *
 * @param {FactJson[]} facts
 * @param {{pathway: Pathway, calendar: import("./types").Calendar, now: string, masked?: Masked | null}} ground
 * @returns {CaseState}
 */
export function stateOf(facts, { pathway, calendar, now, masked = null }) {
  return fold(facts.map(factOf), { pathway, calendar: new Calendar(calendar), now: momentOf(now), masked });
}

/**
 * The steps of a case; an open case always has at least one.
 *
 * @param {CaseState} state
 * @returns {Step[]}
 */
export function plan(state) {
  if (!state.stage) return [];
  const names = state.names();
  let steps = state.pathway.steps.flatMap((rule) => stepsOf(rule, state, names));
  steps.push(...crisisSteps(state, names));
  if (!steps.length) steps.push(...stepsOf(state.pathway.fallback, state, names));
  const only = state.pathway.only[state.childState];
  if (only && !state.inCrisis) steps = steps.filter((step) => only.includes(step.rule));
  if (state.staffConcern) steps = steps.map((step) => ({ ...step, role: pastTheAccused(step.role, state.pathway) }));
  return steps.sort((one, two) => order(one.due_at, two.due_at) || order(one.key, two.key)).map(asText);
}

/** @typedef {Omit<Step, "due_at" | "climbs" | "waits_until"> & {due_at: Moment, climbs: Moment[], waits_until: Moment | null}} Exact */

/** @param {Exact} step @returns {Step} */
const asText = (step) => ({
  ...step, due_at: written(step.due_at), climbs: step.climbs.map(written),
  waits_until: step.waits_until === null ? null : written(step.waits_until),
});

/** @param {string | number} one @param {string | number} two */
const order = (one, two) => (one < two ? -1 : one > two ? 1 : 0);

/** When staff may be the danger, the nearest level has no part in it. @param {string} role @param {Pathway} pathway */
function pastTheAccused(role, pathway) {
  const skipped = pathway.staff_concern_skips;
  if (!skipped.includes(role)) return role;
  return (pathway.routing[role] ?? []).find((each) => !skipped.includes(each)) ?? role;
}

/** @param {StepRule} rule @param {CaseState} state @param {Names} names @returns {Exact[]} */
function stepsOf(rule, state, names) {
  if (evaluate(rule.when, names) !== true) return [];
  const span = rule.due ?? spanOf(rule.by_level, state);
  return span ? anchorsOf(rule, state).map((anchor) => stepOf(rule, state, anchor, span)) : [];
}

/** The span of the child's level; where the level may not be known, the one that came in its place. @param {string} table @param {CaseState} state */
function spanOf(table, { pathway, masked, level }) {
  return masked && masked.level === level ? masked.spans[table] : pathway.intervals[table]?.[level];
}

/** @param {StepRule} rule @param {CaseState} state @param {Anchor} anchor @param {Span} span @returns {Exact} */
function stepOf(rule, state, anchor, span) {
  const key = `${rule.id}:${anchor.id}`, { calendar } = state;
  let due = dueAt(span, anchor.since, calendar), role = rule.role;
  if (rule.each === "flags") {
    ({ due, role } = asAsked(anchor.id, state, due, dueAt(rule.longest ?? span, anchor.since, calendar), role));
  }
  const until = rule.may_wait ? state.reasons.get(key) : undefined;
  /** @type {Moment | null} */
  let waits = until === undefined ? null : Math.min(until, dueAt(span, due, calendar));
  if (waits !== null && waits > state.now) due = Math.max(due, waits);
  else waits = null;
  return {
    key, rule: rule.id, zh: rule.zh, form: rule.form, role, due_at: due, climbs: climbsOf(rule.climb, due, calendar),
    is_urgent: rule.is_urgent, organisation: rule.each.startsWith("referrals") ? anchor.whom : "",
    place: rule.each === "transfers" ? anchor.whom : "", waits_until: waits, may_wait: rule.may_wait ? span : null,
  };
}

/** By which day and role whoever raised a flag asked for it. @param {string} id @param {CaseState} state @param {Moment} due @param {Moment} last @param {string} role */
function asAsked(id, state, due, last, role) {
  const { due_on: asked, resolver } = state.flags.get(id)?.data ?? {};
  const latest = dayOf(last), who = String(resolver ?? "");
  return {
    due: typeof asked === "string" ? at(asked < latest ? asked : latest, state.calendar.dayEnds) : due,
    role: who in state.pathway.routing ? who : role,
  };
}

/** Overdue climbs one level at a time: each span counts from the climb before it. @param {Span[]} spans @param {Moment} due @param {Calendar} calendar */
function climbsOf(spans, due, calendar) {
  let since = due;
  return spans.map((span) => (since = dueAt(span, since, calendar)));
}

const ACCEPTED = ["accepted", "contacted", "in_service"];

/** What a step counts from, and whom it asks. @param {StepRule} rule @param {CaseState} state @returns {Anchor[]} */
function anchorsOf(rule, state) {
  const facts = (/** @type {Iterable<{id: string, recorded_at: Moment}>} */ found, whom = "") =>
    [...found].map(({ id, recorded_at: since }) => ({ id, since, whom }));
  switch (rule.each) {
    case "safety_checks":
      return state.alarms.openChecks.map(({ key, raised_at: since }) => ({ id: key, since, whom: "" }));
    case "referrals_sent":
      return [...state.referrals.values()].filter(({ answer }) => answer === "sent")
        .flatMap(({ fact }) => facts([fact], String(fact.data["to_organisation"] ?? "")));
    case "referrals_accepted":
      return facts([...state.referrals.values()].filter(({ answer }) => ACCEPTED.includes(answer)).map(({ fact }) => fact));
    case "household_checks": return facts(state.householdChecks.values());
    case "reports": return facts(state.reports.values());
    case "report_duties": return state.reportDuties.map(([id, since]) => ({ id, since, whom: "" }));
    case "flags": return facts(state.flags.values());
    case "held": return facts(state.held.values());
    case "transfers": {
      const fact = state.last.get("transfer_out");
      return fact ? facts([fact], String(fact.data["to_division"] ?? "")) : [];
    }
  }
  const newest = newestOf(rule.anchor, state);
  return newest ? facts([newest]) : [];
}

/** @param {string[]} kinds @param {CaseState} state @returns {{id: string, recorded_at: Moment} | undefined} */
function newestOf(kinds, state) {
  const episode = state.alarms.episode;
  if (kinds.includes("crisis") && episode) return { id: episode.entry, recorded_at: episode.began_at };
  const wanted = kinds.includes("any") ? [...state.last.keys()] : kinds;
  const found = wanted.flatMap((kind) => state.last.get(kind) ?? []).map((fact) => ({ ...fact }));
  if (kinds.includes("grade") && state.grades.since) found.push(/** @type {any} */ (state.grades.since));
  return found.reduce((best, fact) => (best === undefined || fact.seq > best.seq ? fact : best), /** @type {any} */ (undefined));
}

/** @param {CaseState} state @param {Names} names @returns {Exact[]} */
function crisisSteps({ alarms: { episode }, pathway, calendar }, names) {
  if (!episode) return [];
  return pathway.crisis_steps.flatMap((rule) => {
    const done = episode.taken.filter((each) => each.step === rule.id).length;
    if (done >= rule.times || evaluate(rule.when, names) !== true) return [];
    let due = episode.began_at;
    for (let time = 0; time <= done; time += 1) due = dueAt(rule.clock, due, calendar);
    return [{
      key: `crisis.${rule.id}:${episode.entry}:${done + 1}`, rule: `crisis.${rule.id}`, zh: rule.zh,
      form: "crisis_step", role: rule.role, due_at: due, climbs: climbsOf(pathway.crisis_climb, due, calendar),
      is_urgent: true, organisation: "", place: "", waits_until: null, may_wait: null,
    }];
  });
}
