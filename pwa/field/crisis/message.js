// The text to send by hand where there is no signal: nobody's name, nothing about anybody's state of mind.

import { momentZh } from "../clock.js";
import { say } from "../say.js";

/** Numbers that answer calls only. */
const CALLS_ONLY = /^(110|120|119|12345|12355|12356)$/;

/** @param {{ post: string, at: string }} from */
export const messageOf = ({ post, at }) =>
  say("【急】{post}请您马上回电，有一件急事要当面说。{when}", { post, when: momentZh(at) });

/** Whom to write to: the first of those who can be written to. @param {import("./types").Call[]} calls */
export const addressee = (calls) => calls.find(({ number }) => !CALLS_ONLY.test(number.replace(/\D/g, ""))) ?? null;

/** @param {string} number @param {string} text */
export const smsLink = (number, text) => `sms:${number.replace(/[^+\d]/g, "")}?body=${encodeURIComponent(text)}`;
