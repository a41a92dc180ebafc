// What the crisis card shows and tells.

/** One step of the crisis path as the plan gives it. */
export type CrisisStep = { step: string; zh: string; role: string; due_at: string };
export type Taken = { step: string; at: string; entry: string };
export type Call = { zh: string; number: string; note?: string };

/** A danger that was written down on this phone, until the office has it and somebody says so. */
export type Standing = {
  /** The entry that told of it. */
  id: string; child: string; name: string; at: string; steps: CrisisStep[]; taken: Taken[]; receipt: string;
};

export type Given = {
  standing: Standing; role: string; calls: Call[];
  /** The form of a step made ready for today; without it no step can be ticked, only read. */
  form: import("../../form/types").Definition | null;
  by: string;
  /** Who asks to be called back: the post, never a child. */
  post: string;
};

/** What a tick asks to be written down. */
export type Ticked = { step: string; answers: Record<string, unknown>; at: string };
