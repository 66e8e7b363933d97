"""The files of a founding ceremony (section 10): a real one of 2 of 3 roots, a rehearsal of it, and what must be refused."""
from reference import PrivateKey, b64u, compact_json, net_of, sha, tagged, utc
from change_files import OFF_THE_CURVE
from scenario import Network, person

ROLES = ("orderer", "validator", "vault")


def text_of(value):
    return compact_json(value) + "\n"


def plan(rehearsal, **changes):
    """Members in the order of section 10."""
    return {
        "stele": "ceremony-plan", "v": 1, "name": "vidu", "mode": "test" if rehearsal else "live", "rehearsal": rehearsal,
        "base_url": Network.base_url, "time": utc(Network.time), "roots": 3, "root_quorum": 2,
        "orderers": ["so-1", "so-2"], "validators": ["so-2", "so-1", "so-3"], "vaults": ["so-1"],
        "nonce": b64u(sha(f"stele test ceremony {rehearsal}".encode("ascii"))[:16]), **changes,
    }


def plan_digest(value):
    return sha(text_of(value).encode("utf-8"))


def half_digest(of_plan, role, who, key):
    return tagged("stele/v1/ceremony-key", of_plan + b"\0" + role.encode("ascii") + b"\0" + who.encode("ascii") + b"\0" + key)


def half(of_plan, role, who, key, **changes):
    name = "person" if role == "root" else "id"
    return {"stele": "ceremony-key", "v": 1, "plan": b64u(of_plan), "role": role, name: who, "key": b64u(key.compressed),
            "proof": b64u(key.sign(half_digest(of_plan, role, who, key.compressed))), **changes}


def parties(value, first_key):
    """(role, id or person, key) of everybody that the plan names."""
    out = [("root", person(i + 1)) for i in range(value["roots"])]
    out += [(role, who) for role in ROLES for who in value[role + "s"]]
    return [(role, who, PrivateKey(first_key + i)) for i, (role, who) in enumerate(out)]


def genesis_of(value, halves):
    roots = sorted(((key.compressed, who) for role, who, key in halves if role == "root"))

    def members(role):
        keys = {who: key.compressed for r, who, key in halves if r == role}
        return [{"id": i, "key": b64u(keys[i])} for i in value[role + "s"]]

    return {
        "v": 1, "name": value["name"], "mode": value["mode"], "base_url": value["base_url"], "time": value["time"],
        "rules": 1, "root_quorum": value["root_quorum"],
        "roots": [{"person": who, "key": b64u(key)} for key, who in roots],
        "orderers": members("orderer"), "validators": members("validator"), "vaults": members("vault"),
    }


def minutes_digest(of_plan, of_genesis):
    return tagged("stele/v1/ceremony-minutes", of_plan + of_genesis)


def minutes(of_plan, of_genesis, who, key, **changes):
    return {"stele": "ceremony-minutes", "v": 1, "plan": b64u(of_plan), "genesis": b64u(of_genesis), "root": who,
            "signature": b64u(key.sign(minutes_digest(of_plan, of_genesis))), **changes}


def held(value, first_key):
    """A whole ceremony."""
    of_plan = plan_digest(value)
    halves = parties(value, first_key)
    file = text_of(genesis_of(value, halves))
    of_genesis = sha(file.encode("utf-8"))
    return {
        "plan": text_of(value), "plan_digest": of_plan.hex(), "genesis": file, "genesis_digest": of_genesis.hex(),
        "net": net_of(value["name"], file.encode("utf-8")), "minutes_digest": minutes_digest(of_plan, of_genesis).hex(),
        "halves": [{"role": role, "who": who, "private_key": key.secret_bytes.hex(),
                    "digest": half_digest(of_plan, role, who, key.compressed).hex(),
                    "file": text_of(half(of_plan, role, who, key))} for role, who, key in halves],
        "minutes": [{"who": who, "private_key": key.secret_bytes.hex(), "file": text_of(minutes(of_plan, of_genesis, who, key))}
                    for role, who, key in halves if role == "root"],
    }


def without(value, name):
    return {k: v for k, v in value.items() if k != name}


def moved(value, name):
    """The same members, this one last."""
    return {**without(value, name), name: value[name]}


def refused_form(good, cases):
    """What no reader takes: all of `cases`, and what is wrong with any file."""
    text = text_of(good)
    texts = {
        **{f"{name} missing": text_of(without(good, name)) for name in good},
        **{name: text_of(value) for name, value in cases.items()},
        "unknown member": text_of({**good, "x": 1}), "version 2": text_of({**good, "v": 2}),
        "another kind of file": text_of({**good, "stele": "recovery"}), "no line feed": text[:-1],
        "two line feeds": text + "\n", "a space": text.replace(":", ": ", 1),
        "members in another order": text_of(moved(good, "v")), "null": text_of({**good, "v": None}),
    }
    return [{"name": name, "file": file} for name, file in texts.items()]


