#!/usr/bin/env python3
"""Faults on purpose, on a network of real processes: seven validators, three of them orderers, and three members of etcd.

  --story rounds     faults of processes and links, one round after the other, under load, each process in a network
                     namespace of its own (needs root); at the end all that clients were told is held against all ledgers
  --story restores   etcd restored from an old snapshot, wiped, a member replaced, and together with validators' disks
  --story disks      etcd and three whole disks from a backup, vote files too; a recovery
  --story liar       an orderer whose answers a proxy drops, repeats, shuffles, forges and doubles, with the orderer's key
  --story left-out   orderers that say that they have a record, sign for it, and let nobody have it
  --story latency    from handing in to final, one record at a time on an idle network

Usage: faults.py --bin FOLDER [--story …] [--rounds N] [--seed S] [--times N] [--kinds K,K] [--records N]
                 [--minutes M] [--seconds N] [--keep FOLDER]
"""
import argparse
import os
import shutil
import signal
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import byzantine  # noqa: E402
import latency  # noqa: E402
import left_out  # noqa: E402
import netns  # noqa: E402
import network  # noqa: E402
import restores  # noqa: E402
import rounds  # noqa: E402
from processes_test import tell  # noqa: E402
from scene import Scene  # noqa: E402


def options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True)
    parser.add_argument("--story", choices=["rounds", "restores", "disks", "liar", "left-out", "latency"], default="rounds")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(3), "big"))
    parser.add_argument("--times", type=int, default=2, help="of each kind of restore")
    parser.add_argument("--kinds", default="", help="only these faults or restores, separated by commas")
    parser.add_argument("--seconds", type=int, default=120, help="for which the orderer lies")
    parser.add_argument("--records", type=int, default=200, help="for each measurement of latency")
    parser.add_argument("--minutes", type=float, default=24 * 60, help="no round begins after so long")
    parser.add_argument("--keep", help="leave everything in this folder")
    return parser.parse_args()


def missing(o):
    if not network.etcd_is_there():
        return "NO ETCD HERE: install the package etcd-server"
    if o.story == "rounds" and netns.why_not():
        return f"NO NETWORK NAMESPACES HERE: {netns.why_not()}"
    if o.story in ("restores", "disks") and shutil.which("etcdctl") is None:
        return "NO ETCDCTL HERE: install the package etcd-client"
    return None


def main():
    o = options()
    why = missing(o)
    if why:
        print(f"{why}; the story of {o.story} is not tested", flush=True)
        return 77
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that namespaces and processes are taken away
    folder = Path(o.keep or tempfile.mkdtemp(prefix="stele-faults-"))
    t = Scene(o.bin, folder, namespaces=o.story == "rounds", clock=o.story in ("restores", "disks"))
    kinds = o.kinds.split(",") if o.kinds else None
    tell(f"{o.story}, seed {o.seed}, in {folder}")
    try:
        if o.story == "latency":
            latency.story(t, o.records)
        elif o.story == "liar":
            byzantine.story(t, o.seed, o.seconds)
        elif o.story == "left-out":
            left_out.story(t, o.seed)
        elif o.story == "disks":
            restores.three_disks(t, o.seed)
        elif o.story == "restores":
            restores.story(t, o.times, o.seed, kinds, o.minutes)
        else:
            rounds.story(t, o.rounds, o.seed, kinds, o.minutes)
    except BaseException:
        print(f"FAILED; repeat with --seed {o.seed}; everything is kept in {folder}", flush=True)
        for n in t.nodes:
            print(f"---- the end of {n.name}'s log\n{n.log_end(12)}", flush=True)
        raise
    finally:
        t.end()
    if not o.keep:
        shutil.rmtree(folder)
    tell("done")
    return 0


if __name__ == "__main__":
    sys.exit(main())
