// Everything she wrote: waiting, arrived with its receipt, or held with the reason and what to do.

import { make } from "../../form/dom.js";
import { BUILD } from "../build.js";
import { momentZh } from "../clock.js";
import { handOver } from "../last_resort.js";
import { countTries } from "../lessons.js";
import { blobs, discardBlob, listed, noteRefused } from "../outbox.js";
import { again } from "../page.js";
import { button, card, chip, empty, note, notice, row, title } from "../parts.js";
import { nameOf } from "../records.js";
import { say } from "../say.js";
import { daysSilent } from "../standing.js";
import { lastTrouble, sync } from "../sync.js";
import { roomUsed } from "../telemetry.js";
import { standingNotices } from "../warnings.js";

/** @typedef {import("../types").Listed} Listed */

/** @returns {Promise<import("../types").Screen>} */
export async function screen() {
  const all = await listed();
  const waiting = all.filter((each) => each.state === "waiting");
  const held = all.filter((each) => ["held", "too_large"].includes(each.state));
  const rest = all.filter((each) => ["arrived", "put_aside"].includes(each.state));
  const quizzes = await countTries(), trouble = lastTrouble(), files = await blobs(), sending = files.filter((each) => !each.refused).length;
  const now = button(say("现在同步"), () => {
    now.disabled = true;
    return sync();
  }, { kind: "btn-primary", icon: "upload" });
  return { zh: say("待送"), body: [
    title(waiting.length ? say("{n} 条待送", { n: waiting.length }) : sending || quizzes ? say("记录都已送到") : say("都已送到")),
    quizzes ? make("p", {}, say("还有 {n} 次微课答题没有送到。", { n: quizzes })) : null,
    sending ? make("p", {}, say("还有 {n} 个照片、录音或签名没有送完，有网络时自动接着送。", { n: sending })) : null,
    make("p", {}, await sinceZh()), ...(await standingNotices()), row(now), trouble ? notice("warning", trouble) : null,
    ...(await refusedFiles(all)), ...held.map(entry), ...waiting.map(entry),
    all.length ? null : empty(say("您写的每一条记录，都会在这里看到有没有送到。")),
    ...rest.map(entry), await lastResort(all.length - rest.length + files.length),
  ] };
}

async function sinceZh() {
  const days = await daysSilent();
  const used = say("手机空间已用 {n}%。", { n: await roomUsed() });
  if (days === null) return say("还没有同步过。") + used;
  return (days === 0 ? say("今天同步过。") : say("上次同步是 {n} 天前。", { n: days })) + used;
}

/** @param {Listed} one */
function entry(one) {
  return card(
    make("div", { class: "fa-between" }, make("strong", {}, nameOf(one) || say("加密的记录")), mark(one)),
    note([one.name, momentZh(one.at)].filter(Boolean).join(" · ")),
    one.receipt ? make("p", {}, say("回执号 "), make("b", { class: "fa-receipt" }, one.receipt)) : null,
    one.zh ? make("p", {}, one.zh) : null,
    one.state === "waiting" ? note(say("存在手机里，有网络时自动送出。")) : null);
}

const KINDS = /** @type {Record<string, string>} */ ({ photo: "照片", voice: "录音", signature: "签名" });

/** Photos, recordings and signatures that the office did not take: to which record each belongs, why, and what to do. @param {Listed[]} all */
async function refusedFiles(all) {
  return (await blobs()).filter((each) => each.refused).map((blob) => {
    const of = all.find((each) => each.id === blob.entry);
    const then = (/** @type {Promise<unknown>} */ done) => done.then(() => again());
    return card(
      make("div", { class: "fa-between" }, make("strong", {}, say(KINDS[blob.kind] ?? "文件")), chip(say("单位没有收下"), "orange", "■")),
      note([of ? nameOf(of) : "", of?.name, of ? momentZh(of.at) : ""].filter(Boolean).join(" · ")), make("p", {}, blob.refused ?? ""),
      row(blob.sent < blob.size ? button(say("再送一次"), () => then(noteRefused(blob, "")).then(() => sync())) : null,
        button(say("不要这个文件了"), () => then(discardBlob(blob)))));
  });
}

/** @param {Listed} one */
function mark({ state }) {
  if (state === "waiting") return chip(say("待送"), "blue", "○");
  if (state === "too_large") return chip(say("太大，没有送到"), "orange", "■");
  if (state === "held") return chip(say("单位已收到，等人处理"), "orange", "■");
  return state === "put_aside" ? chip(say("已处理，没有采用"), "grey", "–") : chip(say("已送到"), "green", "✓");
}

/** @param {number} count */
async function lastResort(count) {
  if (!count) return null;
  return make("details", { class: "fa-more" }, make("summary", {}, say("一直送不出去怎么办")),
    make("p", {}, say("把待送记录导出成一个加密文件，用微信或数据线交给督导员。只有单位能打开。手机里的记录仍保留，以后送到也不会重复。")),
    row(button(say("导出加密文件"), () => handOver(BUILD), { icon: "download" })));
}
