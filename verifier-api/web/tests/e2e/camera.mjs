// A film of QR codes for Chromium's fake camera (Y4M), and PNG pictures of them.
import { writeFileSync } from "node:fs";
import { deflateSync } from "node:zlib";
import QRCode from "qrcode";

/** Grey picture of a code, `width`×`height`, white around. */
export function picture(text, width, height) {
  const { modules } = QRCode.create(text, { errorCorrectionLevel: "M" });
  const n = modules.size;
  const scale = Math.floor((Math.min(width, height) - 16) / (n + 8));
  if (scale < 2) throw new Error(`the code has ${n} modules: too many for ${width}×${height}`);
  const out = Buffer.alloc(width * height, 255);
  const left = Math.floor((width - n * scale) / 2);
  const top = Math.floor((height - n * scale) / 2);
  for (let y = 0; y < n * scale; y++) {
    for (let x = 0; x < n * scale; x++) if (modules.get(Math.floor(y / scale), Math.floor(x / scale))) out[(top + y) * width + left + x] = 0;
  }
  return out;
}

export function film(file, texts, { width = 960, height = 720, frames = 8, fps = 10 } = {}) {
  const parts = [Buffer.from(`YUV4MPEG2 W${width} H${height} F${fps}:1 Ip A1:1 C420jpeg\n`)];
  const chroma = Buffer.alloc((width * height) / 2, 128);
  for (const text of texts) {
    const luma = picture(text, width, height);
    for (let i = 0; i < frames; i++) parts.push(Buffer.from("FRAME\n"), luma, chroma);
  }
  writeFileSync(file, Buffer.concat(parts));
}

const table = Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c >>> 0;
});
function crc32(b) {
  let c = 0xffffffff;
  for (const x of b) c = table[(c ^ x) & 255] ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
}
export function png(text, side = 600) {
  const grey = text === null ? Buffer.alloc(side * side, 200) : picture(text, side, side);
  const chunk = (type, data) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const out = Buffer.alloc(8 + data.length + 4);
    out.writeUInt32BE(data.length, 0);
    body.copy(out, 4);
    out.writeUInt32BE(crc32(body), 8 + data.length);
    return out;
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(side, 0);
  head.writeUInt32BE(side, 4);
  head[8] = 8;
  const rows = Buffer.concat(Array.from({ length: side }, (_, y) => Buffer.concat([Buffer.from([0]), grey.subarray(y * side, (y + 1) * side)])));
  return Buffer.concat([Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), chunk("IHDR", head), chunk("IDAT", deflateSync(rows)), chunk("IEND", Buffer.alloc(0))]);
}
