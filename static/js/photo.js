// A phone's photo is made small enough before it is sent; where that does not work it goes as it is.
const MOST = 2048; // pixels of the longer side
const LIGHT = 1 << 20; // bytes; what is lighter stays as it is

async function shrunk(file) {
  const picture = await createImageBitmap(file);
  const scale = Math.min(1, MOST / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(picture.width * scale);
  canvas.height = Math.round(picture.height * scale);
  const brush = canvas.getContext("2d");
  brush.fillStyle = "#fff"; // behind pictures that let it through
  brush.fillRect(0, 0, canvas.width, canvas.height);
  brush.drawImage(picture, 0, 0, canvas.width, canvas.height);
  const made = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.85));
  return made && made.size < file.size ? new File([made], "photo.jpg", { type: "image/jpeg" }) : file;
}

const field = document.querySelector("input[type=file][name=photo]");
async function lighten() {
  const [file] = field.files;
  if (!file || file.size <= LIGHT) return;
  const buttons = field.form.querySelectorAll("button:not([type])");
  buttons.forEach((button) => (button.disabled = true));
  try {
    const files = new DataTransfer();
    files.items.add(await shrunk(file));
    field.files = files.files;
  } catch { /* not a picture that the browser reads: the server says so */ }
  buttons.forEach((button) => (button.disabled = false));
}
field.addEventListener("change", lighten);
lighten(); // one that was chosen before this was there
