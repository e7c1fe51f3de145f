// Complete, stopped, edited, concurrent and failed answers.

import assert from "node:assert/strict";
import { Page } from "../page.mjs";
import { BREAK_OFF, SAY_NOTHING, said, say } from "../questions.mjs";

function contents(messages) {
  return messages.map(({ content }) => content);
}

export default {
  async "new chat and second question"({ person }) {
    const page = await Page.open(person);
    const acknowledgement = page.next("ack");
    const first = page.ask(say("oil", 10));
    assert.deepEqual(await acknowledgement, { received: true });
    const { text, session, stored, messages } = await first.complete();
    assert.equal(text, said("oil", 10));
    assert.deepEqual(first.received().stages, ["embedding", "retrieval", "context"]);
    assert.deepEqual(contents(messages), [say("oil", 10), text]);
    // The frontend shows the newest session by its title and its last message.
    const [newest] = await person.sessions();
    assert.deepEqual([newest.id, newest.title], [session, 'Say "oil" 10 times']);
    assert.deepEqual([newest.messages[0].id, newest.messages[0].content], [stored.id, text]);

    const second = await page.ask(say("filter", 10), { session }).complete();
    assert.equal(second.session, session);
    assert.deepEqual(contents(second.messages), [...contents(messages), say("filter", 10), said("filter", 10)]);
  },

  async "stop after the first token"({ person }) {
    const page = await Page.open(person, { path: "//chat" });
    const answer = page.ask(say("oil", 500));
    await answer.started();
    page.stop();
    const { text, stored } = await answer.stopped();
    assert.ok(text && said("oil", 500).startsWith(text), text);
    assert.equal(stored.isStopped, true);
  },

  async "stop before the first token"({ person }) {
    const page = await Page.open(person);
    const first = page.ask(SAY_NOTHING);
    const { session } = await first.accepted();
    page.stop();
    const { stored, messages } = await first.stopped();
    assert.deepEqual([stored.content, stored.isStopped, messages.length], ["", true, 2]);
    // Also at once, when the question may not be stored yet.
    const second = page.ask(SAY_NOTHING, { session });
    page.stop();
    const after = await second.stopped();
    assert.deepEqual([after.stored.content, after.stored.isStopped, after.messages.length], ["", true, 4]);
  },

  async "edit by a new message"({ person }) {
    const page = await Page.open(person);
    const first = page.ask(say("oil", 500));
    await first.started();
    page.stop();
    const { session, messages: before } = await first.stopped();
    const { text, messages } = await page.ask(say("grease", 10), { session }).complete();
    assert.equal(text, said("grease", 10));
    assert.deepEqual(messages.slice(0, 2), before);
    assert.deepEqual(contents(messages.slice(2)), [say("grease", 10), text]);
  },

  async "two tabs at once"({ person }) {
    const words = ["left", "right"];
    const tabs = await Promise.all(words.map(() => Page.open(person)));
    const answers = await Promise.all(tabs.map((tab, at) => tab.ask(say(words[at], 40)).complete()));
    assert.deepEqual(answers.map(({ text }) => text), words.map((word) => said(word, 40)));
    assert.notEqual(answers[0].session, answers[1].session);
    for (const { messages } of answers) assert.equal(messages.length, 2);
  },

  async "failing model"({ person }) {
    const page = await Page.open(person);
    const empty = await page.ask(BREAK_OFF).complete();
    const sentence = empty.stored.error.message;
    assert.match(sentence, /^The language model .*\.$/);
    assert.equal(empty.text, sentence);

    const partial = await page.ask(`${say("oil", 10)} ${BREAK_OFF}`).complete();
    assert.ok(partial.text.startsWith(said("oil", 10).trim()) && partial.text.endsWith(sentence), partial.text);
    assert.equal(partial.stored.error.message, sentence);
  },
};
