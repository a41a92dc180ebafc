/**
 * Courses of counselling: twin of `tongxin.core.pathway.courses`; how a course is to go is told by its first record.
 *
 * @module
 */

import { at, DAY, dayAfter, dayOf } from "./moment.js";

/** @typedef {import("./state.js").CaseState} CaseState */
/** @typedef {import("./types").Fact} Fact */
/** @typedef {import("./types").Moment} Moment */
/** @typedef {import("./types").Span} Span */
/** @typedef {import("./handovers.js").Anchor} Anchor */
/** @typedef {{id: string, scale: string, every: Span}} Measure */
/** @typedef {{measure: string, better: string, after: {days: number}, by: Record<string, number>, reach: number}} Response */
/** @typedef {{every: Span, missed: number, idle: {days: number}, ahead: {days: number}, measures: Measure[], response: Response | null}} Plan */
/** @typedef {{start: Fact, plan: Plan | null, role: string, sessions: Fact[], reviews: Fact[], shares: Fact[], asks: Fact[], end: Fact | null, measured: Map<string, [Fact, number][]>}} Course */

export const EACH = [
  "course_sessions", "course_missed", "course_measures", "course_reviews", "course_no_response", "course_crises",
  "course_pauses", "course_idle", "course_over", "course_raises", "course_asks",
];
const [START, SESSION, REVIEW, END, ASK] = ["course_start", "session", "course_review", "course_end", "course_ask"];
const ANSWERS_RAISE = [START, "plan", "referral"];

/** @param {unknown} value */
const text = (value) => (value ? String(value) : "");
/** @param {Fact[]} facts @returns {Fact} */
const newest = (facts) => facts.reduce((one, two) => (two.seq > one.seq ? two : one));
/** @param {string} day @returns {Moment} */
const morning = (day) => at(day, 0);

/** The records of counselling in force, and which record came in place of which. */
export class Courses {
  constructor() {
    /** @type {Fact[]} */
    this.starts = [];
    /** @type {Fact[]} */
    this.followed = [];
    /** @type {Fact[]} */
    this.scored = [];
    /** @type {Map<string, string>} */
    this.instead = new Map();
  }

  /** A corrected start keeps the sessions that named it. @param {Fact} fact */
  hear({ id, kind, supersedes }) {
    if (kind === START && supersedes) this.instead.set(supersedes, id);
  }

  /** Note one fact in force. @param {Fact} fact */
  take(fact) {
    const { kind, data } = fact;
    if (kind === START) this.starts.push(fact);
    else if ([SESSION, REVIEW, END, ASK].includes(kind)) this.followed.push(fact);
    if (data["scores"] || (data["carer_index"] ?? null) !== null) this.scored.push(fact);
  }

  /** @param {Fact} fact */
  startOf({ data }) {
    let named = text(data["course"]).split(":")[0] ?? "";
    while (this.instead.has(named)) named = this.instead.get(named) ?? "";
    if (!named) return this.starts.length === 1 ? this.starts[0] : undefined;
    return this.starts.find(({ id }) => id === named);
  }

  /** The service of a plan that a session gives; empty when nobody came. @param {Fact} fact */
  givenIn(fact) {
    if (fact.kind !== SESSION || fact.data["attended"] !== "present") return "";
    return text(this.startOf(fact)?.data["service"]);
  }

  /** Every course with what belongs to it. @returns {Course[]} */
  all() {
    /** @type {Map<string, Course>} */
    const found = new Map(this.starts.map((start) => [start.id, {
      start, plan: /** @type {Plan | null} */ (start.data["course_plan"] ?? null), role: text(start.data["provider"]),
      sessions: [], reviews: [], shares: [], asks: [], end: null, measured: new Map(),
    }]));
    for (const fact of this.followed) {
      const course = found.get(this.startOf(fact)?.id ?? "");
      if (!course) continue;
      if (fact.kind === SESSION) course.sessions.push(fact);
      else if (fact.kind === END) course.end = fact;
      else if (fact.kind === ASK) course.asks.push(fact);
      // Who else reads it decides nothing about how the course goes on.
      else (["shared", "kept"].includes(text(fact.data["decision"])) ? course.shares : course.reviews).push(fact);
    }
    for (const course of found.values()) course.measured = measured(course, this.scored);
    return [...found.values()];
  }

  get open() {
    return this.all().filter(({ end }) => end === null);
  }
}

/** What the rules of the steps may ask about counselling. @param {CaseState} state */
export function courseNames(state) {
  return { course_open: state.courses.open.length > 0, course_raised: raises(state).length > 0, course_asked: asks(state).length > 0 };
}

