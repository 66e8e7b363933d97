// RFC 6962 trees: wire-format.md section 1.
import { join, same, sha256, type Bytes } from "./bytes.js";

export const leaf_hash = (data: Bytes): Bytes => sha256(join(Uint8Array.of(0), data));
export const node_hash = (left: Bytes, right: Bytes): Bytes => sha256(join(Uint8Array.of(1), left, right));

/** Does `path` lead from leaf `index` of a tree of `size` leaves to `root`? RFC 9162 section 2.1.3.2. */
export function includes(root: Bytes, size: number, index: number, leaf: Bytes, path: readonly Bytes[]): boolean {
  if (index < 0 || index >= size) return false;
  let at = index;
  let last = size - 1;
  let hash = leaf;
  for (const sibling of path) {
    if (last === 0) return false;
    if (at % 2 === 1 || at === last) {
      hash = node_hash(sibling, hash);
      while (at % 2 === 0 && at !== 0) {
        at = Math.floor(at / 2);
        last = Math.floor(last / 2);
      }
    } else {
      hash = node_hash(hash, sibling);
    }
    at = Math.floor(at / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 && same(hash, root);
}

export function root_of(leaves: readonly Bytes[]): Bytes {
  if (leaves.length === 0) return sha256(new Uint8Array(0));
  if (leaves.length === 1) return leaf_hash(leaves[0]!);
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  return node_hash(root_of(leaves.slice(0, split)), root_of(leaves.slice(split)));
}

/** Is the tree of `to` leaves an extension of that of `from` leaves? RFC 9162 section 2.1.4.2. */
export function extends_tree(from: number, from_root: Bytes, to: number, to_root: Bytes, path: readonly Bytes[]): boolean {
  if (from > to) return false;
  if (from === to) return path.length === 0 && same(from_root, to_root);
  if (from === 0) return path.length === 0;
  const proof = [...path];
  if (Number.isInteger(Math.log2(from))) proof.unshift(from_root);
  if (proof.length === 0) return false;
  let at = from - 1;
  let last = to - 1;
  while (at % 2 === 1) {
    at = Math.floor(at / 2);
    last = Math.floor(last / 2);
  }
  let old_hash = proof[0]!;
  let new_hash = proof[0]!;
  for (const c of proof.slice(1)) {
    if (last === 0) return false;
    if (at % 2 === 1 || at === last) {
      old_hash = node_hash(c, old_hash);
      new_hash = node_hash(c, new_hash);
      while (at % 2 === 0 && at !== 0) {
        at = Math.floor(at / 2);
        last = Math.floor(last / 2);
      }
    } else {
      new_hash = node_hash(new_hash, c);
    }
    at = Math.floor(at / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 && same(old_hash, from_root) && same(new_hash, to_root);
}
