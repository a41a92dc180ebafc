// <tx-form definition="id of a JSON block" submit="保存">: draws a form, judges it, sends it.
// With draft="address" what is written is kept there meanwhile; entry and revision go on with an earlier draft.

import { make } from "./dom.js";
import { Draft } from "./draft.js";
import { known, question } from "./fields.js";
import { newIdentifier } from "./identifier.js";
import { fieldsOf, locate, mark, tell } from "./problems.js";
import { review } from "./review.js";
import { send } from "./send.js";
import { isBlank, isMapping } from "./values.js";

/** @typedef {import("./types").Definition} Definition */
/** @typedef {import("./types").Problem} Problem */
/** @typedef {import("./types").Section} Section */

const FEWEST_FOR_INDEX = 3;

let drawn = 0;

export class TxForm extends HTMLElement {
  static formAssociated = true;

  constructor() {
    super();
    this.internals = this.attachInternals();
    this.uid = `tx${(drawn += 1)}`;
    /** @type {import("./types").Answers} */
    this.answers = {};
    this.isDirty = false;
    this.isSending = false;
    this.isJudged = false;
    this.hasFailed = false;
    this.isReady = false;
    /** @type {Problem[]} */
    this.fromServer = [];
    this.startedAt = new Date().toISOString();
    this.entryId = newIdentifier(Date.now());
    /** @type {Draft | null} */
    this.draft = null;
    this.kept = make("span", { class: "tx-kept", role: "status" });
    this.told = make("div", { class: "alert alert-warning tx-told", role: "alert", hidden: true });
    this.notice = make("section", { class: "alert alert-danger tx-summary", "aria-label": "没有保存的原因", hidden: true });
    this.progress = make("span", { class: "tx-progress" });
    this.status = make("span", { class: "tx-status", role: "status" });
    /** Set by a page that keeps entries itself, before the element is put on it. @type {Definition | null} */
    this.given = null;
    /** @type {((entry: ReturnType<TxForm["entry"]>) => Promise<import("./send.js").Outcome>) | null} */
    this.deliver = null;
    this.warn = (/** @type {BeforeUnloadEvent} */ event) => {
      if (this.deliver) return;
      if (this.draft ? this.draft.isAhead || this.draft.sending : this.isDirty) event.preventDefault();
    };
  }

  connectedCallback() {
    if (this.isReady) return;
    const definition = this.given ?? written(document.getElementById(this.getAttribute("definition") ?? ""));
    if (!definition) {
      this.replaceChildren(make("p", { class: "alert alert-danger", role: "alert" }, "表单没有载入，请刷新页面。"));
      return;
    }
    for (const field of definition.sections.flatMap((section) => section.fields)) {
      if (field.prefill !== undefined) this.answers[field.id] = copied(field.prefill);
    }
    this.definition = definition;
    this.entryId = this.getAttribute("entry") || this.entryId;
    this.draw(definition);
    this.isReady = true;
    this.refresh();
    this.listen();
  }

  disconnectedCallback() {
    this.draft?.stop();
    window.removeEventListener("beforeunload", this.warn);
  }

  /** @param {Definition} definition */
  draw(definition) {
    const sections = definition.sections.map((section) => this.section(section));
    const links = definition.sections.map((section) =>
      make("li", {}, make("a", { href: `#${this.uid}-${section.id}`, "data-section": section.id }, section.zh)));
    const isLong = definition.sections.length >= FEWEST_FOR_INDEX;
    this.classList.toggle("tx-indexed", isLong);
    const button = make("button", { type: "submit", class: "btn btn-primary" }, this.getAttribute("submit") ?? "保存");
    this.replaceChildren(
      isLong ? make("nav", { class: "tx-sections", "aria-label": "本表各节" }, make("ol", {}, ...links)) : "",
      make("div", { class: "tx-body" },
        definition.intro ? make("p", { class: "tx-intro" }, definition.intro) : null,
        this.told, this.notice, ...sections,
        make("div", { class: "tx-submit" }, this.progress, this.kept, this.status, button)));
  }

  /** @param {Section} section */
  section(section) {
    const id = `${this.uid}-${section.id}`;
    const scope = { host: { uid: this.uid, changed: () => this.touch() }, answers: this.answers, prefix: "" };
    const fields = section.fields.map((field) => question(field, scope));
    const isAllRequired = section.matrix === true && section.fields.every((field) => field.required);
    const help = [isAllRequired ? "每题必答。" : "", section.help].filter(Boolean).join("");
    return make("section", { class: "tx-section", id, "aria-labelledby": `${id}-title` },
      make("h2", { id: `${id}-title` }, section.zh),
      help ? make("p", { class: "form-hint" }, help) : null,
      make("div", { class: section.matrix ? `tx-matrix ${isAllRequired ? "tx-all-required" : ""}` : "" }, ...fields));
  }

