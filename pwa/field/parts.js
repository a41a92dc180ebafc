// Parts of the screens: buttons, chips, cards; every target large, every colour with a word.

import { make } from "../form/dom.js";

const SVG = "http://www.w3.org/2000/svg";
const ICONS = "/field/app/icons.svg";

/** @typedef {Node | string | null | undefined} Child */

/** @param {string} name */
export function icon(name) {
  const drawn = document.createElementNS(SVG, "svg");
  drawn.setAttribute("class", "fa-icon");
  drawn.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `${ICONS}#${name}`);
  drawn.append(use);
  return drawn;
}

/** @param {string} zh @param {() => unknown} then @param {{ kind?: string, icon?: string, disabled?: boolean }} [how] */
export function button(zh, then, { kind = "", icon: name, disabled } = {}) {
  const made = make("button", { type: "button", class: `btn ${kind}`, disabled }, name ? icon(name) : null, make("span", {}, zh));
  made.addEventListener("click", () => void then());
  return made;
}

/** @param {string} zh @param {string} href @param {{ icon?: string, kind?: string, label?: string }} [how] */
export const link = (zh, href, { icon: name, kind = "", label } = {}) =>
  make("a", { class: `btn ${kind}`, href, "aria-label": label }, name ? icon(name) : null, make("span", {}, zh));

/** @param {string} zh @param {"red" | "orange" | "yellow" | "green" | "blue" | "grey"} colour @param {string} [shape] */
export const chip = (zh, colour, shape = "") => make("span", { class: `fa-chip fa-${colour}` }, shape ? `${shape} ${zh}` : zh);

/** @param {...Child} children */
export const card = (...children) => make("section", { class: "fa-card" }, ...children);
/** @param {...Child} children */
export const row = (...children) => make("div", { class: "fa-row" }, ...children);
/** @param {string} zh @param {...Child} more */
export const note = (zh, ...more) => make("p", { class: "fa-soft" }, zh, ...more);
/** @param {string} zh */
export const title = (zh) => make("h1", { tabindex: "-1" }, zh);
/** @param {string} zh */
export const heading = (zh) => make("h2", {}, zh);

/** Something she has to know. @param {"danger" | "warning" | "info"} kind @param {string} zh @param {...Child} more */
export const notice = (kind, zh, ...more) =>
  make("div", { class: `alert alert-${kind}`, role: kind === "info" ? "status" : "alert" }, make("p", {}, zh), ...more);

/** Nothing here, and what to do. @param {string} zh @param {...Child} more */
export const empty = (zh, ...more) => make("div", { class: "fa-empty" }, icon("heart"), make("p", {}, zh), ...more);

/** A labelled input. @param {string} zh @param {Record<string, string | boolean>} attributes */
export function asked(zh, attributes) {
  const input = make("input", { class: "form-control", autocomplete: "off", ...attributes });
  return { input, field: make("label", { class: "fa-asked" }, make("span", {}, zh), input) };
}

/** A form that acts instead of being sent. @param {() => unknown} then @param {...Child} children */
export function acting(then, ...children) {
  const made = make("form", { class: "fa-form", novalidate: true }, ...children);
  made.addEventListener("submit", (event) => {
    event.preventDefault();
    void then();
  });
  return made;
}
