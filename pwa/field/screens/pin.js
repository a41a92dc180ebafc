// The lock: nothing of anybody stands here.

import { make } from "../../form/dom.js";
import { acting, button, notice, row, title } from "../parts.js";
import { pinInput } from "../pin_words.js";
import { say } from "../say.js";
import { clear, unlock, Waiting, Wiped, wipe } from "../store.js";
import { WrongPin } from "../sealing.js";

/** @typedef {import("../types").Screen} Screen */

/** @returns {Promise<Screen>} */
export async function screen() {
  const said = make("div", {});
  const pin = await pinInput(say("PIN"), { autofocus: true });
  const submit = make("button", { type: "submit", class: "btn btn-primary fa-wide" }, say("打开"));
  const enter = async () => {
    if (!pin.input.value || submit.disabled) return;
    submit.disabled = true;
    said.replaceChildren(make("p", { class: "fa-soft", role: "status" }, say("正在打开……")));
    try {
      await unlock(pin.input.value, (await clear("limits"))?.pin_tries);
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
  return { zh: say("输入 PIN"), body: [
    title(say("输入 PIN")), said, acting(enter, pin.field, submit),
    row(forgotten(said)),
    make("p", { class: "fa-soft" }, say("遇到正在发生的危险，请先拨打 110 或 120。")),
  ] };
}

/** @param {unknown} error */
function wordsFor(error) {
  if (error instanceof Waiting) {
    const minutes = Math.ceil((error.until - Date.now()) / 60_000);
    return minutes > 1 ? say("输错多次，请 {n} 分钟后再试。没送出的记录都在。", { n: minutes }) : say("输错多次，请一分钟后再试。没送出的记录都在。");
  }
  if (error instanceof WrongPin) return say("PIN 不对，请再输一次。");
  return say("没有打开，请再试一次。");
}

/** @param {HTMLElement} said */
const forgotten = (said) => button(say("忘了 PIN"), () => {
  said.replaceChildren(notice("warning",
    say("可以用登录名和密码重新配对。手机里的孩子资料会清空再下载；没送出的记录保留，登录后自动送出，只有单位能打开。"),
    row(button(say("清空并重新登录"), async () => {
      await wipe();
      location.reload();
    }, { kind: "btn-danger" }))));
}, { kind: "fa-quiet" });
