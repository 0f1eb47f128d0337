// Bags with a printed code, in the sheet: typed, scanned, or brought by the link that a bag's QR code is. Each is a record of
// its own beside the weighing, so that no wrong code stops one. Loaded only where the programme has printed bags.

// H. M. Damm's check digit, as `app/kernel/check_digits.py` has it.
const DAMM = "0317598642 7092154863 4206871359 1750983426 6123045978 3674209581 5869720134 8945362017 9438617205 2581436790".split(" ");
const isBag = code => /^\d{8}$/.test(code) && [...code].reduce((row, digit) => DAMM[row][digit], 0) === "0";
const spoken = code => `${code.slice(0, 4)} ${code.slice(4)}`;
const bagsOf = id => mine.filter(one => one.kind === "bag" && one.pickup === id);

atDoor.push(stop => html`<div class="field"><label for="bag">${t("bag")}</label>
  ${bagsOf(stop.id).map(one => html`<p>${spoken(one.what.code)} ${one.tries ? "" : button(`unbag/${one.id}`, t("erase"), "quiet")}</p>`)}
  <input id="bag" inputmode="numeric" autocomplete="off" maxlength="9" data-stop="${stop.id}"><p id="bag-word" role="status"></p>
  ${canScan ? button(`scan/${stop.id}`, t("bag.scan")) : ""}</div>`);

// Whose bag it is that the phone's own camera has read: the next stop's, or one that is tapped.
screens.b = (stop, code) => html`${heading("", t("today"))}<main><h1 tabindex="-1">${t("bag.whose", { code: spoken(code) })}</h1>
  ${[stop, ...day.stops.filter(one => one !== stop && lookOf(one) !== "off")].map((one, at) => html`<p>${button(`bagged/${one.id}`, `${one.n}. ${one.name}`, at ? "" : "main")}</p>`)}</main>`;

async function keepBag(pickup, code) {
  if (bagsOf(pickup).every(one => one.what.code !== code)) await guarded(() => save({ pickup, kind: "bag", what: { code } }));
  sendSoon(UNDO_MS + 50);
}

Object.assign(acts, {
  async bagged(id) {
    await keepBag(id, at()[2]);
    location.hash = `s/${id}`;
  },
  async scan(id) {
    const code = codeIn(await scanned().catch(() => ""));
    if (isBag(code)) await keepBag(id, code);
    await shown();
    if (code && !isBag(code)) document.getElementById("bag-word").textContent = t("bag.slip");
  },
  async unbag(id) {
    await takeBack([id]);
    await shown();
  },
});

document.addEventListener("input", async event => {
  const { id, value, dataset } = event.target;
  if (id !== "bag") return;
  const code = value.replace(/\D/g, "");
  document.getElementById("bag-word").textContent = code.length < 8 || isBag(code) ? "" : t("bag.slip");
  if (!isBag(code)) return;
  await keepBag(dataset.stop, code);
  event.target.blur();
  await shown();
});

started.then(() => {
  const code = codeIn(location.search);
  const next = nextAfter(0) || day.stops[0];
  if (isBag(code) && next) history.replaceState(null, "", `/route#b/${next.id}/${code}`);
  return shown(isBag(code));
});
