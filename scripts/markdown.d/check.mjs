// Reads answers as JSON ({"name", "text", "shown": [..]}, one a line) and renders each as the frontend does. What a
// reader sees must have no Markdown left in it, no link but to pages of manuals, no picture, and every text of `shown`.

import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import Markdown from "react-markdown";
import remarkGfm from "remark-gfm";
import { createInterface } from "node:readline";

const LEFT_OVER = [/\*\*/, /\]\(/, /^\s*>/m, /\\[-.[\]()*_>#|]/, /^\s*\|.*\|\s*$/m, /^#{1,6} /m];
const ENTITIES = { "&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#x27;": "'" };

/** The text that is seen, a line a block. */
function visible(html) {
  const lines = html.replace(/<\/(p|li|h\d|tr|blockquote|pre)>/g, "\n").replace(/<br\/?>/g, "\n");
  return lines.replace(/<[^>]+>/g, "").replace(/&(amp|lt|gt|quot|#x27);/g, (entity) => ENTITIES[entity]);
}

function complaints({ text, shown }, gateway) {
  const html = renderToStaticMarkup(createElement(Markdown, { remarkPlugins: [remarkGfm] }, text));
  const seen = visible(html);
  const found = LEFT_OVER.filter((pattern) => pattern.test(seen)).map((pattern) => `${pattern} is seen`);
  for (const [, address] of html.matchAll(/ href="([^"]*)"/g)) {
    if (!address.startsWith(`${gateway}/api/v1/repository/documents/`)) found.push(`a link to ${address}`);
  }
  if (/<img/.test(html)) found.push("a picture");
  const flat = (words) => words.replace(/\s+/g, " ").trim();
  for (const wanted of shown) {
    if (!flat(seen).includes(flat(wanted))) found.push(`"${wanted}" is not seen`);
  }
  return { found, seen };
}

let failed = 0;
let count = 0;
for await (const line of createInterface({ input: process.stdin })) {
  const answer = JSON.parse(line);
  const { found, seen } = complaints(answer, process.argv[2]);
  count += 1;
  if (found.length) {
    failed += 1;
    console.log(`✗ ${answer.name}: ${found.join("; ")}\n${answer.text}\n--- seen ---\n${seen}\n`);
  } else {
    console.log(`✓ ${answer.name}`);
  }
}
console.log(`${count} answers, ${failed} of them not as they should be`);
process.exit(failed || !count ? 1 : 0);
