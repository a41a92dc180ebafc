// The sign-in has expired: the password brings it back; the outbox is kept meanwhile.

import { make } from "../../form/dom.js";
import { acting, asked, notice, title } from "../parts.js";
import { session, setSession } from "../session.js";
import { app } from "../build.js";
import { say } from "../say.js";
import { sync } from "../sync.js";
import { call, NO_NETWORK } from "../wire.js";

/** @returns {Promise<import("../types").Screen>} */
export async function screen() {
  const { replace } = await import("../page.js");
  const said = make("div", {});
  const password = asked(say("密码"), { type: "password", autocomplete: "current-password" });
  const submit = make("button", { type: "submit", class: "btn btn-primary fa-wide" }, say("继续"));
  const renew = async () => {
    const before = session();
    if (!before) return;
    submit.disabled = true;
    const heard = await call("renew/", { device: before.device, password: password.input.value, app: app() });
    submit.disabled = false;
    if (heard.kind === "none") return said.replaceChildren(notice("warning", say(NO_NETWORK[heard.why] ?? "")));
    if (heard.status !== 200) return said.replaceChildren(notice("danger", heard.body.zh || say("没有成功，请再试一次。")));
    await setSession({ ...before, ...heard.body, state: "", zh: "" });
    await replace("outbox");
    void sync();
  };
  return { zh: say("登录已过期"), body: [
    title(say("登录已过期")), make("p", { class: "fa-lead" }, say("请输入您的密码。写好的记录都在手机里，登录后自动送出。")),
    said, acting(renew, password.field, submit),
  ] };
}
