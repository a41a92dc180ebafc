// A child answers: opens by the link behind `#`, one question at a time, each kept before the next is shown.

import { newIdentifier } from "../form/identifier.js";
import { go, leave } from "./exit.js";
import { ending, explanation, questionOf, resting, review, stopped } from "./screens.js";
import { Sending } from "./sending.js";
import { hush } from "./voice.js";
import { post, remember, seat } from "./wire.js";

/** @typedef {import("./types").State} State */
/** @typedef {import("./types").Said} Said */

const SEEN_FOR = 300;
const NOWHERE = "请扫老师给你的二维码，或者点开老师发给你的链接。";
const SHARED = "/a/kiosk/", OWN = "/a/rest/";

const root = /** @type {HTMLElement} */ (document.getElementById("ask"));
const lost = /** @type {HTMLElement} */ (document.getElementById("lost"));
const sending = new Sending((isLost) => (lost.hidden = !isLost));

/** @type {State | null} */
let state = null;
/** What was chosen while this page has been open; kept nowhere else. @type {Map<string, string>} */
const chosen = new Map();
let isGoing = false;

const after = () => (state?.is_shared ? SHARED : OWN);

/** @param {(Node | null | undefined)[]} parts */
function show(parts) {
  if (isGoing) return;
  hush();
  root.replaceChildren(...parts.filter((part) => part !== null && part !== undefined));
  scrollTo(0, 0);
  root.querySelector("h1")?.focus({ preventScroll: true });
}

async function start() {
  remember();
  const token = location.hash.slice(1);
  history.replaceState(null, "", location.pathname);
  if (token) {
    seat.drop();
    const said = await sending.send("/a/open/", { token });
    if (!said) return;
    if (typeof said.body["key"] !== "string") return stop(said);
    seat.take(said.body["key"]);
  } else if (!seat.read()) {
    return show(stopped(NOWHERE));
  }
  const said = await sending.send("/a/state/");
  if (!said) return;
  if (said.status !== 200) return stop(said);
  state = /** @type {State} */ (/** @type {unknown} */ (said.body));
  watchIdling();
  if (!state.is_begun) return show(explanation(state.words, state.sheet.notice, decide));
  goOn();
}

/** @param {Said} said */
function stop(said) {
  seat.drop();
  const zh = typeof said.body["zh"] === "string" ? said.body["zh"] : "这一页打不开，请再扫一次二维码，或者找老师帮忙。";
  show(stopped(zh));
}

/** @param {boolean} isWilling */
async function decide(isWilling) {
  const said = await sending.send("/a/agree/", { is_willing: isWilling });
  if (!said || !state) return;
  if (said.status !== 200) return stop(said);
  if (isWilling) return ask(0);
  end(state.words.unwilling);
}

/** The first question without an answer, else the last page. */
function goOn() {
  if (!state) return;
  const place = state.asked.findIndex((id) => !state?.answered.includes(id));
  if (place < 0) return look();
  ask(place);
}

/** @param {number} place */
function ask(place) {
  const id = state?.asked[place];
  const question = state?.sheet.items.find((each) => each.id === id);
  if (!state || !question) return look();
  show(questionOf({
    stem: question.is_own ? "" : state.sheet.stem, question, place, count: state.asked.length, chosen: chosen.get(question.id) ?? "",
    isAnswered: state.answered.includes(question.id),
    choose: (code) => keep(place, question.id, code),
    back: () => sending.open || ask(place - 1),
    skip: () => sending.open || ask(place + 1),
    rest: () => sending.open || (state && show(resting(state.words, () => ask(place)))),
  }));
}

/** Keeps an answer, however long that takes; only then goes on. @param {number} place @param {string} item @param {string} code */
async function keep(place, item, code) {
  mark(code);
  chosen.set(item, code);
  const said = await sending.send("/a/answer/", { id: newIdentifier(Date.now()), item, code });
  if (!said || !state || isGoing) return;
  if (said.status === 422) return problem(String(said.body["zh"] ?? ""));
  if (said.status !== 200) return stop(said);
  if (!state.answered.includes(item)) state.answered.push(item);
  state.asked = /** @type {string[]} */ (said.body["asked"] ?? state.asked);
  setTimeout(() => sending.open || ask(place + 1), SEEN_FOR);
}

/** @param {string} code */
function mark(code) {
  for (const each of root.querySelectorAll(".ask-option")) {
    each.setAttribute("aria-pressed", String(each.getAttribute("data-code") === code));
  }
}

/** @param {string} zh */
function problem(zh) {
  const box = root.querySelector(".ask-problem");
  if (!(box instanceof HTMLElement)) return;
  box.textContent = zh;
  box.hidden = false;
}

function look() {
  if (!state) return;
  const missing = state.asked.flatMap((id, place) => (state?.answered.includes(id) ? [] : [place]));
  const last = state.asked.length - 1;
  show(review(missing, ask, handIn, () => sending.open || ask(last)));
}

async function handIn() {
  const said = await sending.send("/a/finish/");
  if (!said || !state) return;
  if (said.status !== 200) return stop(said);
  end(state.words.after);
}

/** @param {string[]} words */
function end(words) {
  if (!state) return;
  chosen.clear();
  seat.drop();
  post("/a/out/");
  show(ending(state.words, words, state.is_shared ? "交还平板" : "好了", () => away(() => go(after()))));
}

/** @param {() => void} how */
function away(how) {
  isGoing = true;
  chosen.clear();
  how();
}

/** On a shared tablet nobody's sheet stays open when nobody is there. */
function watchIdling() {
  if (!state?.is_shared) return;
  let timer = 0;
  const touched = () => {
    clearTimeout(timer);
    timer = setTimeout(() => isGoing || away(() => leave(sending, after())), (state?.idle ?? 0) * 1000);
  };
  for (const kind of ["pointerdown", "keydown"]) addEventListener(kind, touched);
  touched();
}

const leaveNow = () => isGoing || away(() => leave(sending, after()));
document.getElementById("leave")?.addEventListener("click", leaveNow);
addEventListener("keydown", (event) => event.key === "Escape" && leaveNow());
addEventListener("hashchange", () => location.reload());
document.addEventListener("visibilitychange", () => document.hidden && hush());
addEventListener("pagehide", () => {
  if (isGoing) return;
  sending.flush();
  hush();
  root.replaceChildren();
});
addEventListener("pageshow", (event) => event.persisted && location.reload());
start();
