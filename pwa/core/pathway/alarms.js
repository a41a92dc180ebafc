/**
 * Danger signs over time: twin of `tongxin.core.pathway.alarms`.
 *
 * @module
 */

import { dueAt } from "./calendar.js";
import { CRISIS_STEP, HELD, RECORD } from "./conferences.js";
import { isWithdrawn } from "./facts.js";

/** @typedef {import("./types").Alarm} Alarm */
/** @typedef {import("./types").Episode} Episode */
/** @typedef {import("./types").Fact} Fact */
/** @typedef {import("./types").Moment} Moment */
/** @typedef {import("./types").Pathway} Pathway */
/** @typedef {import("./calendar.js").Calendar} Calendar */

const CRISIS = "crisis", REPORT = "report";

const isOpen = (/** @type {Alarm} */ alarm) => alarm.closed_at === null;
const isCrisis = (/** @type {Alarm} */ alarm) => alarm.became_crisis_at !== null;

/** What the fold knows of alarms so far. */
export class Alarms {
  /** @param {Pathway} pathway @param {Calendar} calendar */
  constructor(pathway, calendar) {
    this.pathway = pathway;
    this.calendar = calendar;
    /** @type {Map<string, Alarm>} */
    this.alarms = new Map();
    /** @type {Episode[]} */
    this.episodes = [];
    /** @type {Map<string, Moment>} */
    this.lapses = new Map();
    /** @type {Map<string, string>} */
    this.origins = new Map();
    /** Whoever goes on answering, or hands in the form around an answer, tells of the same danger. @type {Map<string, string>} */
    this.sittings = new Map();
    /** @type {Map<string, Moment>} */
    this.told = new Map();
  }

  get episode() {
    const last = this.episodes[this.episodes.length - 1];
    return last && last.closed_at === null ? last : null;
  }

  get openChecks() {
    return [...this.alarms.values()].filter((alarm) => isOpen(alarm) && !isCrisis(alarm));
  }

  get wasInDanger() {
    return [...this.alarms.values()].some(isCrisis);
  }

  /** Each report that the law asks for, with the moment from which it is asked. */
  get duties() {
    /** @type {Map<string, Moment>} */
    const found = new Map();
    for (const { duty, became_crisis_at: since } of this.alarms.values()) {
      if (duty && since !== null) found.set(duty, Math.min(found.get(duty) ?? since, since));
    }
    return found;
  }

  /** Checks that nobody did in time have become crises by `now`. @param {Moment} now */
  lapse(now) {
    for (const alarm of this.openChecks) {
      const at = this.lapses.get(alarm.key) ?? Infinity;
      if (at <= now) this.intoCrisis(alarm, at);
    }
  }

  /** What one fact raises, answers or closes. @param {Fact} fact */
  take(fact) {
    this.lapse(fact.recorded_at);
    if (fact.supersedes) this.takeBack(fact.supersedes, fact.recorded_at);
    const origin = this.origins.get(fact.supersedes ?? "") ?? (fact.supersedes || fact.id);
    this.origins.set(fact.id, origin);
    if (isWithdrawn(fact)) return;
    for (const raised of raisedBy(fact, this.sittingOf(fact), fact.kind === REPORT ? "" : origin)) this.raise(raised, fact);
    if (fact.kind === "safety_check") this.answerCheck(fact);
    else if (this.episode && this.stepTaken(fact)) {
      const taken = { step: this.stepTaken(fact), at: fact.at, entry: fact.id };
      this.change({ taken: [...this.episode.taken, taken] });
    } else if (fact.kind === "crisis_close" && this.episode) this.closeEpisode(fact);
  }

  /** To what a fact belongs; a copy that waits names the entry which it becomes when somebody opens it. @param {Fact} fact */
  sittingOf({ id, data: { sitting: named, becomes } }) {
    const sitting = String(named || (this.sittings.get(id) ?? id));
    if (becomes) this.sittings.set(String(becomes), sitting);
    return sitting;
  }

  /** @param {Alarm} raised @param {Fact} fact */
  raise(raised, fact) {
    if (this.wasTold(raised.key, fact) || this.tellsOfKnownDanger(fact)) return;
    const lapses = dueAt(this.pathway.safety_check_lapses, raised.raised_at, this.calendar);
    this.alarms.set(raised.key, raised);
    this.told.set(raised.key, lapses);
    if (raised.kind === CRISIS) this.intoCrisis(raised, raised.raised_at);
    else this.lapses.set(raised.key, lapses);
  }

