// The first time: sign in with the ordinary account; the phone becomes one of her devices.

import { make } from "../../form/dom.js";
import { count } from "../database.js";
import { acting, asked, button, card, notice, row, title } from "../parts.js";
import { say } from "../say.js";

/** @typedef {import("../types").Screen} Screen */

/** @returns {Promise<Screen>} */
export async function screen() {
  const said = make("div", {});
  const name = asked(say("登录名"), { name: "username", autocomplete: "username", autocapitalize: "none", required: true });
  const password = asked(say("密码"), { name: "password", type: "password", autocomplete: "current-password", required: true });
  const code = asked(say("验证码"), { name: "code", autocomplete: "one-time-code", autocapitalize: "none" });
  code.field.hidden = true;
  const posts = make("fieldset", { class: "fa-choices", hidden: true });
  const submit = make("button", { type: "submit", class: "btn btn-primary fa-wide" }, say("登录并配对这部手机"));
  const enter = async () => {
    if (!name.input.value.trim() || !password.input.value) return said.replaceChildren(notice("warning", say("请填写登录名和密码。")));
    submit.disabled = true;
    // Fetched only now: on a slow line the first screen stands there the sooner.
    const parts = await Promise.all([import("../build.js"), import("../wire.js")]).catch(() => null);
    if (!parts) {
      submit.disabled = false;
      return said.replaceChildren(notice("warning", say("现在没有网络，请稍后再试。")));
    }
    const [{ app }, { call, NO_NETWORK }] = parts;
    const post = posts.querySelector("input:checked");
    const heard = await call("pair/", {
      name: name.input.value.trim(), password: password.input.value, label: labelOf(navigator.userAgent), app: app(),
      code: code.input.value.trim(),
      ...(post instanceof HTMLInputElement ? { post: post.value } : {}),
    });
    submit.disabled = false;
    if (heard.kind === "none") return said.replaceChildren(notice("warning", say(NO_NETWORK[heard.why] ?? "")));
    if (heard.status === 300) return choose(posts, said, heard.body.posts ?? []);
    if (heard.body.code) code.field.hidden = false;
    if (heard.status !== 200) return said.replaceChildren(notice("danger", heard.body.zh || say("没有配对成功，请稍后再试。")));
    const { screen: next } = await import("./new_pin.js");
    const { present } = await import("../page.js");
    await present("new_pin", await next({}, heard.body));
  };
  const left = await count("outbox");
  return { zh: say("登录"), body: [
    title(say("登录")),
    make("p", { class: "fa-lead" }, say("用您平时的登录名和密码。只需登录一次，以后没有网络也能打开。")),
    said,
    acting(enter, name.field, password.field, posts, code.field, submit),
    left ? leftOver(left) : null,
    make("p", { class: "fa-soft" }, say("遇到正在发生的危险，请先拨打 110 或 120。")),
  ] };
}

/** @param {HTMLElement} posts @param {HTMLElement} said @param {{ id: string, zh: string }[]} offered */
function choose(posts, said, offered) {
  posts.replaceChildren(make("legend", {}, say("您有几个岗位，这部手机用哪一个？")), ...offered.map(({ id, zh }, place) => {
    const input = make("input", { type: "radio", name: "post", value: id, class: "form-check-input", checked: place === 0 });
    return make("label", { class: "tx-option" }, input, make("span", {}, zh));
  }));
  posts.hidden = false;
  said.replaceChildren();
}

/** @param {number} count_ */
const leftOver = (count_) => card(
  make("p", {}, say("这部手机里还有 {n} 条没有送到的记录，加密存着。登录后自动送出；也可以导出文件交给督导员。", { n: count_ })),
  row(button(say("导出待送记录"), async () => (await import("../last_resort.js")).handOver(""), { icon: "download" })));

/** What her supervisor sees of the phone in the list of devices. @param {string} agent */
function labelOf(agent) {
  const model = /Android[^;]*;\s*([^;)]+?)(?:\s+Build|\))/.exec(agent)?.[1]?.trim();
  if (model && model !== "K") return `安卓手机 ${model}`.slice(0, 60);
  return /Android/.test(agent) ? "安卓手机" : /iPhone/.test(agent) ? "苹果手机" : "电脑浏览器";
}
