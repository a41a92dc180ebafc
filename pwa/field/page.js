// The frame around every screen: brand, sync, navigation; no name ever stands in an address or a title.

import { make } from "../form/dom.js";
import { icon } from "./parts.js";
import { say } from "./say.js";
import { isUnlocked } from "./store.js";

/** @typedef {import("./types").Screen} Screen */
/** @typedef {Record<string, string>} Params */
/** @typedef {{ screen: (params: Params) => Promise<Screen> }} Module */

/** @type {Record<string, () => Promise<Module>>} */
const SCREENS = {
  elsewhere: () => import("./screens/elsewhere.js"), pair: () => import("./screens/pair.js"), pin: () => import("./screens/pin.js"),
  new_pin: () => import("./screens/new_pin.js"), first: () => import("./screens/first.js"), renew: () => import("./screens/renew.js"),
  today: () => import("./screens/today.js"), children: () => import("./screens/children.js"), child: () => import("./screens/child.js"),
  form: () => import("./screens/form.js"), outbox: () => import("./screens/outbox.js"), more: () => import("./screens/more.js"),
  guide: () => import("./screens/guide.js"), targets: () => import("./screens/targets.js"), new_child: () => import("./screens/new_child.js"), new_clue: () => import("./screens/new_clue.js"), correcting: () => import("./screens/correcting.js"),
  crisis: () => import("./crisis/screen.js"), child_mode: () => import("./child_mode/screen.js"), calls: () => import("./screens/calls.js"), change_pin: () => import("./screens/change_pin.js"),
  lessons: () => import("./screens/lessons.js"), lesson: () => import("./screens/lesson.js"),
  biometrics: () => import("./screens/biometrics.js"),
};
/** Screens before the app is unlocked. */
const OUTSIDE = new Set(["elsewhere", "pair", "pin", "new_pin"]);
const TABS = /** @type {const} */ ([["today", "今天", "home"], ["children", "孩子", "people"], ["outbox", "待送", "upload"], ["more", "更多", "list"]]);

const main = /** @type {HTMLElement} */ (document.getElementById("main"));
const bar = /** @type {HTMLElement} */ (document.getElementById("bar"));
const nav = /** @type {HTMLElement} */ (document.getElementById("nav"));

/** @type {Screen | null} */
let current = null;
let currentName = "";
/** @type {Params} */
let currentParams = {};
let turn = 0;
let drawing = 0;

export const isBusy = () => current?.isBusy?.() ?? false;
export const here = () => ({ name: currentName, params: currentParams });

/** Goes to a screen. @param {string} name @param {Params} [params] */
export async function go(name, params = {}) {
  history.pushState({ name, params }, "");
  await draw(name, params);
}

/** Takes the place of the screen that is there. @param {string} name @param {Params} [params] */
export async function replace(name, params = {}) {
  history.replaceState({ name, params }, "");
  await draw(name, params);
}

export const back = () => history.back();
/** Draws anew what stands there, unless she is just going elsewhere. */
export const again = () => (drawing ? Promise.resolve() : draw(currentName, currentParams, { keepsPlace: true }));

/** @param {string} name @param {Params} params @param {{ keepsPlace?: boolean }} [how] */
async function draw(name, params, { keepsPlace = false } = {}) {
  const mine = (turn += 1);
  drawing += 1;
  try {
    await current?.leave?.();
    const load = SCREENS[name] ?? SCREENS["today"];
    if (!load) return;
    const module = await load();
    const screen = await module.screen(params);
    if (mine === turn) put(screen, name, params, keepsPlace);
  } finally {
    drawing -= 1;
  }
}

/** Shows a screen that somebody has made already. @param {string} name @param {Screen} screen */
export async function present(name, screen) {
  turn += 1;
  await current?.leave?.();
  put(screen, name, {}, false);
}

/** @param {Screen} screen @param {string} name @param {Params} params @param {boolean} keepsPlace */
function put(screen, name, params, keepsPlace) {
  current = screen;
  currentName = name;
  currentParams = params;
  const place = scrollY;
  main.replaceChildren(...screen.body.filter((each) => each !== null));
  document.body.dataset["screen"] = name;
  document.getElementById("notices")?.replaceChildren();
  drawNavigation(name);
  scrollTo(0, keepsPlace ? place : 0);
  if (!keepsPlace) main.querySelector("h1")?.focus({ preventScroll: true });
}

/** Clears what stands there at once, before anything else happens. */
export function blank() {
  turn += 1;
  current = null;
  main.replaceChildren();
  nav.replaceChildren();
  bar.replaceChildren();
}

/** @param {string} name */
function drawNavigation(name) {
  const isOutside = OUTSIDE.has(name) || !isUnlocked();
  nav.hidden = isOutside || name === "first" || current?.isHeld === true;
  if (isOutside) bar.replaceChildren();
  if (nav.hidden) return;
  nav.replaceChildren(...TABS.map(([to, zh, sign]) => {
    const tab = make("button", { type: "button", "aria-current": to === name ? "page" : undefined, "data-tab": to },
      icon(sign), make("span", {}, say(zh)), to === "outbox" ? make("b", { class: "fa-badge", hidden: waitingCount === 0 }, String(waitingCount)) : null);
    tab.addEventListener("click", () => void go(to));
    return tab;
  }));
}

let waitingCount = 0;
/** How many entries wait, at the tab. @param {number} count */
export function tellWaiting(count) {
  waitingCount = count;
  const badge = nav.querySelector(".fa-badge");
  if (!(badge instanceof HTMLElement)) return;
  badge.hidden = count === 0;
  badge.textContent = String(count);
}

/** What the bar says of the last sync. @param {string} zh @param {string} state @param {() => void} then */
export function tellSync(zh, state, then) {
  const made = make("button", { type: "button", class: `fa-sync fa-sync-${state}` }, zh);
  made.addEventListener("click", then);
  bar.replaceChildren(made);
}

addEventListener("popstate", (event) => {
  const state = event.state ?? { name: "today", params: {} };
  if (current?.isHeld) return history.pushState({ name: currentName, params: currentParams }, "");
  if (!isUnlocked() && !OUTSIDE.has(state.name)) return;
  if (isUnlocked() && OUTSIDE.has(state.name)) return void replace("today");
  void draw(state.name, state.params);
});
