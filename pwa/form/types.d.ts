// The shape of a form definition, as core/forms/export.py writes it.

export type Rule = import("../core/language/evaluate.js").Rule;
export type Option = { code: string; zh: string; score?: number; retired?: boolean };
export type Item = { id: string; number?: string; zh: string; options: Option[] };
export type Sheet = { id: string; zh: string; stem: string; notice?: string; remarks?: string[]; items: Item[] };

export type Field = {
  id: string;
  zh: string;
  type: string;
  required?: boolean;
  required_if?: Rule;
  show_if?: Rule;
  help?: string;
  options?: Option[];
  escape?: Option[];
  min?: number | string;
  max?: number | string;
  max_length?: number;
  pattern?: string;
  pattern_zh?: string;
  scale?: number;
  fields?: Field[];
  instrument?: Sheet;
  prefill?: unknown;
  /** She wrote it herself, in a draft or in the record that she puts right. */
  isOwn?: boolean;
  known?: { value: unknown; zh: string };
  min_age?: number;
  binds?: string;
};

export type Section = { id: string; zh: string; help?: string; matrix?: boolean; fields: Field[] };

export type Definition = {
  id: string;
  zh: string;
  version?: string;
  hash: string;
  intro?: string;
  on: string;
  age?: number | null;
  sections: Section[];
};

export type Problem = { path: string; zh: string; kept: boolean };
export type Answers = Record<string, unknown>;
export type Facts = Record<string, unknown>;
export type Review = { answers: Answers; problems: Problem[]; shown: Set<string>; facts: Facts };

/** What a control needs of the form around it. */
export type Host = { uid: string; changed: () => void };

/** Where an answer lives: the object that holds it and the path in front of its name. */
export type Scope = { host: Host; answers: Answers; prefix: string };