def refused_plans():
    good = plan(False)
    many = [f"so-{i}" for i in range(65)]
    return refused_form(good, {
        "name too long": {**good, "name": "a" * 17}, "name not a code": {**good, "name": "Vidu"},
        "mode of no kind": {**good, "mode": "real"}, "a live rehearsal": {**good, "rehearsal": True},
        "rehearsal a word": {**good, "rehearsal": "no"}, "plain http": {**good, "base_url": "http://stele.example.vn"},
        "long address": {**good, "base_url": "https://" + "a" * 93}, "time without seconds": {**good, "time": "2026-01-05T00:00Z"},
        "no roots": {**good, "roots": 0, "root_quorum": 0}, "17 roots": {**good, "roots": 17},
        "quorum of none": {**good, "root_quorum": 0}, "quorum of more than all": {**good, "root_quorum": 4},
        "nonce of 15 bytes": {**good, "nonce": b64u(bytes(15))}, "nonce of 17 bytes": {**good, "nonce": b64u(bytes(17))},
        **{f"no {role}s": {**good, role + "s": []} for role in ROLES},
        **{f"65 {role}s": {**good, role + "s": many} for role in ROLES},
        **{f"the id root in {role}s": {**good, role + "s": ["root"]} for role in ROLES},
        **{f"an id twice in {role}s": {**good, role + "s": ["so-1", "so-2", "so-1"]} for role in ROLES},
        "an id of five digits": {**good, "vaults": ["so-12345"]}, "an id that is no text": {**good, "vaults": [1]},
    })


def refused_halves():
    of_plan = plan_digest(plan(False))
    root, office = half(of_plan, "root", person(1), PrivateKey(80)), half(of_plan, "vault", "so-1", PrivateKey(81))
    return refused_form(root, {
        "a root with an id": {**without(root, "person"), "id": "so-1"}, "a vault with a person": {**without(office, "id"), "person": person(1)},
        "a role of no kind": {**root, "role": "king"}, "an office called root": {**office, "id": "root"},
        "both id and person": {**root, "id": "so-1"}, "a person of 15 bytes": {**root, "person": b64u(bytes(15))},
        "a digest of 31 bytes": {**root, "plan": b64u(bytes(31))}, "a key not on the curve": {**root, "key": b64u(OFF_THE_CURVE)},
        "a key of 32 bytes": {**root, "key": b64u(bytes(32))}, "a proof of 63 bytes": {**root, "proof": b64u(bytes(63))},
    })


def refused_minutes():
    good = minutes(plan_digest(plan(False)), sha(b"genesis"), person(1), PrivateKey(80))
    return refused_form(good, {
        "a root of 17 bytes": {**good, "root": b64u(bytes(17))}, "a genesis of 31 bytes": {**good, "genesis": b64u(bytes(31))},
        "a signature of 65 bytes": {**good, "signature": b64u(bytes(65))},
    })


def false_halves():
    """Well formed, and of no use for the real plan."""
    real, rehearsed = plan_digest(plan(False)), plan_digest(plan(True))
    key, other = PrivateKey(80), PrivateKey(99)
    good = half(real, "validator", "so-1", key)
    high = b64u(key.sign(half_digest(real, "validator", "so-1", key.compressed), low_s=False))
    cases = {
        "of the rehearsal": (half(rehearsed, "validator", "so-1", key), "file_other_plan"),
        "of the rehearsal, with the real plan's digest": ({**half(rehearsed, "validator", "so-1", key), "plan": b64u(real)}, "file_bad_proof"),
        "an id that the plan has in another role only": (half(real, "vault", "so-2", key), "file_not_in_plan"),
        "another's key": ({**good, "key": b64u(other.compressed)}, "file_bad_proof"),
        "another's proof": ({**good, "proof": b64u(other.sign(half_digest(real, "validator", "so-1", key.compressed)))}, "file_bad_proof"),
        "a proof for another id": ({**half(real, "validator", "so-2", key), "id": "so-1"}, "file_bad_proof"),
        "a proof for another role": ({**half(real, "orderer", "so-1", key), "role": "validator"}, "file_bad_proof"),
        "a proof for another person": ({**half(real, "root", person(1), key), "person": person(2)}, "file_bad_proof"),
        "a high s": ({**good, "proof": high}, "file_bad_proof"),
    }
    return [{"name": name, "file": text_of(value), "code": code} for name, (value, code) in cases.items()]


def false_minutes(real, first_key):
    of_plan, of_genesis = bytes.fromhex(real["plan_digest"]), bytes.fromhex(real["genesis_digest"])
    key, second = PrivateKey(first_key), PrivateKey(first_key + 1)
    rehearsed = plan_digest(plan(True))
    cases = {
        "of the rehearsal": (minutes(rehearsed, of_genesis, person(1), key), "file_other_plan"),
        "of another genesis": (minutes(of_plan, sha(b"genesis"), person(1), key), "file_other_genesis"),
        "by nobody of the roots": (minutes(of_plan, of_genesis, person(9), key), "file_not_a_root"),
        "in another's name": (minutes(of_plan, of_genesis, person(1), second), "file_bad_signature"),
        "a signature over another genesis": ({**minutes(of_plan, sha(b"genesis"), person(1), key), "genesis": b64u(of_genesis)}, "file_bad_signature"),
        "a signature over another plan": ({**minutes(rehearsed, of_genesis, person(1), key), "plan": b64u(of_plan)}, "file_bad_signature"),
    }
    return [{"name": name, "file": text_of(value), "code": code} for name, (value, code) in cases.items()]


def ceremony():
    real = held(plan(False), 80)
    return {
        "held": [real, held(plan(True), 100)], "refused_plans": refused_plans(), "refused_halves": refused_halves(),
        "refused_minutes": refused_minutes(), "false_halves": false_halves(), "false_minutes": false_minutes(real, 80),
    }
