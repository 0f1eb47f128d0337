// The service worker: opens the sheet and the form for new households without network. It keeps each page with the style
// and script that belong to it.

const CACHE = "sheet";
const PAGE = "/route";
const ENROL = "/route/enrol";
const PATIENCE_MS = 8000;
const OURS = "X-Weighback-Sheet";
const NEEDED = /\/route\/\w+-\w+\.(css|js)/g;

self.addEventListener("install", event => {
  self.skipWaiting();
  event.waitUntil(fetched(PAGE).then(others).catch(() => {}));
});

self.addEventListener("activate", event => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", event => {
  const { pathname, origin, search } = new URL(event.request.url);
  if (event.request.method !== "GET" || origin !== location.origin) return;
  if (/^\/route\/\w+-\w+\.(css|js)$/.test(pathname)) {
    event.respondWith(caches.match(event.request).then(found => found || fetch(event.request)));
  } else if (event.request.mode === "navigate" && [PAGE, ENROL].includes(pathname)) {
    event.respondWith(page(event, pathname, search === "?offline"));
  }
});

// The network's page where it is ours and comes in time, otherwise the one that was kept.
async function page(event, path, offline) {
  const before = await (await caches.open(CACHE)).match(path);
  if (before && offline) return before;
  const fresh = fetch(event.request).then(response => answered(response, path));
  event.waitUntil(fresh.then(() => path === PAGE && others()).catch(() => {}));
  if (!before) return fresh.catch(() => fetch(event.request));
  const late = new Promise(resolve => setTimeout(resolve, PATIENCE_MS, before));
  return Promise.race([fresh.catch(() => before), late]);
}

async function answered(response, path) {
  if (response.type === "opaqueredirect") {
    // To our own page for signing in, or to a captive portal's?
    const target = await fetch(path, { redirect: "follow" });
    if (!target.headers.get(OURS)) throw new Error("not ours");
    return target.redirected ? Response.redirect(target.url, 303) : kept(target, path);
  }
  return kept(response, path);
}

const fetched = path => fetch(path, { redirect: "manual" }).then(response => kept(response, path));

// Keep the page once all that it needs is there too.
async function kept(response, path) {
  if (!response.ok || !response.headers.get(OURS)) throw new Error("not ours");
  const text = await response.clone().text();
  if (!/id="(day|enrol)"/.test(text)) return response;
  const cache = await caches.open(CACHE);
  const there = await addresses(cache);
  await cache.addAll([...new Set(text.match(NEEDED))].filter(address => !there.includes(address)));
  await cache.put(path, response.clone());
  return response;
}

// With the sheet comes the form; and what neither needs any more goes.
async function others() {
  await fetched(ENROL);
  const cache = await caches.open(CACHE);
  const needed = [PAGE, ENROL];
  for (const path of [PAGE, ENROL]) needed.push(...((await (await cache.match(path))?.text())?.match(NEEDED) || []));
  for (const address of await addresses(cache)) if (!needed.includes(address)) await cache.delete(address);
}

const addresses = async cache => (await cache.keys()).map(request => new URL(request.url).pathname);
