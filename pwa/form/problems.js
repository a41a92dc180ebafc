// Shows what can't stand: at its question, and gathered at the top of the form.

import { make } from "./dom.js";

/** @typedef {import("./types").Problem} Problem */

/** Puts each problem at its question and takes away those that are mended. @param {HTMLElement} form @param {Problem[]} problems */
export function mark(form, problems) {
  const worded = new Map(problems.map((problem) => [problem.path, problem]));
  for (const place of fieldsOf(form)) {
    const problem = worded.get(place.dataset["path"] ?? "");
    const error = place.querySelector(`:scope > .tx-error`);
    if (error instanceof HTMLElement) {
      error.hidden = !problem;
      error.textContent = problem?.zh ?? "";
    }
    place.classList.toggle("tx-wrong", problem !== undefined);
    const box = place.querySelector(":scope > .form-control, :scope > .form-select, :scope > .tx-typed > .form-control");
    box?.toggleAttribute("aria-invalid", false);
    if (problem) box?.setAttribute("aria-invalid", "true");
  }
}

/**
 * The notice at the top: what happened, what was kept, a link to each place.
 *
 * @param {HTMLElement} box
 * @param {HTMLElement} form
 * @param {string} zh
 * @param {Problem[]} [problems]
 * @param {() => void} [again]
 */
export function tell(box, form, zh, problems = [], again) {
  const lines = problems.map((problem) => {
    const target = locate(form, problem.path);
    if (!target) return make("li", {}, problem.zh);
    const link = make("button", { type: "button", class: "tx-link" }, problem.zh);
    link.addEventListener("click", () => target.focus());
    return make("li", {}, link);
  });
  const retry = again ? make("button", { type: "button", class: "btn btn-primary" }, "再发一次") : null;
  retry?.addEventListener("click", () => again?.());
  box.replaceChildren(make("strong", {}, zh), lines.length ? make("ul", {}, ...lines) : "", retry ?? "");
  box.hidden = zh === "";
}

/** The control in which the answer at `path` is given. @param {HTMLElement} form @param {string} path */
export function locate(form, path) {
  const place = fieldsOf(form).find((each) => each.dataset["path"] === path && !each.hidden);
  const control = place?.querySelector("[data-control]:not(:disabled), input:not(:disabled)");
  return control instanceof HTMLElement ? control : null;
}

/** @param {HTMLElement} form @returns {HTMLElement[]} */
export const fieldsOf = (form) => [...form.querySelectorAll("[data-path]")].filter((each) => each instanceof HTMLElement);
