// While the reader looks for a file, the engine compiles what the first verdict will need: reading and signatures. In small
// portions, so that a file that comes early waits for one of them at most. Nothing of what comes out is used.
import { forget_signatures, join, sha256, u16, verify_digest } from "../verdict/bytes.js";
import { final_checkpoint, type Served } from "../verdict/final.js";
import { read_genesis } from "../verdict/genesis.js";

const portion_ms = 20;
const total_ms = 1500;
const low = new Uint8Array(32).fill(1);

function once(genesis: Uint8Array, checkpoint: Served | undefined, round: number): void {
  const read = read_genesis(genesis);
  if (checkpoint) final_checkpoint(read, checkpoint);
  // Signatures that don't hold cost what others cost.
  const digest = sha256(u16(round & 0xffff));
  for (const { key } of [...read.validators, ...read.roots].slice(0, 4)) verify_digest(key, digest, join(digest, low));
}

/** Returns what ends it. */
export function warm_up(genesis: Uint8Array, checkpoint: Served | undefined): () => void {
  let spent = 0;
  let round = 0;
  let timer: ReturnType<typeof setTimeout> | null = setTimeout(portion, 50);
  function end(): void {
    if (timer === null) return;
    clearTimeout(timer);
    timer = null;
    forget_signatures();
  }
  function portion(): void {
    const started = performance.now();
    do once(genesis, checkpoint, round++);
    while (performance.now() - started < portion_ms);
    spent += performance.now() - started;
    if (spent < total_ms) timer = setTimeout(portion);
    else end();
  }
  return end;
}