/** @param {Course} course */
const reviewOf = ({ reviews }) => reviews[reviews.length - 1] ?? null;
/** @param {Course} course */
const isPaused = (course) => reviewOf(course)?.data["decision"] === "paused";
/** @param {Course} course */
const heldIn = ({ sessions }) => sessions.filter(({ data }) => data["attended"] === "present");
/** @param {Course} course */
const lastOf = ({ start, sessions }) => (sessions.length ? newest(sessions) : start);

/** @param {Course} course */
function isOver(course) {
  const planned = course.start.data["planned"];
  return heldIn(course).length >= (Number.isInteger(planned) && Number(planned) > 0 ? Number(planned) : 1);
}

/** Whether the measure that counts got better as much as is wanted; null while nobody can tell. @param {Course} course */
export function responds({ plan, measured: scores }) {
  const rule = plan?.response;
  const told = rule ? (scores.get(rule.measure) ?? []).map(([, score]) => score) : [];
  if (!rule || told.length < 2) return null;
  const sign = rule.better === "higher" ? 1 : -1;
  const first = (told[0] ?? 0) * sign, last = (told[told.length - 1] ?? 0) * sign, reach = (rule.reach || 0) * sign;
  if (last < reach) return false;
  if (first >= reach) return null;
  const { percent, points } = rule.by;
  return percent === undefined ? last - first >= (points ?? 0) : (last - first) * 100 >= percent * Math.abs(first);
}

/** The day on which somebody looks whether it helps. @param {Course} course */
function thinkOn(course) {
  const review = reviewOf(course), day = text(review?.data["review_on"]);
  if (review) return day;
  const after = course.plan?.response?.after;
  const began = text(course.start.data["starts_on"]) || dayOf(course.start.at);
  return after ? dayAfter(began, after.days) : "";
}

/** Which questionnaire is due next, the record it was last filled in with, and when. @param {Course} course @param {Plan} plan */
function measureDue(course, plan) {
  /** @type {{name: string, last: Fact, due: Moment} | null} */
  let soonest = null;
  for (const { id: name, every } of plan.measures) {
    const known = course.measured.get(name) ?? [];
    const last = known[known.length - 1]?.[0] ?? course.start, due = again(course, plan, every, last);
    const isSooner = soonest === null || (due !== null && (due < soonest.due || (due === soonest.due && name < soonest.name)));
    if (due !== null && isSooner) soonest = { name, last, due };
  }
  return soonest;
}

/** @param {Course} course @param {Plan} plan @param {Span} every @param {Fact} last @returns {Moment | null} */
function again(course, plan, { days, sessions = 1 }, last) {
  if (days !== undefined) return last.recorded_at + days * DAY;
  const since = heldIn(course).filter(({ seq }) => last === course.start || seq > last.seq)[sessions - 1];
  return since ? since.recorded_at + plan.ahead.days * DAY : null;
}

/** What the steps of counselling count from. @param {string} each @param {CaseState} state @returns {Anchor[]} */
export function waiting(each, state) {
  if (each === "course_raises") return raises(state);
  if (each === "course_asks") return asks(state);
  return state.courses.open.flatMap((course) => {
    const { plan } = course;
    if (!plan) return [];
    if (each === "course_crises") return crises(course, state);
    if (each === "course_pauses") return pauses(course, state);
    return isPaused(course) ? [] : going(each, course, plan, state);
  });
}

/** @param {string} id @param {Moment} since @param {Course} course @param {Partial<Anchor>} [more] @returns {Anchor[]} */
const from = (id, since, course, more = {}) => [{ id, since, whom: "", role: course.role, ...more }];

/** @param {string} each @param {Course} course @param {Plan} plan @param {CaseState} state @returns {Anchor[]} */
function going(each, course, plan, state) {
  const last = lastOf(course), id = `${course.start.id}:${last.id}`, isDone = isOver(course);
  switch (each) {
    case "course_sessions": {
      const dueOn = text(last.data["next_on"]);
      return isDone ? [] : from(id, last.recorded_at, course, dueOn ? { dueOn } : { every: plan.every });
    }
    case "course_over": return isDone ? from(id, last.recorded_at, course) : [];
    case "course_missed": return isMissed(course, plan, last) ? from(id, last.recorded_at, course) : [];
    case "course_idle": {
      const since = idleFrom(course, plan);
      return since <= state.now && !isDone ? from(id, since, course) : [];
    }
    case "course_measures": {
      const found = measureDue(course, plan), since = found ? found.due - plan.ahead.days * DAY : 0;
      return found && since <= state.now
        ? from(`${course.start.id}:${found.name}:${found.last.id}`, since, course, { every: plan.ahead }) : [];
    }
    default: return thinks(each, course, state);
  }
}

