// Reads a question aloud with a voice of the device itself; one that would send the words away is not used.

const synthesis = "speechSynthesis" in globalThis ? globalThis.speechSynthesis : null;

/** @returns {SpeechSynthesisVoice | undefined} */
const voice = () => synthesis?.getVoices().find((each) => each.lang.toLowerCase().startsWith("zh") && each.localService);

/** Calls back when this device turns out to have a voice. @param {() => void} then */
export function whenThereIsAVoice(then) {
  if (voice()) return then();
  synthesis?.addEventListener?.("voiceschanged", () => voice() && then(), { once: true });
}

/** @param {string} words */
export function speak(words) {
  const own = voice();
  if (!synthesis || !own) return;
  synthesis.cancel();
  const said = new SpeechSynthesisUtterance(words);
  said.voice = own;
  said.lang = own.lang;
  said.rate = 0.9;
  synthesis.speak(said);
}

export const hush = () => synthesis?.cancel();
