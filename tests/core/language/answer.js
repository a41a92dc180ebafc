// Reads {rules, cases} lines, writes one line of answers each: answers[rule][case].
import { createInterface } from "node:readline";
import { evaluate } from "../../../pwa/core/language/evaluate.js";
import { explain } from "../../../pwa/core/language/explain.js";

for await (const line of createInterface({ input: process.stdin })) {
  const { rules, cases, explained } = JSON.parse(line);
  const ask = explained ? explain : evaluate;
  const answers = rules.map((rule) => cases.map((facts) => ask(rule, facts)));
  process.stdout.write(`${JSON.stringify(answers)}\n`);
}
