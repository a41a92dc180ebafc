// What she has to know before she goes on: storage, sign-in, long silence, children who went to others.

import { briefs } from "./briefs.js";
import { clockAhead } from "./clock.js";
import { dangerNotices } from "./danger_notice.js";
import { rows, write } from "./database.js";
import { again, go } from "./page.js";
import { button, notice, row } from "./parts.js";
import { session } from "./session.js";
import { say } from "./say.js";
import { daysSilent } from "./standing.js";
import { clear, reveal } from "./store.js";
import { roomUsed } from "./telemetry.js";

const SILENT = 3;
const TIGHT = 80;
const DAY = 86_400_000;

/** What can't wait, above her day. @returns {Promise<HTMLElement[]>} */
export async function pressingNotices() {
  const found = [...(await dangerNotices()), device(), await silence(), await loose(), ...(await gone())];
  return found.filter((each) => each !== null);
}

/** All of it. @returns {Promise<HTMLElement[]>} */
export async function standingNotices() {
  const further = [await room(), clock()].filter((each) => each !== null);
  return [...(await pressingNotices()), ...further];
}

function device() {
  const state = session()?.state;
  if (!state) return null;
  const said = session()?.zh || say("登录已过期。");
  return notice("warning", said, state === "expired" ? row(button(say("输入密码继续"), () => go("renew"), { kind: "btn-primary" })) : null);
}

async function silence() {
  const days = await daysSilent();
  if (days === null || days < SILENT || !briefs().length) return null;
  return notice("warning", say("已经 {n} 天没有同步。路过有网络的地方，请打开应用等一分钟。", { n: days }));
}

async function room() {
  const used = await roomUsed();
  if (used < TIGHT) return null;
  return notice("warning", say("手机给应用的空间已用 {n}%。请同步，并删掉手机里不用的照片和视频。", { n: used }));
}

async function loose() {
  if ((await clear("persisted")) !== false) return null;
  return notice("info", say("现在要连着网络才能提交。放到桌面后，离线也能写。"), row(button(say("怎么放到桌面"), () => go("more"))));
}

function clock() {
  const days = Math.abs(clockAhead()) / DAY;
  if (days < 0.5) return null;
  return notice("info", say("手机的日期和时间不准，记录按单位的时间写。请在手机设置里打开“自动设置时间”。"));
}

/** Children who went to others, told once. */
async function gone() {
  const told = (await rows("meta")).filter((each) => String(each.id).startsWith("gone:"));
  return Promise.all(told.map(async (each) => {
    const found = (await reveal("meta", each)) ?? {};
    return notice("info", say("{name}：{zh}", { name: found.name ?? "", zh: found.zh ?? "" }), row(button(say("知道了"), async () => {
      await write([{ store: "meta", remove: each.id }]);
      await again();
    })));
  }));
}
