// What is half written in a form, kept sealed on the phone at every change.

import { row, write } from "./database.js";
import { get, isUnlocked, remove, sealedPut } from "./store.js";

/** @typedef {{ form_hash: string, answers: Record<string, unknown>, entry_id: string, started_at: string }} Half */

const PAUSE = 400;
/** @type {PhoneDraft | null} */
let openDraft = null;

/** Keeps the half-written form that is open. */
export const saveOpenDraft = () => openDraft?.save() ?? Promise.resolve();

export class PhoneDraft {
  /** @param {string} id child and form @param {() => Half} read @param {(zh: string) => void} say */
  constructor(id, read, say) {
    this.id = id;
    this.read = read;
    this.say = say;
    this.timer = 0;
    this.changes = 0;
    this.saving = Promise.resolve();
    this.isOver = false;
    openDraft = this;
  }

  /** What was written before; nothing when it was kept as an entry meanwhile. @param {string} id @returns {Promise<Half | undefined>} */
  static async earlier(id) {
    const half = await get("drafts", id);
    const isKept = half && ((await row("outbox", half.entry_id)) || (await row("receipts", half.entry_id)));
    return isKept ? undefined : half;
  }

  touch() {
    this.changes += 1;
    this.say("正在存草稿……");
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.save(), PAUSE);
  }

  /** One after the other, so that what was written later stands last. @returns {Promise<void>} */
  save() {
    clearTimeout(this.timer);
    this.saving = this.saving.then(() => this.keep());
    return this.saving;
  }

  /** Says that it is kept only when nothing was written meanwhile. */
  async keep() {
    if (this.isOver || !isUnlocked()) return;
    const changes = this.changes;
    try {
      const change = await sealedPut("drafts", this.id, this.read());
      // An entry that is being kept takes its draft away; none may come back behind it.
      if (this.isOver) return;
      await write([change]);
      if (changes === this.changes) this.say("草稿已存在手机里");
    } catch {
      this.say("草稿没有存上：手机存储可能满了。请先不要离开本页。");
    }
  }

  /** While the entry is being kept nothing is saved beside it. */
  pause() {
    clearTimeout(this.timer);
    this.isOver = true;
  }

  /** It was not kept: what is written is saved again. */
  resume() {
    this.isOver = false;
    this.touch();
  }

  stop() {
    clearTimeout(this.timer);
    this.isOver = true;
    if (openDraft === this) openDraft = null;
  }

  async discard() {
    this.stop();
    await remove("drafts", this.id);
  }
}
