// The rest: targets, reading size, this phone, locking, signing out.

import { make } from "../../form/dom.js";
import { BUILD } from "../build.js";
import { countTries } from "../lessons.js";
import { countWaiting } from "../outbox.js";
import { languages } from "../languages/choice.js";
import { tellStanding } from "../standing.js";
import { lockNow } from "../guard.js";
import { again, go } from "../page.js";
import { button, card, heading, notice, row, title } from "../parts.js";
import { limits, session } from "../session.js";
import { say } from "../say.js";
import { wipe } from "../store.js";
import { installOffer, isInstalled, isKept } from "../surroundings.js";
import { sizes } from "../reading_size.js";
import { isUpdateWaiting, takeOverNow } from "../updates.js";

/** @returns {Promise<import("../types").Screen>} */
export async function screen() {
  const me = session();
  return { zh: say("更多"), body: [
    title(say("更多")), make("p", { class: "fa-lead" }, [me?.person_zh, me?.post_zh].filter(Boolean).join(" · ")),
    make("div", { class: "fa-list" },
      button(say("完成情况"), () => go("targets"), { kind: "fa-wide", icon: "check" }),
      button(say("两分钟看什么"), () => go("guide"), { kind: "fa-wide", icon: "eye" }),
      button(say("打给谁"), () => go("calls"), { kind: "fa-wide", icon: "phone" }),
      button(say("微课"), () => go("lessons"), { kind: "fa-wide", icon: "list" }), ...(await officePages())),
    card(make("h2", {}, say("字的大小")), sizes()),
    card(make("h2", {}, say("语言")), languages(async () => {
      await again();
      await tellStanding();
    })),
    await installing(), await updating(), heading(say("这部手机")),
    make("div", { class: "fa-list" },
      button(say("锁上"), () => lockNow(), { kind: "fa-wide btn-primary", icon: "lock" }),
      button(say("换 PIN"), () => go("change_pin"), { kind: "fa-wide" }),
      await byFinger()),
    await leaving(), make("p", { class: "fa-soft" }, say("版本 {build}", { build: BUILD || "–" })),
  ] };
}

/** Bookings and the rota are pages of the office: they open in the browser, and ask for its sign-in. */
async function officePages() {
  const zh = { "/bookings/": say("我的预约（在浏览器里看）"), "/rota/": say("坐班表（在浏览器里看）") };
  const { pages = [] } = await limits();
  return Object.entries(zh).filter(([url]) => pages.includes(url)).map(([url, text]) =>
    make("a", { class: "btn fa-wide", href: url, target: "_blank", rel: "noopener" }, text));
}

async function byFinger() {
  const { isSet, mayOffer } = await import("../biometrics.js");
  if (!(await isSet()) && !(await mayOffer())) return null;
  return button((await isSet()) ? say("指纹或面容：已加上") : say("加上指纹或面容"), () => go("biometrics"), { kind: "fa-wide" });
}

async function installing() {
  if (isInstalled() && (await isKept())) return null;
  const offer = installOffer();
  return card(make("h2", {}, say("放到桌面，离线也能写")),
    make("ol", { class: "fa-steps" }, make("li", {}, say("点浏览器右上角的菜单。")), make("li", {}, say("选“添加到主屏幕”或“安装应用”。")),
      make("li", {}, say("以后从桌面图标打开。无痕模式里不能用。"))),
    row(offer ? button(say("现在安装"), () => offer.prompt?.(), { kind: "btn-primary" }) : null,
      button(say("我放好了，再看一次"), async () => {
        await isKept();
        await again();
      })));
}

async function updating() {
  if (!(await isUpdateWaiting())) return null;
  return notice("info", say("新版本已下载好。换上以后要再输一次 PIN，写好的和没写完的都在。"), row(button(say("现在换上"), takeOverNow, { kind: "btn-primary" })));
}

/** Off this phone; what was not sent keeps it from happening by mistake. */
async function leaving() {
  const waiting = (await countWaiting()) + (await countTries());
  const sure = make("div", {});
  const leave = button(say("退出并清空这部手机"), () => {
    const zh = waiting
      ? say("还有 {n} 条没有送到。请先同步或导出。现在清空，它们仍加密留着，只有单位能打开。", { n: waiting })
      : say("孩子们的资料会从这部手机上清掉，记录都已送到单位。");
    sure.replaceChildren(notice("warning", zh, row(
      waiting ? button(say("去同步"), () => go("outbox"), { kind: "btn-primary" }) : null,
      button(say("确定清空"), async () => {
        await (await import("../biometrics.js")).forget();
        await wipe();
        location.reload();
      }, { kind: "btn-danger" }))));
  }, { kind: "fa-wide" });
  return make("div", { class: "fa-list" }, leave, sure);
}
