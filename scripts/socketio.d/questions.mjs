// Questions to the model of run.py, which does what they say.

export const SAY_NOTHING = "Say nothing.";
export const BREAK_OFF = "Break off.";

/** Asks for a word so many times, one token each. */
export function say(word, times) {
  return `Say "${word}" ${times} times.`;
}

/** The answer to `say`: the words are numbered, in letters for digits. */
export function said(word, times) {
  const numbered = Array.from({ length: times }, (_, at) => `${word}${at} `);
  return numbered.join("").replace(/\d/g, (digit) => "abcdefghij"[digit]);
}

/** Asks for a word so many times in one token. */
export function sayAtOnce(word, times) {
  return `Say "${word}" ${times} times at once.`;
}
