// <tx-child-sheet>: the questionnaire in the child's hands, one question a page; no score, and a way out at any moment.

import { make } from "../../form/dom.js";
import { ending, explanation, questionOf, resting, review } from "../../ask/screens.js";
import { hush } from "../../ask/voice.js";

/** @typedef {import("./types").Given} Given */

const SEEN_FOR = 250;
const FAILED = "这一题没有存上，请把手机交还给大人。";

/** Events: `tx-child-over` (handed in, or not wanted), `tx-child-away` (quickly away). */
export class TxChildSheet extends HTMLElement {
  /** @type {Given | null} */
  given = null;
  #isBusy = false;

  connectedCallback() {
    const given = this.given;
    if (!given || this.childElementCount) return;
    const away = make("button", { type: "button", class: "ask-leave" }, "马上离开");
    away.addEventListener("click", () => this.#say("tx-child-away"));
    this.page = make("div", { class: "ask-main" });
    this.append(make("div", { class: "ask-bar" }, make("span", {}), away), this.page);
    this.escape = (/** @type {KeyboardEvent} */ event) => event.key === "Escape" && this.#say("tx-child-away");
    addEventListener("keydown", this.escape);
    this.#show(explanation(given.words, given.sheet.notice, (isWilling) => (isWilling ? this.#goOn() : this.#end(given.words.unwilling))));
  }

  disconnectedCallback() {
    hush();
    if (this.escape) removeEventListener("keydown", this.escape);
  }

  /** @param {string} kind */
  #say(kind) {
    hush();
    this.dispatchEvent(new CustomEvent(kind, { bubbles: true }));
  }

  /** @param {(Node | null | undefined)[]} parts */
  #show(parts) {
    hush();
    this.page?.replaceChildren(...parts.filter((part) => part !== null && part !== undefined));
    scrollTo(0, 0);
    this.page?.querySelector("h1")?.focus({ preventScroll: true });
  }

  get #asked() {
    return this.given?.asks(this.given.answers) ?? [];
  }

  /** The first question without an answer, else the last page. */
  #goOn() {
    const place = this.#asked.findIndex((id) => !this.given?.answers[id]);
    if (place < 0) this.#look();
    else this.#ask(place);
  }

  /** @param {number} place */
  #ask(place) {
    const given = this.given, asked = this.#asked, id = asked[place];
    const question = given?.sheet.items.find((each) => each.id === id);
    if (!given || !question) return this.#look();
    this.#show(questionOf({
      stem: question.is_own ? "" : given.sheet.stem, question, place, count: asked.length, chosen: given.answers[question.id] ?? "",
      isAnswered: question.id in given.answers, choose: (code) => void this.#choose(place, question.id, code),
      back: () => this.#ask(place - 1), skip: () => this.#ask(place + 1),
      rest: () => this.#show(resting(given.words, () => this.#ask(place))),
    }));
  }

  /** Kept before the next question is shown. @param {number} place @param {string} id @param {string} code */
  async #choose(place, id, code) {
    const given = this.given;
    if (!given || this.#isBusy) return;
    this.#isBusy = true;
    for (const each of this.querySelectorAll(".ask-option")) {
      each.setAttribute("aria-pressed", String(each.getAttribute("data-code") === code));
    }
    try {
      await given.keep(id, code);
      given.answers = { ...given.answers, [id]: code };
      await new Promise((then) => setTimeout(then, SEEN_FOR));
      this.#isBusy = false;
      if (this.isConnected) this.#ask(place + 1);
    } catch {
      this.#isBusy = false;
      const box = this.querySelector(".ask-problem");
      if (!(box instanceof HTMLElement)) return;
      box.textContent = FAILED;
      box.hidden = false;
    }
  }

  #look() {
    const given = this.given, asked = this.#asked;
    if (!given) return;
    const missing = asked.flatMap((id, place) => (id in given.answers ? [] : [place]));
    this.#show(review(missing, (place) => this.#ask(place), () => this.#end(given.words.after), () => this.#ask(asked.length - 1)));
  }

  /** @param {string[]} words */
  #end(words) {
    if (this.given) this.#show(ending(this.given.words, words, "好了，把手机交还", () => this.#say("tx-child-over")));
  }
}

customElements.define("tx-child-sheet", TxChildSheet);
