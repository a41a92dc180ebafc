// Where the app runs, and whether what is written here would stay: in-app browsers and refused storage are told.

import { setClear } from "./store.js";

/** Browsers inside other apps throw their storage away when they like. @type {[RegExp, string][]} */
const INSIDE = [
  [/MicroMessenger/i, "微信"], [/DingTalk/i, "钉钉"], [/\bQQ\//, "QQ"], [/Weibo/i, "微博"], [/AlipayClient/i, "支付宝"],
  [/aweme|BytedanceWebview|ToutiaoMicroApp|NewsArticle/i, "抖音或头条"], [/baiduboxapp/i, "百度"], [/wxwork/i, "企业微信"],
  [/FBAN|FBAV|Instagram/i, "其他应用"], [/; wv\)/, "其他应用"],
];

/** The app whose inner browser this is; empty in a browser of its own. @param {string} agent */
export function insideOf(agent) {
  const isWork = /wxwork/i.test(agent);
  return isWork ? "企业微信" : INSIDE.find(([sign]) => sign.test(agent))?.[1] ?? "";
}

/** What this browser lacks to keep records; nothing when all is there. */
export function lacking() {
  if (!globalThis.isSecureContext) return "这个地址不安全（不是 https），浏览器不让应用在手机里加密保存。请用单位给的 https 地址打开。";
  if (!globalThis.indexedDB || !globalThis.crypto?.subtle) return "这个浏览器太旧，不能在手机里加密保存记录。请更新浏览器后再打开。";
  return "";
}

/** Whether the browser promises not to throw away what is written here. @returns {Promise<boolean>} */
export async function isKept() {
  const storage = navigator.storage;
  const kept = (await storage?.persisted?.()) || (await storage?.persist?.()) || false;
  await setClear("persisted", kept);
  return kept;
}

/** Whether the app was put on the home screen. */
export const isInstalled = () => matchMedia("(display-mode: standalone)").matches;

/** Asks again after the person has put the app on the home screen. @type {(Event & { prompt?: () => Promise<unknown> }) | null} */
let offer = null;
addEventListener("beforeinstallprompt", (event) => {
  event.preventDefault();
  offer = event;
});

/** The browser's own offer to install, where it makes one. */
export const installOffer = () => offer;
