// Keeps what is being written at the office, so that it can be gone on with at another desk.
// Nothing is kept in the browser: without a network the page says plainly that it isn't saved yet.

import { newIdentifier } from "./identifier.js";

const QUIET = 1_500;
const LONGEST = 10_000;
const AGAIN = 10_000;
const LONGEST_WAIT = 20_000;
const BEACON_LIMIT = 60_000;

/** @typedef {{ zh: string, isBad?: boolean, isDanger?: boolean, note?: string }} Said */
/** @typedef {{ form_hash: string, answers: unknown, entry_id: string }} Entry */
/**
 * @typedef {object} Ground
 * @property {string} url
 * @property {number} revision
 * @property {() => Entry} entry what the page holds now
 * @property {() => string} token
 * @property {(id: string) => void} rename the page writes on under another number
 * @property {(said: Said) => void} say
 */

/** @type {Record<number, string>} */
const WORDS = {
  401: "还没有存上：登录已过期。内容只在本页，请在新窗口登录后回到本页接着写。",
  403: "还没有存上：登录已过期，或您的岗位不能办理这一项。内容只在本页。",
  404: "还没有存上：这份档案已不在您的职责范围内。",
};

export class Draft {
  /** @param {Ground} ground */
  constructor(ground) {
    this.ground = ground;
    this.revision = ground.revision;
    this.tab = newIdentifier(Date.now());
    this.turn = 0;
    /** Whether something written has not reached the office yet. */
    this.isAhead = false;
    this.isOver = false;
    /** @type {number | undefined} */
    this.timer = undefined;
    /** @type {number | undefined} */
    this.since = undefined;
    /** @type {Promise<void> | null} */
    this.sending = null;
    this.leave = () => {
      if (document.visibilityState === "hidden") this.flush(true);
    };
    this.online = () => this.flush(false);
    document.addEventListener("visibilitychange", this.leave);
    window.addEventListener("pagehide", this.leave);
    window.addEventListener("online", this.online);
  }

  /** Something was written. */
  touch() {
    if (this.isOver) return;
    this.isAhead = true;
    this.since ??= Date.now();
    this.wait(Math.min(QUIET, Math.max(0, this.since + LONGEST - Date.now())));
  }

  /** @param {number} span */
  wait(span) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(false), span);
  }

  /** Sends what is not saved yet; on leaving even while an earlier sending is under way. @param {boolean} isLeaving */
  flush(isLeaving) {
    if (!this.isAhead || this.isOver) return;
    if (this.sending && !isLeaving) return this.wait(QUIET);
    clearTimeout(this.timer);
    this.isAhead = false;
    this.since = undefined;
    const sending = this.send(isLeaving).finally(() => {
      if (this.sending === sending) this.sending = null;
    });
    this.sending = sending;
  }

  /** No more savings; the one under way is waited for, so that it can't come after the form itself. */
  async rest() {
    clearTimeout(this.timer);
    this.isOver = true;
    await this.sending;
  }

  /** The form was not taken: what is written goes on being kept. */
  resume() {
    this.isOver = false;
    if (this.isAhead) this.touch();
  }

  stop() {
    clearTimeout(this.timer);
    this.isOver = true;
    document.removeEventListener("visibilitychange", this.leave);
    window.removeEventListener("pagehide", this.leave);
    window.removeEventListener("online", this.online);
  }

  /** @param {boolean} isLeaving */
  async send(isLeaving) {
    const { form_hash, answers, entry_id } = this.ground.entry();
    const body = JSON.stringify({
      form_hash, answers, entry_id, tab: this.tab, turn: (this.turn += 1), base: this.revision,
    });
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(), LONGEST_WAIT);
    try {
      const response = await fetch(this.ground.url, {
        method: "POST",
        headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": this.ground.token() },
        body,
        credentials: "same-origin",
        keepalive: isLeaving && body.length < BEACON_LIMIT / 3,
        signal: patience.signal,
      });
      await this.hear(response);
    } catch {
      this.fail("还没有存上：网络不通，内容只在本页。连上后会自动再存，请先不要关闭。");
    } finally {
      clearTimeout(timer);
    }
  }

  /** @param {Response} response */
  async hear(response) {
    const isJson = (response.headers.get("Content-Type") ?? "").includes("json");
    /** @type {{ zh?: string, entry_id?: string, revision?: number, at?: string, is_danger?: boolean, is_over?: boolean, is_empty?: boolean }} */
    const said = isJson ? await response.json() : {};
    if (!response.ok) return this.fail(said.zh || WORDS[response.status] || "还没有存上：系统出错，内容只在本页，稍后会自动再存。");
    if (said.is_over) {
      this.isOver = true;
      return this.ground.say({ zh: said.zh ?? "", isBad: true });
    }
    if (said.is_empty) return;
    if (!said.entry_id) return this.fail(WORDS[401] ?? "");
    this.revision = said.revision ?? this.revision;
    this.ground.rename(said.entry_id);
    const zh = this.isAhead ? "" : `草稿已存 ${said.at ?? ""}，还没有提交`;
    this.ground.say({ zh, isDanger: said.is_danger === true, ...(said.zh ? { note: said.zh } : {}) });
  }

  /** @param {string} zh */
  fail(zh) {
    this.isAhead = true;
    this.ground.say({ zh, isBad: true });
    if (!this.isOver) this.wait(AGAIN);
  }
}
