// The crisis card: whom to call, what to do, what was done and when. It never says what was answered.

import { make } from "../../form/dom.js";
import { momentZh, now, written } from "../clock.js";
import { button, icon, link } from "../parts.js";
import { say } from "../say.js";
import { concern } from "./concern.js";
import { isLine } from "./message.js";
import { without } from "./no_signal.js";
import { answersFor, lacks } from "./ticking.js";
import { beside } from "./watch.js";

/** @typedef {import("./types").CrisisStep} CrisisStep */
/** @typedef {import("./types").Given} Given */
/** @typedef {import("./types").Ticked} Ticked */

const STYLE = "/field/app/field/crisis/crisis.css";
const ALWAYS = [{ zh: "报警", number: "110" }, { zh: "急救", number: "120" }];

/**
 * Events: `tx-crisis-step` (a tick to be written down), `tx-crisis-form` (a step that asks for more),
 * `tx-crisis-away` (put away, only once the office has it).
 */
export class TxCrisis extends HTMLElement {
  /** @type {Given | null} */
  #given = null;
  #concern = concern([]);

  /** @param {Given} given */
  set given(given) {
    this.#given = given;
    const options = given.form?.sections.flatMap((section) => section.fields).find((field) => field.id === "concern_from")?.options;
    this.#concern = concern(options ?? []);
    if (this.isConnected) this.#draw();
  }

  connectedCallback() {
    if (!document.getElementById("crisis-style")) {
      document.head.append(make("link", { id: "crisis-style", rel: "stylesheet", href: STYLE }));
    }
    this.#draw();
  }

  /** A step was written down at a moment. @param {string} step @param {string} at */
  record(step, at) {
    if (!this.#given) return;
    const steps = this.#given.steps.map((each) => (each.step === step ? { ...each, taken: [...each.taken, at] } : each));
    this.#given = { ...this.#given, steps };
    this.#draw();
  }

  /** Why a step was not written down. @param {string} zh */
  refuse(zh) {
    const place = this.querySelector(".fa-crisis-problem");
    if (!(place instanceof HTMLElement)) return;
    place.textContent = zh;
    place.hidden = false;
  }

  /** The office has it. @param {string} receipt */
  acknowledge(receipt) {
    if (!this.#given || this.#given.isKnown) return;
    this.#given = { ...this.#given, isKnown: true, receipt };
    this.#draw();
  }

  #draw() {
    const given = this.#given;
    if (!given) return;
    const { name, at, steps, calls, role } = given;
    const mine = steps.filter((step) => step.role === role), others = steps.filter((step) => step.role !== role);
    this.replaceChildren(
      make("div", { class: "fa-crisis-head", role: "alert" }, make("span", { class: "fa-crisis-sign", "aria-hidden": "true" }, "■"),
        make("h1", { tabindex: "-1" }, say("现在请马上处理"))),
      make("p", { class: "fa-lead" }, say("{name}，{when} 记下的情况有危险信号。", { name, when: momentZh(at) })),
      this.#calls(calls),
      make("h2", {}, say("您现在做")), make("p", { class: "fa-crisis-problem alert alert-danger", role: "alert", hidden: true }),
      make("ol", { class: "fa-crisis-steps" }, ...mine.map((step) => this.#step(step))), beside(given.watched, given.file), this.#concern.element,
      others.length ? make("details", { class: "fa-crisis-others" }, make("summary", {}, say("单位接着做")),
        make("ul", {}, ...others.map((step) => make("li", {}, step.zh)))) : "",
      given.isKnown ? "" : without(calls, { post: given.post, at, message: given.message }), this.#standing(given));
  }

  /** Police and ambulance first, then the people of the office; lines that only talk stand behind. @param {import("./types").Call[]} calls */
  #calls(calls) {
    const urgent = ALWAYS.map(({ zh, number }) => link(`${say(zh)} ${number}`, `tel:${number}`, { icon: "phone", kind: "btn-danger" }));
    const others = calls.filter(({ number }) => !ALWAYS.some((each) => each.number === number));
    const wide = (/** @type {import("./types").Call} */ { zh, number }) => link(`${zh} ${number}`, `tel:${number}`, { icon: "phone", kind: "fa-wide" });
    const lines = others.filter(isLine).map(wide);
    return make("section", { class: "fa-crisis-calls", "aria-label": say("现在打给谁") }, make("h2", {}, say("现在打给谁")),
      make("div", { class: "fa-crisis-urgent" }, ...urgent), ...others.filter((each) => !isLine(each)).map(wide),
      lines.length ? make("details", {}, make("summary", {}, say("其他热线")), ...lines) : "");
  }

  /** @param {CrisisStep} step */
  #step(step) {
    const done = step.taken;
    const times = done.map((at) => make("p", { class: "fa-crisis-done" }, icon("check"), say("{when} 已做", { when: momentZh(at) })));
    return make("li", { "data-step": step.step }, make("p", { class: "fa-crisis-what" }, step.zh),
      done.length ? null : make("p", { class: "fa-soft" }, say("{when} 前", { when: momentZh(step.due_at) })), ...times,
      this.#given?.form ? button(done.length ? say("又做了一次") : say("做到了"), () => this.#tick(step), { kind: done.length ? "" : "btn-primary", icon: "check" }) : null);
  }

  /** @param {CrisisStep} step */
  #tick({ step }) {
    const given = this.#given;
    if (!given?.form) return;
    const at = written(now());
    const answers = answersFor(step, { at, by: given.by, concern: this.#concern.answers() });
    /** @type {Ticked} */
    const ticked = { step, answers, at };
    const kind = lacks(given.form, answers) ? "tx-crisis-form" : "tx-crisis-step";
    this.dispatchEvent(new CustomEvent(kind, { detail: ticked, bubbles: true }));
  }

  /** @param {Given} given */
  #standing({ isKnown, isUnkept, receipt }) {
    const away = () => void this.dispatchEvent(new CustomEvent("tx-crisis-away", { bubbles: true }));
    if (isUnkept && !isKnown) {
      return make("div", { class: "fa-crisis-standing alert alert-danger", role: "status" },
        make("p", {}, say("记录还没有存上，单位不会自动收到。先打电话告诉单位，再回到那张表点“再发一次”。")),
        button(say("已经打电话告诉单位，收起"), away, {}));
    }
    if (!isKnown) {
      return make("p", { class: "fa-crisis-standing alert alert-warning", role: "status" },
        say("单位还没有收到。有信号时自动送出；在那以前，这张卡一直留着。"));
    }
    return make("div", { class: "fa-crisis-standing alert alert-success", role: "status" },
      make("p", {}, receipt ? say("单位已收到，回执 {receipt}。", { receipt }) : say("单位已收到。")), button(say("收起这张卡"), away, {}));
  }
}

customElements.define("tx-crisis", TxCrisis);
