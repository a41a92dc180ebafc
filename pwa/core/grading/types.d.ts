// What judges a filled form on the phone; `core/grading/export.py` writes it.

import type { Definition, Field, Section } from "../../form/types";
export type Rule = import("../language/evaluate.js").Rule;
export type Instrument = import("../instruments/types").Instrument;
export type Score = import("../instruments/types").Score;

/** A field with what rules need to know of it beside the form. */
export type BoundField = Omit<Field, "fields"> & {
  binds?: string; min_age?: number; clear?: boolean; fields?: BoundField[];
  bound?: { list: string; block: string | null; points: Record<string, number> | null };
};
/** A form for any child on any day. */
export type Form = Omit<Definition, "sections" | "on" | "age"> & {
  kind?: string; sections: (Omit<Section, "fields"> & { fields: BoundField[] })[];
};

export type Gate = {
  id: string; zh: string; because: string; when: Rule; kind: string; crisis: string; situations: number[]; household: boolean;
};
export type Finding = { id: string; because: string; when: Rule };
export type Identification = {
  id: string; results: Record<string, string>; refer: Finding[]; incomplete: Finding[]; nothing: { id: string; zh: string };
};
export type Definitions = {
  gates: { id: string; gates: Gate[] };
  identification?: Record<string, Identification>;
  instruments?: Record<string, Instrument>;
  /** The highest level of the rubric; only for roles entitled to psychology. */
  highest?: string;
};

export type Reason = { rule: string; zh: string; evidence: string[]; changes: string[] };
export type Alarm = {
  key: string; gate: string; zh: string; kind: string; crisis: string; report: boolean; situations: number[]; household: boolean;
};
export type Identified = { result: string; zh: string; reasons: Reason[] };
export type Facts = Record<string, unknown>;
/** `data` is what the pathway reads of the entry. */
export type Outcome = {
  identified: Identified | null; gates: { id: string; zh: string; reason: Reason }[]; alarms: Alarm[];
  scores: Record<string, Score>; facts: Facts; data: Record<string, unknown>;
};
