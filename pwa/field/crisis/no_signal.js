// When nothing gets through: a text message to send by hand.

import { make } from "../../form/dom.js";
import { button, link } from "../parts.js";
import { say } from "../say.js";
import { addressee, messageOf, smsLink } from "./message.js";

/** @param {import("./types").Call[]} calls @param {{ post: string, at: string, message: string }} from */
export function without(calls, from) {
  const text = messageOf(from), to = addressee(calls);
  const shown = make("textarea", { class: "form-control", rows: 3, readonly: true, "aria-label": say("短信内容") });
  shown.value = text;
  const said = make("p", { class: "fa-soft", role: "status" });
  return make("section", { class: "fa-crisis-sms" }, make("h2", {}, say("打不通，也没有网络？")),
    make("p", {}, say("走到有一格信号的地方发这条短信。里面没有孩子的名字，也没有情况。")), shown,
    make("div", { class: "fa-row" },
      to ? link(say("发短信给{zh}", { zh: to.zh }), smsLink(to.number, text), { icon: "forward", kind: "btn-primary" }) : null,
      button(say("复制"), () => copy(shown, said))), said);
}

/** @param {HTMLTextAreaElement} shown @param {HTMLElement} said */
async function copy(shown, said) {
  try {
    await navigator.clipboard.writeText(shown.value);
    said.textContent = say("已复制，到短信里粘贴。");
  } catch {
    shown.focus();
    shown.select();
    said.textContent = say("请长按上面的字，选“复制”。");
  }
}