/** @param {string} each @param {Course} course @param {CaseState} state @returns {Anchor[]} */
function thinks(each, course, state) {
  const day = thinkOn(course), review = reviewOf(course), last = review ?? course.start;
  if (!day || review?.data["decision"] === "raised") return [];
  const fails = morning(day) <= state.now && responds(course) === false, id = `${course.start.id}:${last.id}`;
  if (each === "course_no_response") return fails ? from(id, morning(day), course) : [];
  return fails ? [] : from(id, last.recorded_at, course, { dueOn: day });
}

/** @param {Course} course @param {CaseState} state @returns {Anchor[]} */
function crises(course, { alarms: { episode } }) {
  const review = reviewOf(course);
  if (!episode || isPaused(course) || (review && review.recorded_at >= episode.began_at)) return [];
  return from(`${course.start.id}:${episode.entry}`, episode.began_at, course);
}

/** @param {Course} course @param {CaseState} state @returns {Anchor[]} */
function pauses(course, { inCrisis, last }) {
  const review = reviewOf(course);
  if (!review || !isPaused(course) || inCrisis) return [];
  const closed = last.get("crisis_close")?.recorded_at ?? review.recorded_at;
  return from(`${course.start.id}:${review.id}`, Math.max(review.recorded_at, closed), course);
}

/** Where somebody said that more is needed, until a plan, a referral or another course answers. @param {CaseState} state @returns {Anchor[]} */
function raises({ courses, last }) {
  return courses.all().flatMap(({ start, reviews }) => {
    const said = [...reviews].reverse().find(({ data }) => data["decision"] === "raised");
    const isAnswered = ANSWERS_RAISE.some((kind) => (last.get(kind)?.seq ?? -1) > (said?.seq ?? 0));
    return said && !isAnswered ? [{ id: `${start.id}:${said.id}`, since: said.recorded_at, whom: "" }] : [];
  });
}

/** Who asked to read an earlier course, until somebody says yes or no. @param {CaseState} state @returns {Anchor[]} */
function asks({ courses }) {
  return courses.all().flatMap(({ start, shares, asks: asked }) => {
    const answered = shares[shares.length - 1]?.seq ?? -1, waits = asked.find(({ seq }) => seq > answered);
    return waits ? [{ id: `${start.id}:${waits.id}`, since: waits.recorded_at, whom: "" }] : [];
  });
}

/** @param {Course} course @param {Plan} plan @param {Fact} last */
function isMissed(course, plan, last) {
  const came = [...course.sessions].reverse().findIndex(({ data }) => data["attended"] !== "absent");
  const missed = came < 0 ? course.sessions.length : came;
  return missed >= plan.missed && (reviewOf(course)?.seq ?? 0) <= last.seq;
}

/** @param {Course} course @param {Plan} plan @returns {Moment} */
function idleFrom(course, plan) {
  const last = lastOf(course), newestOf = newest([last, ...course.reviews]), agreed = text(last.data["next_on"]);
  return Math.max(newestOf.recorded_at, agreed ? morning(agreed) : 0) + plan.idle.days * DAY;
}

/** The scores since the course began; a carer's only from its own records. @param {Course} course @param {Fact[]} scored */
function measured({ start, plan, sessions, end }, scored) {
  /** @type {Map<string, [Fact, number][]>} */
  const found = new Map();
  const add = (/** @type {string} */ name, /** @type {Fact} */ fact, /** @type {number} */ score) =>
    found.set(name, [...(found.get(name) ?? []), [fact, score]]);
  const own = new Set([start, ...sessions, ...(end ? [end] : [])].map(({ id }) => id));
  for (const fact of scored) {
    const index = fact.data["carer_index"] ?? null;
    if (own.has(fact.id) && index !== null) add("carer_who_5", fact, Number(index));
    const isInTime = own.has(fact.id) || (fact.seq >= start.seq && (!end || fact.seq <= end.seq));
    if (!isInTime || start.data["recipient"] === "carer") continue;
    const scores = /** @type {Record<string, {status: string, totals: Record<string, string | null>}>} */ (fact.data["scores"] ?? {});
    for (const { id, scale } of plan?.measures ?? []) {
      const score = scores[id], total = score?.status === "ok" ? score.totals[scale] ?? null : null;
      if (total !== null) add(id, fact, Number(total));
    }
  }
  return found;
}
