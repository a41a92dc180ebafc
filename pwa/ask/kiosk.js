// The shared tablet between two children: a number, “that's me”, and on to the questions.

import { post, remember, seat } from "./wire.js";

const FORGET_AFTER = 45_000;
const LONGEST = 4;
const LOST = "网络断了，请等一等再点一次，或者告诉老师。";

/** @template {HTMLElement} T @param {string} selector @returns {T} */
const at = (selector) => /** @type {T} */ (document.querySelector(selector));
/** @type {HTMLInputElement} */
const field = at("input[name=number]");
const problem = at("#number .ask-problem");
let ticket = "";
let timer = 0;

/** @param {boolean} isNumber */
function turn(isNumber) {
  at("#number").hidden = !isNumber;
  at("#you").hidden = isNumber;
  at(isNumber ? "#number h1" : "#you h1").focus();
}

/** Forgets whom it asked. @param {string} [zh] */
function again(zh = "") {
  clearTimeout(timer);
  ticket = "";
  field.value = "";
  at("#you h1").textContent = "";
  problem.textContent = zh;
  problem.hidden = !zh;
  turn(true);
}

async function find() {
  if (!field.value) return;
  const said = await post("/a/kiosk/who/", { number: field.value });
  if (!said || said.status !== 200) return again(String(said?.body["zh"] ?? LOST));
  ticket = String(said.body["ticket"]);
  at("#you h1").textContent = `${said.body["number"]}号，${said.body["name"]}，是你吗？`;
  turn(false);
  clearTimeout(timer);
  timer = setTimeout(() => again(), FORGET_AFTER);
}

async function sit() {
  clearTimeout(timer);
  const said = await post("/a/kiosk/sit/", { ticket });
  const key = said?.body["key"];
  if (typeof key !== "string") return again(String(said?.body["zh"] ?? LOST));
  seat.take(key);
  location.replace("/a/");
}

/** @param {string} digit */
function press(digit) {
  problem.hidden = true;
  field.value = digit === "back" ? field.value.slice(0, -1) : (field.value + digit).slice(0, LONGEST);
}

remember();
seat.drop();
for (const key of document.querySelectorAll("[data-digit]")) {
  key.addEventListener("click", () => press(key.getAttribute("data-digit") ?? ""));
}
addEventListener("keydown", (event) => {
  if (at("#number").hidden || event.target instanceof HTMLInputElement && event.target.type === "password") return;
  if (/^[0-9]$/.test(event.key)) press(event.key);
  if (event.key === "Backspace") press("back");
  if (event.key === "Enter" && !(event.target instanceof HTMLButtonElement)) find();
});
at("form.ask-pad").addEventListener("submit", (event) => {
  event.preventDefault();
  find();
});
at("#me").addEventListener("click", sit);
at("#other").addEventListener("click", () => again());
addEventListener("pageshow", (event) => event.persisted && location.reload());
addEventListener("pagehide", () => again());
