// What is seen: the list, one stop, the keys, the reasons, the queue. Each is a function of what the phone keeps, and is
// found by the address after the `#`, so that the phone's own way back works.

let day;
let mine = [];
let photos = [];
// What is added to a stop's screen, each made of the stop.
const atDoor = [];

const escaped = value => String(value).replace(/[&<>"']/g, one => `&#${one.charCodeAt()};`);
const t = (key, values = {}) => day.t[key].replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);

// A template whose values are text, unless they come from a template themselves.
function html(parts, ...values) {
  const text = value => (Array.isArray(value) ? value.map(text).join("") : value?.html ?? escaped(value ?? ""));
  return { html: parts.reduce((all, part, at) => all + text(values[at - 1]) + part) };
}

const stopOf = id => day.stops.find(stop => stop.id === id);
const button = (act, label, kind = "") => html`<button type="button" class="${kind}" data-act="${act}">${label}</button>`;
const heading = (to, back, aside = "") =>
  html`<header class="top"><a class="back" href="#${to}"><span aria-hidden="true">‹ </span>${back}</a> <span>${aside}</span></header>`;

// The last word of this phone about a stop, and how the stop looks by it.
const lastOf = stop => mine.filter(one => one.pickup === stop.id && /^[^hpb]/.test(one.kind)).pop();
function lookOf(stop) {
  const last = lastOf(stop);
  if (!last || last.answer === "refused") return stop.look;
  return { missed: "missed", enrolment: "new" }[last.kind] || "collected";
}

function nextAfter(position) {
  const open = day.stops.filter(stop => lookOf(stop) === "open");
  return open.find(stop => stop.n > position) || open[0];
}

function listScreen() {
  const there = day.stops.filter(stop => !/off|new/.test(lookOf(stop)));
  const done = there.filter(stop => lookOf(stop) !== "open").length;
  const next = nextAfter(0);
  return html`<header class="top"><h1 tabindex="-1">${t("today")} <span class="date">${day.title}</span></h1>
    ${there.length ? html`<p class="count"><strong>${t("count", { done, total: there.length })}</strong></p>
    <progress max="${there.length}" value="${done}" aria-hidden="true"></progress>` : ""}</header>
    <main>${next ? html`<a class="button main" href="#s/${next.id}">${t("next")}<span class="sub">${next.n}. ${next.name}</span></a>`
      : html`<p class="notice">${t(day.stops.length ? "all-done" : "no-stops")}</p>`}
    <ol class="stops">${day.stops.map(stop => html`<li class="${lookOf(stop)}"><a href="#s/${stop.id}"><span class="position">${stop.n}</span>
      <span class="facts"><span class="name">${stop.name}</span>${lookOf(stop) === "open" ? html`<span class="landmark"><b>${stop.via}</b></span><span class="landmark">${stop.landmark}</span>
      <span class="when">${stop.when}${stop.ready ? html` <strong class="ready">${t("ready")}</strong>` : ""}</span>`
        : html`<span class="when"><strong>${stateText(stop)}</strong></span>`}</span></a></li>`)}</ol>
    <p><a class="button" href="#q">${t("queue")}</a></p></main>`;
}

function stateText(stop) {
  const last = lastOf(stop);
  if (!last) return stop.status;
  return `${recordText(last)}. ${last.answer ? t(`answer.${last.answer}`) : t("waiting")}`;
}

function stopScreen(stop) {
  const look = lookOf(stop);
  const { place } = stop;
  return html`${heading("", t("today"), t("of", { position: stop.n, total: day.stops.length }))}<main>
    <h1 tabindex="-1">${stop.name}</h1>${stop.via && look === "open" ? html`<p class="alert">${stop.via}</p>` : ""}<p class="landmark">${stop.landmark}</p>
    <p class="when">${stop.when}${stop.ready ? html` <strong class="ready">${t("ready")}</strong>` : ""}</p>
    <p class="actions">${stop.phone ? html`<a class="button" href="tel:${stop.phone}">${t("call")}<span class="sub">${stop.phone}</span></a>` : ""}
      ${place ? html`<a class="button" href="geo:${place}?q=${place}">${t("map")}<span class="sub">${t("map.sub")}</span></a>` : ""}</p>
    <p class="place">${stop.within}</p>
    ${look === "open" ? html`${weighButtons(stop)}${handoverField(stop)}${atDoor.map(part => part(stop))}<p><a class="button" href="#r/${stop.id}">${t("missed")}</a></p>`
      : html`${savedLines(stop)}${look === "collected" ? atDoor.map(part => part(stop)) : weighButtons(stop)}`}
    ${nextAfter(stop.n) && look !== "open" ? html`<p><a class="button main" href="#s/${nextAfter(stop.n).id}">${t("next")}</a></p>` : ""}
    ${stop.own ? "" : html`<p>${button("place", t("place"))}</p><p><a class="button" href="/route/stops/${stop.id}">${t("more")}</a></p>`}</main>`;
}

const weighButtons = stop => html`<h2>${t("weigh")}</h2><div class="bags">${day.materials.map(one => bag(stop, one, {}))}</div>`;
function bag(stop, material, typed, chosen) {
  const rate = day.rates[stop.rates][material.code];
  const said = chosen ? `${typed[material.code] || "–"} kg` : rate ? t("rate", { rate: moneyText(rate) }) : "";
  return html`<a class="button bag" href="#w/${stop.id}/${material.code}"${chosen === material.code ? html` aria-current="true"` : ""}>${material.name}<span class="sub">${said}</span></a>`;
}

function handoverField(stop) {
  if (!stop.codes.length) return "";
  return html`<div class="field handover"><label for="code">${t("handover")}</label>
    <input id="code" inputmode="numeric" autocomplete="off" maxlength="4" data-stop="${stop.id}" value="${draft.code || ""}">
    <p id="code-word" role="status">${codeWord(stop)}</p></div>`;
}
const codeWord = () => (draft.right === undefined ? t("handover.why") : t(draft.right ? "handover.right" : "handover.wrong"));

function savedLines(stop) {
  const last = lastOf(stop);
  if (!last) return html`<p class="notice">${stop.status}</p>`;
  const { grams } = last.what;
  return html`<p class="notice">${stateText(stop)} ${last.reason}</p>
    ${grams ? html`<p>${linesText(grams)}</p><p><b>${sumText(grams, stop)}</b></p>${button(`correct/${stop.id}`, t("correct"))}` : ""}`;
}
const linesText = grams => Object.entries(grams).map(([code, one]) => `${materialName(code)} ${weightText(one)}`).join(", ");
const materialName = code => day.materials.find(one => one.code === code)?.name || code;

function keysScreen(stop, chosen) {
  const { grams, wrong } = gramsTyped();
  const keys = [..."123456789", (1.5).toLocaleString(day.locale)[1], "0", "⌫"];
  return html`${heading(`s/${stop.id}`, stop.name, t("of", { position: stop.n, total: day.stops.length }))}<main class="keying">
    <div class="bags">${day.materials.map(one => bag(stop, one, draft.typed, chosen))}</div>
    <h1 tabindex="-1">${materialName(chosen)}: <span id="amount">${draft.typed[chosen] || "0"}</span> kg</h1>
    <p id="sum" role="status">${sumText(grams, stop)}</p><p id="wrong" class="mistake" role="alert">${wrong}</p>
    ${draft.odd ? html`<div class="alert" role="alert"><p>${t("odd", { weights: linesText(grams) })}</p>
      ${button("save", t("odd.yes"), "main")}${button("change", t("odd.no"))}</div>`
      : html`<div class="keys">${keys.map(key => html`<button type="button" data-key="${key}"${key === "⌫" ? html` aria-label="${t("erase")}"` : ""}>${key}</button>`)}</div>
      ${button("save", t("save"), "main")}`}</main>`;
}

const sumText = (grams, stop) => `${t("total")} ${weightText(sum(grams))} · ${moneyText(creditOf(grams, stop))}`;

function reasonsScreen(stop) {
  return html`${heading(`s/${stop.id}`, stop.name, stop.n)}<main><h1 tabindex="-1">${t("missed.why")}</h1>
    ${Object.entries(day.reasons).map(([reason, label]) => html`<p>${button(`missed/${reason}`, label, "reason")}</p>`)}
    <div class="field"><label for="why">${t("missed.note")}</label><textarea id="why" rows="2" maxlength="300">${draft.note || ""}</textarea></div>
    <label class="button photo">${t("photo")}${draft.photo ? " ✓" : ""}
    <input id="photo" type="file" accept="image/*" capture="environment"></label></main>`;
}

function queueScreen() {
  const waiting = mine.filter(one => !one.answer);
  const refused = mine.filter(one => one.answer === "conflict" || one.reason);
  const line = one => html`<li><span><b>${stopOf(one.pickup)?.name}</b> ${recordText(one)}${one.answer ? html`: ${t(`answer.${one.answer}`)} ${one.reason}` : ""}</span>
    ${one.answer || !day.sms || !recordText(one) ? "" : html`<a class="button" href="sms:${day.sms}?body=${encodeURIComponent(smsText(one))}">${t("sms")}</a>`}</li>`;
  return html`${heading("", t("today"))}<main><h1 tabindex="-1">${t("queue")}</h1>
    <p class="notice">${waiting.length + photos.length ? t("unsent", { number: waiting.length + photos.length }) : t("all-sent")}</p>
    ${trouble === "network" ? html`<p>${t("trouble.network")}</p>` : ""}
    ${waiting.length ? html`${button("send", t("send-now"), "main")}<ul class="lines">${waiting.map(line)}</ul>` : ""}
    ${refused.length ? html`<h2>${t("office")}</h2><ul class="lines">${refused.map(line)}</ul>` : ""}
    ${mine.length ? button("export", t("export")) : ""}</main>`;
}
const signInLink = () => html`<p><a class="button main" href="/route/sign-in">${t("sign-in")}</a></p>`;

function recordText({ what }) {
  if (what.grams) return weightText(sum(what.grams));
  return day.reasons[what.reason] || what.phone;
}

// One line above everything: what is wrong, or what is not sent yet. It says nothing where all is well.
function noteScreen() {
  const waiting = mine.filter(one => !one.answer).length + photos.length;
  const words = [problem, trouble && trouble !== "network" && t(`trouble.${trouble}`)].filter(Boolean);
  const unsent = waiting && location.hash !== "#q" ? html`<p><a href="#q">${t("unsent", { number: waiting })}</a></p>` : "";
  return html`${words.map(one => html`<p>${one}</p>`)}${trouble === "signed-out" || trouble === "somebody-else" ? signInLink() : ""}${unsent}`;
}
