// What a file that somebody chose holds: a document, a picture that may show a code, or nothing that can be checked.
import { hex, sha256 } from "../verdict/bytes.js";
import { compare_text } from "./compare.js";
import type { Given } from "./examine.js";
import type { PdfTrouble } from "./pdf.js";

export interface Words {
  vi: string;
  en: string;
}
const size_max = 32 * 1024 * 1024;

const pdf_troubles: Record<PdfTrouble, Words> = {
  no_attachment: { vi: "Bản PDF này không đính kèm tệp văn bản, nên không chứng minh được gì. Hãy xin bản PDF gốc hoặc tệp *.stele.json.", en: "This PDF does not carry the document file, so it proves nothing. Ask for the original PDF or the *.stele.json file." },
  several_attachments: { vi: "Bản PDF này có nhiều tệp đính kèm, nên không rõ tệp nào là văn bản thật.", en: "This PDF carries several attachments, so that nobody can say which is meant." },
  attachment_name: { vi: "Tệp đính kèm trong PDF không phải document.stele.json.", en: "The attachment of this PDF is not document.stele.json." },
  not_readable: { vi: "Không đọc được bản PDF này: tệp hỏng hoặc có mật khẩu.", en: "This PDF can't be read: it is damaged or has a password." },
};

export async function read_given(file: File): Promise<Given | Words | "picture"> {
  if (file.size > size_max) return { vi: `Tệp ${file.name} lớn hơn 32 MiB.`, en: `The file ${file.name} is larger than 32 MiB.` };
  let bytes: Uint8Array;
  try {
    bytes = new Uint8Array(await file.arrayBuffer());
  } catch {
    return { vi: `Không đọc được tệp ${file.name}: có thể nó vừa bị đổi hoặc là một thư mục.`, en: `The file ${file.name} can't be read: it may just have changed, or be a folder.` };
  }
  const starts = (text: string): boolean => [...text].every((c, i) => bytes[i] === c.charCodeAt(0));
  if (starts("%PDF-")) return of_pdf(bytes, file.name);
  if (file.type.startsWith("image/") || /\.(png|jpe?g|webp|gif|bmp)$/i.test(file.name)) return "picture";
  return { bytes, source: file.name };
}

async function of_pdf(bytes: Uint8Array, source: string): Promise<Given | Words> {
  const { read_pdf } = await import("./pdf.js");
  const pdf = await read_pdf(bytes);
  if (typeof pdf === "string") return pdf_troubles[pdf];
  const swapped = pdf.stated !== null && pdf.stated !== hex(sha256(pdf.document));
  return { bytes: pdf.document, source, pdf: (judged) => ({ ...compare_text(judged.verdict, pdf.text), swapped }) };
}
