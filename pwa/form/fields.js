// One question on the page: its words, its help, its control, the place for its error.

import { allOptions, boxes, isRadio, offered, picker, radios } from "./choices.js";
import { idOf, make } from "./dom.js";
import { typed } from "./inputs.js";
import { rows } from "./rows.js";
import { sheet } from "./sheet.js";

/** @typedef {import("./types").Field} Field */
/** @typedef {import("./types").Scope} Scope */

/** @param {Field} field @param {Scope} scope @returns {HTMLElement} */
export function question(field, scope) {
  const path = scope.prefix + field.id;
  if (field.type === "note") return make("p", { class: "tx-field tx-note", "data-path": path }, field.zh);
  const id = idOf(scope.host, path);
  const describes = [field.help || isCarried(field) ? `${id}-help` : "", `${id}-error`].filter(Boolean).join(" ");
  if (field.type === "list") return framed(field, path, id, describes, rows(field, scope, question));
  if (field.instrument) return framed(field, path, id, describes, sheet(field, field.instrument, scope));
  if (isRadio(field)) return framed(field, path, id, describes, single(field, scope, id));
  if (field.type === "codes") return framed(field, path, id, describes, boxes(field, scope));
  const names = { id, "aria-describedby": describes, "aria-required": isNeeded(field) ? "true" : undefined };
  const control = field.options?.length ? picker(field, scope, names) : typed(field, scope, names);
  const label = make("label", { class: "form-label", for: id }, ...titled(field));
  return make("div", { class: "tx-field", "data-path": path }, label, hint(field, id), control, errorPlace(id));
}

/** @param {Field} field @param {Scope} scope @param {string} id */
function single(field, scope, id) {
  const options = offered(field, scope.answers[field.id]);
  if (options.length === 0) return make("p", { class: "form-hint" }, "现在没有可选的项，请联系区县管理员先登记。");
  const keep = (/** @type {string} */ code) => {
    scope.answers[field.id] = code;
    scope.host.changed();
  };
  return radios({ name: id, zh: field.zh, options, chosen: scope.answers[field.id], keep });
}

/** A question made of several controls. @param {Field} field @param {string} path @param {string} id @param {string} describes @param {HTMLElement} inside */
function framed(field, path, id, describes, inside) {
  const legend = make("legend", { class: "form-label" }, ...titled(field));
  const kind = field.instrument || field.type === "list" ? " tx-group" : " tx-row";
  return make("fieldset", { class: `tx-field${kind}`, id, "data-path": path, "aria-describedby": describes },
    legend, hint(field, id), inside, errorPlace(id));
}

/** Whether it has to be answered whenever it is shown. @param {Field} field */
const isNeeded = (field) => field.required
  || Boolean(field.required_if && JSON.stringify(field.required_if) === JSON.stringify(field.show_if));

/** @param {Field} field */
function titled(field) {
  return [`${field.zh} `, isNeeded(field) ? make("span", { class: "tx-required" }, "必填") : null];
}

/** Whether something stands there that she didn't write herself. @param {Field} field */
const isCarried = (field) => Boolean(field.known) || (field.prefill !== undefined && !field.isOwn);

/** @param {Field} field @param {string} id */
function hint(field, id) {
  const carried = field.known ? make("span", { class: "tx-known", "data-known": field.id }, known(field, field.prefill))
    : isCarried(field) ? "已预先填好，请核对。" : "";
  if (!field.help && !carried) return null;
  return make("p", { class: "form-hint", id: `${id}-help` }, field.help ? `${field.help} ` : "", carried);
}

/** Where an answer comes from; once it is changed, what it was. @param {Field} field @param {unknown} answer */
export function known(field, answer) {
  if (!field.known) return "";
  const { value, zh } = field.known;
  if (sameAnswer(answer, value)) return `已带出（${zh}），请核对，有变化直接改。`;
  const was = field.type === "list" ? "" : `原来是“${shown(field, value)}”`;
  return `${was}（${zh}）。保存后以这里为准，原来的记录保留。`;
}

/** @param {unknown} left @param {unknown} right */
const sameAnswer = (left, right) => JSON.stringify(left ?? "") === JSON.stringify(right ?? "");

/** An answer in the words of its options. @param {Field} field @param {unknown} value */
function shown(field, value) {
  const codes = Array.isArray(value) ? value : [value];
  const named = new Map(allOptions(field).map((option) => [option.code, option.zh]));
  return codes.map((code) => named.get(String(code)) ?? String(code)).join("、");
}

/** @param {string} id */
export const errorPlace = (id) => make("p", { class: "tx-error", id: `${id}-error`, hidden: true });
