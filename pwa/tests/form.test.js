import assert from "node:assert/strict";
import { test } from "node:test";
import { newIdentifier } from "../form/identifier.js";
import { send } from "../form/send.js";

globalThis.location = /** @type {any} */ ({ href: "http://office.example/form", origin: "http://office.example" });

/** Answers the next request with `status` and `body`. */
function answering(status, body, type = "application/json") {
  globalThis.fetch = async () => new Response(typeof body === "string" ? body : JSON.stringify(body),
    { status, headers: { "Content-Type": type } });
}

test("an identifier is a version 7 UUID that sorts by time", () => {
  const early = newIdentifier(1_000_000_000_000);
  const late = newIdentifier(1_000_000_000_001);
  assert.match(early, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.ok(early < late);
  assert.notEqual(newIdentifier(5), newIdentifier(5));
});

test("after saving the page goes where the server says", async () => {
  answering(200, { next: "/child/1" });
  assert.deepEqual(await send("/form", {}, "token"), { next: "http://office.example/child/1" });
});

test("a way out of this site is not followed", async () => {
  answering(200, { next: "https://elsewhere.example/" });
  assert.equal((await send("/form", {}, "token")).next, undefined);
});

test("the sign-in page in place of an answer means: signed out, nothing lost", async () => {
  answering(200, "<html>", "text/html");
  assert.match((await send("/form", {}, "token")).zh ?? "", /登录已过期.*内容仍在本页/);
});

test("problems come back as they were worded", async () => {
  const problems = [{ path: "a", zh: "「甲」没有填写", kept: true }];
  answering(422, { problems });
  assert.deepEqual((await send("/form", {}, "token")).problems, problems);
});

test("a conflict is told in the server's words", async () => {
  answering(409, { zh: "同事刚改过。" });
  assert.match((await send("/form", {}, "token")).zh ?? "", /同事刚改过.*内容仍在本页/);
});

test("a failure says that nothing was saved and may be tried again", async () => {
  answering(500, "oops", "text/html");
  const outcome = await send("/form", {}, "token");
  assert.match(outcome.zh ?? "", /没有保存.*内容仍在本页/);
  assert.equal(outcome.mayRetry, true);
});

test("no network says that nothing was sent and may be tried again", async () => {
  globalThis.fetch = async () => { throw new TypeError("network"); };
  const outcome = await send("/form", {}, "token");
  assert.match(outcome.zh ?? "", /没有发出.*内容仍在本页/);
  assert.equal(outcome.mayRetry, true);
});
