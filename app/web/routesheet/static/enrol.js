// Enrolling a household at its door without network: the form's own fields become a record in the sheet's queue, and the
// home a stop of the sheet, so that its first bag is weighed at once. Without this script the form is sent as it is.

const form = document.querySelector("form");
const told = document.getElementById("told");
const wrong = document.getElementById("wrong");
const { zones, t } = JSON.parse(document.getElementById("enrol").textContent);
const FIELDS = ["phone", "name", "language", "landmark", "zone"];
const FEWEST_DIGITS = 7;

let day;
let here = null; // where the phone is, once asked
let byHand = false; // the area was chosen by the collector: nothing guesses any more

const typed = () => Object.fromEntries(FIELDS.map(name => [name, form[name].value.trim().replace(/\s+/g, " ")]));
const lastDigits = phone => phone.replace(/\D/g, "").slice(-9);

// The area whose centre is nearest. In degrees, with a degree of longitude as long as it is here.
function nearest({ latitude, longitude }) {
  const apart = ({ place: [north, east] }) => (north - latitude) ** 2 + ((east - longitude) * Math.cos((latitude * Math.PI) / 180)) ** 2;
  return zones.reduce((best, one) => (apart(one) < apart(best) ? one : best));
}

function guess(zone) {
  if (zone && !byHand) form.zone.value = zone.code;
}

async function guessFromTheDay() {
  const mine = (await all("records")).filter(one => one.who === day.me.id && one.date === day.date);
  const last = mine.sort((one, other) => one.n - other.n).pop();
  const stop = last && day.stops.find(one => one.id === last.pickup);
  guess(stop && zones.find(one => one.key === stop.rates));
}

function guessFromTheLandmark() {
  const said = form.landmark.value.toLowerCase();
  if (!here) guess(zones.find(one => said.includes(one.name.toLowerCase())));
}

async function mistakes({ phone, name, landmark, zone }) {
  const enrolled = (await all("records")).filter(one => one.kind === "enrolment" && one.answer !== "refused");
  const known = [...day.stops.filter(one => !one.own).map(one => one.phone), ...enrolled.map(one => one.what.phone)];
  const letters = name.match(/\p{L}/gu) || [];
  return [
    lastDigits(phone).length < FEWEST_DIGITS && ["phone", t.phone],
    known.some(one => one && lastDigits(one) === lastDigits(phone)) && ["phone", t.known],
    letters.length < 2 && ["name", t.name],
    landmark.length < 4 && ["landmark", t.landmark],
    !zone && ["zone", t.zone],
    !form.agreed.checked && ["agree", t.agree],
  ].filter(Boolean);
}

function say(found) {
  wrong.hidden = !found.length;
  wrong.replaceChildren(...found.map(([, words]) => Object.assign(document.createElement("p"), { textContent: words })));
  for (const one of form.elements) one.removeAttribute("aria-invalid");
  for (const [field] of found) document.getElementById(field)?.setAttribute("aria-invalid", "true");
  const first = found.length && document.getElementById(found[0][0]);
  if (first) first.focus();
}

// What a text says of it, where no data gets through: `app/fieldwork/texts.py` reads it.
const asText = ({ phone, name, language, landmark, zone }) =>
  `*${phone} ${language} ${zone} ${here ? `${here.latitude},${here.longitude},${here.accuracy_metres}` : "-"} ${name.replace(/\//g, " ")}/${landmark}`;

async function enrol() {
  const what = typed();
  const found = await mistakes(what);
  say(found);
  if (found.length) return;
  what.phone = what.phone.replace(/[^\d+]/g, "");
  const zone = zones.find(one => one.code === what.zone);
  const id = newId();
  await save({ id, pickup: id, kind: "enrolment", text: asText(what), what: { ...what, position: here, agreed: true } });
  const { phone, name, landmark } = what;
  const place = here ? `${here.latitude},${here.longitude}` : "";
  const stop = { id, own: true, n: day.stops.length + 1, name, landmark, phone, place, look: "new", rates: zone.key };
  await inStore(["day", "drafts"], (days, drafts) => {
    days.put({ ...day, stops: [...day.stops, { ...stop, when: "", status: "", within: "", via: "", codes: [], usual: 0 }], rates: { ...day.rates, [zone.key]: zone.rates } });
    drafts.delete("enrol");
  });
  location.href = `/route?offline#s/${id}`;
}

function takePlace() {
  navigator.geolocation.getCurrentPosition(
    ({ coords: { latitude, longitude, accuracy } }) => {
      here = { latitude: +latitude.toFixed(6), longitude: +longitude.toFixed(6), accuracy_metres: Math.round(accuracy) };
      guess(nearest(here));
      showPlace();
      keepDraft();
    },
    () => (told.textContent = t["no-place"]),
    { enableHighAccuracy: true, timeout: 30000 },
  );
}

const showPlace = () => (told.textContent = here ? t.placed.replace("{metres}", here.accuracy_metres) : "");
const keepDraft = () => put("drafts", { id: "enrol", date: day.date, typed: typed(), here, byHand }).catch(failed);
const failed = error => say([["", t[error.name === "QuotaExceededError" ? "full" : "no-storage"]]]);

async function start() {
  [day] = await all("day");
  if (!day) return; // nobody's sheet is on this phone: the plain form asks to sign in
  const draft = await read("drafts", "enrol");
  if (draft && draft.date === day.date) {
    for (const name of FIELDS) form[name].value = draft.typed[name];
    ({ here, byHand } = draft);
    showPlace();
  } else await guessFromTheDay();
  const take = document.getElementById("take");
  take.hidden = !navigator.geolocation;
  take.addEventListener("click", takePlace);
  form.zone.addEventListener("change", () => (byHand = true));
  form.landmark.addEventListener("input", guessFromTheLandmark);
  form.addEventListener("input", keepDraft);
  let saving;
  form.addEventListener("submit", event => {
    event.preventDefault();
    saving ||= enrol().catch(failed).finally(() => (saving = null));
  });
}

start().catch(() => {});
