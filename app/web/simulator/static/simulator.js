// New texts come by themselves, and sending does not leave the page. Without this file the forms still work.
"use strict";

const POLL_MS = 2000;
const texts = document.getElementById("texts");
const form = document.getElementById("write");
const keys = document.getElementById("keys");
const body = document.getElementById("body");
let shown = null;

function toTheEnd() {
  texts.scrollTop = texts.scrollHeight;
}

async function look() {
  if (document.hidden) return;
  const answer = await fetch(texts.dataset.source, { cache: "no-store" });
  if (!answer.ok) return;
  const found = await answer.text();
  if (shown !== null && found !== shown) {
    texts.innerHTML = found; // made and escaped by our own server
    toTheEnd();
  }
  shown = found;
  const clock = document.getElementById("clock");
  clock.textContent = answer.headers.get("X-Clock") || clock.textContent;
}

async function send(event) {
  event.preventDefault();
  const what = new FormData(event.target, event.submitter);
  if (event.target === form) {
    body.value = "";
    body.focus();
  }
  const answer = await fetch(event.target.action, { method: "POST", body: new URLSearchParams(what) });
  if (answer.url.includes("notice=")) location.assign(answer.url);
  else await look();
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
form.addEventListener("submit", quietly(send));
keys.addEventListener("submit", quietly(send));
body.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey) {
    event.preventDefault();
    form.requestSubmit();
  }
});
document.addEventListener("visibilitychange", quietly(look));
setInterval(quietly(look), POLL_MS);
look().catch(() => undefined);
