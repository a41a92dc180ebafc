/** Scores sheets line by line: one JSON `{instrument, sheets: [{answers, ageMonths}]}` in, one list of scores out. */
import { createInterface } from "node:readline";

import { score } from "../../../pwa/core/instruments/score.js";

for await (const line of createInterface({ input: process.stdin })) {
  const { instrument, sheets } = JSON.parse(line);
  const scores = sheets.map(({ answers, ageMonths }) => score(instrument, answers, { ageMonths }));
  process.stdout.write(`${JSON.stringify(scores)}\n`);
}
