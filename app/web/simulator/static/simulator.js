// New texts come by themselves, and sending does not leave the page. Without this file the forms still work.
"use strict";

const POLL_MS = 2000;
const SECOND_MS = 1000;
const PARTS = ["texts", "line", "shown", "shortcuts", "about", "wire"];
const texts = document.getElementById("texts");
const write = document.getElementById("write");
const body = document.getElementById("body");
const keypad = document.getElementById("keypad");
const typed = document.getElementById("typed");
const fetched = new Map();
let counted = null;

function toTheEnd() {
  texts.scrollTop = texts.scrollHeight;
}

async function lookAt(part) {
  const answer = await fetch(part.dataset.source, { cache: "no-store" });
  if (!answer.ok) return;
  const found = await answer.text();
  if (found !== fetched.get(part.id)) {
    part.innerHTML = found; // made and escaped by our own server
    if (part === texts) toTheEnd();
  }
  fetched.set(part.id, found);
  const clock = document.getElementById("clock");
  clock.textContent = answer.headers.get("X-Clock") || clock.textContent;
}

async function look() {
  if (document.hidden) return;
  for (const part of document.querySelectorAll("[data-source]")) await lookAt(part);
}

function takeOver(page) {
  for (const id of PARTS) {
    const part = document.getElementById(id);
    const html = page.getElementById(id).innerHTML;
    if (part.innerHTML !== html) part.innerHTML = html;
  }
  fetched.clear();
  counted = null;
  toTheEnd();
}

async function post(form, submitter) {
  const what = new URLSearchParams(new FormData(form, submitter));
  const answer = await fetch(form.action, { method: "POST", body: what });
  if (answer.url.includes("notice=")) location.assign(answer.url);
  else takeOver(new DOMParser().parseFromString(await answer.text(), "text/html"));
}

async function send(event) {
  event.preventDefault();
  const sent = post(event.target, event.submitter);
  if (event.target === write) {
    body.value = "";
    body.focus();
  }
  await sent;
}

async function press(event) {
  event.preventDefault();
  const button = event.submitter;
  if (button && button.name === "key") {
    typed.value += button.value;
    return;
  }
  const sent = post(keypad, button);
  typed.value = "";
  await sent;
  if (button && !button.isConnected) document.getElementById("shown").focus();
}

function count() {
  // The seconds that a call has lasted; at the end of them the network ends it.
  const elapsed = document.getElementById("elapsed");
  if (!elapsed || !("runs" in elapsed.dataset)) return;
  counted ??= { from: Date.now(), seconds: Number(elapsed.dataset.seconds) };
  const now = counted.seconds + Math.floor((Date.now() - counted.from) / SECOND_MS);
  elapsed.textContent = `${Math.floor(now / 60)}:${String(now % 60).padStart(2, "0")}`;
  if (now > Number(elapsed.dataset.lasts)) {
    delete elapsed.dataset.runs;
    fetch(location.href, { cache: "no-store" })
      .then((answer) => answer.text())
      .then((html) => takeOver(new DOMParser().parseFromString(html, "text/html")))
      .catch(() => undefined);
  }
}

function quietly(action) {
  // The demo may be stopping; the next look tells.
  return (...given) => action(...given).catch(() => undefined);
}

function onTheWay(event) {
  // Days of work take a while; the answer brings a fresh page.
  const button = event.submitter;
  if (button) button.textContent = "On the way …";
  event.target.setAttribute("aria-busy", "true");
}

toTheEnd();
for (const journey of document.querySelectorAll('form[action="/simulator/time"]')) {
  journey.addEventListener("submit", onTheWay);
}
write.addEventListener("submit", quietly(send));
document.getElementById("keys").addEventListener("submit", quietly(send));
keypad.addEventListener("submit", quietly(press));
body.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey) {
    event.preventDefault();
    write.requestSubmit();
  }
});
typed.addEventListener("keydown", (event) => {
  if (event.key === "Enter") {
    event.preventDefault();
    keypad.requestSubmit(keypad.querySelector(".call"));
  }
});
document.addEventListener("visibilitychange", quietly(look));
setInterval(quietly(look), POLL_MS);
setInterval(count, SECOND_MS);
look().catch(() => undefined);
