// Had the signer the right, then? wire-format.md sections 4.2, 8 and 9. Judges one record of a bag at a time: signature,
// authority with second signatures, inclusion, finality, status.
import { verify_text, type Bytes } from "./bytes.js";
import type { Entry, Facts, Status } from "./evidence.js";
import { law_date } from "./read.js";
import { change_types, is_second, sheet_types, type Act, type Content, type Grant, type Need } from "./records.js";
import { worst_of, type Finding } from "./words.js";
import * as say from "./words.js";

const includes = (list: readonly string[], x: string): boolean => list.includes(x);

/** Records that are proven to be included and valid under one header. */
class StateAt {
  private readonly keys = new Map<string, number>();
  private readonly orgs = new Map<string, number>();
  /** Whatever the status: the valid record of each, else the last. Who stands above whom is not a matter of being in force. */
  private readonly tree = new Map<string, number>();
  policy: number | null = null;

  constructor(
    readonly facts: Facts,
    readonly header: number,
  ) {
    facts.records.forEach((r, i) => {
      if (r.type === "org" && facts.is_included(i, header) && !this.orgs.has(r.content.org!)) this.tree.set(r.content.org!, i);
      if (!this.shown(i) || facts.status(i, header) !== "valid") return;
      if (r.type === "key") this.keys.set(r.content.jwk!.kid, i);
      if (r.type === "org") for (const map of [this.orgs, this.tree]) map.set(r.content.org!, i);
      if (r.type === "policy") this.policy = i;
    });
  }
  /** With whatever status. */
  shown(record: number): boolean {
    return this.facts.is_included(record, this.header) && this.facts.status(record, this.header) !== null;
  }
  key(kid: string): number | null {
    return this.keys.get(kid) ?? null;
  }
  org(id: string): number | null {
    return this.orgs.get(id) ?? null;
  }
  /** Without parent. */
  is_top(org: string): boolean {
    const at = this.tree.get(org);
    return at !== undefined && this.facts.records[at]!.content.parent === undefined;
  }
  /** The organisation and all above it, lowest first; or the first that is not proven valid. */
  line(org: string): { line: string[]; missing: string | null } {
    return this.line_in(this.orgs, org);
  }
  /** The same, each with whatever status. */
  tree_line(org: string): { line: string[]; missing: string | null } {
    return this.line_in(this.tree, org);
  }
  private line_in(orgs: Map<string, number>, org: string): { line: string[]; missing: string | null } {
    const line: string[] = [];
    for (let next: string | undefined = org; next !== undefined; ) {
      const at = orgs.get(next);
      if (at === undefined || line.length > 8) return { line, missing: next };
      line.push(next);
      next = this.facts.records[at]!.content.parent;
    }
    return { line, missing: null };
  }
}

/** What the acts of a policy are matched against. */
interface Matter {
  type: string;
  on: string | null;
  replaces: boolean;
  /** None: a policy, which belongs to the root organisation. */
  org: string | null;
  scope: { class?: string; subject?: string; term?: string; year?: string };
}

/** Completed from what the record changes or replaces. */
interface FullMatter {
  matter: Matter;
  /** All of that is in the bag. */
  shown: boolean;
  /** And is of one type and of the record's organisation; a key replaces a key. */
  of_one_kind: boolean;
}

/** By what right a record was made. */
export interface Right {
  finding: Finding;
  root: boolean;
  key: number | null;
  person: string;
  org: string;
  role: string;
  policy: number | null;
  needs: Need[];
  matter: Matter | null;
  org_line: string[];
}
export interface Judgement {
  place: { block: number; parent: number } | null;
  right: Right;
  signature: Finding;
  authority: Finding;
  inclusion: Finding;
  finality: Finding;
  status: Finding;
  state: Status | null;
  /** Positions of second signatures that are proven by the bag. */
  seconds: number[];
}
export const findings_of = (j: Judgement): Finding[] => [j.signature, j.authority, j.inclusion, j.finality, j.status];

