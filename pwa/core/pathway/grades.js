/**
 * The grade over time: twin of `tongxin.core.pathway.grades`.
 *
 * @module
 */

import { momentOf } from "./moment.js";

/** @typedef {import("./types").Fact} Fact */
/** @typedef {import("./types").Masked} Masked */
/** @typedef {import("./types").Moment} Moment */
/** @typedef {import("./types").Pathway} Pathway */
/** @typedef {{entry: string, level: string, at: Moment, is_open: boolean}} Proposed */
/** @typedef {{level: string, person: string, isFirst: boolean, isSecond: boolean, entry: string}} Lowering */
/** @typedef {{entry: string, secondOf: string, before: string}} Stood */

/** What the fold knows of the grade so far; `since` is the fact that last changed it. */
export class Grades {
  /** @param {Pathway} pathway @param {Masked | null} [masked] */
  constructor(pathway, masked = null) {
    this.order = pathway.order;
    this.pathway = pathway;
    this.masked = masked;
    this.standing = masked?.level ?? this.order[0] ?? "";
    /** @type {Map<string, Proposed>} */
    this.proposals = new Map();
    /** @type {Lowering | null} */
    this.lowering = null;
    /** The decision that last settled the grade. @type {Stood | null} */
    this.settled = null;
    /** @type {{id: string, seq: number, kind: string, recorded_at: Moment} | null} */
    this.since = masked?.since ? { ...masked.since, recorded_at: momentOf(masked.since.recorded_at) } : null;
    /** @type {Fact | null} */
    this.assessed = null;
  }

  /** @param {string} level */
  rank(level) {
    return this.order.indexOf(level);
  }

  /** @param {string[]} levels */
  highest(levels) {
    return levels.reduce((best, level) => (this.rank(level) > this.rank(best) ? level : best));
  }

  get openProposals() {
    return [...this.proposals.values()].filter((each) => each.is_open);
  }

  /** The higher of the standing grade and every open proposal. */
  get effective() {
    return this.highest([this.standing, ...this.openProposals.map((each) => each.level)]);
  }

  /** What one fact proposes or decides. @param {Fact} fact @param {boolean} inCrisis */
  take(fact, inCrisis) {
    if (this.masked && fact.seq <= this.masked.upto) return;
    const before = this.effective;
    if (fact.supersedes) this.takeBack(fact.supersedes);
    const { proposed: given, grade_hint: hint, level, action } = fact.data;
    const proposed = typeof given !== "string" && hint === "up" ? this.pathway.hint_raises[this.effective] : given;
    if (typeof proposed === "string") this.propose(fact, proposed);
    if (fact.kind === "grade_decision" && typeof level === "string") {
      if (action !== undefined) this.decide(fact, level, inCrisis);
      else if (this.rank(level) > this.rank(this.effective)) this.propose(fact, level);
    }
    if (this.effective !== before) this.since = fact;
  }

  /** A correction replaces what it corrects only upwards. @param {Fact} fact @param {string} level */
  propose(fact, level) {
    const old = this.proposals.get(fact.supersedes ?? "");
    if (old?.is_open && this.rank(level) >= this.rank(old.level)) {
      this.proposals.set(old.entry, { ...old, is_open: false });
    }
    this.proposals.set(fact.id, { entry: fact.id, level, at: fact.recorded_at, is_open: true });
    if (this.lowering && this.rank(level) > this.rank(this.lowering.level)) this.lowering = null;
  }

  /** A fall is undone with the decision it stood on; what was raised stays. @param {string} entry */
  takeBack(entry) {
    if (this.lowering?.entry === entry) this.lowering = null;
    const last = this.settled;
    if (last && (entry === last.entry || entry === last.secondOf)) {
      this.standing = this.highest([this.standing, last.before]);
    }
  }

  /** @param {Fact} fact @param {string} level @param {boolean} inCrisis */
  decide(fact, level, inCrisis) {
    const before = this.effective;
    const isFall = this.rank(level) < this.rank(before);
    const earlier = isFall && this.lowering ? this.lowering.entry : "";
    if (isFall && (inCrisis || !this.agreed(fact, level))) return;
    this.settled = { entry: fact.id, secondOf: earlier, before };
    this.standing = level;
    this.lowering = null;
    for (const [key, each] of this.proposals) this.proposals.set(key, { ...each, is_open: false });
  }

  /** Whether this is the second, different and entitled person for the same lower level. @param {Fact} fact @param {string} level */
  agreed(fact, level) {
    const [first, second] = this.pathway.lowering;
    const asked = {
      level, person: fact.person ?? "", isFirst: first.includes(fact.role), isSecond: second.includes(fact.role),
      entry: fact.id,
    };
    const earlier = this.lowering;
    if (!asked.isFirst && !asked.isSecond) return false;
    if (!earlier || earlier.level !== level) {
      this.lowering = asked;
      return false;
    }
    if (earlier.person === asked.person) return false;
    return (earlier.isFirst && asked.isSecond) || (earlier.isSecond && asked.isFirst);
  }
}
