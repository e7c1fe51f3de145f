// A page of the frontend: its connection, its questions, and the answers it receives.

import assert from "node:assert/strict";
import { io } from "socket.io-client";
import { eventually } from "./waiting.mjs";

const ORIGIN = "http://localhost:3001";

const opened = new Set();
let chats = 0;

/** Closes all open pages. */
export function closePages() {
  for (const page of opened) page.close();
}

export class Page {
  /** Everything it has received, in order: events, acknowledgements, and changes of the connection. */
  events = [];

  constructor(person, { gateway = person.gateway, path = "/chat", cookies = person.cookies, origin = ORIGIN } = {}) {
    this.person = person;
    // The frontend's options. A browser adds the headers itself.
    this.socket = io(`${gateway}${path}`, {
      transports: ["websocket", "polling"],
      reconnectionAttempts: 5,
      timeout: 10_000,
      forceNew: true,
      extraHeaders: { cookie: cookies, origin },
    });
    this.socket.onAny((name, data) => this.#record(name, data));
    for (const name of ["connect", "connect_error", "disconnect"]) {
      this.socket.on(name, (data) => this.#record(name, data));
    }
    opened.add(this);
  }

  /** Opens a page and waits until it is connected. */
  static async open(person, options) {
    const page = new Page(person, options);
    await page.next("connected");
    return page;
  }

  close() {
    this.socket.close();
    opened.delete(this);
  }

  #record(name, data) {
    this.events.push({ name, data });
  }

  /** The data of the next event with this name. */
  async next(name) {
    const from = this.events.length;
    const found = await eventually(() => this.events.slice(from).find((event) => event.name === name), name);
    return found.data;
  }

  /** The HTTP status of the next handshake, which is refused. */
  async nextRefusal() {
    const { description } = await this.next("connect_error");
    return Number(description?.message.match(/server response: (\d+)/)?.[1]);
  }

  /** Emits an event that asks something, with an acknowledgement like the frontend. */
  emit(name, ...payload) {
    const answer = new Answer(this);
    this.socket.emit(name, ...payload, (data) => this.#record("ack", data));
    return answer;
  }

  /** Asks a question in a session, or in a new one. */
  ask(content, { session, images = [], userId = this.person.id } = {}) {
    const message = { content, images, userId };
    if (session) return this.emit("stream-pipeline-message", { sessionId: session, ...message });
    chats += 1;
    return this.emit("stream-pipeline-message-new", { ...message, fakeSessionId: `fake-${chats}` });
  }

  stop() {
    this.socket.emit("stop-pipeline");
  }
}

/** The answer to the newest question of a page. */
class Answer {
  constructor(page) {
    this.page = page;
    this.from = page.events.length;
  }

  /** What has been received so far: `text`, `stages`, the ids of session and message, and the event that ended it. */
  received() {
    const received = { text: "", stages: [] };
    for (const { name, data } of this.page.events.slice(this.from)) {
      const kind = name === "pipeline-chunk" ? data.stage : name;
      if (kind === "server-ack") {
        received.session = data.sessionId;
        received.message = data.messageId;
      } else if (kind === "llm-generation") {
        received.text += data.token;
      } else if (kind === "complete") {
        // Before `server-ack`, it ends an answer of an earlier connection.
        if (received.message) received.end ??= data;
      } else if (kind === "error" || kind === "pipeline-error") {
        received.end ??= data;
      } else if (name === "pipeline-chunk") {
        received.stages.push(kind);
      }
    }
    return received;
  }

  #until(condition, what) {
    return eventually(() => {
      const received = this.received();
      return condition(received) && received;
    }, what);
  }

  accepted() {
    return this.#until(({ message }) => message, "the question is accepted");
  }

  started() {
    return this.#until(({ text }) => text, "the first token");
  }

  ended() {
    return this.#until(({ end }) => end, "the end of the answer");
  }

  /** Waits for `complete`. Returns the text and what is stored, which must be the same. */
  async complete() {
    const received = await this.ended();
    const { session, message, end } = received;
    assert.deepEqual(end, { stage: "complete", messageId: message, sessionId: session });
    return this.#stored(received);
  }

  /** The same for an answer that was stopped. */
  async stopped() {
    const received = await this.ended();
    assert.deepEqual(received.end, { stage: "error", errorMessage: "Pipeline aborted" });
    return this.#stored(received);
  }

  /** Waits for `pipeline-error`, and returns its sentence. */
  async refused() {
    const { end, message, text } = await this.ended();
    assert.deepEqual([typeof end.error, message, text], ["string", undefined, ""], JSON.stringify(end));
    return end.error;
  }

  async #stored({ text, session, message }) {
    const messages = await this.page.person.messages(session);
    const stored = messages.find(({ id }) => id === message);
    assert.deepEqual([stored.content, stored.isGenerating], [text, false]);
    return { text, session, stored, messages };
  }
}
