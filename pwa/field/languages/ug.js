// Uyghur, from right to left: a frame with the few words that are certain, each still to be read by a native speaker.

import { translating } from "./translating.js";

/** @type {import("./translating.js").Words} */
export const words = {
  今天: ["بۈگۈن", "review"],
  孩子: ["بالىلار", "review"],
  语言: ["تىل", "review"],
};

export const translated = translating(words);
