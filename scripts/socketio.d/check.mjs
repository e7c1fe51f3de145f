// Runs all cases of chat over Socket.IO. Reads from standard input: the gateway's URL, signed-in users (one for each
// case and one more), and how to start the stream container.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import answers from "./cases/answers.mjs";
import connections from "./cases/connections.mjs";
import drain from "./cases/drain.mjs";
import pictures from "./cases/pictures.mjs";
import refusals from "./cases/refusals.mjs";
import { closePages } from "./page.mjs";
import { Person } from "./person.mjs";

const { gateway, users, stream } = JSON.parse(readFileSync(0, "utf8"));
const cases = Object.entries({ ...answers, ...connections, ...refusals, ...pictures, ...drain });
const [other, ...people] = users.map((user) => new Person(gateway, user));
assert.ok(people.length >= cases.length, "too few users");

for (const [at, [name, check]] of cases.entries()) {
  try {
    await check({ person: people[at], other, stream });
  } catch (error) {
    console.error(`✗ ${name}`);
    throw error;
  } finally {
    closePages();
  }
  console.log(`✓ ${name}`);
}
process.exit(0);
