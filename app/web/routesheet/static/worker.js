// The service worker: opens the sheet without network. It keeps one page, with the style and script that belong to it.

const CACHE = "sheet";
const PAGE = "/route";
const PATIENCE_MS = 8000;
const OURS = "X-Weighback-Sheet";

self.addEventListener("install", event => {
  self.skipWaiting();
  event.waitUntil(fetch(PAGE, { redirect: "manual" }).then(kept).catch(() => {}));
});

self.addEventListener("activate", event => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", event => {
  const { pathname, origin, search } = new URL(event.request.url);
  if (event.request.method !== "GET" || origin !== location.origin) return;
  if (/^\/route\/sheet-\w+\.(css|js)$/.test(pathname)) {
    event.respondWith(caches.match(event.request).then(found => found || fetch(event.request)));
  } else if (event.request.mode === "navigate" && pathname === PAGE) {
    event.respondWith(page(event, search === "?offline"));
  }
});

// The network's page where it is ours and comes in time, otherwise the one that was kept.
async function page(event, offline) {
  const before = await (await caches.open(CACHE)).match(PAGE);
  if (before && offline) return before;
  const fresh = fetch(event.request).then(answered);
  if (!before) return fresh.catch(() => fetch(event.request));
  event.waitUntil(fresh.catch(() => {}));
  const late = new Promise(resolve => setTimeout(resolve, PATIENCE_MS, before));
  return Promise.race([fresh.catch(() => before), late]);
}

async function answered(response) {
  if (response.type === "opaqueredirect") {
    // To our own page for signing in, or to a captive portal's?
    const target = await fetch(PAGE, { redirect: "follow" });
    if (!target.headers.get(OURS)) throw new Error("not ours");
    return target.redirected ? Response.redirect(target.url, 303) : kept(target);
  }
  return kept(response);
}

// Keep the page once all that it needs is there too, and let go of what it does not.
async function kept(response) {
  if (!response.ok || !response.headers.get(OURS)) throw new Error("not ours");
  const text = await response.clone().text();
  if (!text.includes('id="day"')) return response;
  const cache = await caches.open(CACHE);
  const needed = [...new Set(text.match(/\/route\/sheet-\w+\.(css|js)/g))];
  const there = (await cache.keys()).map(request => new URL(request.url).pathname);
  await cache.addAll(needed.filter(address => !there.includes(address)));
  await cache.put(PAGE, response.clone());
  for (const address of there) if (address !== PAGE && !needed.includes(address)) await cache.delete(address);
  return response;
}
