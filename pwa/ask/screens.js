// What stands on the screen: one thing at a time, large, in few words.

import { make } from "../form/dom.js";
import { speak, whenThereIsAVoice } from "./voice.js";

/** @typedef {import("./types").Words} Words */
/** @typedef {import("./types").Question} Question */

/** @param {string} zh @param {string} kind @param {() => void} then */
export function button(zh, kind, then) {
  const made = make("button", { type: "button", class: `ask-button ask-${kind}` }, zh);
  made.addEventListener("click", then);
  return made;
}

const title = (/** @type {string} */ zh) => make("h1", { tabindex: "-1" }, zh);
const row = (/** @type {(Node | null)[]} */ ...children) => make("div", { class: "ask-row" }, ...children);
/** A part that came with the page. @param {string} id */
const part = (id) => {
  const kept = document.getElementById(id);
  return kept instanceof HTMLTemplateElement ? kept.content.firstElementChild?.cloneNode(true) ?? null : null;
};
const picture = () => part("picture");

/** A button that reads aloud, on a device that can. @param {string} words */
function listen(words) {
  const made = button("读给我听", "listen", () => speak(words));
  made.hidden = true;
  whenThereIsAVoice(() => (made.hidden = false));
  return made;
}

/** Whom to call, the same for every child. @param {Words} words */
function helpLines({ calls, danger }) {
  const lines = calls.map(({ zh, number }) =>
    make("li", {}, make("a", { href: `tel:${number}` }, make("b", {}, number), make("span", {}, zh))));
  return make("section", { class: "ask-help", "aria-label": "可以打的电话" },
    make("ul", {}, ...lines), make("p", { class: "ask-danger" }, danger));
}

/** Before the first question; `notice` is what a licence wants printed. @param {Words} words @param {string} notice @param {(isWilling: boolean) => void} decide */
export function explanation(words, notice, decide) {
  const parts = words.before.map(({ zh, text }) => make("section", { class: "ask-card" }, make("h2", {}, zh), make("p", {}, text)));
  const aloud = words.before.map(({ zh, text }) => `${zh}。${text}`).join("");
  return [
    picture(), title("先说几句话"), listen(aloud), ...parts,
    make("div", { class: "ask-foot" }, button(words.yes, "go", () => decide(true)), button(words.no, "quiet", () => decide(false))),
    notice ? make("p", { class: "ask-notice" }, notice) : null,
  ];
}

/**
 * @typedef {object} Asked
 * @property {string} stem
 * @property {Question} question
 * @property {number} place @property {number} count
 * @property {string} chosen the code chosen while this page has been open
 * @property {boolean} isAnswered
 * @property {(code: string) => void} choose
 * @property {() => void} back @property {() => void} skip @property {() => void} rest
 */

/** One question. @param {Asked} asked */
export function questionOf({ stem, question, place, count, chosen, isAnswered, choose, back, skip, rest }) {
  const options = question.options.map(({ code, zh }) => {
    const made = make("button", { type: "button", class: "ask-option", "aria-pressed": String(code === chosen), "data-code": code }, make("span", {}, zh));
    made.addEventListener("click", () => choose(code));
    return made;
  });
  const where = `第${place + 1}题，共${count}题`;
  const aloud = [...(stem ? [stem] : []), question.zh, ...question.options.map(({ zh }) => zh)].join("。");
  return [
    make("div", { class: "ask-progress" }, make("span", {}, where), make("progress", { max: count, value: place + 1, "aria-label": where })),
    stem ? make("p", { class: "ask-stem" }, stem) : null, title(question.zh),
    isAnswered && !chosen ? make("p", { class: "ask-note" }, "这一题你答过了，可以改，也可以接着往下。") : null,
    make("div", { class: "ask-options", role: "group", "aria-label": question.zh }, ...options),
    make("p", { class: "ask-problem", role: "alert", hidden: true }),
    row(place > 0 ? button("上一题", "quiet", back) : null, button(isAnswered ? "下一题" : "先不答", "quiet", skip),
      button("歇一歇", "quiet", rest)),
    listen(aloud),
  ];
}

/** After the last question. @param {number[]} missing @param {(place: number) => void} open @param {() => void} handIn @param {() => void} back */
export function review(missing, open, handIn, back) {
  const gaps = missing.map((place) => button(`第${place + 1}题`, "gap", () => open(place)));
  return [
    picture(), title(missing.length ? "快好了" : "都答完了"),
    missing.length
      ? make("p", { class: "ask-lead" }, `还有 ${missing.length} 题没答。想回去看看就点题号，不想答也没关系。`)
      : make("p", { class: "ask-lead" }, "谢谢你。想改的还可以回去改，交上去以后就不能改了。"),
    row(...gaps), make("div", { class: "ask-foot" }, button("交上去", "go", handIn), button("上一题", "quiet", back)),
  ];
}

/** A rest, as long as the child likes. @param {Words} words @param {() => void} goOn */
export const resting = (words, goOn) => [
  make("div", { class: "ask-breath", "aria-hidden": "true" }), title("慢慢来，不着急"),
  make("p", { class: "ask-lead" }, "跟着圆圈，慢慢吸气，慢慢呼气。歇好了再继续。"),
  make("div", { class: "ask-foot" }, button("歇好了，继续", "go", goOn)), helpLines(words),
];

/** The end, the same for every child. @param {Words} words @param {string[]} said @param {string} zh @param {() => void} close */
export const ending = (words, said, zh, close) => [
  picture(), title(said[0] ?? ""), ...said.slice(1).map((line) => make("p", { class: "ask-lead" }, line)),
  helpLines(words), make("div", { class: "ask-foot" }, button(zh, "go", close)),
];

/** Something that stops the child here, kindly. @param {string} zh */
export const stopped = (zh) => [picture(), title(zh), part("help")];
