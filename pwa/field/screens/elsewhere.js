// Where the app can't keep what is written: why, and how to go on.

import { make } from "../../form/dom.js";
import { begin, takeWindow } from "../app.js";
import { count } from "../database.js";
import { handOver } from "../last_resort.js";
import { button, card, notice, row, title } from "../parts.js";
import { say } from "../say.js";

/** @param {Record<string, string>} params @returns {Promise<import("../types").Screen>} */
export async function screen({ why = "", inside = "", window: other = "" }) {
  if (other) return otherWindow();
  const zh = inside ? say("请换到手机自带的浏览器打开") : say("这里不能用走访应用");
  const left = globalThis.indexedDB && !why ? await count("outbox").catch(() => 0) : 0;
  return { zh, body: [
    title(zh),
    notice("warning", why || say("您现在是在{app}里打开的。{app}会随时清空里面的网页，没有网络时写的记录可能会丢，所以这里不能填写。", { app: inside })),
    inside ? steps() : null,
    left ? card(make("p", {}, say("这里还有 {n} 条没有送到的记录。请先导出，交给督导员。", { n: left })),
      row(button(say("导出待送记录"), () => handOver(""), { kind: "btn-primary", icon: "download" }))) : null,
  ] };
}

function steps() {
  const address = make("p", { class: "fa-address" }, `${location.host}/field/`);
  return card(
    make("ol", { class: "fa-steps" },
      make("li", {}, say("点右上角的“···”。")),
      make("li", {}, say("选“在浏览器打开”。")),
      make("li", {}, say("打开后选“添加到主屏幕”，以后从桌面图标打开。"))),
    make("p", {}, say("也可以在浏览器里输入这个地址：")), address,
    row(button(say("复制地址"), () => navigator.clipboard?.writeText(`${location.origin}/field/`), { kind: "btn-primary" })));
}

/** @returns {import("../types").Screen} */
function otherWindow() {
  const zh = say("走访应用已在另一个窗口打开");
  return { zh, body: [
    title(zh), make("p", {}, say("一次只在一个窗口里写，记录才不会混。")),
    row(button(say("在这里继续"), async () => {
      await takeWindow(true);
      await begin();
    }, { kind: "btn-primary" })),
  ] };
}
