/**
 * The state of one case as the steps read it: twin of `CaseState` in `tongxin.core.pathway.state`.
 *
 * @module
 */

import { Alarms } from "./alarms.js";
import { Arrangements } from "./arrangements.js";
import { Care } from "./care.js";
import { Conferences } from "./conferences.js";
import { courseNames, Courses } from "./courses.js";
import { isOpen } from "./handovers.js";
import { crisisNames, noWatch } from "./crises.js";
import { dayOf } from "./moment.js";
import { Reporting } from "./reporting.js";
import { Grades } from "./grades.js";

/** @typedef {import("./types").Fact} Fact */
/** @typedef {import("./types").Masked} Masked */
/** @typedef {import("./types").Moment} Moment */
/** @typedef {import("./types").Pathway} Pathway */
/** @typedef {import("./calendar.js").Calendar} Calendar */

export const CONTACT = "contact";
// A consent that somebody else gave for want of a guardian who can.
export const NO_GUARDIAN = "no_capable_guardian", UNGUARDED = "unguarded";

/** Everything the steps, the lists and the file page say about where a child stands. */
export class CaseState {
  /** @param {{pathway: Pathway, calendar: Calendar, now: Moment, masked: Masked | null}} ground */
  constructor({ pathway, calendar, now, masked }) {
    this.pathway = pathway;
    this.calendar = calendar;
    this.now = now;
    this.masked = masked;
    this.grades = new Grades(pathway, masked);
    this.alarms = new Alarms(pathway, calendar);
    this.stage = "";
    this.isOpen = false;
    /** @type {Map<string, Fact>} */
    this.last = new Map();
    this.identified = "none";
    this.feedback = "none";
    this.childState = "present";
    /** @type {Map<string, import("./types").Handover>} */
    this.referrals = new Map();
    /** Until when a task waits, by its key. @type {Map<string, Moment>} */
    this.reasons = new Map();
    /** @type {Map<string, string>} */
    this.consents = new Map();
    this.mayRefer = false;
    this.isConcern = false;
    this.concernCleared = false;
    this.concernDoubted = false;
    this.staffConcern = false;
    /** @type {Map<string, Fact>} */
    this.held = new Map();
    /** @type {string[]} */
    this.details = [];
    /** @type {Map<string, Fact>} */
    this.householdChecks = new Map();
    /** @type {Map<string, Fact>} */
    this.reports = new Map();
    /** @type {Set<string>} */
    this.reported = new Set();
    /** @type {Map<string, Fact>} */
    this.flags = new Map();
    /** @type {Map<string, Fact>} */
    this.rights = new Map();
    /** @type {Map<string, Fact>} */
    this.heard = new Map();
    this.watch = noWatch();
    this.care = new Care();
    this.courses = new Courses();
    this.conferences = new Conferences();
    this.arrangements = new Arrangements();
    this.reporting = new Reporting();
    /** @type {Moment | null} */
    this.expiresAt = null;
  }

  get inCrisis() {
    return this.alarms.episode !== null;
  }

  get evidenceExpired() {
    return this.expiresAt !== null && this.expiresAt <= this.now;
  }

  /** The effective grade; green whose evidence has expired is not known any more. */
  get level() {
    const { grades, pathway } = this;
    const level = grades.effective;
    const isTooOld = this.evidenceExpired && grades.rank(level) < grades.rank(pathway.unknown);
    return isTooOld && grades.assessed ? pathway.unknown : level;
  }

  /** The reports still to be made, the oldest first, with the moment from which they are asked. */
  get reportDuties() {
    const waiting = [...this.alarms.duties].filter(([key]) => !this.reported.has(key));
    return waiting.sort(([one, since], [two, then]) => since - then || (one < two ? -1 : one > two ? 1 : 0));
  }

