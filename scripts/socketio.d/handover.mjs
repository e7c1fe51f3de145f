// Answers whose connection was lost before they ended.

import assert from "node:assert/strict";
import { say } from "./questions.mjs";

/** Waits until `page` receives the one `complete` of an answer, of which another connection has received a part.
 * Returns the whole answer. */
export async function handedOver(page, { session, message, text }) {
  assert.deepEqual(await page.next("pipeline-chunk"), { stage: "complete", messageId: message, sessionId: session });
  const stored = (await page.person.messages(session)).at(-1);
  assert.deepEqual([stored.id, stored.isGenerating, stored.isStopped], [message, false, false]);
  assert.ok(text && stored.content.startsWith(text) && stored.content !== text, `${text}\n${stored.content}`);
  // A second `complete` would arrive before the next answer ends.
  await page.ask(say("more", 10), { session }).complete();
  assert.equal(page.events.filter(({ data }) => data?.stage === "complete" && data.messageId === message).length, 1);
  return stored.content;
}
