#!/usr/bin/env python3
"""House rules that no compiler checks. Usage: lint.py [--root FOLDER] [check ...]; without a check, all of them.

Each check is a function from a Tree to a list of findings "file:line: what is wrong; what to do".
"""
import argparse
import json
import re
import sys
import unicodedata
from pathlib import Path

# ---------------------------------------------------------------------------------------------------------------------
# The map of the project. Lowest first; a folder may include itself and what stands beside its name, nothing else.

CORE = ["ledger/base", "ledger/record", "ledger/log", "ledger/registry", "ledger/rules", "ledger/verdict"]
LEDGER = CORE + ["ledger/store"]
PAPER = ["ledger/paper"]  # named by those who print or read prints
SHARED_NODE = ["node/http", "node/sync"]  # the only parts of node/ that other programs may link
NODE = SHARED_NODE + ["node/requests", "node/ordering", "node/finality", "node/etcd", "node/custody", "node/committee", "node/relay",
                      "node/vault", "node/replication"]

LAYERS = {
    "ledger/base": [],
    "ledger/record": CORE[:1],
    "ledger/log": CORE[:2],
    "ledger/registry": CORE[:3],
    "ledger/rules": CORE[:4],
    "ledger/verdict": CORE[:5],
    "ledger/store": CORE,
    "ledger/paper": CORE,
    "signer": CORE,
    "node/http": ["ledger/base", "ledger/record"],
    "node/sync": LEDGER + ["node/http"],
    "node/finality": LEDGER + SHARED_NODE + ["signer"],
    # Orderers sign what they propose and vaults what they keep: both need a key, and the code of keys is the signer's.
    "node/ordering": LEDGER + SHARED_NODE + ["signer", "node/finality"],
    "node/etcd": LEDGER + SHARED_NODE + ["node/finality", "node/ordering"],
    "node/custody": LEDGER + SHARED_NODE + ["signer", "node/finality", "node/ordering"],  # "signer" by way of ordering
    # It drives the state machine: binds the node's key by the vote file, and signs as its orderer.
    "node/committee": LEDGER + SHARED_NODE + ["signer", "node/finality", "node/ordering", "node/custody"],
    "node/requests": ["ledger/base", "ledger/record", "node/http"],
    "node/relay": LEDGER + SHARED_NODE + ["signer", "node/finality", "node/ordering", "node/custody"],
    "node/vault": LEDGER + SHARED_NODE + ["signer"],
    "node/replication": LEDGER + SHARED_NODE + ["signer", "node/requests", "node/finality", "node/ordering", "node/vault"],
    "node/app": LEDGER + NODE + ["signer"],
    "verifier-api": LEDGER + SHARED_NODE,
    "wallet-cli": LEDGER + PAPER + SHARED_NODE + ["signer"],
}

# Heavy libraries: header prefix -> files (regular expressions) that own it. A header of ours never includes them.
OWNERS = {
    "rocksdb/": [r"ledger/store/[^/]+\.cpp", r"node/vault/[^/]+\.cpp", r"node/vault/vault_impl\.h", r"verifier-api/shared_store\.cpp"],
    "boost/": [r"node/http/[^/]+\.cpp"],
    "boost/unordered/": [r"ledger/registry/state\.h"],  # containers, light to include
    "secp256k1": [r"ledger/base/verify\.cpp", r"signer/sign\.cpp"],
    "cryptopp/": [r"ledger/base/hash\.cpp", r"signer/[^/]+\.cpp"],
    "crypto++/": [r"ledger/base/hash\.cpp", r"signer/[^/]+\.cpp"],
    "nlohmann/": [r"ledger/record/json\.cpp", r"tests/.*"],
    "cairo": [r"ledger/paper/canvas\.cpp"],
    "pango/": [r"ledger/paper/canvas\.cpp"],
    "fontconfig/": [r"ledger/paper/canvas\.cpp"],
    "qpdf/": [r"ledger/paper/pdf\.cpp"],
    "qrencode": [r"ledger/paper/qr\.cpp"],
    "CLI/": [r"wallet-cli/(cli/)?[^/]+\.cpp", r"(.*/)?main\.cpp"],
}

