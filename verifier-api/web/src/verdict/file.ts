// Document and receipt files: their one canonical form. wire-format.md section 9.
import { refuse, un_b64u, type Bytes } from "./bytes.js";
import { raw_evidence, type Raw } from "./evidence.js";
import { parse_closely, print, type Parsed } from "./json.js";
import { ascending, bytes, net_form, not_descending, compare_numbers, compare_text, digest, integer, list, one_of, ordered_fields, text, type Read } from "./read.js";
import { digest_of } from "./disclosures.js";

export interface RawRow {
  record: number;
  row: number;
  result: string;
  result_path: string[];
  detail?: string;
  detail_path?: string[];
}
export interface File_ {
  kind: "document" | "receipt";
  net: string;
  subject: number;
  disclosures: { record: number; disclosure: string }[];
  rows: RawRow[];
  persons: { record: number; disclosure: string }[];
  book: Bytes | null;
  evidence: Raw;
}
export const file_size_max = 4 * 1024 * 1024;

const position = integer(0, Number.MAX_SAFE_INTEGER);
const disclosure: Read<string> = (v, w) => {
  const t = text(v, w);
  if (t.length > 8192) refuse("out_of_bounds", w);
  un_b64u(t, w);
  return t;
};
const opened: Read<{ record: number; disclosure: string }> = (v, w) => {
  const f = ordered_fields(v, w, ["record", "disclosure"]);
  return { record: f.need("record", position), disclosure: f.need("disclosure", disclosure) };
};
const path = list(0, 64, digest);
const row: Read<RawRow> = (v, w) => {
  const f = ordered_fields(v, w, ["record", "row", "result", "result_path", "detail", "detail_path"]);
  const out: RawRow = {
    record: f.need("record", position), row: f.need("row", integer(0, 4095)), result: f.need("result", disclosure), result_path: f.need("result_path", path),
  };
  if (f.has("detail") || f.has("detail_path")) {
    out.detail = f.need("detail", disclosure);
    out.detail_path = f.need("detail_path", path);
  }
  return out;
};

/** A damaged file of this kind is told from any other by how it begins. */
export function parse_file(data: Bytes): Parsed {
  if (data.length > file_size_max) refuse("too_large", "file");
  try {
    return parse_closely(data, file_size_max, true);
  } catch (e) {
    const start = new TextDecoder().decode(data.subarray(0, 19));
    if (!start.startsWith('{"stele":"document"') && !start.startsWith('{"stele":"receipt"')) refuse("unknown_type", "stele");
    throw e;
  }
}

export function read_file(data: Bytes, { value, printed: as_printed }: Parsed): File_ {
  if (!(value instanceof Map)) refuse("unknown_type");
  const kind = value.get("stele");
  if (kind !== "document" && kind !== "receipt") refuse("unknown_type", "stele");
  if (value.get("v") !== 1) refuse("unknown_version", "v");
  const names = ["stele", "v", "net", "subject", ...(kind === "document" ? ["disclosures", "rows", "persons", "book"] : []), "evidence"];
  const f = ordered_fields(value, "", names);
  f.need("stele", one_of("document", "receipt"));
  f.need("v", integer(1, 1));
  const out: File_ = { kind, net: f.need("net", net_form), subject: f.need("subject", position), disclosures: [], rows: [], persons: [], book: null, evidence: { headers: [], qcs: [], records: [], inclusions: [], statuses: [], changes: [] } };
  if (kind === "document") {
    out.disclosures = f.need("disclosures", not_descending(0, 1024, opened, (a, b) => compare_numbers(a.record, b.record) || compare_text(digest_of(a.disclosure), digest_of(b.disclosure))));
    out.rows = f.need("rows", ascending(0, 512, row, (a, b) => compare_numbers(a.record, b.record) || compare_numbers(a.row, b.row)));
    out.persons = f.need("persons", ascending(0, 512, opened, (a, b) => compare_numbers(a.record, b.record)));
    out.book = f.may("book", bytes(32)) ?? null;
  }
  out.evidence = f.need("evidence", raw_evidence);
  const n = out.evidence.records.length;
  if (out.subject >= n) refuse("out_of_bounds", "subject");
  for (const name of ["disclosures", "rows", "persons"] as const) {
    out[name].forEach((x, i) => x.record < n || refuse("out_of_bounds", `${name}[${i}].record`));
  }
  // "A reader that parses, prints and finds other bytes refuses the file."
  if (!as_printed) {
    const printed = new TextEncoder().encode(`${print(value)}\n`);
    if (printed.length !== data.length) refuse("not_canonical");
    for (let i = 0; i < data.length; i++) if (printed[i] !== data[i]) refuse("not_canonical", `byte ${i}`);
  }
  return out;
}
