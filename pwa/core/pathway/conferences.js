/**
 * What several sides decide about one child: twin of `tongxin.core.pathway.conferences`.
 *
 * @module
 */

/** @typedef {import("./state.js").CaseState} CaseState */
/** @typedef {import("./types").Fact} Fact */
/** @typedef {import("./handovers.js").Anchor} Anchor */
/** @typedef {{fact: Fact, zh: string, role: string, organisation: string, dueOn: string, answer: Fact | null}} Decision */

export const EACH = ["conferences_called", "conferences_next", "decisions", "decisions_failed"];
export const RECORD = "conference_record", HELD = "yes", CRISIS_STEP = "conference";
const CALL = "conference", GOES_ON = "part", DONE = "done";
const ACTS_ON_FAILED = [CALL, RECORD, "plan", "referral", "follow_up"];

/** @param {unknown} value */
const text = (value) => String(value || "");
/** The day of a date or of a moment as it was written. @param {unknown} value */
const day = (value) => (typeof value === "string" ? value.slice(0, 10) : "");
/** @param {Decision} known */
const outcomeOf = ({ answer }) => text(answer?.data["outcome"]);
/** @param {Decision} known */
const isOpen = (known) => ["", GOES_ON].includes(outcomeOf(known));

/** Conferences of one child that are called, the last one held, and all decisions by `<record>:<number>`. */
export class Conferences {
  constructor() {
    /** @type {Map<string, {fact: Fact, day: string}>} */
    this.called = new Map();
    /** @type {Fact | null} */
    this.last = null;
    /** @type {Map<string, Decision>} */
    this.decisions = new Map();
  }

  /** Note one fact in force. @param {Fact} fact */
  take(fact) {
    if (fact.kind === CALL) this.called.set(fact.id, { fact, day: day(fact.data["meets_at"]) });
    else if (fact.kind === RECORD) this.hold(fact);
    else if (fact.kind === "decision_answer") this.answer(fact);
  }

  /** A record of the conference it names; one that names none, of the only one that was called. @param {Fact} fact */
  hold(fact) {
    const { conference, held, next_on: nextOn, decisions: rows } = fact.data;
    const named = String(conference ?? "") || (this.called.size === 1 ? [...this.called.keys()][0] ?? "" : "");
    const known = this.called.get(named);
    if (held === "put_off") {
      if (known) this.called.set(named, { fact: known.fact, day: day(nextOn) });
      return;
    }
    this.called.delete(named);
    if (held !== HELD) return;
    this.last = fact;
    (Array.isArray(rows) ? rows : []).forEach((row, at) => this.decisions.set(`${fact.id}:${at + 1}`, {
      fact, zh: String(row.zh ?? ""), role: text(row.role), organisation: text(row.organisation), dueOn: day(row.due_on), answer: null,
    }));
  }

  /** @param {Fact} fact */
  answer(fact) {
    const waiting = [...this.decisions].filter(([, each]) => isOpen(each));
    const named = String(fact.data["decision"] ?? "") || (waiting.length === 1 ? waiting[0]?.[0] ?? "" : "");
    const known = this.decisions.get(named);
    if (!known || !isOpen(known)) return;
    known.answer = fact;
    if (outcomeOf(known) === GOES_ON) known.dueOn = day(fact.data["next_on"]) || known.dueOn;
  }

  /** What the rules of the steps may know of conferences. */
  names() {
    return { conference_open: this.called.size > 0, decision_open: [...this.decisions.values()].some(isOpen) };
  }
}

/** What the steps about conferences count from. @param {string} each @param {CaseState} state @returns {Anchor[]} */
export function waiting(each, state) {
  const { called, last, decisions } = state.conferences;
  const from = (/** @type {Fact} */ { id, recorded_at: since }, /** @type {Partial<Anchor>} */ more) =>
    ({ id, since, whom: "", ...more });
  if (each === "conferences_called") return [...called.values()].map(({ fact, day: dueOn }) => from(fact, { dueOn }));
  if (each === "conferences_next") {
    const dueOn = day(last?.data["next_on"]);
    return last && dueOn && !acted(state, [CALL], last) ? [from(last, { dueOn })] : [];
  }
  return [...decisions].flatMap(([id, known]) => {
    const { fact, zh: more, role, organisation: whom, dueOn } = known, told = known.answer ?? fact;
    if (each === "decisions") return isOpen(known) ? [from(fact, { id, whom, more, role, dueOn })] : [];
    const isBack = !isOpen(known) && outcomeOf(known) !== DONE && !acted(state, ACTS_ON_FAILED, told);
    return isBack ? [from(told, { id, more })] : [];
  });
}

/** @param {CaseState} state @param {string[]} kinds @param {Fact} since */
const acted = (state, kinds, since) => kinds.some((kind) => (state.last.get(kind)?.seq ?? 0) > since.seq);
