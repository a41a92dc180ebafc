// A list of like things (carers, problems …): one card each, to add, to remove, to bring back.

import { make } from "./dom.js";
import { isBlank, isMapping } from "./values.js";

/** @typedef {import("./types").Field} Field */
/** @typedef {import("./types").Scope} Scope */
/** @typedef {import("./types").Answers} Answers */

const MOST_ROWS = 50;

/** @param {Field} field @param {Scope} scope @param {(field: Field, scope: Scope) => HTMLElement} question */
export function rows(field, scope, question) {
  const held = scope.answers[field.id];
  /** @type {Answers[]} */
  const kept = Array.isArray(held) ? held.filter(isMapping) : [];
  while (kept.length < Math.max(Number(field.min ?? 0), field.required ? 1 : 0)) kept.push({});
  scope.answers[field.id] = kept;

  const cards = make("div", { class: "tx-cards" });
  const said = make("p", { class: "tx-said", role: "status" });
  const add = make("button", { type: "button", class: "btn", "data-control": true }, `添加一条${field.zh}`);

  const draw = () => {
    cards.replaceChildren(...kept.map((answers, place) => card(answers, place)));
    add.hidden = kept.length >= Number(field.max ?? MOST_ROWS);
    scope.host.changed();
  };
  const card = (/** @type {Answers} */ answers, /** @type {number} */ place) => {
    const inner = { ...scope, answers, prefix: `${scope.prefix}${field.id}[${place}].` };
    const title = `第 ${place + 1} 条${field.zh}`;
    const remove = make("button", { type: "button", class: "btn", "aria-label": `删除${title}` }, "删除");
    remove.addEventListener("click", () => take(place));
    return make("div", { class: "tx-card", role: "group", "aria-label": title },
      make("div", { class: "tx-card-head" }, make("strong", {}, title), remove),
      ...(field.fields ?? []).map((each) => question(each, inner)));
  };
  const take = (/** @type {number} */ place) => {
    const [gone] = kept.splice(place, 1);
    draw();
    add.focus();
    if (!gone || Object.values(gone).every(isBlank)) return said.replaceChildren();
    const back = make("button", { type: "button", class: "btn" }, "恢复");
    back.addEventListener("click", () => {
      kept.splice(place, 0, gone);
      said.replaceChildren();
      draw();
      focusIn(place);
    });
    return said.replaceChildren(`已删除第 ${place + 1} 条。`, back);
  };
  const focusIn = (/** @type {number} */ place) => {
    const control = cards.children[place]?.querySelector("[data-control]");
    if (control instanceof HTMLElement) control.focus();
  };
  add.addEventListener("click", () => {
    kept.push({});
    draw();
    focusIn(kept.length - 1);
  });
  draw();
  return make("div", {}, cards, said, add);
}
