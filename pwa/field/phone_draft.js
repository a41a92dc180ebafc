// What is half written in a form, kept sealed on the phone at every change.

import { get, isUnlocked, put, remove } from "./store.js";

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
    this.isOver = false;
    openDraft = this;
  }

  /** What was written before. @param {string} id @returns {Promise<Half | undefined>} */
  static earlier(id) {
    return get("drafts", id);
  }

  touch() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.save(), PAUSE);
  }

  async save() {
    clearTimeout(this.timer);
    if (this.isOver || !isUnlocked()) return;
    try {
      await put("drafts", this.id, this.read());
      this.say("草稿已存在手机里");
    } catch {
      this.say("草稿没有存上：手机存储可能满了。请先不要离开本页。");
    }
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
