// The sheet's behaviour: from taps to records. Without this script the same pages work as plain forms.

const sheet = document.getElementById("sheet");
const note = document.getElementById("note");
const toast = document.getElementById("toast");
const embedded = document.getElementById("day");
let draft = { id: "", typed: {} };
let problem = "";
let toasting;
let screenShown;
let acting;
let turns = 0;
let moved;
let drawing;

const screens = { s: stopScreen, w: keysScreen, r: reasonsScreen };
const at = () => location.hash.slice(1).split("/");

async function use(given) {
  const known = await read("day", given.me.id);
  const { stops } = given;
  // It comes by columns, which compress better.
  given.stops = stops.id.map((_, row) => Object.fromEntries([["n", row + 1], ...Object.keys(stops).map(key => [key, stops[key][row]])]));
  if (known?.date === given.date) {
    // Homes that were enrolled on this phone are stops of this day alone, and nobody else's.
    given.stops.push(...known.stops.filter(one => one.own));
    given.rates = { ...known.rates, ...given.rates };
  }
  day = known && known.made > given.made ? known : given;
  await inStore(["day", "records", "drafts"], (days, records, drafts) => {
    days.getAll().onsuccess = event => event.target.result.forEach(one => one.id !== day.me.id && days.delete(one.id));
    days.put({ ...day, id: day.me.id });
    records.getAll().onsuccess = event => event.target.result.forEach(one => one.answer && one.date !== day.date && records.delete(one.id));
    drafts.getAll().onsuccess = event => event.target.result.forEach(one => one.date !== day.date && drafts.delete(one.id));
  });
}

// Only the newest call draws, and all wait for it: an older one would bring back what was left.
function shown(focus) {
  moved ||= focus;
  return (drawing = drawn(++turns));
}

async function drawn(turn) {
  mine = await myRecords();
  photos = (await all("photos")).filter(one => one.who === day.me.id);
  const [view, id, code] = at();
  const stop = id && stopOf(id);
  const kept = stop && draft.id !== id && ((await read("drafts", id)) || { id, date: day.date, typed: {} });
  if (turn !== turns) return drawing;
  if (kept) draft = kept;
  const screen = stop && screens[view];
  const made = view === "q" ? queueScreen() : screen ? screen(stop, code) : listScreen();
  const active = document.activeElement || document.body;
  const { key, act } = active.dataset;
  if (made.html !== screenShown && (moved || !active.matches("#code,#why,#bag"))) sheet.innerHTML = screenShown = made.html;
  const again = key ? `[data-key="${key}"]` : act && `[data-act="${act}"]`;
  if (again && sheet.contains(active) === false) sheet.querySelector(again)?.focus({ preventScroll: true });
  document.body.classList.toggle("inside", Boolean(screen || view === "q"));
  note.innerHTML = noteScreen().html;
  if (moved) {
    scrollTo(0, 0);
    sheet.querySelector("h1")?.focus({ preventScroll: true });
  }
  moved = false;
}

function gramsTyped() {
  const grams = {};
  let wrong = "";
  for (const [code, typed] of Object.entries(draft.typed)) {
    const weight = typed ? parseKilograms(typed) : 0;
    if (weight === null) wrong = t("mistake.weight");
    else if (weight > day.max) wrong = t("mistake.heavy", { limit: weightText(day.max) });
    else if (weight) grams[code] = weight;
  }
  return { grams, wrong };
}

async function typed(key) {
  const code = at()[2];
  const before = draft.typed[code] || "";
  draft.typed[code] = key === "⌫" ? before.slice(0, -1) : before.length < 8 ? before + key : before;
  // Only the numbers change: a key that is replaced under a thumb would lose the next tap.
  const { grams, wrong } = gramsTyped();
  sheet.querySelector("[aria-current] .sub").textContent = `${draft.typed[code] || "–"} kg`;
  document.getElementById("amount").textContent = draft.typed[code] || "0";
  document.getElementById("sum").textContent = sumText(grams, stopOf(at()[1]));
  document.getElementById("wrong").textContent = wrong;
  screenShown = keysScreen(stopOf(at()[1]), code).html;
  await guarded(() => put("drafts", draft));
}

async function weighed() {
  const stop = stopOf(at()[1]);
  const { grams, wrong } = gramsTyped();
  if (wrong) return;
  if (!sum(grams) && !draft.corrects) {
    problem = t("mistake.empty");
    return shown();
  }
  if (isOdd(grams, stop) && !draft.odd) {
    draft.odd = true;
    return shown();
  }
  if (!draft.corrects) return saved(stop, { kind: "weighing", what: { grams } });
  const before = mine.find(one => one.id === draft.corrects);
  // As long as it was never sent, the service need not hear of the slip.
  if (sum(grams) && (await takeBack([before.id]))) return saved(stop, { kind: before.kind, supersedes: before.supersedes, what: { ...before.what, grams } });
  return saved(stop, { kind: "correction", supersedes: before.id, what: { supersedes: before.id, grams } });
}

async function notCollected(reason) {
  const stop = stopOf(at()[1]);
  await saved(stop, { kind: "missed", what: { reason, note: (document.getElementById("why")?.value || "").trim() } });
}

async function saved(stop, record) {
  const made = [{ pickup: stop.id, ...record }];
  if (/^\d{4}$/.test(draft.code || "") && record.kind !== "correction") made.push({ pickup: stop.id, kind: "handover", what: { code: draft.code } });
  const kept = await guarded(() => save(...made));
  if (!kept) return;
  if (draft.photo) await guarded(() => put("photos", { id: newId(), who: day.me.id, pickup: stop.id, about: kept[0].id, at: kept[0].at, image: draft.photo }));
  draft = { id: "", typed: {} };
  await remove("drafts", stop.id);
  mine = await myRecords();
  const next = nextAfter(stop.n);
  location.hash = next ? `s/${next.id}` : "";
  await shown(true); // at once: the next tap must not meet the keys of this stop
  offerUndo(kept, stop);
  sendSoon(UNDO_MS + 50);
}

