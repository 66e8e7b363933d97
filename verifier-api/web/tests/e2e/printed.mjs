// The printed forms of a document, made independently of the page: shared ciphertext, sets of codes, PDF.
import { createCipheriv, createHash, hkdfSync } from "node:crypto";
import { deflateSync } from "node:zlib";
import { AFRelationship, PDFDocument, PDFName, PDFString, StandardFonts } from "pdf-lib";

export function share(file, handle, key) {
  const secret = Buffer.from(hkdfSync("sha256", key, handle, "stele/v1/share", 32));
  const nonce = Buffer.alloc(12, 7);
  const cipher = createCipheriv("aes-256-gcm", secret, nonce);
  const head = Buffer.from("STLS\x01", "latin1");
  cipher.setAAD(Buffer.concat([head, handle]));
  return Buffer.concat([head, nonce, cipher.update(deflateSync(file)), cipher.final(), cipher.getAuthTag()]);
}

const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
export function base45(data) {
  let out = "";
  for (let i = 0; i < data.length; i += 2) {
    const two = i + 1 < data.length;
    let n = two ? data[i] * 256 + data[i + 1] : data[i];
    for (let k = 0; k < (two ? 3 : 2); k++) {
      out += alphabet[n % 45];
      n = Math.floor(n / 45);
    }
  }
  return out;
}
export function codes_of(file, slice = 600) {
  const z = deflateSync(file, { level: 9 });
  const set = createHash("sha256").update(file).digest("hex").slice(0, 16).toUpperCase();
  const n = Math.ceil(z.length / slice);
  return Array.from({ length: n }, (_, i) => `STELE1:${set}:${i + 1}/${n}:${base45(z.subarray(i * slice, (i + 1) * slice))}`);
}

export async function pdf_of(file, lines, { attachments = [["document.stele.json", file]], stated = createHash("sha256").update(file).digest("hex") } = {}) {
  const pdf = await PDFDocument.create();
  const font = await pdf.embedFont(StandardFonts.Helvetica);
  const page = pdf.addPage([595, 842]);
  lines.forEach((line, i) => page.drawText(line, { x: 60, y: 760 - 24 * i, size: 13, font }));
  for (const [name, bytes] of attachments) await pdf.attach(bytes, name, { mimeType: "application/json", afRelationship: AFRelationship.Source });
  pdf.getInfoDict().set(PDFName.of("SteleDocument"), PDFString.of(stated));
  return Buffer.from(await pdf.save({ useObjectStreams: false }));
}
