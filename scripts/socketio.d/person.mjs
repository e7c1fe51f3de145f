// A signed-in user and their REST calls.

import assert from "node:assert/strict";
import { eventually } from "./waiting.mjs";

export class Person {
  constructor(gateway, { id, accessToken, refreshToken }) {
    Object.assign(this, { gateway, id, accessToken, refreshToken });
  }

  get cookies() {
    return `access_token=${this.accessToken}; refresh_token=${this.refreshToken}`;
  }

  async call(method, path) {
    const headers = { authorization: `Bearer ${this.accessToken}` };
    const response = await fetch(`${this.gateway}/api/v1${path}`, { method, headers });
    assert.equal(response.status, 200, `${method} ${path}`);
    return (await response.json()).data;
  }

  /** The newest sessions, as the frontend lists them: each with its last message only. */
  async sessions() {
    return (await this.call("GET", "/chat/sessions?page=1&limit=5")).sessions;
  }

  async messages(session) {
    return (await this.call("GET", `/chat/sessions/${session}`)).messages;
  }

  /** The answer at the end of a session, once it is finished and stored. */
  finished(session) {
    return eventually(async () => {
      const last = (await this.messages(session)).at(-1);
      return last.role === "assistant" && !last.isGenerating && last;
    }, "the answer is stored");
  }

  async signOutEverywhere() {
    const { sessions } = await this.call("GET", "/auth/sessions");
    // The current sign-in comes last, because these calls need it.
    for (const { id } of sessions.sort((one, other) => one.current - other.current)) {
      await this.call("DELETE", `/auth/sessions/${id}`);
    }
  }
}
