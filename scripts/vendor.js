// Copies the browser files named below out of node_modules and writes their manifest.
// Of a large style sheet only the rules stay whose names occur in our pages; what was left out is listed.
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";

import { build } from "esbuild";
import { PurgeCSS } from "purgecss";

const FILES = [
  { name: "htmx.org", from: "dist/htmx.min.js", to: "htmx.min.js" },
  { name: "@tabler/core", from: "dist/css/tabler.min.css", to: "tabler.min.css", leftOut: "tabler.left-out.txt" },
];
// Of a large library only what our own entry names is built in, as one module that pages fetch when they draw.
const BUILT = [{ name: "echarts", entry: "scripts/echarts.js", to: "echarts.min.js" }];
const PAGES = ["src/tongxin/web/**/*.{html,py}", "pwa/{ask,field,form,office}/**/*.{js,html}"];

const files = [];
for (const { name, from, to, leftOut } of FILES) {
  const home = `node_modules/${name}`;
  const { version, license } = JSON.parse(readFileSync(`${home}/package.json`, "utf8"));
  // The source map is not shipped, and a manifest storage refuses a reference to a missing file.
  const whole = readFileSync(`${home}/${from}`, "utf8").replace(/\/\*# sourceMappingURL=.*?\*\/\s*$/, "");
  const text = leftOut ? await usedOf(whole, leftOut) : whole;
  writeFileSync(`pwa/vendor/${to}`, text);
  const sha256 = createHash("sha256").update(text).digest("hex");
  files.push({ file: to, name, version, licence: license, sha256, ...(leftOut ? { left_out: leftOut } : {}) });
}

for (const { name, entry, to } of BUILT) {
  const { version, license } = JSON.parse(readFileSync(`node_modules/${name}/package.json`, "utf8"));
  const made = await build({
    entryPoints: [entry], bundle: true, minify: true, format: "esm", target: "es2021", write: false, charset: "utf8",
    legalComments: "eof", define: { "process.env.NODE_ENV": '"production"' },
  });
  const text = made.outputFiles[0].text;
  writeFileSync(`pwa/vendor/${to}`, text);
  files.push({ file: to, name, version, licence: license, sha256: createHash("sha256").update(text).digest("hex") });
}

writeFileSync("pwa/vendor/manifest.json", JSON.stringify({ files }, null, 2) + "\n");

/** The rules of a style sheet that our pages use; the names of the other classes go into a list. */
async function usedOf(whole, leftOut) {
  const [found] = await new PurgeCSS().purge({ content: PAGES, css: [{ raw: whole }], keyframes: true });
  const names = (css) => new Set(css.match(/(?<=\.)-?[A-Za-z_][A-Za-z0-9_-]*/g) ?? []);
  const kept = names(found.css);
  const gone = [...names(whole)].filter((each) => !kept.has(each)).sort();
  writeFileSync(`pwa/vendor/${leftOut}`, gone.join("\n") + "\n");
  return found.css;
}
