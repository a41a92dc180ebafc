// What the pathway's twin reads and gives; `core/pathway/export.py` writes the definitions.

export type Rule = import("../language/evaluate.js").Rule;
/** One unit and an amount, such as `{working_days: 5}`. */
export type Span = Record<string, number>;
export type Data = Readonly<Record<string, unknown>>;
/** Microseconds since 1970, whole. */
export type Moment = number;

export type Where = Record<string, unknown>;
export type StepRule = {
  id: string; zh: string; when: Rule; anchor: string[]; each: string; form: string; role: string;
  due: Span | null; by_level: string; climb: Span[]; is_urgent: boolean; may_wait: boolean; longest: Span | null;
  by_urgency: string;
};
export type CrisisRule = { id: string; zh: string; role: string; clock: Span; times: number; when: Rule; climb?: Span[] | null; by?: string[] };

export type Pathway = {
  id: string;
  order: string[];
  stages: Record<string, string>;
  closed_stages: string[];
  crisis_reopens: string;
  moves: { kind: string; where: Where; from: string[]; to: string }[];
  steps: StepRule[];
  fallback: StepRule;
  crisis_steps: CrisisRule[];
  crisis_climb: Span[];
  watch_first: Span;
  watch_daily: Span;
  intervals: Record<string, Record<string, Span>>;
  evidence_grace: Span;
  safety_check_lapses: Span;
  lowering: [string[], string[]];
  urgency: Record<string, number>;
  only: Record<string, string[]>;
  counts_if: Record<string, { kind: string; where: Where }[]>;
  unknown: string;
  hint_raises: Record<string, string>;
  professionals: string[];
  crisis_not_needed: string[];
  details: Record<string, string>;
  routing: Record<string, string[]>;
  staff_concern_skips: string[];
  aftercare: Record<string, unknown>;
  report_bodies: { bodies?: Record<string, string>; situations?: Record<string, string[]> };
  referral_clocks: Record<string, Record<string, Span>>;
  referral_climb: Record<string, Span[]>;
  referral_results: Record<string, { zh: string; duties?: { zh: string }[] }>;
};

export type Calendar = { holidays: string[]; workdays: string[]; years: number[]; day_ends: string };

/** A fact as JSON carries it. */
export type FactJson = {
  id: string; seq: number; kind: string; at: string; recorded_at: string; data?: Data;
  person?: string | null; post?: string | null; role?: string; supersedes?: string | null; correction?: string;
};
/** A fact with its moments read. */
export type Fact = {
  id: string; seq: number; kind: string; at: Moment; recorded_at: Moment; data: Data;
  person: string | null; role: string; supersedes: string | null; correction: string;
};

/** One referral: where it stands, the newest answer, whether the other side has met the child. */
export type Handover = { fact: Fact; answer: string; told: Fact | null; isContacted: boolean };

/** What stands in for the grade where a role may not know it. */
export type Masked = {
  upto: number; level: string; spans: Record<string, Span>;
  since: { id: string; seq: number; kind: string; recorded_at: string } | null;
};

export type Step = {
  key: string; rule: string; zh: string; form: string; role: string; due_at: string; climbs: string[];
  is_urgent: boolean; organisation: string; place: string; waits_until: string | null; may_wait: Span | null;
};

export type Alarm = {
  key: string; gate: string; zh: string; kind: string; entry: string; raised_at: Moment;
  became_crisis_at: Moment | null; closed_at: Moment | null; closed_by: string; duty: string; household: boolean;
};
export type Episode = {
  key: string; entry: string; began_at: Moment; taken: { step: string; at: Moment; entry: string }[];
  closed_at: Moment | null; closed_by: string;
};
