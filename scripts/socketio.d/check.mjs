// Chats as the frontend's page does. On standard input: the gateway's address and what signing in answered.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { io } from "socket.io-client";

const { gateway, words, id: userId, accessToken, refreshToken } = JSON.parse(readFileSync(0, "utf8"));
const ORIGIN = "http://localhost:3001";
const TIMEOUT = 30_000;

/** Fails if `promise` takes too long. */
function inTime(promise, what) {
  let timer;
  const late = new Promise((_, fail) => {
    timer = setTimeout(() => fail(new Error(`not within ${TIMEOUT / 1000} s: ${what}`)), TIMEOUT);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** A connection of a page with these cookies. */
async function open(cookie, path = "/chat") {
  const socket = io(`${gateway}${path}`, {
    transports: ["websocket", "polling"],
    reconnectionAttempts: 5,
    reconnectionDelay: 200,
    forceNew: true,
    extraHeaders: { cookie, origin: ORIGIN },
  });
  await inTime(new Promise((done, fail) => {
    socket.once("connect", done);
    socket.once("connect_error", fail);
  }), "the connection");
  return socket;
}

/** The answer whose question is asked next: its tokens, and the event that ends it. */
function answer(socket) {
  const told = { text: "", stages: [] };
  const ended = new Promise((done) => {
    // Before that, an answer of an earlier connection may be handed over.
    let isAsked = false;
    socket.once("server-ack", () => { isAsked = true; });
    const take = (chunk) => {
      if (!isAsked) return;
      if (chunk.stage === "llm-generation") told.text += chunk.token;
      else if (chunk.stage === "complete" || chunk.stage === "error") finish(chunk);
      else told.stages.push(`${chunk.stage} ${chunk.metadata.chunkCount}`);
    };
    const finish = (end) => {
      socket.off("pipeline-chunk", take).off("pipeline-error", finish);
      done({ ...told, end });
    };
    socket.on("pipeline-chunk", take).on("pipeline-error", finish);
  });
  const begun = new Promise((done) => {
    const look = (chunk) => {
      if (chunk.stage !== "llm-generation") return;
      socket.off("pipeline-chunk", look);
      done();
    };
    socket.on("pipeline-chunk", look);
  });
  return { ended: inTime(ended, "the end of an answer"), begun: () => inTime(begun, "a token") };
}

async function get(path) {
  const response = await fetch(`${gateway}/api/v1${path}`, { headers: { authorization: `Bearer ${accessToken}` } });
  assert.equal(response.status, 200, path);
  return (await response.json()).data;
}

/** The messages of the newest session. */
async function newest() {
  const { sessions } = await get("/chat/sessions?page=1&limit=5");
  return get(`/chat/sessions/${sessions[0].id}`);
}

function first(content, fakeSessionId) {
  return ["stream-pipeline-message-new", { content, images: [], userId, fakeSessionId }];
}

const cookies = `access_token=${accessToken}; refresh_token=${refreshToken}`;

async function newChatAndSecondQuestion() {
  const socket = await open(cookies);
  let told = answer(socket);
  assert.deepEqual(await socket.timeout(TIMEOUT).emitWithAck(...first("Which oil?", "fake-1")), { received: true });
  let { text, end } = await told.ended;
  assert.equal(end.stage, "complete");
  assert.equal(text.split("word").length - 1, words);
  let session = await newest();
  assert.equal(session.title, "Which oil?");
  assert.deepEqual(session.messages.map(({ content }) => content), ["Which oil?", text]);
  assert.equal(session.messages[1].id, end.messageId);

  told = answer(socket);
  socket.emit("stream-pipeline-message", { sessionId: session.id, content: "And how much?", images: [], userId });
  ({ text, end } = await told.ended);
  session = await newest();
  assert.equal(end.messageId, session.messages[3].id);
  assert.equal(session.messages[3].content, text);
  socket.close();
}

async function stop() {
  const socket = await open(cookies, "//chat");
  const told = answer(socket);
  socket.emit(...first("Tell me everything.", "fake-2"));
  await told.begun();
  socket.emit("stop-pipeline");
  const { text, end } = await told.ended;
  assert.deepEqual(end, { stage: "error", errorMessage: "Pipeline aborted" });
  const { messages } = await newest();
  assert.deepEqual([messages[1].content, messages[1].isStopped], [text, true]);
  socket.close();
}

async function brokenConnection() {
  const socket = await open(cookies, "/api/v1/chat");
  const told = answer(socket);
  socket.emit(...first("Go on.", "fake-3"));
  await told.begun();
  const again = inTime(new Promise((done) => socket.once("connect", done)), "another connection");
  socket.io.engine.close();
  await again;
  const { end } = await told.ended;
  assert.equal(end.stage, "complete");
  const { messages } = await newest();
  assert.deepEqual([messages[1].id, messages[1].isGenerating], [end.messageId, false]);
  assert.equal(messages[1].content.split("word").length - 1, words);
  socket.close();
}

async function expiredAccess() {
  const socket = await open(`access_token=expired; refresh_token=${refreshToken}`);
  const told = answer(socket);
  socket.emit(...first("Still there?", "fake-4"));
  assert.equal((await told.ended).end.stage, "complete");
  socket.close();
  await assert.rejects(open("access_token=expired"), "nobody is signed in");
}

for (const [name, step] of Object.entries({ newChatAndSecondQuestion, stop, brokenConnection, expiredAccess })) {
  await step();
  console.log(`✓ ${name}`);
}
process.exit(0);
