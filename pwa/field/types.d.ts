// Shapes of the field app: what lies on the phone, what goes over the wire.

export type Bytes = Uint8Array<ArrayBuffer>;

/** A data key under a lock and under a key that this browser keeps and never gives out. */
export type Parted = { browser: CryptoKey; wrapped: Bytes };
/** The lock is a PIN. */
export type Wrap = Parted & { salt: Bytes; rounds: number };
/** The lock is what the phone gives out for this salt to whoever's finger or face it knows. */
export type Biometric = Parted & { id: Bytes; salt: Bytes };
/** What the lock screen needs to know, in clear. */
export type Lock = { wrap: Wrap | null; failed: number; until: number };

/** Sealed to the server's public key: only the server opens it. */
export type Recovery = { v: 1; key: string; epk: string; iv: string; sealed: string };
export type RecoveryKey = { id: string; jwk: JsonWebKey };

export type Session = {
  device: string; token: string; person?: string; person_zh: string; post: string; post_zh: string; role: string; psychology: boolean;
  /** What the server said last about this device; empty while all is well. */
  state?: "" | "expired" | "revoked" | "wipe"; zh?: string;
};

/** One entry as it is sent. */
export type Entry = {
  id: string; child: string; form: string; form_hash: string; answers: Record<string, unknown>; occurred_at: string;
  about: string; supersedes: string | null; correction_kind: string; based_on: Record<string, unknown>; attachments: string[];
  sitting?: string;
};
/** An entry as it lies in the outbox, with the words that list it. */
export type Kept = { entry: Entry; form_zh: string; name: string };
export type OutboxRow = { id: string; at: string;
  /** By how many milliseconds this phone's clock was put right when it was written. */
  ahead?: number; sealed: Bytes; recovery: Recovery | null };
export type BlobRow = { id: string; entry: string; kind: string; type: string; size: number; sent: number; sealed: Bytes; recovery: Recovery | null;
  /** Why the office did not take it; it is not sent again by itself. */
  refused?: string };

export type Result = { id: string; state: "arrived" | "held" | "put_aside" | "too_large"; receipt: string; zh: string; reason?: string };
/** What became of an entry. */
export type Outcome = Result & { at: string; form_zh: string; name: string; child: string; occurred_at: string; kind: string; kept?: Kept };
export type Listed = { id: string; at: string; state: "waiting" | "arrived" | "held" | "put_aside" | "too_large"; form_zh: string; name: string;
  child: string; receipt: string; zh: string; kind: string };

export type Task = {
  key: string; zh: string; form: string; due_at: string | null; climbed?: boolean; is_urgent?: boolean; mine?: boolean; about?: string;
};
export type Gate = { id: string; zh: string; since?: string };
export type Carer = { name: string; relation_zh?: string; phone?: string; is_concern?: boolean };
/** A record that stands at the office; `form` only where it is her own, `corrects` where it takes another's place. */
export type Told = { id: string; form_zh: string; at: string; by_zh?: string; form?: string; corrects?: string; kind?: string };
export type Known = { value: unknown; zh?: string };

/** A child's file as far as this person's role may read it. */
export type File = {
  id: string; rev?: string | number; name: string; sex?: string; birth?: string; age?: number | null; place_zh?: string; hamlet?: string;
  address?: string; household?: { id: string; zh?: string } | null; siblings?: string[]; leads?: { id: string; file_no: string }; carers?: Carer[]; phone?: string; school_zh?: string;
  categories_zh?: string | string[]; state_zh?: string; identified?: string; identified_zh?: string; identified_on?: string; in_crisis?: boolean; gates?: Gate[];
  tasks?: Task[]; facts?: import("../core/pathway/types").FactJson[]; state?: import("../core/pathway/types").Masked | null; prefill?: Record<string, Record<string, Known>>; profile?: Record<string, unknown>;
  session_on?: string;
  safety_plan?: { made_on: string; version: number; kept_back: number; parts: { zh: string; text: string }[] };
  entries?: Told[]; level?: string; level_zh?: string; allowed?: string[];
  /** Made on this phone and not yet arrived. */
  is_new?: boolean;
};
/** A danger that a record raised on this phone; it stays until the office has it and she has put it away. */
export type Danger = { id: string; child: string; name: string; at: string; alarms: { gate: string; zh: string; kind: string }[];
  /** Its record could not be kept here and has not come to the office. */
  isUnkept?: boolean;
  /** What was done about it meanwhile. */
  ticks?: Entry[] };