# Validity is a function of bytes and state: nothing here may reach a clock, a locale, chance, files or threads.
PURE = CORE[1:]
IMPURE_HEADERS = {
    "chrono", "condition_variable", "cstdio", "ctime", "filesystem", "fstream", "future", "iostream", "locale", "mutex",
    "random", "regex", "shared_mutex", "stdio.h", "sys/time.h", "thread", "time.h", "unistd.h",
}

# Who may do what is data with a date. These words stand in the data files, never in the code that reads them.
DATA_ONLY = ["ledger/registry", "ledger/rules"]
BUILT_IN_WORDS = [
    # roles
    "teacher", "homeroom", "principal", "vice-principal", "giáo viên", "giáo viên bộ môn", "gvcn", "hiệu trưởng",
    "phó hiệu trưởng", "hieu-truong", "giao-vien",
    # kinds of office
    "department", "district", "district office", "ward", "sở", "phòng", "sở gdđt", "phòng gdđt", "ubnd", "ubnd xã",
    # subjects
    "toan", "toán", "ngu-van", "ngữ văn", "ngoai-ngu-1", "ngoại ngữ 1", "gdcd", "lich-su", "lịch sử", "dia-li", "địa lí",
    "khtn", "cong-nghe", "công nghệ", "tin-hoc", "tin học", "gdtc", "gdqp-an", "nghe-thuat", "nghệ thuật", "am-nhac",
    "âm nhạc", "mi-thuat", "mĩ thuật", "hdtn-hn", "hđtn-hn", "gddp", "gdđp", "vat-li", "vật lí", "hoa-hoc", "hóa học",
    "sinh-hoc", "sinh học", "gdkt-pl", "gdkt&pl",
]
# A word that the wire format also uses as a member's name may stand on a line that says so: `// data-word: why`.
EXCUSE = "data-word:"

SKIPPED_FOLDERS = {".git", "build", "node_modules", "__pycache__", "corpus"}

# Vietnamese has two habits for the tone of an open syllable in oa, oe, uy. Official texts mostly put it on the first
# vowel, and so do we, everywhere: a word that is spelt in two ways is not found by who searches for it. After "qu" the
# u belongs to the consonant, and before a final consonant both habits agree.
REFUSED_SPELLING = re.compile(r"(?<![qQ])(?:[oO][àáảãạÀÁẢÃẠèéẻẽẹÈÉẺẼẸ]|[uU][ỳýỷỹỵỲÝỶỸỴ])(?!\w)")


# ---------------------------------------------------------------------------------------------------------------------
# Reading the tree


class Tree:
    """The project's files as text, by path from the root."""

    def __init__(self, files):
        self.files = files

    @classmethod
    def at(cls, root):
        wanted = {".h", ".cpp", ".json", ".txt", ".md", ".sh", ".py", ".ts", ".html", ".toml"}
        files = {}
        pending = [root]
        while pending:
            for path in sorted(pending.pop().iterdir()):
                if path.is_symlink() or path.name in SKIPPED_FOLDERS:
                    continue
                if path.is_dir():
                    pending.append(path)
                elif path.suffix in wanted or path.name == "stele":
                    files[path.relative_to(root).as_posix()] = path.read_text(encoding="utf-8", errors="replace")
        return cls(files)

    def code(self):
        return {name: text for name, text in sorted(self.files.items()) if name.endswith((".h", ".cpp"))}


def layer_of(path):
    """The folder of LAYERS that holds this file; "tests" for tests; None elsewhere."""
    for folder in LAYERS:
        if path.startswith(folder + "/"):
            return folder
    return "tests" if path.startswith("tests/") else None


INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.M)


def includes(text):
    for match in INCLUDE.finditer(text):
        yield text.count("\n", 0, match.start()) + 1, match[1], match[2]


TOKEN = re.compile(
    r"""(?P<comment>//[^\n]*|/\*.*?\*/)
      |(?P<raw>R"(?P<mark>[^()\\\s]{0,16})\((?P<body>.*?)\)(?P=mark)")
      |(?P<string>"(?:\\.|[^"\\\n])*")
      |(?P<number>(?<![\w.])[0-9](?:'?[\w.])*)
      |(?P<char>'(?:\\.|[^'\\\n])+')
      |(?P<name>[A-Za-z_]\w*)""",
    re.S | re.X,
)


