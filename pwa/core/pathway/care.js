/**
 * What care asks for: needs, plans, services, visits after the end: twin of `tongxin.core.pathway.caring`.
 *
 * @module
 */

/** @typedef {import("./state.js").CaseState} CaseState */
/** @typedef {import("./types").Fact} Fact */
/** @typedef {import("./types").Span} Span */
/** @typedef {import("./handovers.js").Anchor} Anchor */
/** @typedef {{fact: Fact, zh: string, role: string, dueOn: string}} Need */
/** @typedef {Record<string, unknown>} Row */

export const EACH = ["needs", "plan_approvals", "services", "plan_reviews", "aftercare"];
const SILENCES = ["refused", "not_eligible"];

/** @param {unknown} value @returns {any[]} */
const listed = (value) => (Array.isArray(value) ? value : []);
/** @param {unknown} value */
const text = (value) => String(value || "");

/** Where help for one child stands. */
export class Care {
  constructor() {
    /** @type {Map<string, Need>} */
    this.needs = new Map();
    /** @type {Set<string>} */
    this.silent = new Set();
    /** @type {Fact | null} */
    this.plan = null;
    /** @type {Fact[]} */
    this.approvals = [];
    /** @type {Fact | null} */
    this.sentBack = null;
    /** @type {Fact | null} */
    this.review = null;
    /** @type {Map<string, Fact>} */
    this.given = new Map();
    this.reason = "";
    /** @type {Fact | null} */
    this.over = null;
    /** @type {Fact[]} */
    this.followed = [];
    this.asksReopen = false;
  }

  /** Note one fact in force. @param {Fact} fact @param {Row} aftercare */
  take(fact, aftercare) {
    const { kind, data } = fact;
    this.noteNeeds(fact);
    if (kind === "plan") {
      Object.assign(this, { plan: fact, approvals: [], sentBack: null, review: null, given: new Map() });
    } else if (kind === "approval") {
      this.approvals.push(fact);
      this.sentBack = data["outcome"] === "returned" ? fact : null;
    } else if (kind === "plan_review") {
      this.review = fact;
      if (data["outcome"] === "adjust") this.sentBack = fact;
    }
    for (const service of listed(data["services_done"])) this.given.set(String(service), fact);
    this.noteEnd(fact, aftercare);
  }

  /** @param {Fact} fact */
  noteNeeds(fact) {
    const { kind, data } = fact;
    for (const met of listed(data["needs_met"])) {
      this.needs.delete(String(met));
      this.silent.delete(String(met));
    }
    for (const row of listed(data["needs"])) {
      const id = String(row.id);
      if (this.needs.has(id) || this.silent.has(id)) continue;
      this.needs.set(id, { fact, zh: text(row.zh), role: text(row.role), dueOn: "" });
    }
    if (kind === "need_answer") this.answerNeed(data);
  }

  /** @param {Row} data */
  answerNeed({ need, outcome, next_on: nextOn }) {
    const named = text(need).split(":")[0] || (this.needs.size === 1 ? [...this.needs.keys()][0] ?? "" : "");
    const known = this.needs.get(named);
    if (!known) return;
    if (outcome === "applied") {
      known.dueOn = text(nextOn);
      return;
    }
    this.needs.delete(named);
    if (SILENCES.includes(text(outcome))) this.silent.add(named);
  }

  /** @param {Fact} fact @param {Row} aftercare */
  noteEnd(fact, { reasons, returns }) {
    const { kind, data: { reason, outcome, state } } = fact;
    if (kind === "closure") this.reason = text(reason);
    else if (kind === "closure_decision" && outcome === "approved") {
      this.beginAfter(listed(reasons).includes(this.reason) ? fact : null);
    } else if (kind === "child_state" && listed(returns).includes(state)) this.beginAfter(fact);
    else if (kind === "reopen" || (kind === "transfer_in" && outcome === "accepted")) this.beginAfter(null);
    else if (kind === "aftercare" && this.over) {
      this.asksReopen = outcome === "reopen";
      if (outcome === "ends") this.beginAfter(null);
      else if (outcome !== "unreachable") this.followed.push(fact);
    }
  }

  /** @param {Fact | null} fact */
  beginAfter(fact) {
    Object.assign(this, { over: fact, followed: [], asksReopen: false });
  }

  /** @returns {string[]} */
  get chain() {
    return this.plan ? listed(this.plan.data["approvals"]).map(String) : [];
  }

  get agreed() {
    return this.approvals.filter(({ data }) => data["outcome"] !== "returned").length;
  }

  get isReturned() {
    return this.sentBack?.kind === "approval";
  }

  get isApproved() {
    return this.plan !== null && !this.isReturned && this.agreed >= Math.max(1, this.chain.length);
  }

  /** What the rules of the steps may know of care. @param {CaseState} state */
  names({ isOpen }) {
    return {
      need_open: this.needs.size > 0, plan_approved: this.isApproved,
      plan_waits: this.plan !== null && !this.isApproved && !this.isReturned,
      plan_returned: this.plan !== null && this.sentBack !== null,
      reopen_asked: this.asksReopen && !isOpen,
      under_aftercare: this.over !== null && (this.over.kind !== "closure_decision" || !isOpen),
    };
  }
}

/** What the steps of care count from. @param {string} each @param {CaseState} state @returns {Anchor[]} */
export function waiting(each, { care, pathway }) {
  const from = (/** @type {Fact} */ { id, recorded_at: since }, /** @type {Partial<Anchor>} */ more) =>
    ({ id, since, whom: "", ...more });
  if (each === "needs") {
    return [...care.needs].map(([id, { fact, zh, role, dueOn }]) =>
      from(fact, { id: `${id}:${fact.id}`, more: zh, role, dueOn }));
  }
  if (each === "aftercare") {
    const number = care.followed.length, every = visitsOf(care, pathway)[number];
    return care.over && every
      ? [from(care.over, { id: `${care.over.id}:${number + 1}`, every, more: `第 ${number + 1} 次` })] : [];
  }
  const { plan } = care;
  if (!plan) return [];
  if (each === "plan_approvals") {
    return [from(care.approvals[care.approvals.length - 1] ?? plan, { role: care.chain[care.agreed] ?? "" })];
  }
  if (each === "plan_reviews") {
    const last = care.review ?? plan, dueOn = text(last.data["review_on"]);
    return dueOn ? [from(last, { dueOn })] : [];
  }
  const rows = care.isApproved ? listed(plan.data["services"]).filter(({ every }) => every) : [];
  const unseen = rows.filter(({ id }, at) => rows.findIndex((row) => row.id === id) === at);
  return unseen.map(({ id, zh, role, every, to_on: until }) => {
    const last = care.given.get(String(id)) ?? plan;
    return from(last, { id: `${id}:${last.id}`, more: text(zh), role: text(role), every, until: text(until) });
  });
}

/**
 * When to visit after the end: a reason for closing may have its own rhythm.
 * @param {Care} care @param {import("./types").Pathway} pathway @returns {import("./types").Span[]}
 */
function visitsOf(care, { aftercare }) {
  const own = care.over?.kind === "closure_decision"
    ? /** @type {Row | undefined} */ (aftercare["visits_for"])?.[care.reason] : undefined;
  return listed(own ?? aftercare["visits"]);
}
