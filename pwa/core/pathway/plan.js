/**
 * The whole plan of a case: twin of `tongxin.core.pathway.plan`; what is to do, by whom, until when.
 *
 * @module
 */

import { evaluate } from "../language/evaluate.js";
import { Calendar, dueAt } from "./calendar.js";
import * as arrangements from "./arrangements.js";
import * as care from "./care.js";
import * as conferences from "./conferences.js";
import * as courses from "./courses.js";
import { waitingWatch } from "./crises.js";
import { factOf } from "./facts.js";
import { fold } from "./fold.js";
import { waiting } from "./handovers.js";
import { at, dayOf, momentOf, written } from "./moment.js";
import * as reporting from "./reporting.js";

/** @typedef {import("./state.js").CaseState} CaseState */
/** @typedef {import("./types").FactJson} FactJson */
/** @typedef {import("./types").Masked} Masked */
/** @typedef {import("./types").Moment} Moment */
/** @typedef {import("./types").Pathway} Pathway */
/** @typedef {import("./types").Span} Span */
/** @typedef {import("./types").Step} Step */
/** @typedef {import("./types").StepRule} StepRule */
/** @typedef {import("./handovers.js").Anchor} Anchor */
/** @typedef {Record<string, string | boolean>} Names */

/** What says itself by which day and whose work it is, with who finds it. @type {Record<string, (each: string, state: CaseState) => Anchor[]>} */
const SAYS_ITSELF = Object.fromEntries(
  [care, conferences, arrangements, courses, reporting].flatMap(({ EACH, waiting: found }) => EACH.map((each) => [each, found])),
);

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
  return anchorsOf(rule, state).flatMap((anchor) => {
    const span = rule.due ?? (rule.by_urgency ? clockOf(rule.by_urgency, anchor, state) : spanOf(rule.by_level, state));
    return span && !isPast(anchor, state) ? [stepOf(rule, state, anchor, span)] : [];
  });
}

/** The span of the child's level; where the level may not be known, the one that came in its place. @param {string} table @param {CaseState} state */
function spanOf(table, { pathway, masked, level }) {
  return masked && masked.level === level ? masked.spans[table] : pathway.intervals[table]?.[level];
}

/** @param {string} table @param {Anchor} anchor @param {CaseState} state */
function clockOf(table, { urgency = "" }, { pathway }) {
  const clocks = pathway.referral_clocks[table] ?? {};
  return clocks[urgency] ?? clocks["otherwise"];
}

/** @param {StepRule} rule @param {CaseState} state @param {Anchor} anchor @param {Span} span @returns {Exact} */
function stepOf(rule, state, anchor, span) {
  const key = `${rule.id}:${anchor.id}`, { calendar } = state;
  let due = dueAt(span, anchor.since, calendar), role = rule.role;
  if (rule.each === "flags" || rule.each === "rights") {
    const fact = state[rule.each].get(anchor.id);
    ({ due, role } = asAsked(fact, state, due, dueAt(rule.longest ?? span, anchor.since, calendar), role));
  } else if (rule.each in SAYS_ITSELF) {
    due = ofCare(anchor, state, due, dueAt(rule.longest ?? span, anchor.since, calendar));
    role = (anchor.role ?? "") in state.pathway.routing ? anchor.role ?? role : role;
  }
  const until = rule.may_wait ? state.reasons.get(key) : undefined;
  /** @type {Moment | null} */
  let waits = until === undefined ? null : Math.min(until, dueAt(span, due, calendar));
  if (waits !== null && waits > state.now) due = Math.max(due, waits);
  else waits = null;
  const sooner = rule.by_urgency ? state.pathway.referral_climb[anchor.urgency ?? ""] : undefined;
  return {
    key, rule: rule.id, zh: anchor.more ? `${rule.zh}：${anchor.more}` : rule.zh, form: rule.form, role, due_at: due,
    climbs: climbsOf(sooner ?? rule.climb, due, calendar), is_urgent: rule.is_urgent || Boolean(sooner), organisation: rule.each === "decisions" || rule.each.startsWith("referrals") ? anchor.whom : "",
    place: rule.each === "transfers" ? anchor.whom : "", waits_until: waits, may_wait: rule.may_wait ? span : null,
  };
}

/** By which day and role a flag or a request is to be settled. @param {import("./types").Fact | undefined} fact @param {CaseState} state @param {Moment} due @param {Moment} last @param {string} role */
function asAsked(fact, state, due, last, role) {
  const { due_on: asked, resolver } = fact?.data ?? {};
  const latest = dayOf(last), who = String(resolver ?? "");
  return {
    due: typeof asked === "string" ? at(asked < latest ? asked : latest, state.calendar.dayEnds) : due,
    role: who in state.pathway.routing ? who : role,
  };
}

/** So long after as it says, or by the day that it names, no later than the longest. @param {Anchor} anchor @param {CaseState} state @param {Moment} due @param {Moment} last */
function ofCare({ every, since, dueOn }, { calendar }, due, last) {
  if (every) return dueAt(every, since, calendar);
  return dueOn ? Math.min(at(dueOn, calendar.dayEnds), last) : due;
}

/** Whether the next time would lie behind the last day of a service. @param {Anchor} anchor @param {CaseState} state */
function isPast({ every, since, until }, { calendar }) {
  return Boolean(every && until && dayOf(dueAt(every, since, calendar)) > until);
}

/** Overdue climbs one level at a time: each span counts from the climb before it. @param {Span[]} spans @param {Moment} due @param {Calendar} calendar */
function climbsOf(spans, due, calendar) {
  let since = due;
  return spans.map((span) => (since = dueAt(span, since, calendar)));
}

/** What a step counts from, and whom it asks. @param {StepRule} rule @param {CaseState} state @returns {Anchor[]} */
function anchorsOf(rule, state) {
  const facts = (/** @type {Iterable<{id: string, recorded_at: Moment}>} */ found) =>
    [...found].map(({ id, recorded_at: since }) => ({ id, since, whom: "" }));
  switch (rule.each) {
    case "safety_checks":
      return state.alarms.openChecks.map(({ key, raised_at: since }) => ({ id: key, since, whom: "" }));
    case "household_checks": return facts(state.householdChecks.values());
    case "reports": return facts(state.reports.values());
    case "report_duties": return state.reportDuties.map(([id, since]) => ({ id, since, whom: "" }));
    case "flags": return facts(state.flags.values());
    case "rights": return facts(state.rights.values());
    case "heard": return facts(state.heard.values());
    case "watch": return waitingWatch(state);
    case "held": return facts(state.held.values());
  }
  const found = SAYS_ITSELF[rule.each];
  if (found) return found(rule.each, state);
  if (rule.each) return waiting(rule.each, state);
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
      form: "crisis_step", role: rule.role, due_at: due, climbs: climbsOf(rule.climb ?? pathway.crisis_climb, due, calendar),
      is_urgent: true, organisation: "", place: "", waits_until: null, may_wait: null,
    }];
  });
}