  listen() {
    window.addEventListener("beforeunload", this.warn);
    this.addEventListener("keydown", (event) => {
      const isLine = event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement;
      if (event.key === "Enter" && isLine) event.preventDefault();
    });
    const form = this.internals.form;
    if (!form) return;
    form.noValidate = true;
    this.keep(form);
    if (form.hasAttribute("hx-post")) return;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.submit(form);
    });
  }

  /** Keeps what is written at the office. @param {HTMLFormElement} form */
  keep(form) {
    const url = this.getAttribute("draft");
    if (!url) return;
    this.draft = new Draft({
      url,
      revision: Number(this.getAttribute("revision") ?? 0),
      entry: () => this.entry(),
      token: () => tokenOf(form),
      rename: (id) => { this.entryId = id; },
      say: (said) => this.say(said),
    });
  }

  /** What became of the draft. @param {import("./draft.js").Said} said */
  say({ zh, isBad, isDanger, note }) {
    this.kept.textContent = zh;
    this.kept.classList.toggle("tx-not-kept", isBad === true);
    if (isBad) return;
    const report = this.getAttribute("danger");
    const danger = isDanger
      ? make("p", {}, "里面有危险信号：草稿不会进入危机处置。请尽快保存；来不及填完，",
        report ? make("a", { href: report }, "先填危机报告") : "请立即电话报告", "。")
      : "";
    if (note || isDanger || !this.told.textContent) this.told.replaceChildren(note ? make("p", {}, note) : "", danger);
    this.told.hidden = !this.told.textContent;
  }

  touch() {
    if (!this.isReady) return;
    this.isDirty = true;
    this.draft?.touch();
    this.dispatchEvent(new Event("tx-touched"));
    this.fromServer = [];
    this.refresh();
  }

  /** Brings the page in line with the answers. */
  refresh() {
    if (!this.definition) return;
    const { problems, shown } = review(this.definition, this.answers);
    for (const place of fieldsOf(this)) place.hidden = !isShown(place, shown);
    let asked = 0;
    let answered = 0;
    for (const section of this.definition.sections) {
      const open = section.fields.filter((field) => shown.has(field.id) && field.type !== "note");
      const done = open.filter((field) => isAnswered(this.answers[field.id])).length;
      asked += open.length;
      answered += done;
      this.count(section, done, open.length);
    }
    for (const field of this.definition.sections.flatMap((section) => section.fields)) {
      const place = field.known && this.querySelector(`[data-known="${field.id}"]`);
      if (place) place.textContent = known(field, this.answers[field.id]);
    }
    this.progress.textContent = `已填 ${answered} / ${asked}`;
    if (this.isJudged) this.judge([...problems, ...this.fromServer]);
    this.internals.setFormValue(JSON.stringify(this.entry()));
    if (problems[0]) this.internals.setValidity({ customError: true }, problems[0].zh, this.progress);
    else this.internals.setValidity({});
  }

  /** @param {Section} section @param {number} done @param {number} all */
  count(section, done, all) {
    const part = this.querySelector(`#${this.uid}-${section.id}`);
    if (part instanceof HTMLElement) part.hidden = fieldsOf(part).every((place) => place.hidden);
    const link = this.querySelector(`[data-section="${section.id}"]`);
    if (!(link instanceof HTMLElement)) return;
    link.replaceChildren(section.zh, make("span", { class: "tx-tally" }, all ? `${done} / ${all}` : ""));
    link.classList.toggle("tx-done", all > 0 && done === all);
  }

  entry() {
    return {
      form_hash: this.definition?.hash ?? "",
      answers: this.answers,
      started_at: this.startedAt,
      entry_id: this.entryId,
    };
  }

  /** @param {HTMLFormElement} form */
  async submit(form) {
    if (this.isSending || !this.definition) return;
    this.isJudged = true;
    this.hasFailed = false;
    const { problems } = review(this.definition, this.answers);
    if (problems.length) return this.refuse(problems);
    this.isSending = true;
    this.status.textContent = "正在发送……";
    await this.draft?.rest();
    const outcome = await (this.deliver ? this.deliver(this.entry()) : send(form.action, this.entry(), tokenOf(form)));
    this.isSending = false;
    this.status.textContent = "";
    if (outcome.isKept) return;
    if (outcome.next) {
      this.isDirty = false;
      this.draft?.stop();
      this.draft = null;
      location.assign(outcome.next);
      return;
    }
    this.draft?.resume();
    if (outcome.problems?.length) return this.refuse(outcome.problems);
    this.hasFailed = true;
    tell(this.notice, this, outcome.zh ?? "", [], outcome.mayRetry ? () => form.requestSubmit() : undefined);
    this.status.textContent = "没有保存";
    this.notice.scrollIntoView({ block: "center" });
  }

  /** Shows what is left to mend. @param {Problem[]} problems */
  judge(problems) {
    mark(this, problems);
    const count = problems.length;
    if (this.hasFailed) return;
    tell(this.notice, this, count ? `没有保存：有 ${count} 处要改，其余内容仍在本页。` : "", problems);
    this.status.textContent = count ? `有 ${count} 处要改` : "";
  }

  /** @param {Problem[]} problems */
  refuse(problems) {
    this.fromServer = problems;
    this.judge(problems);
    const first = problems.map((problem) => locate(this, problem.path)).find((control) => control !== null);
    if (first) first.focus();
    else this.notice.scrollIntoView({ block: "center" });
  }
}

/** An instrument's items stand or fall with their field. @param {HTMLElement} place @param {Set<string>} shown */
function isShown(place, shown) {
  const path = place.dataset["path"] ?? "";
  return shown.has(path) || shown.has(path.slice(0, path.lastIndexOf(".")));
}

/** Whoever signed in again in another window has a younger token than this page. @param {HTMLFormElement} form */
function tokenOf(form) {
  const [, youngest] = /(?:^|;\s*)csrftoken=([^;]+)/.exec(document.cookie) ?? [];
  const field = form.elements.namedItem("csrfmiddlewaretoken");
  return youngest ?? (field instanceof HTMLInputElement ? field.value : "");
}

/** The definition in a JSON block of the page. @param {HTMLElement | null} block @returns {Definition | null} */
const written = (block) => (block?.textContent ? JSON.parse(block.textContent) : null);

/** A copy that the page may change. @param {unknown} value */
const copied = (value) => JSON.parse(JSON.stringify(value));

/** @param {unknown} value */
function isAnswered(value) {
  if (Array.isArray(value)) return value.some((each) => !isMapping(each) || Object.values(each).some((inner) => !isBlank(inner)));
  return !isBlank(value);
}

customElements.define("tx-form", TxForm);
