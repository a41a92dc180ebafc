/** An answer that can't stand; `kept` says whether the page may go on showing it. */
export class AnswerError extends Error {
  /** @param {string} zh @param {boolean} [kept] */
  constructor(zh, kept = true) {
    super(zh);
    this.zh = zh;
    this.kept = kept;
  }
}
