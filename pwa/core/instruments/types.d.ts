// A questionnaire's definition as the server checked it, and what a sheet of it comes to.

export type Answer = string | number | null | undefined | boolean;
export type Option = { code: string | number; score: number };
export type Critical = { op: string; value: number; alert: string; kind: string; zh: string };
export type AskedIf = { items: string[]; op: string; value: number; otherwise: number };
export type Item = {
  id: string; options: string; reverse?: boolean; scored?: boolean; critical?: Critical[] | null; asked_if?: AskedIf | null;
};
export type Scale = {
  id: string; method: string; items?: string[]; parts?: string[]; missing?: { max_missing: number; method: string };
  factor?: number; at_least?: number; decimals?: number; forward?: string[]; ages?: [number, number] | null;
};
export type Row = { code?: string; value?: number; from: number | string };
export type Standard = { kind: string; sex?: string; mean?: number | string; sd?: number | string; rows?: Row[] };
export type Age = number | { value: number };
export type Norm = {
  id: string; translation_id: string; min_age: number; max_age?: number | null; default?: boolean; alternative?: boolean;
  sex?: string; informants?: string[]; bands: Record<string, { direction: string; rows: Row[] }>;
  standards?: Record<string, Standard[]>;
};
export type Validity = {
  id: string; kind: string; scale?: string; op?: string; value?: number; items?: string[]; max_missing?: number;
  min_seconds?: number;
};
export type Informant = { who: string; min_age: Age; max_age?: number | null };

export type Instrument = {
  id: string; translation_id: string; validated: boolean; option_sets: Record<string, Option[]>; items: Item[];
  scales: Scale[]; norms: Norm[]; validity?: Validity[] | null; informant?: string; informants?: Informant[] | null;
  min_age?: Age; max_age?: number | null;
};

/** A whole fraction: nothing is rounded before a band is read off. */
export type Value = { num: number; den: number };
export type Values = Map<string, Value | null>;
export type Points = Map<string, number>;
export type Alert = { code: string; kind: string; item: string; zh: string };
/** What is known of the child, of who answered, and how. */
export type Who = {
  ageMonths?: number | null; sex?: string | null; informant?: string | null; norm?: string | null; seconds?: number | null;
};
export type Score = {
  totals: Record<string, number | string | null>; band: Record<string, string | null>;
  status: "ok" | "incomplete" | "invalid"; alerts: Alert[]; answered: string[]; missing: string[]; rejected: string[];
  failed: string[]; norm: string | null; remarks: string[]; standards: Record<string, number>;
  made_up: Record<string, number>;
};
