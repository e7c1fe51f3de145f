// Questions that are refused, after which the connection still works.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { Page } from "../page.mjs";
import { say } from "../questions.mjs";

const NEW = "stream-pipeline-message-new";
const IN_SESSION = "stream-pipeline-message";
const MALFORMED = [
  [NEW, [], /must be an object/],
  [NEW, [null], /must be an object/],
  [NEW, ["Which oil?"], /must be an object/],
  [NEW, [7], /must be an object/],
  [NEW, [[]], /must be an object/],
  [NEW, [{}], /content is required/],
  [NEW, [{ images: [] }], /content is required/],
  [NEW, [{ content: "", images: [] }], /content must not be empty/],
  [NEW, [{ content: 7, images: [] }], /content must be text/],
  [NEW, [{ content: "Which oil?", images: "none" }], /images must be a list/],
  [NEW, [{ content: "Which oil?", images: [7] }], /images\[0\] must be text/],
  [NEW, [{ content: "Which oil?", images: [], userId: 7 }], /userId must be text/],
  [NEW, [{ content: "Which oil?", images: [], fakeSessionId: {} }], /fakeSessionId must be text/],
  [IN_SESSION, [], /must be an object/],
  [IN_SESSION, [{ content: "Which oil?", images: [] }], /sessionId is required/],
  [IN_SESSION, [{ content: "Which oil?", images: [], sessionId: 7 }], /sessionId must be text/],
  [IN_SESSION, [{ content: "Which oil?", images: [], sessionId: "fake-1" }], /Session/],
];

function questionsPerMonth() {
  const { plans } = JSON.parse(readFileSync(new URL("../plans.json", import.meta.url), "utf8"));
  return plans[0].limits.messagesPerMonth;
}

export default {
  async "malformed payloads"({ person }) {
    const page = await Page.open(person);
    for (const [event, payload, sentence] of MALFORMED) {
      assert.match(await page.emit(event, ...payload).refused(), sentence, JSON.stringify([event, ...payload]));
    }
    assert.deepEqual(await person.sessions(), []);
    await page.ask(say("oil", 3)).complete();
  },

  async "foreign user id"({ person, other }) {
    const page = await Page.open(person);
    const userId = other.id;
    assert.match(await page.ask(say("oil", 3), { userId }).refused(), /another user/);
    assert.deepEqual(await person.sessions(), []);
    const { session, messages } = await page.ask(say("oil", 3)).complete();
    assert.match(await page.ask(say("more", 3), { session, userId }).refused(), /another user/);
    assert.deepEqual(await person.messages(session), messages);
  },

  async "used-up plan"({ person }) {
    const page = await Page.open(person);
    const { session } = await page.ask(say("oil", 1)).complete();
    for (let asked = 1; asked < questionsPerMonth(); asked += 1) {
      await page.ask(say("oil", 1), { session }).complete();
    }
    // The frontend shows no errors, so the first refusal is stored as an answer. Those of the next minute are not.
    const { text, stored, messages } = await page.ask("One more?", { session }).complete();
    assert.match(text, /used up/);
    assert.deepEqual([stored.refused, stored.error.code], [true, "plan_limit_reached"]);
    assert.equal(await page.ask("And now?", { session }).refused(), text);
    assert.deepEqual(await person.messages(session), messages);
  },
};
