// Waits for a condition instead of a fixed time.

const TIMEOUT = 30_000;
const INTERVAL = 20;

/** Calls `look` until it returns something, and returns that. Fails after the timeout. */
export async function eventually(look, what) {
  const deadline = Date.now() + TIMEOUT;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > deadline) throw new Error(`not within ${TIMEOUT / 1000} s: ${what}`);
    await new Promise((done) => setTimeout(done, INTERVAL));
  }
}
