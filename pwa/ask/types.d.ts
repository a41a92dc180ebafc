// What the server tells a child's page.

export type Option = { code: string; zh: string };
export type Question = { id: string; zh: string; is_own: boolean; options: Option[] };
export type Call = { zh: string; number: string };
export type Words = {
  before: { zh: string; text: string }[];
  yes: string;
  no: string;
  after: string[];
  unwilling: string[];
  calls: Call[];
  danger: string;
};
export type State = {
  words: Words;
  sheet: { stem: string; notice: string; items: Question[] };
  asked: string[];
  answered: string[];
  is_begun: boolean;
  is_shared: boolean;
  /** Seconds without a touch after which a shared tablet goes back to its start. */
  idle: number;
};
export type Said = { status: number; body: Record<string, unknown> };
export type Tap = { id: string; item: string; code: string };
