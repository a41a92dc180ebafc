// Where the browser may throw its storage away, an entry is taken only when the office has it.

import { app } from "./build.js";
import { now, written } from "./clock.js";
import { settle } from "./outbox.js";
import { bearer } from "./session.js";
import { say } from "./say.js";
import { call, NO_NETWORK } from "./wire.js";

const STILL = "内容仍在本页，没有丢。";

/** Empty when the office has the entry, else why not. @param {import("./types").Kept} kept */
export async function sendAtOnce(kept) {
  const { entry } = kept;
  const body = { app: app(), now: written(now()), batch: entry.id, entries: [entry], telemetry: {} };
  const heard = await call("up/", body, { token: bearer() });
  if (heard.kind === "none") {
    return say("没有保存：这个浏览器不保证长期保存，要连着网络才能提交。") + say(NO_NETWORK[heard.why]?.split("。")[0] ?? "") + "。" + STILL;
  }
  const result = heard.status === 200 ? heard.body.results?.find((/** @type {any} */ each) => each.id === entry.id) : null;
  if (!result) return (heard.body?.zh || say("没有保存：服务器这次没有接收。")) + STILL;
  await settle([result], kept);
  return "";
}
