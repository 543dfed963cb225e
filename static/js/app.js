// What HTML and htmx leave open; no page needs it.
"use strict";
(() => {
  const $ = (what, root = document) => root.querySelector(what);
  const all = (what, root = document) => [...root.querySelectorAll(what), ...(root.matches?.(what) ? [root] : [])];
  const on = (name, act, capture = false) => document.addEventListener(name, act, capture);
  const sheet = $("#sheet");
  const toasts = $("#toasts");
  const word = (name) => document.body.dataset["word" + name] || "";

  // ---- toasts: inside an open sheet, since a modal dialog hides everything else
  function icon(name) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("class", "icon");
    svg.setAttribute("aria-hidden", "true");
    svg.append(document.createElementNS(svg.namespaceURI, "use"));
    svg.firstChild.setAttribute("href", document.body.dataset.icons + "#" + name);
    return svg;
  }
  function toast(text, tone = "ok") {
    if (!text) return;
    const box = document.createElement("div");
    const words = document.createElement("span");
    const cross = document.createElement("button");
    box.className = "toast " + tone;
    words.textContent = text;
    cross.className = "round";
    cross.type = "button";
    cross.dataset.dismiss = "";
    cross.setAttribute("aria-label", word("Dismiss"));
    cross.append(icon("cross"));
    box.append(icon({ bad: "cross", warn: "alert", info: "info" }[tone] || "check"), words, cross);
    if (sheet.open && sheet.matches(":modal")) sheet.append(toasts);
    toasts.replaceChildren(box);
  }
  on("toast", (e) => toast(e.detail.value ?? e.detail.text, e.detail.tone));
  // ---- the sheet
  let opener, alone = false;
  function openSheet() {
    if (sheet.open && !sheet.matches(":modal")) sheet.close();
    if (!sheet.open) sheet.showModal();
  }
  function closeSheet() {
    if (!sheet.open) return;
    if (alone) return location.assign($("[data-close]", sheet)?.href || "/");
    sheet.close();
  }
  sheet.addEventListener("close", () => {
    document.body.append(toasts);
    if (alone) return;
    sheet.replaceChildren();
    if (opener?.isConnected) opener.focus();
    else $("#main").focus({ preventScroll: true });
  });
  sheet.addEventListener("cancel", (e) => { if ($(".spoken")) e.preventDefault(); else if (alone) { e.preventDefault(); closeSheet(); } });
  sheet.addEventListener("click", (e) => { if (e.target === sheet && !$(".spoken")) closeSheet(); });
  on("closeSheet", closeSheet);

  // ---- after a swap: focus goes where the reader has to go on; a poll or typing only gives back what it took
  const done = new WeakSet();
  let held;
  on("htmx:beforeSwap", (e) => { held = e.detail.target?.contains(document.activeElement); });
  function settle(e) {
    const { xhr, target, requestConfig } = e.detail;
    const fresh = target?.isConnected ? target : document.getElementById(target?.id || "-") || e.target;
    start(e.target);
    if (!xhr || done.has(xhr)) return;
    done.add(xhr);
    const cause = requestConfig?.triggeringEvent?.type;
    const asked = cause === "click" || cause === "submit";
    if (target === sheet && sheet.textContent.trim()) openSheet();
    if (asked || (held && document.activeElement === document.body)) moveOn(fresh, asked);
    showProbe(fresh, asked);
  }
  function moveOn(fresh, asked) {
    const faults = $(".summary", fresh);
    const prefix = word("Error") + " ";
    document.title = (faults ? prefix : "") + document.title.replace(prefix, "");
    const next = faults || $("[autofocus]", fresh) || $("h1, h2, h3", fresh) || (fresh.matches("li") && $("a, button", fresh));
    if (!next) return;
    if (/^H\d$/.test(next.tagName)) next.tabIndex = -1;
    next.focus({ preventScroll: !asked });
  }
  function showProbe(fresh, asked) {
    const [probe] = all("#probe", fresh);
    if (document.activeElement?.matches("input, select")) return; // whoever types on is not carried away
    const at = probe && ($(".advice", probe) || (asked && probe.matches("[hx-get]") && probe));
    if (at) at.scrollIntoView({ block: "nearest", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
  }
  on("htmx:afterSettle", settle);

  // ---- busy buttons, no double posts
  function busy(button, yes) {
    if (!button?.matches?.("button, .button, .round")) return;
    for (const name of ["aria-busy", "aria-disabled"]) yes ? button.setAttribute(name, "true") : button.removeAttribute(name);
  }
  const cause = (e) => e.detail.requestConfig.triggeringEvent?.submitter || e.detail.requestConfig.elt;
  on("htmx:beforeRequest", (e) => {
    if (e.detail.target === sheet && !sheet.open) opener = e.detail.elt;
    busy(cause(e), true);
  });
  on("htmx:afterRequest", (e) => {
    busy(cause(e), false);
    const { status } = e.detail.xhr, form = e.detail.requestConfig.elt;
    if (status < 400 && status && form.matches("form[data-draft]")) forget(form.dataset.draft);
    if (status === 204) all("#as-of time").forEach((it) => (it.dateTime = "")), ages();
  });
  on("click", (e) => {
    if (e.target.closest?.('[aria-busy="true"], [aria-disabled="true"]')) { e.preventDefault(); e.stopImmediatePropagation(); }
  }, true);
  on("submit", (e) => {
    const form = e.target;
    all('[data-reveal][aria-pressed="true"]', form).forEach(reveal);
    if (form.dataset.sent) { e.preventDefault(); e.stopImmediatePropagation(); }
  }, true);
  on("submit", (e) => {
    const form = e.target;
    if (e.defaultPrevented || form.hasAttribute("data-download")) return;
    form.dataset.sent = "1";
    busy(e.submitter, true);
    setTimeout(free, 20000);
    if (form.dataset.draft) store.setItem("sent", form.dataset.draft);
  });
  function free() {
    all("form[data-sent]").forEach((form) => delete form.dataset.sent);
    all('[aria-busy="true"][aria-disabled]').forEach((button) => busy(button, false));
  }
  addEventListener("pageshow", free);

  // ---- drafts: [value, what the page said before], never passwords, gone with the tab
  let store;
  try { store = sessionStorage; store.length; } catch { store = { getItem: () => null, setItem() {}, removeItem() {} }; }
  const kept = (field) => field.name && !/^(password|hidden|file|submit|button)$/.test(field.type) && !/one-time|password/.test(field.autocomplete) && !field.dataset.secret;
  const box = (field) => /^(checkbox|radio)$/.test(field.type);
  const value = (field) => (box(field) ? field.checked : field.value);
  const given = (field) => box(field) ? field.defaultChecked
    : field.options ? ([...field.options].find((o) => o.defaultSelected) || field.options[0])?.value ?? "" : field.defaultValue;
  const name = (field) => field.name + (field.type === "radio" || field.type === "checkbox" ? "=" + field.getAttribute("value") : "");
  const half = (field) => field.matches("[data-address]") && field.value.includes("@"); // a login may stand before it
  const wrong = (form) => $('[aria-invalid="true"], .summary', form);
  function read(form) {
    try { return JSON.parse(store.getItem("draft:" + form.dataset.draft)) || {}; } catch { return {}; }
  }
  function keep(form) {
    const draft = {}, old = wrong(form) ? read(form) : {};
    for (const field of form.elements) {
      const before = old[name(field)]?.[1] ?? given(field);
      if (kept(field) && !half(field) && value(field) !== before) draft[name(field)] = [value(field), before];
    }
    try { store.setItem("draft:" + form.dataset.draft, JSON.stringify(draft)); } catch { /* full or forbidden: no draft */ }
  }
  const forget = (key) => store.removeItem("draft:" + key);
  function recall(form) {
    if (wrong(form)) return;
    const draft = read(form);
    for (const field of form.elements) {
      const [text, before] = draft[name(field)] || [];
      if (text === undefined || !kept(field) || before !== given(field) || value(field) !== before) continue;
      if (box(field)) field.checked = text;
      else field.value = text;
    }
  }
  function settleDrafts() {
    const sent = store.getItem("sent");
    store.removeItem("sent");
    if (sent && !$("[data-failed-page]") && !$(`form[data-draft="${CSS.escape(sent)}"]`)) forget(sent);
  }

  // ---- fields
  const tell = (field, type = "input") => field.dispatchEvent(new Event(type, { bubbles: true }));
  function put(form, what, text) {
    const field = form && $(what, form);
    if (!field || text === undefined) return;
    if (box(field)) field.checked = text;
    else field.value = text;
    tell(field);
  }
  const plain = (text) => { try { return text && decodeURIComponent(text); } catch { return text; } };
  const WHERE = /^(?:([a-z]+):\/\/)?(?:([^:@/\s]*)(?::([^@/\s]*))?@)?(\[[\da-f:.]+\]|[^:@/?#[\]\s]+)(?::(\d{1,5}))?(?:[/?#].*)?$/i;
  function split(field) {
    const [, scheme = "", user, password, host, port] = field.value.trim().match(WHERE) || [];
    if (!host || !/^(https?|rtsp)?$/i.test(scheme)) return;
    const bare = host.replace(/^\[|\]$/g, "");
    if (bare !== field.value) { field.value = bare; tell(field); }
    const secure = { https: true, http: false }[scheme.toLowerCase()];
    put(field.form, "[data-https]", secure);
    put(field.form, "[data-username]", plain(user) || undefined);
    put(field.form, "[data-password]", plain(password) || undefined);
    if (/^rtsp$/i.test(scheme)) return;
    const box = field.form && $("[data-port]", field.form);
    if (port) { put(field.form, "[data-port]", port); box && (box.dataset.touched = "1"); }
    else if (secure !== undefined) usual(field.form, secure);
  }
  function usual(form, secure) {
    const port = form && $("[data-port]", form);
    if (port && !port.dataset.touched && ["", "80", "443"].includes(port.value)) put(form, "[data-port]", secure ? "443" : "80");
  }
  function reveal(button) {
    const field = document.getElementById(button.dataset.reveal);
    const shown = field.type === "text";
    field.dataset.secret = "1";
    field.type = shown ? "password" : "text";
    button.setAttribute("aria-pressed", String(!shown));
  }
  on("input", (e) => {
    const field = e.target;
    if (e.isTrusted && field.matches("[data-port]")) field.dataset.touched = "1";
    if (e.inputType === "insertFromPaste" && field.matches("[data-address]")) split(field);
    if (field.form?.dataset.draft) keep(field.form);
  });
  on("change", (e) => {
    const field = e.target;
    if (field.matches("[data-address]")) split(field);
    if (field.matches("[data-https]")) usual(field.form, field.checked);
    if (field.form?.dataset.draft) keep(field.form);
  });

  // ---- taps
  async function copy(text) {
    const back = document.activeElement;
    try { await navigator.clipboard.writeText(text); } catch {
      const area = document.createElement("textarea");
      area.className = "sr";
      area.value = text;
      (sheet.open ? sheet : document.body).append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
      back?.focus();
    }
    toast(word("Copied"));
  }
  const words = (text) => (/^#[\w-]+$/.test(text) ? $(text)?.value ?? $(text)?.textContent.trim() : text);
  on("click", (e) => {
    const at = (what) => e.target.closest?.(what);
    let hit;
    if ((hit = at("[data-draft-done]"))) forget(hit.dataset.draftDone);
    if ((hit = at("[data-close]")) && sheet.contains(hit) && !alone) { e.preventDefault(); closeSheet(); }
    else if ((hit = at("[data-reveal]"))) reveal(hit);
    else if ((hit = at("[data-dismiss]"))) hit.closest(".toast").remove();
    else if ((hit = at("[data-copy]"))) copy(words(hit.dataset.copy));
    else if ((hit = at("[data-reload]"))) { e.preventDefault(); location.reload(); }
    else if ((hit = at("[data-print]"))) print();
    else if ((hit = at("[data-share]"))) {
      const what = { url: words(hit.dataset.share), title: hit.dataset.title || document.title, text: hit.dataset.text };
      if (navigator.share) navigator.share(what).catch(() => {});
      else copy(what.url);
    }
  });

  // ---- ages, top bar, offline
  const lang = document.documentElement.lang || "en";
  const [now, since] = ["auto", "always"].map((numeric) => new Intl.RelativeTimeFormat(lang, { numeric, style: "short" }));
  const units = [[31536000, "year"], [2592000, "month"], [604800, "week"], [86400, "day"], [3600, "hour"], [60, "minute"], [1, "second"]];
  function ages() {
    for (const at of all("time[data-age]")) {
      at.dateTime ||= new Date().toISOString();
      const s = Math.max(0, (Date.now() - Date.parse(at.dateTime)) / 1000);
      const [size, unit] = units.find(([size]) => s >= size) || [1, "second"];
      const text = (s < 1 ? now : since).format(-Math.floor(s / size), unit);
      if (at.textContent !== text) at.textContent = text;
      if (at.dataset.old) at.classList.toggle("old", s > +at.dataset.old);
    }
  }
  setInterval(() => document.hidden || ages(), 5000), on("visibilitychange", ages);
  const top = $("header.top");
  const seen = new IntersectionObserver((list) => {
    const last = list.at(-1);
    $(".now", top).textContent = last.target.textContent.trim();
    top.classList.toggle("scrolled", !last.isIntersecting && last.boundingClientRect.top < 56 && last.target.isConnected);
  }, { rootMargin: "-56px 0px 0px" });
  const line = () => { $("#offline") && ($("#offline").hidden = navigator.onLine); };
  const again = () => $("[data-failed-page] [data-reload]") && location.reload();
  addEventListener("offline", line), addEventListener("online", () => { line(); again(); });

  // ---- no answer
  on("htmx:responseError", () => toast(word("Failed"), "bad"));
  on("htmx:sendError", () => toast(word("Offline"), "bad"));
  on("htmx:timeout", () => toast(word("Timeout"), "bad"));

  // ---- every new piece of page
  function start(root) {
    all("[data-reveal], [data-dismiss], [data-copy], [data-share], [data-print]", root).forEach((it) => (it.hidden = false));
    all("[data-module]", root).forEach((it) => import(it.dataset.module));
    all("[data-draft-done]", root).forEach((it) => it.matches("a, button") || forget(it.dataset.draftDone));
    all("form[data-draft]", root).forEach(recall);
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    for (const field of all("[data-timezone]", root)) {
      if (!field.value && (!field.options || [...field.options].some((o) => o.value === zone))) field.value = zone;
    }
    const title = $("h1");
    if (top && title) { seen.disconnect(); seen.observe(title); }
    ages();
  }
  settleDrafts(), start(document), line();
  if (navigator.onLine) setTimeout(again, 5000);
  if (sheet.open) { alone = true; openSheet(); }
  $("main .summary, dialog .summary")?.focus();
  if (isSecureContext) navigator.serviceWorker?.register("/sw.js").catch(() => {});
})();
