// What the phone keeps: today's sheet, and every record until the service has said a word about its id.

const SCHEMA = 1;
const UNDO_MS = 6000;
const STORES = ["day", "records", "photos", "drafts", "kept"];
let database;

function opened(version = SCHEMA) {
  database ||= new Promise((resolve, reject) => {
    const asked = version ? indexedDB.open("sheet", version) : indexedDB.open("sheet");
    asked.onupgradeneeded = event => {
      if (event.oldVersion < 1) for (const name of STORES) asked.result.createObjectStore(name, { keyPath: "id" });
    };
    asked.onsuccess = () => {
      asked.result.onversionchange = () => {
        asked.result.close();
        database = null;
      };
      resolve(asked.result);
    };
    asked.onerror = () => reject(asked.error);
  }).catch(error => {
    database = null;
    // A newer version has been here, and an older page is still open: its tables are read as they are.
    if (error.name === "VersionError" && version) return opened(0);
    throw error;
  });
  return database;
}

// One transaction over `names`; `work` is given their stores and returns a request. On disk when it resolves.
async function inStore(names, work, mode = "readwrite") {
  const db = await opened();
  return new Promise((resolve, reject) => {
    const transaction = db.transaction(names, mode, { durability: "strict" });
    const asked = work(...names.map(name => transaction.objectStore(name)));
    transaction.oncomplete = () => resolve(asked && asked.result);
    transaction.onabort = transaction.onerror = event => {
      event.preventDefault?.();
      reject(transaction.error || event.target.error);
    };
  });
}

const read = (name, id) => inStore([name], store => store.get(id), "readonly");
const all = name => inStore([name], store => store.getAll(), "readonly");
const put = (name, value) => inStore([name], store => store.put(value));
const remove = (name, id) => inStore([name], store => store.delete(id));

// Sorted as they were made; `n` counts on, because a phone's clock may jump.
async function myRecords() {
  return (await all("records")).filter(one => one.who === day.me.id).sort((one, other) => one.n - other.n);
}

// Save records together or not at all; they are held for as long as they can be undone.
async function save(...made) {
  const clock = await offset();
  const last = (await all("records")).reduce((most, one) => Math.max(most, one.n), 0);
  const records = made.map((what, index) => ({
    id: newId(),
    who: day.me.id,
    date: day.date,
    n: last + index + 1,
    at: new Date().toISOString(),
    offset: clock,
    hold: Date.now() + UNDO_MS,
    tries: 0,
    ...what,
  }));
  await inStore(["records"], store => records.map(one => store.put(one)).pop());
  return records;
}

// Take records back, unless one has been sent: then nothing is, and the answer is false.
async function takeBack(ids) {
  let back = true;
  await inStore(["records"], store => {
    for (const id of ids) store.get(id).onsuccess = event => {
      if (event.target.result?.tries) back = false;
      else if (back) store.delete(id);
    };
  });
  return back;
}

// Give the first `most` records that may go, and freeze them: from now on they only change by further records.
function frozen(most) {
  const batch = [];
  return inStore(["records"], store => {
    store.getAll().onsuccess = event => {
      const waiting = event.target.result.filter(one => one.who === day.me.id && !one.answer);
      const ids = new Set(waiting.map(one => one.id));
      const now = Date.now();
      const free = one => (one.tries || now >= one.hold || one.hold - now > UNDO_MS) && !ids.has(one.supersedes) && (one.pickup === one.id || !ids.has(one.pickup));
      waiting.sort((one, other) => one.tries - other.tries || one.n - other.n);
      for (const one of waiting.filter(free).slice(0, most)) {
        one.tries += 1;
        store.put(one);
        batch.push(one);
      }
    };
  }).then(() => batch);
}

// The phone's clock is off by this; null once it has jumped since the service was last heard.
async function offset() {
  const clock = await read("kept", "clock");
  const now = Date.now();
  if (!clock || now < clock.seen - 1000) return null;
  await put("kept", { ...clock, seen: now });
  return clock.offset;
}

const heardAt = (server, sent) =>
  put("kept", { id: "clock", seen: Date.now(), offset: Math.round(Date.parse(server) - (sent + Date.now()) / 2) });

const hex = bytes => [...new Uint8Array(bytes)].map(byte => byte.toString(16).padStart(2, "0")).join("");

// UUID version 4, also on a page without https, where browsers offer none.
function newId() {
  const random = hex(crypto.getRandomValues(new Uint8Array(16)));
  return random.replace(/(.{8})(.{4}).(.{3}).(.{3})/, "$1-$2-4$3-8$4-");
}

// Nothing of households stays behind: names, phones, weights that are done with.
async function wipe(who) {
  await inStore(["day", "records", "photos", "drafts"], (days, records, photos, drafts) => {
    days.clear();
    drafts.clear();
    records.getAll().onsuccess = event => {
      for (const one of event.target.result) if (one.who === who && one.answer) records.delete(one.id);
    };
  });
  if (self.caches) await caches.delete("sheet");
}
