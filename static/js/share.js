// Hands a code to the phone's share sheet as a picture; asked for by pages that show one, where phones take files.
const all = (root) => root.querySelectorAll("[data-share-file]");
const takesFiles = () => {
  try { return navigator.canShare({ files: [new File([""], "code.png", { type: "image/png" })] }); } catch { return false; }
};
const able = takesFiles();

function show(root) {
  if (able) all(root).forEach((button) => (button.hidden = false));
}

async function share(button) {
  const reply = await fetch(button.dataset.shareFile);
  if (!reply.ok) return;
  const told = reply.headers.get("Content-Disposition") || "";
  const [, name] = told.match(/filename\*=UTF-8''([^;]+)/) || told.match(/filename="?([^";]+)/) || [];
  const file = new File([await reply.blob()], decodeURIComponent(name || "qr-code.png"), { type: "image/png" });
  await navigator.share({ files: [file], title: button.dataset.title });
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-share-file]");
  if (button) share(button).catch(() => {}); // whoever closes the share sheet again has done nothing wrong
});
document.addEventListener("htmx:afterSettle", (event) => show(event.target));
show(document);
