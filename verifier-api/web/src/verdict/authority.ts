// Had the signer the right, then? wire-format.md sections 4.2 and 9, in the state of the parent block.
import type { Entry, Facts } from "./evidence.js";
import { verify_text, type Bytes } from "./bytes.js";
import { law_date } from "./read.js";
import { change_types, is_credential, type Act, type Content, type Grant } from "./records.js";

/** Why there is no proof of authority; or the proof. */
export type Authority =
  | { ok: true; root: true; person: string }
  | { ok: true; root: false; key: number; role: string; policy: number; act: Act; org: string; orgs: string[] }
  | { ok: false; code: string; where: string; roles: string[]; org: string; /** the key that signed, if it is in the bag */ key: number | null };

const includes = (list: readonly string[], x: string): boolean => list.includes(x);

/** Records that are proven to be included and valid under one header. */
class StateAt {
  constructor(
    readonly facts: Facts,
    readonly header: number,
  ) {}
  private proven(record: number): boolean {
    return this.facts.is_included(record, this.header) && this.facts.status(record, this.header) === "valid";
  }
  find(test: (r: Entry) => boolean): number | null {
    const at = this.facts.records.findIndex((r, i) => test(r) && this.proven(i));
    return at < 0 ? null : at;
  }
  /** The organisation and all above it, lowest first; null if one of them is not proven valid. */
  line(org: string): string[] | null {
    const out: string[] = [];
    for (let next: string | undefined = org; next !== undefined; ) {
      if (out.includes(next)) return null;
      out.push(next);
      const wanted: string = next;
      const at = this.find((r) => r.type === "org" && r.content.org === wanted);
      if (at === null) return null;
      next = this.facts.records[at]!.content.parent;
    }
    return out;
  }
  root_org(): string | null {
    const at = this.find((r) => r.type === "org" && r.content.parent === undefined);
    return at === null ? null : this.facts.records[at]!.content.org!;
  }
}

/** The key that signed: of a genesis root, or of a `key` record in the bag (any: one `jwk` has one thumbprint). */
export function key_of(facts: Facts, kid: string): { key: Bytes; person: string; record: number | null } | null {
  const root = facts.genesis.roots.find((r) => r.kid === kid);
  if (root) return { key: root.key, person: root.person, record: null };
  const at = facts.records.findIndex((r) => r.type === "key" && r.content.jwk?.kid === kid && r.content.jwk.key !== null);
  if (at < 0) return null;
  const c = facts.records[at]!.content;
  return { key: c.jwk!.key!, person: c.person!, record: at };
}
export function signature_fits(facts: Facts, record: Entry): boolean | null {
  const signer = key_of(facts, record.kid);
  return signer && verify_text(signer.key, record.signing_input, record.signature);
}

/** What the acts of a policy are matched against. */
interface Subject_ {
  type: string;
  on: string | null;
  replaces: boolean;
  /** Records whose class, subject, term, year a grant is compared with: the record itself, or the targets of a change. */
  scopes: Content[];
}

function subject_of(facts: Facts, record: Entry): Subject_ | string {
  const c = record.content;
  const out: Subject_ = { type: record.type, on: c.kind ?? null, replaces: c.replaces !== undefined, scopes: [c] };
  if (record.type === "key") {
    out.on = c.use!;
    if (c.replaces !== undefined) {
      const before = facts.position(c.replaces);
      if (before === null) return "replaced_key_not_shown";
      if (facts.records[before]!.content.jwk?.kid !== c.jwk!.kid) out.on = "replace";
    }
  }
  if (includes(change_types, record.type)) {
    const targets = (c.targets ?? [c.target!]).map((id) => facts.position(id));
    if (targets.some((t) => t === null)) return "targets_not_shown";
    const records = targets.map((t) => facts.records[t!]!);
    if (records.some((r) => r.type !== records[0]!.type || r.content.org !== c.org)) return "targets_differ";
    out.on = records[0]!.type;
    out.scopes = records.map((r) => r.content);
  }
  return out;
}

const dated = (x: { from?: string; to?: string }, date: string): boolean => (x.from === undefined || x.from <= date) && (x.to === undefined || date <= x.to);

