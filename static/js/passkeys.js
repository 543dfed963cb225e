// Lets the browser make a passkey or sign with one; asked for by pages with a form[data-passkey].
const able = isSecureContext && Boolean(window.PublicKeyCredential && navigator.credentials);
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const text = (buffer) => buffer && btoa(String.fromCharCode(...new Uint8Array(buffer)))
  .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const WHY = { NotAllowedError: "cancelled", InvalidStateError: "known" };

function show() {
  if (!able) return;
  document.querySelectorAll("form[data-passkey]").forEach((form) => (form.hidden = false));
  document.querySelectorAll("[data-passkey-unable]").forEach((note) => (note.hidden = true));
}

function opened(options) {
  options.challenge = bytes(options.challenge);
  if (options.user) options.user.id = bytes(options.user.id);
  for (const key of options.excludeCredentials || []) key.id = bytes(key.id);
  for (const key of options.allowCredentials || []) key.id = bytes(key.id);
  return { publicKey: options };
}

function written({ id, rawId, type, response }) {
  const told = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (response[name]) told[name] = text(response[name]);
  }
  return JSON.stringify({ id, rawId: text(rawId), type, response: told });
}

async function ask(form) {
  const said = form.querySelector("[data-said]"), field = form.elements.credential;
  said.textContent = "";
  try {
    const body = new URLSearchParams({ csrf_token: form.elements.csrf_token.value });
    const reply = await fetch(form.dataset.options, { method: "POST", body });
    const options = opened(await reply.json());
    field.value = written(await navigator.credentials[form.dataset.passkey](options));
    form.action += location.hash; // a code for /scan outlives the sign-in
    form.requestSubmit();
  } catch ({ name }) {
    said.textContent = said.dataset[WHY[name] || "failed"];
  }
}

let asking;
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-passkey]") || form.elements.credential.value) return;
  const name = form.elements.name;
  if (name && !name.value.trim()) return; // the server says what is missing
  event.preventDefault();
  event.stopImmediatePropagation();
  asking ||= ask(form).finally(() => (asking = undefined));
}, true);
addEventListener("pageshow", () => document.querySelectorAll("form[data-passkey]").forEach((form) => (form.elements.credential.value = "")));
document.addEventListener("htmx:afterSettle", show);
show();
