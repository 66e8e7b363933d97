// From a document's bytes to what is shown of it: judged at once, then the server is asked for newer evidence.
import { status_age_default_s } from "../verdict/limits.js";
import type { PrintCheck } from "./compare.js";
import type { Freshness } from "./headline.js";
import { fetch_receipts, follows, highest_known, pinned_texts, remember_served, the_network } from "./ledger.js";
import { number } from "./language.js";
import { look_up_form } from "./look_up.js";
import { ask, type Judged } from "./messages.js";
import { answer_max_ms, within } from "./net.js";
import type { Note, Shown } from "./result.js";

/** A document that somebody gave, in whatever form. */
export interface Given {
  bytes: Uint8Array;
  source: string;
  /** Of a PDF: its text beside the verdict. */
  pdf?: (judged: Judged) => PrintCheck;
  /** By a code or a link, which paper may carry. */
  by_code?: boolean;
}
const max_s = status_age_default_s;
export const now = (): number => Math.floor(Date.now() / 1000);

/** Tells what is known each time it changes: `first`, then after the server was asked. What is told last stands. */
export async function examine(given: Given, looked_up: (file: Uint8Array, number: string) => void, tell: (shown: Shown, first: boolean) => void): Promise<void> {
  const { bytes: file, source, pdf, by_code = false } = given;
  const judging = { file, pinned: pinned_texts(), now: now(), max_s };
  const first = await ask({ op: "judge", ...judging });
  const look_up = look_up_form("again", looked_up);
  const make = (judged: Judged, fresh: Freshness, notes: Note[]): Shown => ({ source, judged, fresh, notes, look_up, by_code, checked_at: now(), known: highest_known(), max_days: Math.floor(max_s / 86400), network: the_network()!.net, ...(pdf ? { pdf: pdf(judged) } : {}) });
  if (first.ask.length === 0) {
    tell(make(first, { state: "unreachable" }, []), true);
    return;
  }
  tell(make(first, { state: "asking" }, []), true);
  // Whatever goes wrong there, the headline must not go on saying that it asks.
  const asked = refresh(judging, first).catch((): Refreshed => ({ judged: first, fresh: { state: "unreachable" }, notes: [] }));
  // On a slow phone the answer may need longer than its way: it is shown when it comes.
  if (!(await within(asked, answer_max_ms))) tell(make(first, { state: "unreachable" }, []), false);
  const { judged, fresh, notes } = await asked;
  tell(make(judged, fresh, notes), false);
}

interface Refreshed {
  judged: Judged;
  fresh: Freshness;
  notes: Note[];
}
/** Newer evidence from the server; whatever it says is verified, and what does not hold is left aside. */
async function refresh(judging: { file: Uint8Array; pinned: string[]; now: number; max_s: number }, first: Judged): Promise<Refreshed> {
  let receipts: Uint8Array[];
  try {
    receipts = await fetch_receipts(first.ask);
  } catch {
    // A valid document's headline says it already.
    const notes: Note[] = first.verdict.outcome === "valid" ? [] : [{ tone: "none", vi: "Không lấy được bằng chứng mới hơn; kết luận dựa trên tệp này.", en: "No newer proof could be had; the conclusion rests on this file alone." }];
    return { judged: first, fresh: { state: "unreachable" }, notes };
  }
  const answer = await ask({ op: "refresh", receipts, ...judging });
  const notes: Note[] = [];
  if (answer.fork !== null) notes.push({ tone: "bad", vi: "Máy chủ đưa ra một nhánh sổ cái khác với nhánh mà trang này đã biết: có hai phiên bản của sổ cái. Đã bỏ qua những gì máy chủ nói. Hãy báo cho Sở.", en: "The server shows another branch of the ledger than the one this page knows: there are two versions of the ledger. What the server says was left aside. Tell the department." });
  if (answer.bad > 0) notes.push({ tone: "caution", vi: `Máy chủ đưa ra ${answer.bad} bằng chứng không đúng; đã bỏ qua.`, en: `The server gave ${answer.bad} proofs that do not hold; they were left aside.` });
  // The newest that the server tells is compared with what the page remembers, and remembered, even if the file is as new.
  const { served, used } = answer;
  const top = answer.judged.top;
  const remembered = served ? await remember_served(served) : null;
  const continues = used && top!.hash !== served?.hash ? await follows(top!) : remembered;
  if (continues === false) {
    notes.push({ tone: "bad", vi: "Sổ cái mà máy chủ đưa ra không nối tiếp sổ cái mà trang này đã biết. Đã bỏ qua những gì máy chủ nói. Hãy báo cho Sở.", en: "The ledger that the server shows does not continue the one that this page knows. What the server says was left aside. Tell the department." });
    return { judged: first, fresh: { state: "unproven" }, notes };
  }
  // A ledger that stands still proves nothing of today, however often it is asked.
  const newest = served && Math.max(served.time, top?.time ?? 0);
  const asked: Freshness = newest !== null && judging.now - newest > judging.max_s ? { state: "asked", stopped: newest } : { state: "asked" };
  if (!used) {
    // Newer headers without the status of these records, or spoiled proofs, are no answer.
    const answered = served !== null && answer.bad === 0 && answer.fork === null && served.height <= (first.top?.height ?? -1);
    if (notes.length === 0) notes.push({ tone: "none", vi: "Máy chủ không có bằng chứng mới hơn tệp này.", en: "The server has no newer proof than this file." });
    return { judged: first, fresh: answered ? asked : { state: "unproven" }, notes };
  }
  if (continues === null) notes.push({ tone: "caution", vi: "Chưa so được sổ cái mới với điểm kiểm tra mà trang này nhớ.", en: "The newer ledger could not be compared with the checkpoint that this page remembers." });
  notes.push({ tone: "good", vi: `Đã lấy và kiểm tra bằng chứng mới đến khối ${number(top!.height)}.`, en: `Newer proofs were fetched and verified, up to block ${number(top!.height)}.` });
  return { judged: answer.judged, fresh: asked, notes };
}