function applies(grant: Grant, scopes: Content[], date: string): boolean {
  return dated(grant, date) && scopes.every((c) => (["class", "subject", "term", "year"] as const).every((n) => grant[n] === undefined || grant[n] === c[n]));
}
function unit_fits(unit: string, grant_org: string, line: string[]): boolean {
  const at = line.indexOf(grant_org);
  if (unit === "own") return at === 0;
  if (unit === "above") return at > 0;
  if (unit === "root") return at >= 0 && at === line.length - 1;
  return unit === "own-or-above" && at >= 0;
}
const period_fits = (period: string | undefined, value: string): boolean =>
  period === undefined ||
  (period === "year" && /^[0-9]{4}$/.test(value)) ||
  (period === "once" && value === "once") ||
  (period === "nth" && /^[1-9][0-9]?$/.test(value));

function root_may(facts: Facts, record: Entry): boolean {
  if (includes(["org", "key", "policy", "validators"], record.type)) return true;
  if (record.type === "approve") return record.content.org === "root";
  if (!includes(["revoke", "suspend", "reinstate"], record.type)) return false;
  return record.content.targets!.every((id) => {
    const at = facts.position(id);
    return at !== null && includes(["org", "key"], facts.records[at]!.type);
  });
}

/** Authority of the signer of `record` in the state after `parent`, for a block of time `block_time`. */
export function authority(facts: Facts, record: Entry, parent: number, block_time: number): Authority {
  const c = record.content;
  const none = (code: string, where = "", more: { roles?: string[]; org?: string; key?: number | null } = {}): Authority => ({
    ok: false, code, where, roles: more.roles ?? [], org: more.org ?? "", key: more.key ?? null,
  });
  const root = facts.genesis.roots.find((r) => r.kid === record.kid);
  if (root) return root_may(facts, record) ? { ok: true, root: true, person: root.person } : none("root_may_not", record.type);

  const state = new StateAt(facts, parent);
  const seen = key_of(facts, record.kid)?.record ?? null;
  const key = state.find((r) => r.type === "key" && r.content.jwk!.kid === record.kid);
  if (key === null) return none("key_not_proven", record.kid, { key: seen });
  const k = facts.records[key]!.content;
  const about = { key, org: k.org! };
  const policy = state.find((r) => r.type === "policy");
  if (policy === null) return none("policy_not_proven", "", about);
  const organisation = record.type === "policy" ? state.root_org() : record.type === "org" ? (c.parent ?? state.root_org()) : c.org!;
  if (organisation === null) return none("org_not_proven", "", about);
  const line = state.line(organisation);
  if (!line) return none("org_not_proven", organisation, about);
  const key_line = state.line(k.org!);
  if (!key_line) return none("org_not_proven", k.org!, about);

  const date = law_date(block_time);
  const what = subject_of(facts, record);
  if (typeof what === "string") return none(what, "", about);
  const grants = k.grants!.filter((g) => applies(g, what.scopes, date));
  const roles = [...new Set(k.grants!.filter((g) => dated(g, date)).map((g) => g.role))];
  if ((k.use === "seal") !== (record.type === "seal") || k.use === "export") return none("use_of_key", k.use!, { ...about, roles });
  for (const act of facts.records[policy]!.content.acts!) {
    if (act.act !== what.type || (act.on !== undefined && act.on !== what.on)) continue;
    if ((act.replaces ?? false) !== what.replaces || !dated(act, date)) continue;
    const grant = grants.find((g) => act.roles.includes(g.role) && unit_fits(act.unit, g.org, line) && act.scope.every((s) => g[s as "class"] !== undefined));
    if (!grant) continue;
    if (record.type === "key" && !c.grants!.every((g) => (act.may_grant ?? []).includes(g.role) && g.org === c.org)) return none("may_not_grant", "", { ...about, roles });
    if (is_credential(record.type) && c.period !== undefined && !period_fits(act.period, c.period)) return none("period", c.period, { ...about, roles });
    return { ok: true, root: false, key, role: grant.role, policy, act, org: k.org!, orgs: key_line };
  }
  return none("no_authority", "", { ...about, roles });
}
