// @ts-check
// Opens the page without a connection. What the server has is always asked for first; assets have their content in
// their address and are kept until a page asks for others. /api is none of its business.

const cacheName = "owlboard";
const worker = /** @type {any} */ (self);

worker.addEventListener("install", (/** @type {any} */ event) => {
  event.waitUntil(keepPage().then(() => worker.skipWaiting()));
});

worker.addEventListener("activate", (/** @type {any} */ event) => event.waitUntil(worker.clients.claim()));

worker.addEventListener("fetch", (/** @type {any} */ event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== location.origin) {
    return;
  }

  if (event.request.mode === "navigate" && url.pathname === "/") {
    event.respondWith(fetch(event.request).catch(() => caches.match("/")));
    event.waitUntil(keepPage().catch(() => {
      // No connection: what is kept stays as it is.
    }));
  } else if (url.pathname.startsWith("/assets/")) {
    event.respondWith(caches.match(event.request).then((kept) => kept ?? fetch(event.request)));
  }
});

/** Keeps the page as it is now with all that it refers to, and nothing else. */
async function keepPage() {
  const response = await fetch("/", { cache: "no-cache" });
  if (!response.ok) {
    return;
  }

  const html = await response.clone().text();
  const wanted = new Set([...html.matchAll(/(?:href|src)="(\/assets\/[^"]+)"/g)].map((match) => match[1]));
  const cache = await caches.open(cacheName);
  const kept = new Set((await cache.keys()).map((request) => new URL(request.url).pathname));
  await cache.addAll([...wanted].filter((path) => !kept.has(path)));
  await cache.put("/", response);
  await Promise.all([...kept].filter((path) => path !== "/" && !wanted.has(path)).map((path) => cache.delete(path)));
}
