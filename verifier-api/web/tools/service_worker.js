// Keeps the page, so that it works without a network once it was loaded. Never answers for the verdict: only files of the
// page and what was pinned are kept; everything under /v1/ goes to the network.
const cache_name = "stele-__VERSION__";
const offline = __OFFLINE__;

self.addEventListener("install", (event) => {
  event.waitUntil(
    (async () => {
      const cache = await caches.open(cache_name);
      await cache.addAll(offline);
      try {
        const pinned = await fetch("/pinned.json", { cache: "no-cache" });
        if (pinned.ok) await cache.put("/pinned.json", pinned);
      } catch {
        // The page pins it when it is next online.
      }
      await self.skipWaiting();
    })(),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    (async () => {
      for (const name of await caches.keys()) if (name.startsWith("stele-") && name !== cache_name) await caches.delete(name);
      await self.clients.claim();
    })(),
  );
});

async function network_first(request, key) {
  const cache = await caches.open(cache_name);
  try {
    const answer = await fetch(request);
    if (answer.ok) await cache.put(key, answer.clone());
    return answer;
  } catch (e) {
    const kept = await cache.match(key);
    if (kept) return kept;
    throw e;
  }
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin || url.pathname.startsWith("/v1/")) return;
  if (url.pathname === "/pinned.json") event.respondWith(network_first(request, "/pinned.json"));
  else if (request.mode === "navigate") {
    if (url.pathname === "/" || url.pathname === "/v" || url.pathname === "/index.html") event.respondWith(network_first(request, "/"));
  } else event.respondWith(caches.match(request).then((kept) => kept ?? fetch(request)));
});
