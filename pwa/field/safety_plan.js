// The child's safety plan as far as she may see it: what keeps the child safe, and what the child agreed to share.

import { make } from "../form/dom.js";
import { dayZh } from "./clock.js";
import { say } from "./say.js";

/** @param {import("./types").File} file */
export function safetyPlan({ safety_plan: plan }) {
  if (!plan) return null;
  return make("details", { class: "fa-card" }, make("summary", {}, say("安全计划（{day}）", { day: dayZh(plan.made_on) })),
    ...plan.parts.flatMap(({ zh, text }) => [make("h3", {}, zh), make("p", {}, text)]),
    plan.kept_back ? make("p", { class: "fa-soft" }, say("还有 {count} 部分孩子没有同意给您看。需要时请问和孩子一起写的人。", { count: plan.kept_back })) : null);
}
