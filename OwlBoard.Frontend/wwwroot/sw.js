// @ts-check
// Opens the page offline. The page is requested from the server first; assets have a hash in their address and are cached
// until the page refers to others. Requests to /api are not handled.

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
      // Offline: the cached page stays.
    }));
  } else if (url.pathname.startsWith("/assets/")) {
    event.respondWith(caches.match(event.request).then((kept) => kept ?? fetch(event.request)));
  }
});

/** Caches the current page and its assets, and removes everything else. */
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
