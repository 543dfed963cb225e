// Keeps what is left until a moment true, in the reader's wording; asked for by pages that show some.
const lang = document.documentElement.lang || "en";
const units = [[86400, "day"], [3600, "hour"], [60, "minute"], [1, "second"]];
const words = (count, unit) => new Intl.NumberFormat(lang, { style: "unit", unit, unitDisplay: "long" }).format(count);

function left(seconds) {
  const first = units.findIndex(([size]) => seconds >= size);
  const [size, unit] = units[first];
  const rest = units[first + 1] && Math.floor((seconds % size) / units[first + 1][0]);
  return words(Math.floor(seconds / size), unit) + (rest ? ", " + words(rest, units[first + 1][1]) : "");
}

function tick() {
  for (const at of document.querySelectorAll("time[data-until]")) {
    const seconds = Math.floor((Date.parse(at.dateTime) - Date.now()) / 1000);
    const text = seconds > 0 ? left(seconds) : at.dataset.ended;
    if (at.textContent !== text) at.textContent = text;
  }
}

setInterval(() => document.hidden || tick(), 1000);
document.addEventListener("visibilitychange", tick);
document.addEventListener("htmx:afterSettle", tick);
tick();
