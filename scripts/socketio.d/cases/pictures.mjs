// Questions with pictures, which the frontend sends by URL.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { Page } from "../page.mjs";
import { said, say } from "../questions.mjs";

const PNG = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP4DwABAQEANl9ngAAAAABJRU5ErkJggg==",
  "base64",
);

/** Serves pictures while `check` runs, which gets their URLs. */
async function withPictures(count, check) {
  const server = createServer((_, response) => response.end(PNG)).listen(0, "localhost");
  await once(server, "listening");
  const { port } = server.address();
  try {
    await check(Array.from({ length: count }, (_, at) => `http://localhost:${port}/${at}.png`));
  } finally {
    server.close();
  }
}

function urls({ attachments }) {
  return attachments.map(({ fileUrl }) => fileUrl);
}

export default {
  async "picture without text"({ person }) {
    await withPictures(1, async (images) => {
      const page = await Page.open(person);
      const { text, messages } = await page.ask("", { images }).complete();
      assert.equal(text, said("picture", 1));
      assert.deepEqual([messages[0].content, urls(messages[0])], ["", images]);
    });
  },

  async "ten pictures with text, and an eleventh"({ person }) {
    await withPictures(11, async (images) => {
      const page = await Page.open(person);
      assert.match(await page.ask(say("oil", 3), { images }).refused(), /images must hold 0 to 10 items/);
      assert.deepEqual(await person.sessions(), []);
      const ten = images.slice(1);
      const { text, messages } = await page.ask(say("oil", 3), { images: ten }).complete();
      assert.equal(text, said("picture", 10) + said("oil", 3));
      assert.deepEqual(urls(messages[0]), ten);
    });
  },
};
