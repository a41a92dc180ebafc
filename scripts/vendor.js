// Copies the browser files named below out of node_modules and writes their manifest.
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";

const FILES = [
  { name: "htmx.org", from: "dist/htmx.min.js", to: "htmx.min.js" },
  { name: "@tabler/core", from: "dist/css/tabler.min.css", to: "tabler.min.css" },
];

const files = FILES.map(({ name, from, to }) => {
  const home = `node_modules/${name}`;
  const { version, license } = JSON.parse(readFileSync(`${home}/package.json`, "utf8"));
  // The source map is not shipped, and a manifest storage refuses a reference to a missing file.
  const text = readFileSync(`${home}/${from}`, "utf8").replace(/\/\*# sourceMappingURL=.*?\*\/\s*$/, "");
  writeFileSync(`pwa/vendor/${to}`, text);
  const sha256 = createHash("sha256").update(text).digest("hex");
  return { file: to, name, version, licence: license, sha256 };
});

writeFileSync("pwa/vendor/manifest.json", JSON.stringify({ files }, null, 2) + "\n");
