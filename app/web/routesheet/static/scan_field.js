// A button beside a form's field for a bag's code. Without it the code is typed.

for (const field of canScan ? document.querySelectorAll("input[data-scan]") : []) {
  const button = Object.assign(document.createElement("button"), { type: "button", textContent: field.dataset.scan });
  button.addEventListener("click", async () => {
    const code = codeIn(await scanned().catch(() => ""));
    if (code) field.value = [field.value, code].filter(Boolean).join(", ");
  });
  field.after(button);
}
