// Whether the danger may come from the guardian, the family or staff: asked in every crisis (spine A4).

import { make } from "../../form/dom.js";
import { say } from "../say.js";

/** @param {string} name @param {string} value @param {string} zh @param {"radio" | "checkbox"} type @param {boolean} [checked] */
function choice(name, value, zh, type, checked = false) {
  const input = make("input", { type, name, value, checked });
  return make("label", { class: "fa-crisis-choice" }, input, make("span", {}, zh));
}

/** @param {{ code: string, zh: string }[]} sources */
export function concern(sources) {
  const whom = make("div", { hidden: true }, make("p", {}, say("来自谁")), ...sources.map(({ code, zh }) => choice("concern_from", code, zh, "checkbox")));
  const element = make("fieldset", { class: "fa-crisis-concern" }, make("legend", {}, say("危险可能来自监护人、家人或工作人员吗？")),
    choice("is_concern", "yes", say("可能是"), "radio"), choice("is_concern", "no", say("不是"), "radio"),
    choice("is_concern", "unknown", say("还不清楚"), "radio", true),
    make("p", { class: "fa-soft" }, say("选“可能是”，先不要告诉对方。您记下的每一步都带着这个回答。")), whom);
  /** @param {string} name */
  const picked = (name) => [...element.querySelectorAll(`input[name=${name}]:checked`)].map((each) => /** @type {HTMLInputElement} */ (each).value);
  element.addEventListener("change", () => (whom.hidden = picked("is_concern")[0] !== "yes"));
  return {
    element,
    /** @returns {Record<string, unknown>} */
    answers() {
      const said = picked("is_concern")[0] ?? "unknown", from = picked("concern_from");
      return said === "yes" && from.length ? { is_concern: said, concern_from: from } : { is_concern: said };
    },
  };
}