  /** A danger of the same sitting; one that was closed and is told of long after is a new one. @param {string} key @param {Fact} fact */
  wasTold(key, fact) {
    const known = this.alarms.get(key);
    return known !== undefined && (isOpen(known) || fact.at <= (this.told.get(key) ?? -Infinity));
  }

  /** A report that answers for a danger already in the record begins no new crisis. @param {Fact} fact */
  tellsOfKnownDanger(fact) {
    if (fact.kind !== REPORT) return false;
    const named = fact.data["duty"];
    if (named) return this.duties.has(String(named));
    return [...this.alarms.values()].some((alarm) => alarm.duty && isOpen(alarm) && isCrisis(alarm));
  }

  /** What an entry closed is open again; what it raised stays. @param {string} entry @param {Moment} at */
  takeBack(entry, at) {
    for (const [key, alarm] of this.alarms) {
      if (alarm.closed_by !== entry) continue;
      this.alarms.set(key, { ...alarm, closed_at: null, closed_by: "" });
      this.lapses.set(key, Math.max(this.lapses.get(key) ?? at, at));
    }
    this.episodes = this.episodes.map((each) => ({ ...each, taken: each.taken.filter((one) => one.entry !== entry) }));
    const last = this.episodes[this.episodes.length - 1];
    if (last?.closed_by === entry) this.change({ closed_at: null, closed_by: "", began_at: at });
  }

  /** One answer settles the check it names; an unnamed “no” only the single one. @param {Fact} fact */
  answerCheck(fact) {
    const waiting = this.openChecks;
    const { alarm: named, outcome } = fact.data;
    for (const alarm of waiting) {
      if (named ? named !== alarm.key : waiting.length > 1 && outcome === "no") continue;
      if (outcome === "no") {
        this.alarms.set(alarm.key, { ...alarm, closed_at: fact.recorded_at, closed_by: fact.id });
      } else if (outcome === "yes") this.intoCrisis(alarm, fact.recorded_at);
    }
  }

  /** A new danger begins the steps anew, also while another crisis is open. @param {Alarm} alarm @param {Moment} at */
  intoCrisis(alarm, at) {
    this.alarms.set(alarm.key, { ...alarm, became_crisis_at: at });
    const entry = alarm.entry;
    if (!this.episode) {
      this.episodes.push({ key: `crisis:${entry}`, entry, began_at: at, taken: [], closed_at: null, closed_by: "" });
    } else if (this.episode.entry !== entry) this.change({ entry, began_at: at, taken: [] });
  }

  /** @param {Fact} fact */
  closeEpisode(fact) {
    const closed = { closed_at: fact.recorded_at, closed_by: fact.id };
    this.change(closed);
    for (const [key, alarm] of this.alarms) {
      if (isOpen(alarm) && isCrisis(alarm)) this.alarms.set(key, { ...alarm, ...closed });
    }
  }

  /** The crisis step that a fact does; a conference that was held is one whatever form it stands on. @param {Fact} fact */
  stepTaken(fact) {
    if (fact.kind === RECORD && fact.data["held"] === HELD) return CRISIS_STEP;
    return fact.kind === "crisis_step" && this.isTaken(fact) ? String(fact.data["step"]) : "";
  }

  /** A step that was only tried is still to be taken; some can be found not to be needed. @param {Fact} fact */
  isTaken({ data: { result = "done", step } }) {
    return result === "done" || (result === "not_needed" && this.pathway.crisis_not_needed.includes(String(step)));
  }

  /** The last episode with some of it changed. @param {Partial<Episode>} parts */
  change(parts) {
    const last = /** @type {Episode} */ (this.episodes.pop());
    this.episodes.push({ ...last, ...parts });
  }
}

/** @param {Fact} fact @param {string} sitting @param {string} duty @returns {Alarm[]} */
function raisedBy(fact, sitting, duty) {
  const rows = fact.data["alarms"];
  return (Array.isArray(rows) ? rows : []).map((row) => ({
    key: `${row.gate}:${sitting}`, gate: row.gate, zh: row.zh, kind: row.kind, entry: fact.id,
    raised_at: fact.recorded_at, became_crisis_at: null, closed_at: null, closed_by: "",
    duty: row.report ? duty : "", household: Boolean(row.household),
  }));
}