/** What lists need of a child. */
export type Brief = Pick<File, "id" | "name" | "sex" | "age" | "place_zh" | "hamlet" | "address" | "household" | "siblings" | "school_zh"
  | "state_zh" | "gates" | "tasks" | "level" | "level_zh" | "identified_zh" | "phone" | "is_new"> & { call: string; words: string };

/** `hash` is sent with an entry; `definition` names what the phone holds. */
export type FormOffer = { hash: string; definition: string; zh: string; kind: string; action_allowed: boolean; per_child: boolean; reads?: boolean };
export type Around = {
  forms: Record<string, FormOffer>; whom_to_call?: CallList; guide?: Guide; targets?: Targets;
  places?: { code: string; zh: string }[]; pathway?: string; calendar?: string; danger_words?: string; gates?: string; asking?: import("./child_mode/types").Words; highest?: string; identification?: Record<string, string>; instruments?: Record<string, string>; limits?: Limits;
  lessons?: LessonOffer[];
  /** By lesson that she passed this year, on which day. */
  learned?: Record<string, string>;
};
/** A micro-lesson as a list names it; `definition` is the hash of its text. */
export type LessonOffer = { id: string; zh: string; minutes: number; definition: string };
export type Lesson = { id: string; version: string; zh: string; subject: string; minutes: number; source: string; percent: number;
  text: { zh: string; lines: string[] }[];
  questions: { id: string; zh: string; right: string; because: string; options: { code: string; zh: string }[] }[] };
/** What she answered in a lesson; `zh` says why the office did not take it. */
export type Try = { id: string; lesson: string; version: string; answers: Record<string, string>; done_at: string; ahead: number;
  right: number; asked: number; passed: boolean; zh: string };
export type Call = { zh: string; number: string; note?: string };
export type CallList = Call[] | { calls?: Call[]; [key: string]: unknown };
export type Guide = { sections?: { zh: string; lines: string[] }[]; [key: string]: unknown };
export type Count = { zh: string; done: number; due: number; late?: number };
export type Targets = { this_month?: Count[]; last_month?: Count[]; [key: string]: unknown };
export type Limits = { idle_minutes?: number; hidden_minutes?: number; pin_tries?: number; keep_receipts_days?: number; keep_answers_days?: number;
  photo_kilobytes?: number; photo_side?: number; voice_seconds?: number; message?: string;
  /** Which of the profile's values each form changes. */
  owns?: Record<string, string[]> };

/** The one page a service worker sees, as far as worker.js uses it. */
export type Worker = {
  addEventListener(kind: "install" | "activate", heard: (event: { waitUntil(done: Promise<unknown>): void }) => void): void;
  addEventListener(kind: "fetch", heard: (event: { request: Request; respondWith(answer: Promise<Response>): void }) => void): void;
  addEventListener(kind: "message", heard: (event: { data: unknown; source: { postMessage(said: unknown): void } | null }) => void): void;
  addEventListener(kind: "push" | "notificationclick", heard: (event: Bell) => void): void;
  skipWaiting(): Promise<void>;
  clients: { claim(): Promise<void>; openWindow(url: string): Promise<unknown> };
  registration: { showNotification(title: string, options: { body: string; tag: string }): Promise<void> };
};

/** What a service worker is told when the office rings, and when somebody taps on what it showed. */
export type Bell = { waitUntil(done: Promise<unknown>): void; notification?: { close(): void } };

export type Screen = {
  /** The heading of the screen, without anybody's name. */
  zh: string;
  body: (Node | string | null)[];
  /** Whether something is written here that must not be torn away. */
  isBusy?: () => boolean;
  /** Whether nothing leads away from here but the lock. */
  isHeld?: boolean;
  /** Called when the screen goes. */
  leave?: () => void | Promise<void>;
};
