// The genesis file: the one thing that a verifier is given and trusts. wire-format.md section 2.
import { ascii, b64, b64u, coordinates, hex, is_point, refuse, sha256, type Bytes } from "./bytes.js";
import { parse } from "./json.js";
import { fields, form, integer, list, one_of, org, person, text, utc_seconds, bytes, code, type Read } from "./read.js";
import { checkpoint_hash, type Checkpoint } from "./checkpoint.js";
import { steady, type Member } from "./validators.js";

export interface Root {
  person: string;
  key: Bytes;
  kid: string;
}
export interface Genesis {
  net: string;
  name: string;
  mode: string;
  base_url: string;
  time: number;
  root_quorum: number;
  roots: Root[];
  validators: Member[];
  vaults: Member[];
  digest: Bytes;
  checkpoint: Checkpoint;
}

/** RFC 7638 thumbprint of a secp256k1 key. */
export function thumbprint(crv: string, x: string, y: string): string {
  return b64u(sha256(ascii(`{"crv":"${crv}","kty":"EC","x":"${x}","y":"${y}"}`)));
}
export function thumbprint_of(key: Bytes): string {
  const { x, y } = coordinates(key);
  return thumbprint("secp256k1", b64u(x), b64u(y));
}

export const point: Read<Bytes> = (value, where) => {
  const key = bytes(33)(value, where);
  return is_point(key) ? key : refuse("bad_form", where);
};
const members: Read<Member[]> = list(1, 64, (value, where) => {
  const f = fields(value, where, ["id", "key"]);
  return { id: f.need("id", org), key: f.need("key", point) };
});

export function read_genesis(file: Bytes): Genesis {
  const f = fields(parse(file, 65536), "", ["v", "name", "mode", "base_url", "time", "rules", "root_quorum", "roots", "orderers", "validators", "vaults"]);
  f.need("v", integer(1, 1));
  const name = f.need("name", code);
  if (name.length > 16) refuse("out_of_bounds", "name");
  const mode = f.need("mode", one_of("live", "test"));
  const base_url = f.need("base_url", form(/^https:\/\/[a-z0-9.:-]+(\/[a-z0-9.:/-]*)?$/));
  if (base_url.length > 100 || base_url.endsWith("/")) refuse("bad_form", "base_url");
  const time = utc_seconds(f.need("time", text), "time");
  const rules = f.need("rules", integer(1, 1));
  const roots = f.need(
    "roots",
    list(1, 16, (value, where) => {
      const r = fields(value, where, ["person", "key"]);
      const key = r.need("key", point);
      return { person: r.need("person", person), key, kid: thumbprint_of(key) };
    }),
  );
  const root_quorum = f.need("root_quorum", integer(1, roots.length));
  const orderers = f.need("orderers", members);
  const validators = f.need("validators", members);
  const vaults = f.need("vaults", members);
  const keys = [roots, orderers, validators, vaults].flatMap((l) => l.map((m) => b64u(m.key)));
  for (const names of [roots.map((r) => r.person), ...[orderers, validators, vaults].map((l) => l.map((m) => m.id)), keys]) {
    if (new Set(names).size !== names.length) refuse("repeated");
  }
  const digest = sha256(file);
  const net = `stele/${name}/${hex(digest.subarray(0, 16))}`;
  const empty = b64(sha256(new Uint8Array(0)));
  const start = b64(digest);
  const checkpoint_text =
    `${net}\n0\n${empty}\nheight 0\nepoch 0\nrules ${rules}\nparent ${start}\nbody ${start}\nstatus ${empty}\n` +
    `validators ${b64(steady(validators).line)}\ntime ${new Date(time * 1000).toISOString().replace(".000Z", "Z")}\n`;
  return { net, name, mode, base_url, time, root_quorum, roots, validators, vaults, digest, checkpoint: checkpoint_hash(checkpoint_text) };
}
