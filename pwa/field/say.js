// The app's own words: Chinese sentences with places for numbers, in the language she chose.

export { word as say } from "./languages/words.js";