// Words instead of a loss: what could not be kept stays on the screen.
async function guarded(work) {
  try {
    const done = await work();
    problem = "";
    return done ?? true;
  } catch (error) {
    problem = t(error.name === "QuotaExceededError" ? "full" : "no-storage");
    await shown().catch(() => {});
    return null;
  }
}

function offerUndo(records, stop) {
  toast.innerHTML = html`<span>${t("saved", { name: stop.name })}</span>${button("undo", t("undo"))}`.html;
  toast.records = records;
  clearTimeout(toasting);
  toasting = setTimeout(() => (toast.innerHTML = ""), UNDO_MS);
}

const asTyped = grams => Object.fromEntries(Object.entries(grams || {}).map(([code, one]) => [code, kilograms(one)]));

async function undo() {
  const [first] = toast.records;
  toast.innerHTML = "";
  if (!(await takeBack(toast.records.map(one => one.id)))) return;
  for (const one of photos) if (one.about === first.id) await remove("photos", one.id);
  draft = { id: first.pickup, date: day.date, typed: asTyped(first.what.grams), note: first.what.note };
  await put("drafts", draft);
  location.hash = `s/${first.pickup}`;
  await shown(true);
}

async function correct(id) {
  const last = lastOf(stopOf(id));
  draft = { id, date: day.date, typed: asTyped(last.what.grams), corrects: last.id };
  await put("drafts", draft);
  location.hash = `w/${id}/${Object.keys(draft.typed)[0] || day.materials[0].code}`;
}

async function checkCode(input) {
  const stop = stopOf(input.dataset.stop);
  draft.code = input.value;
  draft.right = undefined;
  if (/^\d{4}$/.test(draft.code) && crypto.subtle) {
    const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(`${stop.id}:${draft.code}`));
    draft.right = stop.codes.includes(hex(bytes).slice(0, 2));
  }
  document.getElementById("code-word").textContent = codeWord();
  await guarded(() => put("drafts", draft));
}

function markPlace() {
  const pickup = at()[1];
  navigator.geolocation.getCurrentPosition(
    ({ coords: { latitude, longitude, accuracy } }) =>
      guarded(() => save({ pickup, kind: "position", what: { latitude: +latitude.toFixed(6), longitude: +longitude.toFixed(6), accuracy_metres: Math.round(accuracy) } }))
        .then(() => shown()).then(() => sendSoon(UNDO_MS)),
    () => {
      problem = t("no-place");
      shown();
    },
    { enableHighAccuracy: true, timeout: 30000 },
  );
}

async function signOut(form) {
  if (mine.some(one => !one.answer) || photos.length) {
    problem = t("unsent-first");
    sendSoon(0);
    return shown();
  }
  const answer = await fetch(form.action, { method: "POST", redirect: "manual" }).catch(() => null);
  if (answer?.type !== "opaqueredirect") {
    problem = t("trouble.network");
    return shown();
  }
  await wipe(day.me.id);
  location.href = "/route/sign-in";
}

const acts = { save: weighed, undo, export: exported, place: markPlace, send, correct, missed: notCollected, change: () => ((draft.odd = false), shown()) };

function listen() {
  document.addEventListener("click", event => {
    const pressed = event.target.closest("button[data-act],button[data-key]");
    if (!pressed) return;
    if (acting) return;
    if (pressed.dataset.key) return typed(pressed.dataset.key);
    const [act, what] = pressed.dataset.act.split("/");
    // A glove taps twice: nothing is done twice.
    acting = true;
    Promise.resolve(acts[act](what)).finally(() => (acting = false));
  });
  document.addEventListener("input", event => {
    if (event.target.id === "code") checkCode(event.target);
    if (event.target.id === "why") draft.note = event.target.value;
  });
  document.addEventListener("change", async event => {
    if (event.target.id !== "photo" || !event.target.files[0]) return;
    draft.photo = await shrunk(event.target.files[0]).catch(() => null);
    shown();
  });
  document.addEventListener("submit", event => {
    if (!event.target.action.endsWith("/route/sign-out")) return;
    event.preventDefault();
    signOut(event.target);
  });
  addEventListener("hashchange", () => ((problem = ""), shown(true)));
  addEventListener("online", () => sendSoon(0));
  document.addEventListener("visibilitychange", () => document.hidden || sendSoon(0));
}

async function start() {
  const given = JSON.parse(embedded.textContent);
  day = given;
  try {
    await use(given);
  } catch {
    note.innerHTML = html`<p>${t("no-storage")}</p>`.html; // the plain pages still work, with network
    return;
  }
  navigator.storage?.persist?.();
  if (navigator.serviceWorker && isSecureContext) navigator.serviceWorker.register("/route/worker.js", { scope: "/route" });
  else problem = t("no-https");
  listen();
  await shown();
  send();
}

// On the page for signing in: whose work waits on this phone, and the way back to today's sheet.
async function waitingHere() {
  const words = JSON.parse(document.getElementById("waiting").textContent);
  const [records, [kept]] = await Promise.all([all("records"), all("day")]);
  const waiting = records.filter(one => !one.answer).length;
  day = { t: words };
  note.innerHTML = html`${waiting ? html`<p>${t("unsent", { number: waiting })}</p>` : ""}
    ${kept && kept.date === words.date ? html`<p><a class="button" href="/route?offline">${t("offline")}</a></p>` : ""}`.html;
}

const started = embedded ? start() : waitingHere().catch(() => {});
