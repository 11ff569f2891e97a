const first = 500;
const longest = 15_000;

/** How long to wait before the next try: doubled each time, and random below that, so that clients do not come back all at once. */
export function backoff(tries, random = Math.random) {
  const ceiling = Math.min(longest, first * 2 ** tries);
  return ceiling / 2 + random() * ceiling / 2;
}
