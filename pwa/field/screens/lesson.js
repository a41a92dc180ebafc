// One lesson: its text, its questions, and after each try why each answer is right.

import { radios } from "../../form/choices.js";
import { make } from "../../form/dom.js";
import { keepTry, lessonOf } from "../lessons.js";
import { go, present, replace } from "../page.js";
import { acting, button, card, chip, empty, heading, note, notice, row, title } from "../parts.js";
import { say } from "../say.js";
import { tellStanding } from "../standing.js";
import { syncSoon } from "../sync.js";

/** @typedef {import("../types").Lesson} Lesson */
/** @typedef {import("../types").Try} Try */

/** @param {Record<string, string>} params @returns {Promise<import("../types").Screen>} */
export async function screen({ id = "" }) {
  const lesson = await lessonOf(id), zh = say("微课");
  if (!lesson) return { zh, body: [title(zh), empty(say("这一课还没有下载。连上网络同步一次就有了。"))] };
  /** @type {Record<string, string>} */
  const answers = {};
  const said = make("div", {});
  const submit = make("button", { type: "submit", class: "btn btn-primary fa-wide" }, say("交卷"));
  const act = async () => {
    const lacking = lesson.questions.flatMap((each, place) => (answers[each.id] ? [] : [place + 1]));
    if (lacking.length) return said.replaceChildren(notice("warning", say("第 {n} 题还没有选。", { n: lacking.join("、") })));
    submit.disabled = true;
    const kept = await keepTry(lesson, answers);
    syncSoon();
    await tellStanding();
    await present("lesson", result(lesson, kept));
  };
  return { zh, isBusy: () => Object.values(answers).some((each) => each !== ""), body: [
    title(lesson.zh), make("p", { class: "fa-lead" }, [lesson.subject, say("约 {n} 分钟，含答题", { n: lesson.minutes })].filter(Boolean).join(" · ")),
    ...lesson.text.map((part) => card(make("h2", {}, part.zh), make("ul", { class: "fa-lines" }, ...part.lines.map((line) => make("li", {}, line))))),
    heading(say("答题")), note(say("答对 {n}% 算通过，可以再答。交了以后每题都有解释。", { n: lesson.percent })),
    acting(act, ...lesson.questions.map((each, place) => question(each, place, answers)), said, submit),
    note(say("来源：{source}", { source: lesson.source })),
  ] };
}

/** @param {Lesson["questions"][number]} one @param {number} place @param {Record<string, string>} answers */
function question({ id, zh, options }, place, answers) {
  const asked = `${place + 1}. ${zh}`;
  const choices = radios({ name: `q-${id}`, zh: asked, options, chosen: "", keep: (code) => (answers[id] = code) });
  // Whole sentences: one below the other.
  choices.className = "tx-options tx-stacked";
  return make("fieldset", { class: "fa-choices" }, make("legend", {}, asked), choices);
}

/** @param {Lesson} lesson @param {Try} kept @returns {import("../types").Screen} */
function result(lesson, { right, asked, passed, answers }) {
  const zh = passed ? say("通过了") : say("还没有通过");
  const back = button(say("回微课"), () => replace("lessons"), { kind: passed ? "btn-primary" : "" });
  const once = button(say("再学一遍"), () => go("lesson", { id: lesson.id }), { kind: "btn-primary" });
  return { zh, body: [
    title(zh), make("p", { class: "fa-lead" }, [lesson.zh, say("{asked} 题答对 {right} 题", { asked, right })].join(" · ")),
    notice("info", say("答案已存在手机里，有网络时自动送出。"), row(...(passed ? [back] : [once, back]))),
    ...lesson.questions.map((each, place) => explained(each, place, answers[each.id] ?? "")),
  ] };
}

/** @param {Lesson["questions"][number]} one @param {number} place @param {string} said */
function explained({ zh, options, right, because }, place, said) {
  const words = (/** @type {string} */ code) => options.find((each) => each.code === code)?.zh ?? "";
  const isRight = said === right;
  return card(
    make("p", {}, make("strong", {}, `${place + 1}. ${zh}`)),
    make("p", {}, isRight ? chip(say("答对了"), "green", "✓") : chip(say("答错了"), "orange", "■"), " ", words(said)),
    isRight ? null : make("p", {}, say("应当是：{answer}", { answer: words(right) })), make("p", {}, because));
}
