// What still gets out where the network carries no data: a record as a text message, the queue as a file.

// Both ways count once: the text carries the record's id. `app/fieldwork/texts.py` reads it.
function smsText({ id, pickup, at, offset: off, kind, what, text }) {
  const seconds = Math.round((Date.parse(at) + (off || 0)) / 1000).toString(36);
  const weights = Object.entries(what.grams || {}).map(([code, grams]) => `${code}${grams}`);
  const said = {
    weighing: () => weights,
    correction: () => [`~${short(what.supersedes)}`, ...weights],
    missed: () => [`!${what.reason}`, what.note],
  };
  return ["WBK1", day.key, short(id), short(pickup), seconds, ...(text ? [text] : said[kind]())].join(" ").trim();
}

// A UUID in 22 letters.
function short(id) {
  const bytes = id.replace(/-/g, "").match(/../g).map(two => parseInt(two, 16));
  return btoa(String.fromCharCode(...bytes)).replace(/=+$/, "").replace(/\+/g, "-").replace(/\//g, "_");
}

function exported() {
  const link = document.createElement("a");
  const file = new Blob([JSON.stringify({ collector: day.me.id, records: mine }, null, 1)], { type: "application/json" });
  link.href = URL.createObjectURL(file);
  link.download = `weighback-${day.date}.json`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}

// The longest edge at 960 pixels, and less where that is still too large to be sent.
async function shrunk(file) {
  const image = await createImageBitmap(file);
  for (let edge = 960; ; edge /= 1.5) {
    const scale = Math.min(1, edge / Math.max(image.width, image.height));
    const canvas = Object.assign(document.createElement("canvas"), {
      width: Math.max(1, Math.round(image.width * scale)),
      height: Math.max(1, Math.round(image.height * scale)),
    });
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    const made = await new Promise(resolve => canvas.toBlob(resolve, "image/jpeg", 0.6));
    if (made.size <= day.photo || edge < 100) return made;
  }
}
