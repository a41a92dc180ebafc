// Answers that are typed: words, numbers, days.

import { make } from "./dom.js";

/** @typedef {import("./types").Field} Field */
/** @typedef {import("./types").Scope} Scope */

/** @type {Record<string, Record<string, string>>} */
const KINDS = {
  date: { type: "date" },
  datetime: { type: "datetime-local" },
  month: { type: "month", placeholder: "如 2017-03" },
  int: { type: "text", inputmode: "numeric" },
  decimal: { type: "text", inputmode: "decimal" },
  phone: { type: "tel" },
  id_no: { type: "text", autocapitalize: "characters", spellcheck: "false" },
  division: { type: "text", inputmode: "numeric" },
};
const NARROW = ["date", "datetime", "month", "int", "decimal", "phone", "division"];
const HALF_WRITTEN = "没有写完";

/**
 * A control for a typed answer, with its way out ("no papers", "not known") beside it.
 *
 * @param {Field} field
 * @param {Scope} scope
 * @param {Record<string, string | undefined>} names
 */
export function typed(field, scope, names) {
  const control = box(field, names);
  const written = scope.answers[field.id];
  const escapes = (field.escape ?? []).map((option) => escapeBox(option, written));
  if (!escapes.some((each) => each.input.checked)) control.value = String(written ?? "");
  const keep = () => {
    const way = escapes.find((each) => each.input.checked);
    control.disabled = way !== undefined;
    const half = control instanceof HTMLInputElement && control.validity.badInput;
    scope.answers[field.id] = way ? way.code : half ? HALF_WRITTEN : control.value;
    scope.host.changed();
  };
  control.disabled = escapes.some((each) => each.input.checked);
  control.addEventListener("input", keep);
  for (const each of escapes) {
    each.input.addEventListener("change", () => {
      for (const other of escapes) if (other !== each) other.input.checked = false;
      keep();
    });
  }
  return make("div", { class: "tx-typed" }, control, ...escapes.map((each) => each.label));
}

/** @param {Field} field @param {Record<string, string | undefined>} names */
function box(field, names) {
  const width = NARROW.includes(field.type) ? " tx-narrow" : "";
  const common = { ...names, class: `form-control${width}`, autocomplete: "off", "data-control": true };
  if (field.type === "long_text") return make("textarea", { ...common, rows: 3 });
  return make("input", { type: "text", ...KINDS[field.type], ...common });
}

/** @param {import("./types").Option} option @param {unknown} written */
function escapeBox(option, written) {
  const input = make("input", { type: "checkbox", class: "form-check-input" });
  input.checked = written === option.code;
  const label = make("label", { class: "tx-option tx-escape" }, input, make("span", {}, option.zh));
  return { code: option.code, input, label };
}
