// Emptying the queue: one batch at a time, again and again with longer and longer waits. A record leaves it only by the
// service's word for its own id; whatever else comes back (a 401, a 500, a captive portal's page) leaves all as it was.

const SHORTEST_WAIT_MS = 5000;
const LONGEST_WAIT_MS = 300000;
const SILENCE_MS = 60000;
const BATCH = 20;
const WORDS = ["accepted", "duplicate", "conflict", "refused"];
const OURS = "X-Weighback-Sheet";

let wait = SHORTEST_WAIT_MS;
let timer;
let busy;
let trouble = "";

function sendSoon(milliseconds) {
  clearTimeout(timer);
  timer = setTimeout(send, milliseconds);
}

async function send() {
  if (busy || !day) return;
  busy = true;
  clearTimeout(timer);
  try {
    // Two windows of one phone take turns where the browser can; where it cannot, ids make it harmless.
    if (navigator.locks) await navigator.locks.request("send", { ifAvailable: true }, lock => lock && emptied());
    else await emptied();
    trouble = "";
    wait = SHORTEST_WAIT_MS;
  } catch (error) {
    trouble = error.trouble || "network";
    wait = Math.min(wait * 2, LONGEST_WAIT_MS);
  }
  busy = false;
  await shown();
  const left = (await myRecords()).filter(one => !one.answer);
  if (left.length) sendSoon(trouble ? wait * (0.8 + Math.random() * 0.4) : UNDO_MS);
}

async function emptied() {
  for (let first = true; ; first = false) {
    const batch = await frozen(BATCH);
    if (!batch.length && !first) break;
    const heard = await posted(batch);
    if (batch.length && !heard.length) throw failure("server");
    await inStore(["records"], store => {
      for (const one of heard) store.get(one.id).onsuccess = event => {
        if (event.target.result) store.put({ ...event.target.result, answer: one.answer, reason: one.said || one.reason });
      };
    });
    if (!batch.length) break;
  }
  await photosSent();
}

async function posted(batch) {
  const sent = Date.now();
  const body = {
    collector: day.me.id,
    sent_at: new Date(sent).toISOString(),
    records: batch.map(({ id, kind, pickup, at, offset, what }) => ({ id, kind, pickup, at, offset, ...what })),
  };
  const answer = await asked("/route/sync", { method: "POST", body: JSON.stringify(body) });
  await heardAt(answer.received_at, sent);
  if (answer.day !== day.stamp) await renewed();
  const mine = new Set(batch.map(one => one.id));
  return answer.answers.filter(one => mine.has(one.id) && WORDS.includes(one.answer));
}

// An answer of the service itself, signed with its header and about this collector. Anything else is trouble.
async function asked(address, options = {}) {
  const patience = new AbortController();
  const silence = setTimeout(() => patience.abort(), SILENCE_MS);
  const headers = { "Content-Type": "application/json", ...options.headers, [OURS]: "1" };
  try {
    const response = await fetch(address, { ...options, headers, redirect: "manual", signal: patience.signal });
    if (!response.headers.get(OURS)) throw failure("network");
    if (response.status === 401) throw failure("signed-out");
    if (response.status === 403) throw failure("somebody-else");
    if (!response.ok) throw failure("server");
    const answer = await response.json();
    if (answer.collector !== day.me.id) throw failure("somebody-else");
    return answer;
  } finally {
    clearTimeout(silence);
  }
}

function failure(name) {
  return Object.assign(new Error(name), { trouble: name });
}

// Last, because they are large and matter least.
async function photosSent() {
  for (const { id, who, pickup, about, at, image } of await all("photos")) {
    if (who !== day.me.id) continue;
    const answer = await asked(`/route/photos/${id}?pickup=${pickup}&about=${about}&at=${encodeURIComponent(at)}`, {
      method: "POST",
      body: image,
      headers: { "Content-Type": "image/jpeg" },
    });
    if (answer.answers[0]?.id === id && WORDS.includes(answer.answers[0].answer)) await remove("photos", id);
  }
}

async function renewed() {
  const answer = await asked("/route/day");
  await use(answer.day);
}
