// The machine form of a verdict: same members as `stele verify --json` and POST /v1/verify (docs/http-api.md).
import { plain } from "./json.js";
import type { Verdict } from "./judge.js";
import { utc_text } from "./read.js";
import { outcome_text } from "./words.js";

export function verdict_json(v: Verdict): Record<string, unknown> {
  const at = (b: { height: number; time: number }): unknown => ({ height: b.height, time: utc_text(b.time) });
  const out: Record<string, unknown> = { outcome: v.outcome, ...outcome_text[v.outcome], parts: v.parts };
  if (v.type !== undefined) {
    out.record = {
      type: v.type, id: v.id, index: v.index,
      ...(v.org ? { org: v.org } : {}),
      ...(v.org_name ? { org_name: v.org_name } : {}),
      ...(v.signer ? { signer: { name: v.signer.name, title: v.signer.title } } : {}),
      ...(v.block ? { block: at(v.block) } : {}),
    };
  }
  if (v.status) out.status = { state: v.status.state, as_of: at(v.status.as_of) };
  if (v.recoveries.length > 0) out.recoveries = v.recoveries.map((r) => ({ ...r, published: utc_text(r.published) }));
  out.complete = v.complete;
  out.claims = Object.fromEntries(v.claims.map((c) => [c.name, plain(c.value)]));
  out.figures = v.figures
    .filter((f) => f.kind !== "summary")
    .map((f) => ({
      subject: f.subject, name: f.name, term: f.term, figure: f.figure,
      ...(f.sheet ? { sheet: f.sheet, row: f.row } : {}),
      ...(f.amended_sheet ? { amended_sheet: f.amended_sheet } : {}),
      ...(f.detail ? { detail: f.detail } : {}),
      ...(f.policy_record ? { policy_record: f.policy_record } : {}),
      ...(f.signer ? { signer: f.signer } : {}),
      ...(f.block ? { block: at(f.block) } : {}),
      ...(f.index !== undefined ? { index: f.index } : {}),
    }));
  out.second_signatures = v.second_signatures.map(({ time: _, ...s }) => Object.fromEntries(Object.entries(s).filter(([, x]) => x !== "")));
  return out;
}
