// Covers the page when nobody moved for a while, and opens it for whoever sat there. The page stays as it was
// beneath: nothing that was written is lost. The server locks by itself too, whatever happens here.

import { post, showTo } from "./passkey.js";

const LOOK_EVERY = 5_000;
const STAY_EVERY = 120_000;
const TELL_EVERY = 10_000;
const MOVES = ["pointerdown", "pointermove", "keydown", "wheel", "touchstart"];
const GONE = "没有发出：网络不通，还锁着。请稍后再试。";

const body = document.body;
const rest = Number(body.dataset.rest ?? 0) * 1000;
const others = new BroadcastChannel("tongxin-rest");
let movedAt = Date.now();
let stayedAt = Date.now();
let toldAt = 0;
/** @type {HTMLElement | null} */
let cover = null;
let title = "";

/** The token as the latest page of this browser has it. */
const token = () => /(?:^|; )csrftoken=([^;]+)/.exec(document.cookie)?.[1] ?? body.dataset.csrf ?? "";

function moved() {
  if (cover) return;
  movedAt = Date.now();
  if (movedAt - toldAt < TELL_EVERY) return;
  toldAt = movedAt;
  others.postMessage("moved");
}

/** Somebody who reads for long isn't resting: the server is told now and then. */
function stay() {
  if (stayedAt > movedAt || Date.now() - stayedAt < STAY_EVERY) return;
  stayedAt = Date.now();
  void fetch("/lock/stay/", {
    method: "POST", credentials: "same-origin", headers: { Accept: "application/json", "X-CSRFToken": token() },
  }).then((answer) => (answer.status === 401 ? hide() : undefined), () => undefined);
}

function look() {
  if (cover) return;
  if (Date.now() - movedAt >= rest) void lock();
  else stay();
}

async function lock() {
  hide();
  others.postMessage("locked");
  await post("/lock/", token()).catch(() => undefined);
}

function hide() {
  if (cover) return;
  cover = build();
  title = document.title;
  document.title = "已锁定";
  body.classList.add("tx-locked");
  body.append(cover);
  cover.querySelector("input")?.focus();
}

function open() {
  if (!cover) return;
  cover.remove();
  cover = null;
  document.title = title;
  body.classList.remove("tx-locked");
  movedAt = stayedAt = Date.now();
}

/** @param {string} tag @param {Record<string, string>} given @param {...(Node | string)} inside */
function made(tag, given, ...inside) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) element.setAttribute(name, value);
  element.append(...inside);
  return element;
}

function build() {
  const problem = made("div", { role: "alert" });
  const field = /** @type {HTMLInputElement} */ (made("input", {
    class: "form-control", id: "lock-password", type: "password", autocomplete: "current-password", required: "",
  }));
  const form = made("form", {},
    made("div", { class: "mb-3" }, made("label", { class: "form-label", for: "lock-password" }, "密码"), field),
    made("button", { class: "btn btn-primary w-100", type: "submit" }, "解锁"));
  const key = made("button", { class: "btn w-100 mt-3", type: "button" }, "用通行密钥解锁");
  const away = made("a", { class: "tx-line", href: "/lock/" }, "不是您？退出，换一个人登录");
  /** @param {string} zh */
  const say = (zh) => problem.replaceChildren(made("div", { class: "alert alert-danger" }, zh));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void unlock(field.value).then((zh) => (zh ? say(zh) : opened()));
    field.value = "";
  });
  key.addEventListener("click", () => {
    void showTo("/sign-in/passkey/", token()).then((told) => (told.to ? opened() : say(String(told.zh ?? GONE))));
  });
  const keys = body.dataset.keys === "1" ? [key] : [];
  return made("div", { class: "tx-cover", role: "dialog", "aria-modal": "true", "aria-labelledby": "lock-title" },
    made("div", { class: "card tx-cover-card" }, made("div", { class: "card-body" },
      made("h1", { id: "lock-title" }, "已锁定"),
      made("p", {}, "一段时间没有操作，页面盖上了。写的内容都还在下面，解锁以后接着办。"),
      problem, form, ...keys, made("p", { class: "mt-3" }, away))));
}

function opened() {
  open();
  others.postMessage("opened");
}

/** @param {string} password @returns {Promise<string>} what is wrong; empty when it opened */
async function unlock(password) {
  try {
    // It may have been covered while the network was away: the server locks first, then opens.
    await post("/lock/", token());
    const answer = await fetch("/lock/open/", {
      method: "POST", credentials: "same-origin", body: new URLSearchParams({ password }),
      headers: { Accept: "application/json", "X-CSRFToken": token() },
    });
    if (answer.ok) return "";
    const isJson = (answer.headers.get("Content-Type") ?? "").includes("json");
    return isJson ? String((await answer.json()).zh) : GONE;
  } catch {
    return GONE;
  }
}

if (rest > 0) {
  for (const each of MOVES) document.addEventListener(each, moved, { passive: true, capture: true });
  others.addEventListener("message", (event) => {
    if (event.data === "moved" && !cover) movedAt = Date.now();
    if (event.data === "locked") hide();
    if (event.data === "opened") open();
  });
  // Timers rest while a lid is closed.
  document.addEventListener("visibilitychange", look);
  window.addEventListener("focus", look);
  setInterval(look, Math.min(LOOK_EVERY, rest / 4));
}
