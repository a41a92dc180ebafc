// A questionnaire in a child's hands.

export type Words = import("../../ask/types").Words & { elsewhere: { zh: string; lines: string[]; by: string } };
export type Question = import("../../ask/types").Question;

export type Given = {
  words: Words;
  sheet: { stem: string; notice: string; items: Question[] };
  /** Which questions are asked while these are the answers. */
  asks: (answers: Record<string, string>) => string[];
  answers: Record<string, string>;
  /** Keeps one answer with its alarm; the next question comes only after it. */
  keep: (item: string, code: string) => Promise<void>;
};
