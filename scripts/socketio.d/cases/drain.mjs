// A restart of the stream container.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { openSync } from "node:fs";
import { handedOver } from "../handover.mjs";
import { Page } from "../page.mjs";
import { said, say } from "../questions.mjs";
import { eventually } from "../waiting.mjs";

async function start({ program, folder, environment, address, log: path }) {
  const log = openSync(path, "a");
  const env = { ...process.env, ...environment };
  const container = spawn(program, { cwd: folder, env, stdio: ["ignore", log, log] });
  const isHealthy = () => fetch(`${address}/health`).then(({ ok }) => ok, () => false);
  await eventually(isHealthy, "the container is healthy");
  return container;
}

export default {
  async "container restarted during an answer"({ person, stream }) {
    let container = await start(stream);
    try {
      const page = await Page.open(person, { gateway: stream.address });
      const answer = page.ask(say("oil", 80));
      await answer.started();
      const lost = page.next("disconnect");
      container.kill("SIGTERM");
      // After a DISCONNECT packet ("io server disconnect") the client would not reconnect.
      assert.match(await lost, /^transport (close|error)$/);
      const whole = handedOver(page, answer.received());
      await eventually(() => container.exitCode !== null || container.signalCode, "the container has exited");
      assert.equal(container.exitCode, 0);
      container = await start(stream);
      assert.equal(await whole, said("oil", 80));
    } finally {
      container.kill("SIGKILL");
    }
  },
};
