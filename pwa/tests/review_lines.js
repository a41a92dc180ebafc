// One line of JSON in ({ definition, answers }), one line out: what the browser makes of it.

import { createInterface } from "node:readline";
import { review } from "../form/review.js";

for await (const line of createInterface({ input: process.stdin })) {
  const { definition, answers } = JSON.parse(line);
  const { answers: kept, problems, shown } = review(definition, answers);
  process.stdout.write(JSON.stringify({ answers: kept, problems, shown: [...shown].sort() }) + "\n");
}
