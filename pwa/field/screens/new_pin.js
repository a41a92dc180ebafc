// A PIN for this phone, before anything is written on it.

import { make } from "../../form/dom.js";
import { setClear, begin } from "../store.js";
import { learnTime } from "../clock.js";
import { acting, button, notice, row, title } from "../parts.js";
import { kindChoice, pinInput, problemOf } from "../pin_words.js";
import { setSession } from "../session.js";
import { say } from "../say.js";

/** @typedef {import("../types").Screen} Screen */

/** @param {Record<string, string>} _ @param {any} [paired] what the server said of this device @returns {Promise<Screen>} */
export async function screen(_, paired) {
  const { replace } = await import("../page.js");
  if (!paired) {
    void replace("pair");
    return { zh: "", body: [] };
  }
  const said = make("div", {});
  const first = await pinInput(say("PIN（六位以上数字）"), { autocomplete: "new-password" });
  const second = await pinInput(say("再输一次"), { autocomplete: "new-password" });
  const submit = make("button", { type: "submit", class: "btn btn-primary fa-wide" }, say("设好了，开始用"));
  const finger = await fingerChoice();
  const set = async () => {
    const problem = problemOf(first.input.value, second.input.value);
    if (problem) return said.replaceChildren(notice("warning", problem));
    submit.disabled = true;
    await setClear("recovery", paired.recovery);
    await setClear("device", paired.device);
    if (paired.limits) await setClear("limits", paired.limits);
    const key = await begin(first.input.value);
    learnTime(paired.now);
    const { device, token, person, person_zh, post, post_zh, role, psychology } = paired;
    await setSession({ device, token, person, person_zh, post, post_zh, role, psychology: psychology === true });
    const refused = finger?.input.checked ? await addFinger(key) : "";
    if (!refused) return replace("first");
    submit.remove();
    said.replaceChildren(notice("warning", refused, row(button(say("开始用"), () => replace("first"), { kind: "btn-primary" }))));
  };
  return { zh: say("设一个 PIN"), body: [
    title(say("设一个 PIN")),
    make("p", { class: "fa-lead" }, say("每次打开都要输。手机丢了，别人没有 PIN 就看不到孩子们的资料。")),
    make("p", { class: "fa-soft" }, say("不要用生日、手机号、123456 这类容易猜到的。忘了 PIN，可以用密码重新登录；没送出的记录不会丢。")),
    said, acting(set, first.field, second.field, finger?.field, submit), kindChoice([first.input, second.input]),
  ] };
}

/** A finger or a face besides, where the phone's own lock may be able to. */
async function fingerChoice() {
  const { mayOffer } = await import("../biometrics.js");
  if (!(await mayOffer())) return null;
  const input = make("input", { type: "checkbox", class: "form-check-input" });
  return { input, field: make("label", { class: "tx-option" }, input, make("span", {}, say("也用指纹或面容打开（手机里录过别人的，不要选）"))) };
}

/** Why it was not added; the PIN stands all the same. @param {CryptoKey} key */
async function addFinger(key) {
  const [{ add }, { wordsForNotAdded }] = await Promise.all([import("../biometrics.js"), import("./biometrics.js")]);
  return add(key).then(() => "", wordsForNotAdded);
}