const scope_of = (c: Content, type: string): Matter["scope"] => {
  const out: Matter["scope"] = {};
  if (c.class !== undefined) out.class = c.class;
  if (c.subject !== undefined) out.subject = c.subject;
  if (c.term !== undefined) out.term = c.term;
  const year = type === "transcript" ? c.period : c.year;
  if (year !== undefined) out.year = year;
  return out;
};
const dated = (x: { from?: string; to?: string }, date: string): boolean => (x.from === undefined || x.from <= date) && (x.to === undefined || date <= x.to);
function applies(grant: Grant, scope: Matter["scope"], date: string): boolean {
  return dated(grant, date) && (["class", "subject", "term", "year"] as const).every((n) => grant[n] === undefined || grant[n] === scope[n]);
}
/** Is `at` in the relation `unit` to `org`? */
function unit_fits(unit: string, at: string, org: string, state: StateAt): boolean {
  const above = (o: string): string[] => state.tree_line(o).line.slice(1);
  if (unit === "own") return at === org;
  if (unit === "above") return above(org).includes(at);
  if (unit === "own-or-above") return at === org || above(org).includes(at);
  if (unit === "root") return state.is_top(at);
  // "other": neither the record's organisation nor below it.
  return unit === "other" && at !== org && !above(at).includes(org);
}
/** What speaks of a record that stands already is judged by the signer's organisation alone: a closed school's records must
 * still be suspended, revoked, corrected and reinstated from above. wire-format.md section 4.2. */
const asks_valid_org = (type: string): boolean => !includes(change_types, type) && type !== "compromise";
const names_all = (g: Grant, scope: string[]): boolean => scope.every((s) => g[s as "class"] !== undefined);

export class RecordJudge {
  private readonly states = new Map<number, StateAt>();
  private readonly rights = new Map<number, Right>();
  private readonly judged = new Map<number, Judgement>();
  readonly top: number | null;

  constructor(readonly facts: Facts) {
    this.top = facts.status_checkpoint();
  }
  state(header: number): StateAt {
    let out = this.states.get(header);
    if (!out) this.states.set(header, (out = new StateAt(this.facts, header)));
    return out;
  }

  judge(at: number): Judgement {
    const before = this.judged.get(at);
    if (before) return before;
    const { facts } = this;
    const place = facts.block_of(at);
    const right = this.right(at);
    const j: Judgement = {
      place, right, signature: this.signature(at, right), authority: right.finding, inclusion: this.inclusion(at, place),
      finality: this.finality(place), status: say.status_not_shown(at), state: null, seconds: [],
    };
    const open = right.needs.map((n) => n.count);
    this.judge_seconds(at, j, open);
    this.judge_status(at, j, open.every((n) => n === 0));
    this.judged.set(at, j);
    return j;
  }

  // Authority --------------------------------------------------------------------------------------------------------

  private right(at: number): Right {
    const before = this.rights.get(at);
    if (before) return before;
    const out = this.find_right(at);
    this.rights.set(at, out);
    return out;
  }

  private find_right(at: number): Right {
    const { facts } = this;
    const r = facts.records[at]!;
    const out: Right = { finding: say.authority_not_shown(at), root: false, key: null, person: "", org: "", role: "", policy: null, needs: [], matter: null, org_line: [] };
    const root = facts.genesis.roots.find((x) => x.kid === r.kid);
    if (root) return this.root_right(at, r, root.person, out);
    const place = facts.block_of(at);
    const placed = place !== null && facts.is_included(at, place.block);
    const then = placed ? (facts.headers[place.parent]!.final ? place.parent : null) : this.last_moment(r.kid);
    if (then === null) return out;
    out.finding = this.judge_right(at, r, this.state(then), law_date(facts.headers[placed ? place.block : then]!.time), out);
    if (out.finding.answer === "ok" && !placed) out.finding = say.authority_without_time(at);
    return out;
  }
  /** Not on the ledger: what the signer may do is told as of the last time that the bag shows the key in force. */
  private last_moment(kid: string): number | null {
    for (let i = this.facts.headers.length - 1; i >= 0; i--) if (this.facts.headers[i]!.final && this.state(i).key(kid) !== null) return i;
    return this.top;
  }

  private judge_right(at: number, r: Entry, state: StateAt, date: string, out: Right): Finding {
    const { facts } = this;
    const key = state.key(r.kid);
    if (key === null) return this.key_missing(r.kid, state);
    const k = facts.records[key]!.content;
    Object.assign(out, { key, person: k.person!, org: k.org! });
    if ((k.use === "seal") !== (r.type === "seal") || k.use === "export") return say.key_wrong_use(at);
    const org = r.type === "org" ? (r.content.parent ?? null) : (r.content.org ?? null);
    const own = org === null ? null : asks_valid_org(r.type) ? state.line(org) : state.tree_line(org);
    const signers = state.line(k.org!);
    out.org_line = signers.line;
    const missing = signers.missing ?? own?.missing ?? null;
    if (missing !== null) return this.org_missing(missing, state);
    if (state.policy === null) return say.policy_not_shown(at);
    out.policy = state.policy;
    return is_second(r.type) ? this.second_right(at, r, k, state, date, out) : this.first_right(at, r, k, state, date, out);
  }
  private key_missing(kid: string, state: StateAt): Finding {
    const known = this.facts.records.flatMap((r, i) => (r.type === "key" && r.content.jwk!.kid === kid ? [i] : []));
    const shown = known.find((i) => state.shown(i));
    if (shown !== undefined) return say.key_not_valid(shown, this.facts.records[shown]!.content.org!);
    return known.length ? say.key_not_shown() : say.signer_unknown(kid);
  }
  private org_missing(org: string, state: StateAt): Finding {
    const at = this.facts.records.findIndex((r, i) => r.type === "org" && r.content.org === org && state.shown(i));
    return at >= 0 ? say.org_not_valid(at, this.facts.records[at]!.content.name!) : say.org_not_shown(org);
  }

