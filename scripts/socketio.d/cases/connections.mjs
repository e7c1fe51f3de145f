// Connections that break, that read slowly, or that are refused.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { handedOver } from "../handover.mjs";
import { Page } from "../page.mjs";
import { said, say, sayAtOnce } from "../questions.mjs";

/** Each takes two bytes in JSON. */
const MARKS = '"'.repeat(7);

/** Starts a relay to the gateway that holds few bytes. */
async function startRelay(gateway) {
  const relay = spawn("python3", ["relay.py", new URL(gateway).port], { stdio: ["ignore", "pipe", "inherit"] });
  const [port] = await once(relay.stdout, "data");
  return { relay, address: `http://127.0.0.1:${Number(port)}` };
}

export default {
  async "connection lost during an answer"({ person }) {
    const page = await Page.open(person, { path: "/api/v1/chat" });
    const answer = page.ask(say("oil", 40));
    await answer.started();
    const lost = page.next("disconnect");
    page.socket.io.engine.transport.ws.terminate();
    assert.equal(await lost, "transport close");
    assert.equal(await handedOver(page, answer.received()), said("oil", 40));
  },

  async "answer finished while away"({ person }) {
    const page = await Page.open(person);
    const answer = page.ask(say("oil", 40));
    await answer.started();
    page.close();
    const received = answer.received();
    await person.finished(received.session);
    assert.equal(await handedOver(new Page(person), received), said("oil", 40));
  },

  async "slow reader"({ person, other }) {
    const { relay, address } = await startRelay(person.gateway);
    try {
      const page = await Page.open(person, { gateway: address });
      // The large token fills the buffers of the network, and the others fill the server's queue for the connection.
      const answer = page.ask(`${say("slow", 10)} ${sayAtOnce(MARKS, 6_000)} ${say("long", 170)}`);
      const { session } = await answer.started();
      relay.kill("SIGSTOP");
      await (await Page.open(other)).ask(say("quick", 10)).complete();
      const { content } = await person.finished(session);
      assert.ok(content.endsWith(said("long", 170)), content.slice(-100));
      assert.ok(answer.received().text.length < content.length, "the page has received an answer that it did not read");
      relay.kill("SIGCONT");
      await answer.complete();
    } finally {
      relay.kill("SIGKILL");
    }
  },

  async "foreign origin"({ person }) {
    const page = new Page(person, { origin: "https://elsewhere.example" });
    assert.equal(await page.nextRefusal(), 403);
    assert.equal(await page.nextRefusal(), 403); // the client tries again
    assert.ok(page.events.every(({ name }) => name === "connect_error"));
  },

  async "expired access cookie"({ person }) {
    const page = await Page.open(person, { cookies: `access_token=expired; refresh_token=${person.refreshToken}` });
    await page.ask(say("oil", 10)).complete();
    assert.equal(await new Page(person, { cookies: "access_token=expired" }).nextRefusal(), 401);
  },

  async "sign-out everywhere"({ person }) {
    const page = await Page.open(person);
    await page.ask(say("oil", 3)).complete();
    await person.signOutEverywhere();
    const [lost, refusal] = [page.next("disconnect"), page.nextRefusal()];
    assert.match(await page.ask(say("oil", 3)).refused(), /sign-in has expired/);
    // After a DISCONNECT packet ("io server disconnect") the client would not reconnect.
    assert.match(await lost, /^transport (close|error)$/);
    assert.equal(await refusal, 401);
    assert.equal(await new Page(person).nextRefusal(), 401);
  },
};
