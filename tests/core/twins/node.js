/** One line of questions in, one line of answers out. */
import { createInterface } from "node:readline";
import { answersTo } from "./answers.js";

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(answersTo(JSON.parse(line)))}\n`);
}
