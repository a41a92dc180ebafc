// The last resort: all that was not sent, in one file that only the office can open. Needs no PIN and no network.

import { rows } from "./database.js";
import { now, written } from "./clock.js";
import { clear } from "./store.js";

/** The file with everything that is still on its way. @param {string} build */
export async function lastResort(build) {
  const entries = await rows("outbox");
  const blobs = await rows("blobs");
  const content = {
    tongxin: "outbox", v: 1, device: (await clear("device")) ?? "", app: build, at: written(now()),
    entries: entries.map(({ id, at, recovery }) => ({ id, at, ...recovery })),
    blobs: blobs.map(({ id, entry, kind, type, recovery }) => ({ id, entry, kind, type, ...recovery })),
  };
  return new Blob([JSON.stringify(content)], { type: "application/octet-stream" });
}

/** Hands the file to the person: by the phone's own sharing, else as a download. @param {string} build */
export async function handOver(build) {
  const stamp = written(now()).slice(0, 16).replace(/[-:]/g, "").replace("T", "-");
  const file = new File([await lastResort(build)], `tongxin-outbox-${stamp}.tongxin`, { type: "application/octet-stream" });
  if (navigator.canShare?.({ files: [file] })) {
    try {
      await navigator.share({ files: [file] });
      return;
    } catch (error) {
      if (error instanceof DOMException && error.name === "AbortError") return;
    }
  }
  const address = URL.createObjectURL(file);
  const link = document.createElement("a");
  link.href = address;
  link.download = file.name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