def tokens(text):
    """(line, kind, text) of string, number and name tokens; comments and #include lines are left out."""
    text = INCLUDE.sub("", text)
    for match in TOKEN.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        if match["raw"] is not None:
            yield line, "string", match["body"]
        elif match["string"] is not None:
            yield line, "string", match["string"][1:-1]
        elif match["number"] is not None:
            yield line, "number", match["number"]
        elif match["name"] is not None:
            yield line, "name", match["name"]


# ---------------------------------------------------------------------------------------------------------------------
# The checks


def check_layers(tree):
    """Includes point down only."""
    out = []
    for path, text in tree.code().items():
        here = layer_of(path)
        if here is None:
            out.append(f"{path}:1: this folder has no place in LAYERS (tests/lint/lint.py); give it one")
            continue
        for line, form, target in includes(text):
            there = layer_of(target)
            if form == '"' and there is None:
                out.append(f"{path}:{line}: \"{target}\" does not start at the root of the project; write the whole path")
            elif there is None or here in (there, "tests"):
                continue
            elif there not in LAYERS[here]:
                out.append(f"{path}:{line}: {here} may not include {target}; it may use {', '.join(LAYERS[here]) or 'nothing'}")
    return out


def check_third_party(tree):
    """A heavy library is named only in the files that own it. A test's .cpp may name any: it looks behind our headers."""
    out = []
    for path, text in tree.code().items():
        if path.startswith("tests/") and path.endswith(".cpp"):
            continue
        for line, _, target in includes(text):
            prefix = max((p for p in OWNERS if target.startswith(p)), key=len, default=None)
            if prefix is not None:
                owners = OWNERS[prefix]
                if not any(re.fullmatch(owner, path) for owner in owners):
                    out.append(f"{path}:{line}: <{target}> belongs to {' and '.join(owners)}; go through their header")
    return out


def check_pure_core(tree):
    """What nodes must agree on reaches no clock, locale, chance, file or thread."""
    out = []
    for path, text in tree.code().items():
        if layer_of(path) not in PURE:
            continue
        for line, _, target in includes(text):
            if target in IMPURE_HEADERS:
                out.append(f"{path}:{line}: <{target}> in the pure core; pass the value in from outside")
    return out


LINK_CALL = re.compile(
    r"^\s*(stele_library|stele_program|stele_test|stele_fuzz|stele_bench|add_library|add_executable|target_link_libraries)\s*\(([^()]*)\)",
    re.M,
)
LINK_KEYWORDS = {"SOURCES", "PUBLIC", "PRIVATE", "INTERFACE", "LINK", "STATIC"}


def link_graph(tree):
    """target -> (folder, line, libraries it names), for the targets of the folders in LAYERS."""
    graph = {}
    for path, text in sorted(tree.files.items()):
        if not path.endswith("CMakeLists.txt") or layer_of(path) in (None, "tests"):
            continue
        text = re.sub(r"#[^\n]*", "", text)
        for match in LINK_CALL.finditer(text):
            words = match[2].split()
            if not words:
                continue
            line = text.count("\n", 0, match.start(1)) + 1
            target = graph.setdefault(words[0], (path, line, []))
            target[2].extend(word for word in words[1:] if word.startswith("stele_") and word not in LINK_KEYWORDS)
    return graph


def check_link(tree):
    """Libraries link down only, and nothing that the verification service links leads to a secret key."""
    out = []
    graph = link_graph(tree)
    for name, (path, line, libraries) in graph.items():
        here = layer_of(path)
        reached, pending = {}, [(library, library) for library in libraries]
        while pending:
            library, way = pending.pop()
            if library in reached or library not in graph:
                continue
            reached[library] = way
            pending.extend((further, f"{way} -> {further}") for further in graph[library][2])
        for library, way in sorted(reached.items()):
            there = layer_of(graph[library][0])
            if there != here and there not in LAYERS[here]:
                out.append(f"{path}:{line}: {name} links {way}, which is {there}; {here} may not reach it")
    return out


def words_of_data(tree):
    """Every role, kind of office, subject code and subject name in ledger/rules/data/*.json."""
    found = set()

    def take(value):
        if isinstance(value, str):
            found.add(value)
        elif isinstance(value, list):
            for item in value:
                take(item)
        elif isinstance(value, dict):
            named = [value[key] for key in ("id", "code", "name", "vi", "en", "name_vi", "name_en") if key in value]
            if named:
                take(named)
            else:
                for key, item in value.items():
                    found.add(key)
                    take(item) if isinstance(item, dict) else None

    def walk(value):
        if isinstance(value, dict):
            for key, item in value.items():
                take(item) if key in ("roles", "org_kinds", "subjects") else walk(item)
        elif isinstance(value, list):
            for item in value:
                walk(item)

    for path, text in tree.files.items():
        if path.startswith("ledger/rules/data/") and path.endswith(".json"):
            walk(json.loads(text))
    return found


