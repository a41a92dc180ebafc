// The lock: nothing of anybody stands here.

import { make } from "../../form/dom.js";
import { acting, button, notice, row, title } from "../parts.js";
import { pinInput, wordsFor } from "../pin_words.js";
import { say } from "../say.js";
import { clear, unlock, Wiped, wipe } from "../store.js";

/** @typedef {import("../types").Screen} Screen */

/** @returns {Promise<Screen>} */
export async function screen() {
  const said = make("div", {});
  const pin = await pinInput(say("PIN"), { autofocus: true });
  const mayByFinger = (await clear("biometric")) !== undefined;
  const submit = make("button", { type: "submit", class: `btn fa-wide${mayByFinger ? "" : " btn-primary"}` }, say("打开"));
  const opening = async (/** @type {() => Promise<void>} */ how) => {
    if (submit.disabled) return;
    submit.disabled = true;
    said.replaceChildren(make("p", { class: "fa-soft", role: "status" }, say("正在打开……")));
    try {
      await how();
      const { opened } = await import("../guard.js");
      await opened();
    } catch (error) {
      pin.input.value = "";
      submit.disabled = false;
      if (error instanceof Wiped) return location.reload();
      said.replaceChildren(notice("warning", wordsFor(error)));
      pin.input.focus();
    }
  };
  const enter = () => pin.input.value && opening(async () => unlock(pin.input.value, (await clear("limits"))?.pin_tries));
  return { zh: say("输入 PIN"), body: [
    title(say("输入 PIN")), said, mayByFinger ? byFinger(opening) : null, acting(enter, pin.field, submit),
    row(forgotten(said)),
    make("p", { class: "fa-soft" }, say("遇到正在发生的危险，请先拨打 110 或 120。")),
  ] };
}

/** @param {(how: () => Promise<void>) => Promise<void>} opening */
const byFinger = (opening) => button(say("用指纹或面容打开"), () => opening(async () => {
  const { unlock: recognise } = await import("../biometrics.js");
  await recognise();
}), { kind: "btn-primary fa-wide", icon: "lock" });

/** @param {HTMLElement} said */
const forgotten = (said) => button(say("忘了 PIN"), () => {
  said.replaceChildren(notice("warning",
    say("可以用登录名和密码重新配对。手机里的孩子资料会清空再下载；没送出的记录保留，登录后自动送出，只有单位能打开。"),
    row(button(say("清空并重新登录"), async () => {
      await wipe();
      location.reload();
    }, { kind: "btn-danger" }))));
}, { kind: "fa-quiet" });
