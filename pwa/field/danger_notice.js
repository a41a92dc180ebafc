// A danger on her screens: one line that leads to the card; a safety check names who does it.

import { dangers, isCrisis, putAway } from "./dangers.js";
import { again, go } from "./page.js";
import { button, notice, row } from "./parts.js";
import { say } from "./say.js";

/** @typedef {Awaited<ReturnType<typeof dangers>>[number]} Standing */

/** Every danger that is still in sight, the newest first. */
export async function dangerNotices() {
  const found = (await dangers()).sort((a, b) => b.at.localeCompare(a.at));
  return found.map(dangerNotice);
}

/** @param {Standing} danger */
export function dangerNotice(danger) {
  const isNow = isCrisis(danger);
  const zh = isNow ? say("{name}：有危险信号，马上处理。", { name: danger.name }) : say("{name}：需要有资质的人尽快核实。先不要告诉家长，请打电话给单位。", { name: danger.name });
  return notice(isNow ? "danger" : "warning", zh, row(
    isNow ? button(say("怎么办"), () => go("crisis", { id: danger.id }), { kind: "btn-danger", icon: "alert" })
      : button(say("打给谁"), () => go("calls"), { icon: "phone" }),
    danger.isKnown ? button(say("单位已收到，收起"), async () => {
      await putAway(danger.id);
      await again();
    }) : null));
}
