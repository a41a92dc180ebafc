// An instrument inside a form: every item a row, its options as columns; on a phone one item a card.

import { radios } from "./choices.js";
import { idOf, make } from "./dom.js";
import { isMapping } from "./values.js";

/** @typedef {import("./types").Field} Field */
/** @typedef {import("./types").Sheet} Sheet */
/** @typedef {import("./types").Scope} Scope */

/** @param {Field} field @param {Sheet} printed @param {Scope} scope */
export function sheet(field, printed, scope) {
  const items = printed.items.map((item, place) => row(field, item, place, scope));
  const stem = printed.stem ? make("p", { class: "tx-stem" }, printed.stem) : null;
  const remarks = (printed.remarks ?? []).map((zh) => make("p", { class: "form-hint tx-remark" }, zh));
  const notice = printed.notice ? make("p", { class: "form-hint" }, printed.notice) : null;
  return make("div", { class: "tx-matrix" }, ...remarks, stem, ...items, notice);
}

/** @param {Field} field @param {import("./types").Item} item @param {number} place @param {Scope} scope */
function row(field, item, place, scope) {
  const path = `${scope.prefix}${field.id}.${item.id}`;
  const id = idOf(scope.host, path);
  const held = scope.answers[field.id];
  const chosen = isMapping(held) ? held[item.id] : undefined;
  const keep = (/** @type {string} */ code) => {
    const written = scope.answers[field.id];
    const answers = isMapping(written) ? { ...written } : {};
    if (code) answers[item.id] = code;
    else delete answers[item.id];
    scope.answers[field.id] = answers;
    scope.host.changed();
  };
  const legend = make("legend", { class: "form-label" }, `${item.number || place + 1}. ${item.zh}`);
  return make("fieldset", { class: "tx-row", id, "data-path": path, "aria-describedby": `${id}-error` },
    legend, radios({ name: id, zh: item.zh, options: item.options, chosen, keep }),
    make("p", { class: "tx-error", id: `${id}-error`, hidden: true }));
}
