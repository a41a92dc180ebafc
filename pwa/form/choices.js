// Answers that are chosen: one of several, several of several.

import { make } from "./dom.js";

/** @typedef {import("./types").Field} Field */
/** @typedef {import("./types").Option} Option */
/** @typedef {import("./types").Scope} Scope */

const MOST_RADIOS = 8;

/** Whether a field is one choice that fits as radio buttons. @param {Field} field */
export function isRadio(field) {
  const count = (field.options?.length ?? 0) + (field.escape?.length ?? 0);
  return ["code", "yes_no"].includes(field.type) && count <= MOST_RADIOS;
}

/**
 * Radio buttons for one question, with a way to take the answer back.
 *
 * @param {{ name: string, zh: string, options: Option[], chosen: unknown, keep: (code: string) => void }} question
 */
export function radios({ name, zh, options, chosen, keep }) {
  const clear = make("button", { type: "button", class: "tx-clear", "aria-label": `清除「${zh}」的回答` }, "清除");
  clear.hidden = !chosen;
  const inputs = options.map((option, place) => {
    const control = place === 0 ? true : undefined;
    const input = make("input", { type: "radio", name, value: option.code, class: "form-check-input", "data-control": control });
    input.checked = option.code === chosen;
    input.addEventListener("change", () => {
      clear.hidden = false;
      keep(option.code);
    });
    return input;
  });
  clear.addEventListener("click", () => {
    for (const input of inputs) input.checked = false;
    clear.hidden = true;
    inputs[0]?.focus();
    keep("");
  });
  const labels = options.map((option, place) =>
    make("label", { class: "tx-option" }, /** @type {Node} */ (inputs[place]), make("span", {}, option.zh)));
  const shape = isWordy(options) ? "tx-stacked" : `tx-columns-${Math.min(options.length, 6)}`;
  return make("div", { class: `tx-options ${shape}` }, ...labels, clear);
}

/** Tick boxes; a way out such as "not known" excludes the others. @param {Field} field @param {Scope} scope */
export function boxes(field, scope) {
  const ways = new Set((field.escape ?? []).map((option) => option.code));
  const written = scope.answers[field.id];
  const before = new Set(Array.isArray(written) ? written : [written]);
  const inputs = offered(field, written).map((option, place) => {
    const control = place === 0 ? true : undefined;
    const input = make("input", { type: "checkbox", value: option.code, class: "form-check-input", "data-control": control });
    input.checked = before.has(option.code);
    return { input, zh: option.zh };
  });
  const keep = (/** @type {HTMLInputElement} */ touched) => {
    for (const { input } of inputs) {
      if (input !== touched && touched.checked && ways.has(input.value) !== ways.has(touched.value)) input.checked = false;
    }
    const picked = inputs.filter(({ input }) => input.checked).map(({ input }) => input.value);
    const [first] = picked;
    scope.answers[field.id] = first !== undefined && ways.has(first) ? first : picked;
    scope.host.changed();
  };
  const labels = inputs.map(({ input, zh }) => {
    input.addEventListener("change", () => keep(input));
    return make("label", { class: "tx-option" }, input, make("span", {}, zh));
  });
  return make("div", { class: `tx-options ${isWordy(allOptions(field)) ? "tx-stacked" : ""}` }, ...labels);
}

/** A list to pick from, for many options. @param {Field} field @param {Scope} scope @param {Record<string, string | undefined>} names */
export function picker(field, scope, names) {
  const options = offered(field, scope.answers[field.id]).map((option) => make("option", { value: option.code }, option.zh));
  const list = make("select", { ...names, class: "form-select tx-narrow", "data-control": true },
    make("option", { value: "" }, "请选择"), ...options);
  list.value = String(scope.answers[field.id] ?? "");
  list.addEventListener("change", () => {
    scope.answers[field.id] = list.value;
    scope.host.changed();
  });
  return list;
}

/** Whether the options read better one below the other. @param {Option[]} options */
const isWordy = (options) => options.some((option) => option.zh.length > 14);

/** What can be chosen: what is retired only where it was chosen before. @param {Field} field @param {unknown} answer */
export function offered(field, answer) {
  const chosen = Array.isArray(answer) ? answer : [answer];
  return allOptions(field).filter((option) => !option.retired || chosen.includes(option.code));
}

/** @param {Field} field */
export const allOptions = (field) => [...(field.options ?? []), ...(field.escape ?? [])];