  private root_right(at: number, r: Entry, person: string, out: Right): Right {
    const full = this.matter(r);
    const status_change = includes(["revoke", "suspend", "reinstate"], r.type);
    Object.assign(out, { root: true, person, role: "root", matter: full.matter });
    const unfit = status_change ? this.unfit(at, full) : null;
    if (unfit) {
      out.finding = unfit;
      return out;
    }
    const may = includes(["org", "key", "validators", "orderers", "policy", "compromise"], r.type) ||
      (r.type === "approve" && r.content.org === "root" && r.content.role === "root") ||
      (status_change && includes(["org", "key"], full.matter.on ?? ""));
    if (!may) {
      out.finding = say.root_may_not(at);
      return out;
    }
    const quorum = this.facts.genesis.root_quorum;
    if (r.type !== "approve" && quorum > 1) out.needs = [{ by: "approve", count: quorum - 1, unit: "root", roles: [], scope: [] }];
    out.finding = say.signed_by_root();
    return out;
  }

  private matter(r: Entry): FullMatter {
    const c = r.content;
    const matter: Matter = { type: r.type, on: c.kind ?? null, replaces: c.replaces !== undefined, org: r.type === "org" ? (c.parent ?? null) : (c.org ?? null), scope: scope_of(c, r.type) };
    const out = { matter, shown: true, of_one_kind: true };
    if (r.type === "key") {
      matter.on = c.use!;
      if (c.replaces === undefined) return out;
      const at = this.facts.position(c.replaces);
      const before = at === null ? null : this.facts.records[at]!;
      out.shown = before !== null;
      out.of_one_kind = before === null || before.type === "key";
      if (before?.type === "key" && before.content.jwk!.kid !== c.jwk!.kid) matter.on = "replace";
      return out;
    }
    if (!includes(change_types, r.type)) return out;
    for (const [i, id] of (c.targets ?? [c.target!]).entries()) {
      const at = this.facts.position(id);
      if (at === null) return { ...out, shown: false };
      const t = this.facts.records[at]!;
      if (t.content.org !== c.org || (i > 0 && matter.on !== t.type)) out.of_one_kind = false;
      if (i > 0) continue;
      matter.on = t.type;
      // Only sheets lend their class, subject, term and year.
      if (includes(sheet_types, t.type)) matter.scope = scope_of(t.content, t.type);
    }
    return out;
  }
  /** What a change is about decides who may make it. */
  private unfit(at: number, full: FullMatter): Finding | null {
    return !full.shown ? say.target_not_shown(at) : !full.of_one_kind ? say.target_of_another_org(at) : null;
  }

  private find_act(acts: Act[], m: Matter, grants: Grant[], date: string, state: StateAt): Act | null {
    for (const act of acts) {
      if (act.act !== m.type || (act.on !== undefined && act.on !== m.on) || (act.replaces ?? false) !== m.replaces || !dated(act, date)) continue;
      if (grants.some((g) => act.roles.includes(g.role) && names_all(g, act.scope) && applies(g, m.scope, date) && this.in_unit(act.unit, g.org, m.org, state))) return act;
    }
    return null;
  }
  private in_unit(unit: string, grant_org: string, org: string | null, state: StateAt): boolean {
    return org === null ? unit_fits("root", grant_org, grant_org, state) : unit_fits(unit, grant_org, org, state);
  }
  private fills(need: Need, by: string, role: string, m: Matter, grants: Grant[], date: string, state: StateAt): boolean {
    return need.by === by && need.roles.includes(role) &&
      grants.some((g) => g.role === role && names_all(g, need.scope) && applies(g, m.scope, date) && this.in_unit(need.unit, g.org, m.org, state));
  }