  /** How far up a list the case stands: crisis first, then its level, then what waits for assessment. */
  get urgency() {
    const scale = this.pathway.urgency;
    if (this.inCrisis) return scale["crisis"] ?? 0;
    if (!this.isOpen) return scale["closed"] ?? 0;
    const isWaiting = this.identified === "refer" && this.stage === "assessment_due";
    return Math.max(isWaiting ? scale["refer"] ?? 0 : 0, scale[this.level] ?? 0);
  }

  /** Whether something of a kind happened since the grade last changed. @param {string} kind @param {boolean} [itself] */
  sinceGrade(kind, itself = false) {
    const since = this.grades.since, fact = this.last.get(kind);
    if (!since || !fact) return false;
    return fact.seq > since.seq || (itself && fact.seq === since.seq);
  }

  /** @param {string} kind @param {string} than */
  newer(kind, than) {
    const one = this.last.get(kind), two = this.last.get(than);
    return one !== undefined && (two === undefined || one.seq > two.seq);
  }

  /** @param {string} step */
  hasTaken(step) {
    return this.alarms.episode?.taken.some((each) => each.step === step) ?? false;
  }

  /** Whether a crisis was closed with contacts to go on until a day that has not come. */
  get underWatch() {
    return String(this.last.get("crisis_close")?.data["watch_until"] ?? "") >= dayOf(this.now);
  }

  /** Whether somebody found that no guardian can decide, and nobody settled it since. */
  get unguarded() {
    const told = this.feedback === NO_GUARDIAN && !this.newer("guardianship", "feedback");
    return told || (this.last.has(UNGUARDED) && !this.newer("guardianship", UNGUARDED));
  }

  get closureOpen() {
    return this.last.has("closure") && this.isOpen && !this.newer("closure_decision", "closure")
      && !this.newer("reopen", "closure");
  }

  /** The values of the vocabulary's names, for the rules of the steps. @returns {Record<string, string | boolean>} */
  names() {
    const { grades, alarms, last } = this;
    const cleared = this.concernCleared;
    return {
      stage: this.stage, level: this.level, standing: grades.standing, identified: this.identified,
      feedback: this.feedback, child_state: this.childState, is_open: this.isOpen, in_crisis: this.inCrisis,
      safety_check_open: alarms.openChecks.length > 0, proposal_open: grades.openProposals.length > 0,
      lowering_open: grades.lowering !== null,
      lowering_needs_professional: grades.lowering !== null && !grades.lowering.isFirst,
      raised_at_once: grades.rank(grades.effective) > grades.rank(grades.standing),
      evidence_expired: this.evidenceExpired,
      visited_since_grade: this.sinceGrade("visit"), contacted_since_grade: this.sinceGrade(CONTACT, true),
      plan_since_grade: this.sinceGrade("plan"), notified_since_grade: this.sinceGrade("feedback"),
      referral_open: [...this.referrals.values()].some(isOpen),
      is_concern: this.isConcern, concern_cleared: cleared,
      concern_unknown: !this.isConcern && (this.concernDoubted || (alarms.wasInDanger && !cleared)),
      staff_concern: this.staffConcern, held_open: this.held.size > 0,
      professional_contacted: this.hasTaken("professional"), concern_asked: this.hasTaken("ask_concern"),
      under_watch: this.underWatch,
      guardianship_open: this.unguarded,
      details_open: this.details.length > 0,
      transfer_open: last.has("transfer_out") && !this.newer("transfer_in", "transfer_out"),
      closure_open: this.closureOpen,
      report_due: this.reportDuties.length > 0, report_open: this.reports.size > 0 || this.reportDuties.length > 0,
      household_check_open: this.householdChecks.size > 0, flag_open: this.flags.size > 0,
      rights_open: this.rights.size > 0, heard_open: this.heard.size > 0,
      has_consent_refer: this.mayRefer,
      has_legal_basis: this.consents.get("refer") === "legal_basis" || this.inCrisis,
      healthy_once: this.identified === "healthy", ...crisisNames(this), ...this.care.names(this),
      ...courseNames(this),
      ...this.conferences.names(), ...this.arrangements.names(), ...this.reporting.names(this),
    };
  }
}
