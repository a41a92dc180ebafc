// What the crisis card shows and tells.

/** One step of the crisis path: when it is due, and when it was taken. */
export type CrisisStep = { step: string; zh: string; role: string; due_at: string; taken: string[] };
export type Call = { zh: string; number: string; note?: string };

export type Given = {
  name: string;
  /** When the danger was written down. */
  at: string;
  steps: CrisisStep[];
  /** Whether the office has the entry, and under which number. */
  isKnown: boolean; receipt: string;
  /** Its record could not be kept: whom she calls is all that the office hears. */
  isUnkept?: boolean;
  role: string; calls: Call[];
  /** The form of a step made ready for today; without it no step can be ticked, only read. */
  form: import("../../form/types").Definition | null;
  by: string;
  /** Who asks to be called back: the post, never a child. */
  post: string;
  /** The text to send by hand, with places for the post and the moment. */
  message: string;
  /** Who is with the child, as far as this phone knows; a card made without a file says nothing of it. */
  watched?: Watched;
  /** The child's file with the safety plan as far as she may see it. */
  file?: import("../types").File | null;
};

/** Who stays with the child, in words, and whether nobody does. */
export type Watched = { zh: string; isGap: boolean };

/** What a tick asks to be written down. */
export type Ticked = { step: string; answers: Record<string, unknown>; at: string };