  private first_right(at: number, r: Entry, k: Content, state: StateAt, date: string, out: Right): Finding {
    const full = this.matter(r);
    const unfit = this.unfit(at, full);
    if (unfit) return unfit;
    const m = (out.matter = full.matter);
    const policy = this.facts.records[state.policy!]!.content;
    const act = this.find_act(policy.acts!, m, k.grants!, date, state);
    if (!act) return say.no_authority(at, [...new Set(k.grants!.map((g) => g.role))].sort(), k.org!, r.type, date);
    out.needs = act.needs;
    out.role = k.grants!.find((g) => this.find_act(policy.acts!, m, [g], date, state) === act)?.role ?? "";
    return say.authorised(out.role, k.org!, policy.number!);
  }

  /** Needs no act of its own: its authority is the need that it fills, wherever the bag has the record that it is for. */
  private second_right(at: number, r: Entry, k: Content, state: StateAt, date: string, out: Right): Finding {
    const role = (out.role = r.content.role!);
    let fits = r.content.org === k.org && k.grants!.some((g) => g.role === role);
    for (const id of r.content.targets!) {
      const target = this.facts.position(id);
      if (target === null || !fits) continue;
      if (is_second(this.facts.records[target]!.type)) {
        fits = false;
        continue;
      }
      const first = this.right(target);
      if (first.finding.answer !== "ok" || !first.matter) continue;
      fits = first.person !== k.person && first.needs.some((n) => this.fills(n, r.type, role, first.matter!, k.grants!, date, state));
    }
    return fits ? say.second_authorised(role, k.org!) : say.second_not_authorised(at, role, k.org!);
  }

  // Signature, inclusion, finality -----------------------------------------------------------------------------------

  private signature(at: number, right: Right): Finding {
    const { facts } = this;
    const r = facts.records[at]!;
    let key: Bytes | null = right.root ? facts.genesis.roots.find((x) => x.kid === r.kid)!.key : null;
    let proven = right.root;
    if (!right.root) {
      facts.records.forEach((k, i) => {
        if (k.type !== "key" || k.content.jwk!.kid !== r.kid || !k.content.jwk!.key) return;
        key = k.content.jwk!.key;
        proven ||= facts.on_ledger(i);
      });
    }
    if (!key) return say.signature_without_key(at);
    if (!verify_text(key, r.signing_input, r.signature)) return say.signature_bad(at);
    return proven ? say.signature_ok() : say.key_not_on_ledger(at);
  }
  private inclusion(at: number, place: Judgement["place"]): Finding {
    const block = place && this.facts.headers[place.block]!;
    // A header that nobody voted for proves nothing: anyone can write one.
    if (!place || !block || !this.facts.is_included(at, place.block) || (!block.certified && !block.final)) return say.not_included(at);
    return say.included(this.facts.records[at]!.index, block);
  }
  private finality(place: Judgement["place"]): Finding {
    if (!place) return say.no_block();
    const block = this.facts.headers[place.block]!;
    return block.final ? say.final(block.height) : say.not_final(place.block, block.height);
  }

  // Second signatures, status ----------------------------------------------------------------------------------------

  private judge_seconds(at: number, j: Judgement, open: number[]): void {
    const { facts } = this;
    const r = facts.records[at]!;
    if (is_second(r.type)) return;
    const persons = new Set([j.right.person]);
    facts.records.forEach((s, i) => {
      if (!is_second(s.type) || !s.content.targets!.includes(r.id)) return;
      const second = this.judge(i);
      const bad = findings_of(second).find((f) => f.answer !== "ok");
      if (bad) {
        if (j.authority.answer !== "failed") j.authority = say.second_not_proven(i, bad, worst_of(bad.outcome, "not_authorised"));
        return;
      }
      if (persons.has(second.right.person)) return;
      persons.add(second.right.person);
      j.seconds.push(i);
      const date = law_date(facts.headers[second.place!.block]!.time);
      const state = this.state(second.place!.parent);
      const need = j.right.needs.findIndex((n, at_need) => open[at_need]! > 0 && (n.roles.length === 0
        ? second.right.root && s.type === "approve"
        : !second.right.root && j.right.matter !== null && this.fills(n, s.type, s.content.role!, j.right.matter, facts.records[second.right.key!]!.content.grants!, date, state)));
      if (need >= 0) open[need]!--;
    });
  }

  private judge_status(at: number, j: Judgement, all_shown: boolean): void {
    const { facts, top } = this;
    if (top === null || !facts.is_included(at, top)) return;
    j.state = facts.status(at, top);
    if (j.state === null) return;
    const h = facts.headers[top]!;
    // Pending and suspended have the same bits: it was in force once if the bag shows every signature that it needs.
    j.status = j.state === "suspended" && !all_shown ? say.awaits_signature(at, h) : j.state === "revoked" ? say.revoked(at, all_shown, h) : say.status(at, j.state, h);
  }
}