def check_rules_as_data(tree):
    """No year, subject, role or kind of office in the code that applies the rules."""
    out = []
    words = {unicodedata.normalize("NFC", word).casefold() for word in words_of_data(tree) | set(BUILT_IN_WORDS)}
    words = {word for word in words if len(word) > 1}
    as_words = re.compile(r"(?<![\w-])(?:" + "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)) + r")(?![\w-])")
    names = {word.replace("-", "_") for word in words if word.isascii()}
    year = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")

    for path, text in tree.code().items():
        if layer_of(path) not in DATA_ONLY:
            continue
        lines = text.split("\n")
        for line, kind, token in tokens(text):
            if EXCUSE in lines[line - 1]:
                continue
            found = None
            if kind == "number" and year.fullmatch(token):
                found = f"the year {token} (a count of that size is written with a separator: 2'000)"
            elif kind == "string":
                folded = unicodedata.normalize("NFC", token).casefold()
                match = year.search(token) or as_words.search(folded)
                found = f'"{match[0]}"' if match else None
            elif kind == "name":
                bare = token.rstrip("_").casefold()
                bare = re.sub(r"^(?:is|role|kind|k)_", "", bare)
                found = token if bare in names else None
            if found:
                out.append(f"{path}:{line}: {found} in code; it belongs in ledger/rules/data or in a policy record")
    return out


def check_headers(tree):
    """A header opens with a sentence on what it is for, then `#pragma once`."""
    out = []
    for path, text in tree.code().items():
        if not path.endswith(".h"):
            continue
        lines = text.split("\n")
        comment = []
        while lines and lines[0].startswith("//"):
            comment.append(lines.pop(0).lstrip("/ "))
        while lines and not lines[0].strip():
            lines.pop(0)
        if not re.search(r"\w+\W+\w+.*[.:!?)]", " ".join(comment)):
            out.append(f"{path}:1: open with a sentence on what this header is for")
        if not lines or lines[0].strip() != "#pragma once":
            out.append(f"{path}:{len(comment) + 1}: `#pragma once` follows the opening sentence")
    return out


def other_spelling(syllable):
    """The same open syllable with its tone on the first vowel."""
    bare, tone = unicodedata.normalize("NFD", syllable[1])
    return unicodedata.normalize("NFC", syllable[0] + tone) + bare


def check_spelling(tree):
    """Vietnamese words are spelt in one way."""
    out = []
    for path, text in sorted(tree.files.items()):
        text = unicodedata.normalize("NFC", text)
        for match in REFUSED_SPELLING.finditer(text):
            start = max(text.rfind(c, 0, match.start()) for c in " \n\t\"'(") + 1
            line = text.count("\n", 0, match.start()) + 1
            word = text[start:match.end()]
            fixed = word[: len(word) - 2] + other_spelling(match[0])
            out.append(f"{path}:{line}: {word}; this house writes {fixed}")
    return out


CHECKS = {
    "layers": check_layers,
    "third_party": check_third_party,
    "pure_core": check_pure_core,
    "link": check_link,
    "rules_as_data": check_rules_as_data,
    "headers": check_headers,
    "spelling": check_spelling,
}


def main():
    parser = argparse.ArgumentParser(description="House rules that no compiler checks.")
    parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parents[2])
    parser.add_argument("checks", nargs="*", metavar="check", help=", ".join(CHECKS))
    options = parser.parse_args()
    unknown = [name for name in options.checks if name not in CHECKS]
    if unknown:
        parser.error(f"no such check: {', '.join(unknown)}; there are {', '.join(CHECKS)}")

    tree = Tree.at(options.root)
    if not tree.code():
        print(f"no C++ file below {options.root}: nothing was checked")
        return 1
    findings = [finding for name in options.checks or CHECKS for finding in CHECKS[name](tree)]
    for finding in findings:
        print(finding)
    print(f"{len(findings)} findings in {len(tree.code())} files")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
