// A finger or a face beside the PIN: added by whoever knows the PIN, taken away by a touch.

import { make } from "../../form/dom.js";
import { addWith, forget, isSet, NotPossible } from "../biometrics.js";
import { again, go } from "../page.js";
import { acting, button, notice, title } from "../parts.js";
import { pinInput, wordsFor } from "../pin_words.js";
import { NotRecognised } from "../sealing.js";
import { say } from "../say.js";
import { clear, Wiped } from "../store.js";

/** @returns {Promise<import("../types").Screen>} */
export async function screen() {
  return { zh: say("指纹或面容"), body: [title(say("指纹或面容")), ...((await isSet()) ? taking() : await adding())] };
}

function taking() {
  return [
    make("p", { class: "fa-lead" }, say("已经可以用指纹或面容打开。PIN 一直有效。")),
    make("p", { class: "fa-soft" }, say("手机里新录了别人的指纹或面容，或手机要换给别人用，请先去掉。")),
    button(say("去掉，只用 PIN"), async () => {
      await forget();
      await again();
    }, { kind: "fa-wide" }),
  ];
}

async function adding() {
  const said = make("div", {});
  const pin = await pinInput(say("现在的 PIN"));
  const submit = make("button", { type: "submit", class: "btn btn-primary fa-wide" }, say("加上"));
  const add = async () => {
    if (!pin.input.value || submit.disabled) return;
    submit.disabled = true;
    said.replaceChildren(make("p", { class: "fa-soft", role: "status" }, say("请按手机的提示验证指纹或面容……")));
    try {
      await addWith(pin.input.value, (await clear("limits"))?.pin_tries);
      await go("more");
    } catch (error) {
      if (error instanceof Wiped) return location.reload();
      submit.disabled = false;
      said.replaceChildren(notice("warning", wordsForNotAdded(error)));
    }
  };
  return [
    make("p", { class: "fa-lead" }, say("加上以后，打开时可以验证指纹或面容，不用输 PIN。没验证成，还可以输 PIN。")),
    notice("info", say("手机里录过别人（家人、同事、孩子）的指纹或面容，就不要加：他们也打得开。")),
    said, acting(add, pin.field, submit),
  ];
}

/** @param {unknown} error */
export function wordsForNotAdded(error) {
  if (error instanceof NotPossible) return say("这部手机的指纹或面容不能用来加密，没有加上。请继续用 PIN。");
  if (error instanceof NotRecognised) return say("没有验证成，没有加上。可以再试一次，或继续用 PIN。");
  return wordsFor(error);
}
