// Another PIN for the same phone.

import { make } from "../../form/dom.js";
import { go } from "../page.js";
import { acting, notice, title } from "../parts.js";
import { kindChoice, pinInput, problemOf } from "../pin_words.js";
import { WrongPin } from "../sealing.js";
import { say } from "../say.js";
import { changePin } from "../store.js";

/** @returns {Promise<import("../types").Screen>} */
export async function screen() {
  const said = make("div", {});
  const before = await pinInput(say("现在的 PIN"));
  const first = await pinInput(say("新的 PIN（六位以上数字）"));
  const second = await pinInput(say("再输一次"));
  const submit = make("button", { type: "submit", class: "btn btn-primary fa-wide" }, say("换上"));
  const change = async () => {
    const problem = problemOf(first.input.value, second.input.value);
    if (problem) return said.replaceChildren(notice("warning", problem));
    submit.disabled = true;
    try {
      await changePin(before.input.value, first.input.value);
      await go("more");
    } catch (error) {
      submit.disabled = false;
      said.replaceChildren(notice("warning", error instanceof WrongPin ? say("现在的 PIN 不对。") : say("没有换成，请再试一次。原来的 PIN 仍可用。")));
    }
  };
  return { zh: say("换 PIN"), body: [title(say("换 PIN")), said, acting(change, before.field, first.field, second.field, submit), kindChoice([before.input, first.input, second.input])] };
}
