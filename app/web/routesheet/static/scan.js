// Reading a bag's QR code with the phone's camera, where its browser can (Shape Detection API).

const canScan = Boolean(self.BarcodeDetector && navigator.mediaDevices);

// What the code in view of the camera says; "" where whoever scans gives up.
async function scanned() {
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  const view = document.createElement("dialog");
  view.innerHTML = '<video playsinline width="280"></video><form method="dialog"><button aria-label="×">×</button></form>';
  document.body.append(view);
  const video = view.querySelector("video");
  video.srcObject = stream;
  view.showModal();
  try {
    await video.play();
    const detector = new BarcodeDetector({ formats: ["qr_code"] });
    while (view.open) {
      const [found] = await detector.detect(video);
      if (found) return found.rawValue;
      await new Promise(resolve => setTimeout(resolve, 150));
    }
    return "";
  } finally {
    stream.getTracks().forEach(track => track.stop());
    view.remove();
  }
}

const codeIn = said => /[?&#]bag=(\d{8})(?!\d)/.exec(said)?.[1] || said.replace(/\D/g, "");
