// A PDF that carries its document file. Loaded when the first PDF is chosen. The verdict is on the attached file; the
// printed text is only compared with it, field by field.
import * as pdfjs from "pdfjs-dist";
import worker_url from "pdfjs-dist/build/pdf.worker.min.mjs?url";

pdfjs.GlobalWorkerOptions.workerSrc = worker_url;

export type PdfTrouble = "not_readable" | "no_attachment" | "several_attachments" | "attachment_name";
export interface Pdf {
  document: Uint8Array;
  text: string;
  pages: number;
  /** Hex SHA-256 of the document that was printed, if the PDF states it. */
  stated: string | null;
}
const pages_max = 64;
const name = "document.stele.json";

export async function read_pdf(data: Uint8Array): Promise<Pdf | PdfTrouble> {
  const task = pdfjs.getDocument({ data, isEvalSupported: false, disableFontFace: true, useSystemFonts: false, enableXfa: false, stopAtErrors: true });
  try {
    const pdf = await task.promise;
    const attachments = Object.values((await pdf.getAttachments()) as Record<string, { filename: string; content: Uint8Array }> | null ?? {});
    if (attachments.length === 0) return "no_attachment";
    if (attachments.length > 1) return "several_attachments";
    if (attachments[0]!.filename !== name) return "attachment_name";
    let text = ""; // spaces are items of their own
    const pages = Math.min(pdf.numPages, pages_max);
    for (let i = 1; i <= pages; i++) {
      const content = await (await pdf.getPage(i)).getTextContent();
      for (const item of content.items) if ("str" in item) text += item.str + (item.hasEOL ? "\n" : "");
      text += "\n";
    }
    const info = (await pdf.getMetadata()).info as { Custom?: Record<string, unknown> };
    const stated = info.Custom?.SteleDocument;
    return { document: attachments[0]!.content, text, pages: pdf.numPages, stated: typeof stated === "string" ? stated.toLowerCase() : null };
  } catch {
    return "not_readable";
  } finally {
    await task.destroy();
  }
}
