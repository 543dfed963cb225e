// Reads a code from the camera, a photo or the address, and posts its text as if it had been pasted.
"use strict";
(() => {
  const $ = (what) => document.querySelector(what);
  const jsqr = document.currentScript.dataset.jsqr;
  const show = (what, yes) => { if ($(what)) $(what).hidden = !yes; };
  let stream, native, round = 0;

  function say(name) {
    const line = $("#scan-said");
    if (line) [line.textContent, line.hidden] = [line.dataset[name], false];
  }
  function give(text) {
    stop();
    say("found");
    const form = $("#scan-text");
    if (!form) return;
    form.elements.code.value = text;
    form.requestSubmit();
  }

  // ---- two readers: the browser's own, else jsQR, which is fetched then
  async function ready() {
    const kinds = await window.BarcodeDetector?.getSupportedFormats();
    if (kinds?.includes("qr_code")) native = new BarcodeDetector({ formats: ["qr_code"] });
    else if (!window.jsQR) await new Promise((onload, onerror) => {
      document.head.append(Object.assign(document.createElement("script"), { src: jsqr, onload, onerror }));
    });
  }
  const canvas = document.createElement("canvas");
  async function read(picture, width, height, side) {
    const scale = Math.min(1, side / Math.max(width, height));
    canvas.width = width * scale;
    canvas.height = height * scale;
    const brush = canvas.getContext("2d", { willReadFrequently: true });
    brush.fillStyle = "#fff"; // behind pictures that let it through
    brush.fillRect(0, 0, canvas.width, canvas.height);
    brush.drawImage(picture, 0, 0, canvas.width, canvas.height);
    if (native) return (await native.detect(canvas))[0]?.rawValue;
    const { data } = brush.getImageData(0, 0, canvas.width, canvas.height);
    return jsQR(data, canvas.width, canvas.height)?.data;
  }

  async function photo(file) {
    let picture;
    stop();
    say("looking");
    try { await ready(); } catch { return say("failed"); }
    try { picture = await createImageBitmap(file); } catch { return say("unread"); }
    for (const side of [1000, 1800, 600]) {
      const text = await read(picture, picture.width, picture.height, side);
      if (text) return give(text);
    }
    say("nothing");
  }

  // ---- the camera: only when asked for, and off again with the first code or the page
  async function start() {
    if (!isSecureContext) return say("insecure");
    if (!navigator.mediaDevices) return say("none");
    const mine = ++round;
    try { await ready(); } catch { return say("failed"); }
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment", width: { ideal: 1280 } } });
    } catch ({ name }) {
      return say({ NotAllowedError: "refused", NotFoundError: "none" }[name] || "busy");
    }
    const video = $("#picture");
    if (mine !== round || !video) return stop();
    video.srcObject = stream;
    await video.play().catch(() => {});
    running(true);
    $("#torch").ariaPressed = "false";
    show("#torch", stream.getVideoTracks()[0].getCapabilities?.().torch);
    say("looking");
    look(video, mine);
  }
  function running(yes) {
    show("#viewer", yes), show("#stop-camera", yes), show("#use-camera", !yes);
  }
  async function look(video, mine) {
    if (mine !== round || !stream) return;
    const text = video.videoWidth && await read(video, video.videoWidth, video.videoHeight, 1000).catch(() => "");
    if (mine !== round) return;
    if (text) give(text);
    else setTimeout(look, 120, video, mine);
  }
  function stop() {
    round++;
    stream?.getTracks().forEach((track) => track.stop());
    stream = undefined;
    running(false), show("#torch", false), show("#scan-said", false);
  }
  function light(button) {
    const torch = button.ariaPressed !== "true";
    stream.getVideoTracks()[0].applyConstraints({ advanced: [{ torch }] })
      .then(() => (button.ariaPressed = torch), () => show("#torch", false));
  }

  document.addEventListener("click", ({ target }) => {
    const id = target.closest("button")?.id;
    if (id === "use-camera") start();
    if (id === "stop-camera") stop();
    if (id === "torch") light($("#torch"));
  });
  document.addEventListener("change", ({ target }) => {
    if (target.id === "photo" && target.files[0]) photo(target.files[0]), (target.value = "");
    const button = target.name === "tick" && $("[data-labels]");
    if (button) button.textContent = button.dataset.labels.split("|")[document.querySelectorAll('[name="tick"]:checked').length];
  });
  document.addEventListener("visibilitychange", () => document.hidden && stop());
  addEventListener("pagehide", stop);

  function begin() {
    show("#scan-ways", true);
    const text = /^#(SH\d+:.+)/s.exec(location.hash)?.[1];
    if (!text || !$("#scan-text")) return;
    history.replaceState(null, "", location.pathname);
    try { give(decodeURIComponent(text)); } catch { give(text); }
  }
  document.addEventListener("htmx:afterSettle", begin);
  addEventListener("hashchange", begin);
  begin();
})();
