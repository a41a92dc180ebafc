/**
 * What goes from one body or place to another: twin of `tongxin.core.pathway.handovers`.
 *
 * @module
 */

/** @typedef {import("./state.js").CaseState} CaseState */
/** @typedef {import("./types").Fact} Fact */
/** @typedef {import("./types").Handover} Handover */
/** @typedef {import("./types").Moment} Moment */
/** @typedef {import("./types").Pathway} Pathway */
/** @typedef {{id: string, since: Moment, whom: string, urgency?: string, more?: string, role?: string, dueOn?: string, every?: import("./types").Span, until?: string}} Anchor */

const REFERRAL_ENDS = ["declined", "returned", "done", "revoked"];
const TAKEN_ON = ["accepted", "contacted", "in_service"];
const CONTACTED = ["contacted", "in_service", "done"];
const BACK = ["declined", "returned"];
const ACTS_ON_BACK = ["referral", "follow_up", "plan", "closure"], ACTS_ON_DUTIES = ["visit", "follow_up"];

/** @param {Fact} fact @returns {Handover} */
export const sent = (fact) => ({ fact, answer: "sent", told: null, isContacted: false });

/** @param {Handover} handover */
export const isOpen = ({ answer }) => !REFERRAL_ENDS.includes(answer);

/** An answer to the referral it names; one that names none, to the only one that waits. @param {CaseState} state @param {Fact} fact */
export function answer(state, fact) {
  const { data } = fact;
  const open = [...state.referrals].filter(([, each]) => isOpen(each));
  const key = String(data["referral"] ?? "") || (open.length === 1 ? open[0]?.[0] ?? "" : "");
  const known = state.referrals.get(key);
  if (!known) return;
  known.answer = String(data["answer"] ?? "sent");
  known.told = fact;
  known.isContacted ||= CONTACTED.includes(known.answer) || Boolean(data["first_contact_on"]);
}

/** What was handed over because a family agreed ends when it agrees no more. @param {CaseState} state */
export function endByConsent(state) {
  for (const known of state.referrals.values()) {
    if (isOpen(known) && known.fact.data["basis"] === "consent") known.answer = "revoked";
  }
}

/** What the steps about hand-overs count from; nothing for other steps. @param {string} each @param {CaseState} state @returns {Anchor[]} */
export function waiting(each, state) {
  if (each.startsWith("referrals")) return [...state.referrals.values()].flatMap((known) => of(each, known, state));
  const [out, back] = [state.last.get("transfer_out"), state.last.get("transfer_in")];
  if (each === "transfers") return out ? [from(out, { whom: String(out.data["to_division"] ?? "") })] : [];
  if (!back) return [];
  const { outcome, goes_on: goesOn } = back.data;
  if (each === "arrivals" && outcome === "accepted" && goesOn && !acted(state, ["visit"], back)) return [from(back)];
  const isBack = each === "transfers_back" && outcome === "returned";
  return isBack && !acted(state, ["transfer_out", "follow_up", "visit"], back) ? [from(back)] : [];
}

/** @param {Fact} fact @param {{whom?: string, urgency?: string, since?: Moment, more?: string}} [given] @returns {Anchor} */
const from = ({ id, recorded_at }, { whom = "", since = recorded_at, urgency = "", more = "" } = {}) =>
  ({ id, since, whom, urgency, more });

/** @param {string} each @param {Handover} known @param {CaseState} state @returns {Anchor[]} */
function of(each, known, state) {
  const { fact } = known, since = (known.told ?? fact).recorded_at;
  const [whom, urgency] = [String(fact.data["to_organisation"] ?? ""), String(fact.data["urgency"] ?? "")];
  const isTakenOn = TAKEN_ON.includes(known.answer);
  switch (each) {
    case "referrals_accepted": return isTakenOn ? [from(fact, { since: sinceContact(known, state) })] : [];
    case "referrals_sent": return known.answer === "sent" ? [from(fact, { whom, urgency })] : [];
    case "referrals_received": return known.answer === "received" ? [from(fact, { whom, urgency })] : [];
    case "referrals_to_contact": return isTakenOn && !known.isContacted ? [from(fact, { whom, urgency })] : [];
    case "referrals_in_service": return isTakenOn && known.isContacted ? [from(fact, { since, whom, urgency })] : [];
  }
  const told = known.told ?? fact;
  if (each === "referrals_back") return BACK.includes(known.answer) && !acted(state, ACTS_ON_BACK, told) ? [from(fact, { since })] : [];
  if (each !== "referrals_duties" || known.answer !== "done" || acted(state, ACTS_ON_DUTIES, told)) return [];
  const words = dutiesOf(told, state.pathway);
  return words.length ? [from(fact, { since, more: words.join("；") })] : [];
}

/** What whoever is near the child has to see to after a result, in plain words. @param {Fact} told @param {Pathway} pathway */
function dutiesOf({ data }, pathway) {
  const words = (pathway.referral_results[String(data["result_kind"] ?? "")]?.duties ?? []).map(({ zh }) => zh);
  const again = data["revisit_on"];
  if (typeof again === "string" && again) words.push(`${Number(again.slice(5, 7))}月${Number(again.slice(8, 10))}日复诊`);
  return words;
}

/** The sender's own following starts again with each contact. @param {Handover} known @param {CaseState} state */
function sinceContact({ fact }, state) {
  const contact = state.last.get("follow_up");
  return contact && contact.seq > fact.seq ? contact.recorded_at : fact.recorded_at;
}

/** @param {CaseState} state @param {string[]} kinds @param {Fact} told */
const acted = (state, kinds, told) => kinds.some((kind) => (state.last.get(kind)?.seq ?? 0) > told.seq);
