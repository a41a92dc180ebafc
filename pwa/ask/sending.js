// Sends one thing until the server has it: under the same number, as often as it takes.

import { post } from "./wire.js";

/** @typedef {import("./types").Said} Said */

const FIRST_WAIT = 1_000;
const LONGEST_WAIT = 8_000;

export class Sending {
  /** @param {(isLost: boolean) => void} say told when the connection is lost and when it is back */
  constructor(say) {
    this.say = say;
    /** What the server doesn't have yet. @type {{ path: string, body: unknown } | null} */
    this.open = null;
    this.wake = () => {};
    addEventListener("online", () => this.wake());
  }

  /**
   * The server's answer, however long it takes; nothing when something else was sent instead.
   *
   * @param {string} path @param {unknown} [body] @returns {Promise<Said | null>}
   */
  async send(path, body = {}) {
    const mine = (this.open = { path, body });
    this.wake();
    for (let wait = FIRST_WAIT; this.open === mine; wait = Math.min(wait * 2, LONGEST_WAIT)) {
      const said = await post(path, body);
      if (this.open !== mine) return null;
      if (said && said.status < 500 && said.status !== 429) {
        this.open = null;
        this.say(false);
        return said;
      }
      this.say(true);
      await this.pause(wait);
    }
    return null;
  }

  /** Once more, while the page goes away. */
  flush() {
    if (this.open) post(this.open.path, this.open.body, { isLeaving: true });
  }

  /** @param {number} span */
  pause(span) {
    return new Promise((go) => {
      const timer = setTimeout(go, span);
      this.wake = () => {
        clearTimeout(timer);
        go(undefined);
      };
    });
  }
}
