// A signature on glass: kept as strokes of points in a fixed box, in a field of the form; drawn for good by the server.
const form = document.querySelector("form[data-sign]");
const glass = form.querySelector("canvas");
const field = form.elements.strokes;
const brush = glass.getContext("2d");
const { width, height } = glass;
let strokes = field.value ? field.value.split(";").map((text) => text.split(" ").map((point) => point.split(",").map(Number))) : [];
let stroke = null;
let points = strokes.flat().length;

const within = (value, most) => Math.max(0, Math.min(most, Math.round(value)));
function place(event) {
  const box = glass.getBoundingClientRect();
  return [within(((event.clientX - box.left) / box.width) * width, width), within(((event.clientY - box.top) / box.height) * height, height)];
}
function draw(from, to) {
  brush.beginPath();
  brush.moveTo(...from);
  brush.lineTo(to[0] + (from === to), to[1]);
  brush.stroke();
}
function add(point) {
  const last = stroke.at(-1);
  if (points >= +glass.dataset.points || (last && Math.hypot(point[0] - last[0], point[1] - last[1]) < 2)) return;
  stroke.push(point);
  points += 1;
  draw(last || point, point);
}
function end() {
  stroke = null;
  field.value = strokes.map((line) => line.map((point) => point.join(",")).join(" ")).join(";");
}

glass.addEventListener("pointerdown", (event) => {
  if (stroke || !event.isPrimary || strokes.length >= +glass.dataset.strokes || points >= +glass.dataset.points) return;
  event.preventDefault();
  glass.setPointerCapture(event.pointerId);
  strokes.push((stroke = []));
  add(place(event));
});
glass.addEventListener("pointermove", (event) => {
  if (!stroke || !event.isPrimary) return;
  const passed = event.getCoalescedEvents?.() || [];
  for (const one of passed.length ? passed : [event]) add(place(one));
});
for (const name of ["pointerup", "pointercancel"]) glass.addEventListener(name, (event) => stroke && event.isPrimary && end());
form.querySelector("[data-clear]").addEventListener("click", () => {
  [strokes, points] = [[], 0];
  end();
  brush.clearRect(0, 0, width, height);
});

Object.assign(brush, { lineWidth: 5, lineCap: "round", lineJoin: "round", strokeStyle: "#000" });
for (const line of strokes) line.forEach((point, n) => draw(line[n - 1] || point, point));
form.querySelector("[data-glass]").hidden = false;
