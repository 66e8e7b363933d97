#!/usr/bin/env python3
"""A lint that can't fail is no lint: each check meets samples that break it, and samples that it must leave alone."""
import json
import unittest

import lint



def one(check, path, text, **more):
    return lint.CHECKS[check](lint.Tree({path: text, **more}))


class Layers(unittest.TestCase):
    def test_refuses_an_include_that_points_up(self):
        self.assertTrue(one("layers", "ledger/record/jws.cpp", '#include "ledger/log/merkle.h"\n'))
        self.assertTrue(one("layers", "ledger/rules/block.h", '#include "ledger/store/store.h"\n'))
        self.assertTrue(one("layers", "node/http/server.cpp", '#include "ledger/registry/registry.h"\n'))

    def test_refuses_the_signer_in_the_verification_service(self):
        self.assertTrue(one("layers", "verifier-api/api.cpp", '#include "signer/sign.h"\n'))
        self.assertTrue(one("layers", "verifier-api/api.cpp", '#include "node/vault/vault.h"\n'))

    def test_refuses_a_path_that_does_not_start_at_the_root(self):
        self.assertTrue(one("layers", "ledger/log/merkle.cpp", '#include "merkle.h"\n'))

    def test_refuses_a_folder_that_nobody_placed(self):
        self.assertTrue(one("layers", "ledger/extra/thing.cpp", "\n"))

    def test_lets_includes_point_down_and_tests_use_all(self):
        self.assertFalse(one("layers", "ledger/log/merkle.cpp", '#include "ledger/base/hash.h"\n#include <vector>\n'))
        self.assertFalse(one("layers", "wallet-cli/main.cpp", '#include "signer/sign.h"\n'))
        self.assertFalse(one("layers", "tests/unit/log/a.cpp", '#include "node/app/app.h"\n'))

    def test_names_the_line(self):
        self.assertIn("a.cpp:2:", one("layers", "ledger/base/a.cpp", '\n# include "signer/sign.h"\n')[0])


class ThirdParty(unittest.TestCase):
    def test_refuses_a_library_outside_its_owner(self):
        for path, header in [
            ("ledger/store/store.h", "rocksdb/db.h"),
            ("node/app/app.cpp", "boost/beast.hpp"),
            ("ledger/registry/state.h", "boost/asio.hpp"),
            ("node/http/server.cpp", "boost/unordered/unordered_flat_map.hpp"),
            ("ledger/rules/rules.cpp", "secp256k1.h"),
            ("node/vault/vault.cpp", "cryptopp/sha.h"),
            ("verifier-api/api.cpp", "nlohmann/json.hpp"),
            ("signer/sign.cpp", "CLI/CLI.hpp"),
            ("tests/unit/store/helpers.h", "rocksdb/db.h"),
        ]:
            self.assertTrue(one("third_party", path, f"#include <{header}>\n"), (path, header))

    def test_leaves_the_owner_alone(self):
        for path, header in [
            ("ledger/store/rocks.cpp", "rocksdb/db.h"),
            ("node/http/server.cpp", "boost/beast.hpp"),
            ("ledger/registry/state.h", "boost/unordered/unordered_flat_map.hpp"),
            ("ledger/base/verify.cpp", "secp256k1.h"),
            ("signer/key_file.cpp", "cryptopp/scrypt.h"),
            ("ledger/record/json.cpp", "nlohmann/json.hpp"),
            ("node/app/main.cpp", "CLI/CLI.hpp"),
            ("tests/unit/store/damage.cpp", "rocksdb/db.h"),
        ]:
            self.assertFalse(one("third_party", path, f"#include <{header}>\n"), (path, header))


class PureCore(unittest.TestCase):
    def test_refuses_clock_chance_files_and_threads(self):
        for header in ["chrono", "random", "thread", "fstream", "filesystem", "ctime", "locale", "mutex"]:
            self.assertTrue(one("pure_core", "ledger/rules/rules.cpp", f"#include <{header}>\n"), header)

    def test_leaves_other_folders_alone(self):
        self.assertFalse(one("pure_core", "ledger/store/store.cpp", "#include <mutex>\n"))
        self.assertFalse(one("pure_core", "ledger/rules/rules.cpp", "#include <map>\n// #include <chrono>\n"))


class Link(unittest.TestCase):
    SIGNER = {"signer/CMakeLists.txt": "stele_library(stele_signer SOURCES a.cpp PUBLIC stele_base)\n"}

    def test_refuses_the_signer_in_the_verification_service(self):
        text = "stele_library(stele_verifier_api\n  SOURCES api.cpp\n  PRIVATE stele_signer)\n"
        self.assertTrue(one("link", "verifier-api/CMakeLists.txt", text, **self.SIGNER))

    def test_refuses_a_way_round(self):
        more = {**self.SIGNER, "node/sync/CMakeLists.txt": "stele_library(stele_sync SOURCES s.cpp PRIVATE stele_signer)\n"}
        found = one("link", "verifier-api/CMakeLists.txt", "stele_program(v SOURCES main.cpp LINK stele_sync)\n", **more)
        self.assertTrue(any(f.startswith("verifier-api/") and "stele_sync -> stele_signer" in f for f in found), found)

    def test_refuses_a_link_made_by_hand(self):
        text = "stele_program(v SOURCES main.cpp)\ntarget_link_libraries(v PRIVATE stele_signer)\n"
        self.assertTrue(one("link", "verifier-api/CMakeLists.txt", text, **self.SIGNER))

    def test_lets_the_wallet_sign(self):
        text = "stele_program(stele SOURCES main.cpp LINK stele_signer)\n"
        self.assertFalse(one("link", "wallet-cli/CMakeLists.txt", text, **self.SIGNER))


class RulesAsData(unittest.TestCase):
    def test_refuses_years(self):
        self.assertTrue(one("rules_as_data", "ledger/rules/a.cpp", "if (date.year >= 2026) return;\n"))
        self.assertTrue(one("rules_as_data", "ledger/registry/a.cpp", 'auto d = parse_date("2026-04-15");\n'))

    def test_refuses_roles_offices_and_subjects(self):
        for line in [
            'if (role == "teacher") {}',
            'return "Hiệu Trưởng";',
            'kind == "department"',
            'subject == "toan"',
            'R"x(ngu-van)x"',
            "enum class Role { principal };",
            "Role::homeroom",
            "kind_department",
        ]:
            self.assertTrue(one("rules_as_data", "ledger/registry/a.cpp", line + "\n"), line)

    def test_refuses_a_decomposed_spelling(self):
        self.assertTrue(one("rules_as_data", "ledger/rules/a.cpp", '"hie\u0323\u0302u tru\u031bo\u031b\u0309ng"\n'))

    def test_refuses_words_of_the_data_files(self):
        data = {
            "roles": ["bursar"],
            "org_kinds": {"exam-board": {"name": "Hội đồng thi"}},
            "nested": {"subjects": [{"code": "latin", "name": "Tiếng La-tinh"}]},
        }
        more = {"ledger/rules/data/x.json": json.dumps(data)}
        for word in ["bursar", "exam-board", "Hội đồng thi", "latin", "Tiếng La-tinh"]:
            self.assertTrue(one("rules_as_data", "ledger/rules/a.cpp", f'f("{word}");\n', **more), word)
            self.assertFalse(one("rules_as_data", "ledger/rules/a.cpp", f'f("{word}");\n'), word)

    def test_leaves_comments_data_counts_and_other_folders_alone(self):
        for path, text in [
            ("ledger/rules/a.cpp", "// a teacher, since 2026\n/* principal\n2026 */\n"),
            ("ledger/rules/a.cpp", "constexpr int rows_max = 2'000; int x = 20260; auto y = 0x2026;\n"),
            ("ledger/rules/a.cpp", 'f("teachers-college", somewhat_principal_like);\n'),
            ("ledger/rules/data/a.json", '{"roles": ["teacher"]}'),
            ("wallet-cli/a.cpp", 'f("teacher", 2026);\n'),
            ("ledger/rules/a.cpp", 'member("district");  // data-word: a member of the wire format\n'),
        ]:
            self.assertFalse(one("rules_as_data", path, text), text)

    def test_names_the_line_behind_a_raw_string(self):
        self.assertIn("a.cpp:3:", one("rules_as_data", "ledger/rules/a.cpp", 'R"(\n)";\nf("teacher");\n')[0])


class Headers(unittest.TestCase):
    def test_refuses_a_header_without_sentence_or_guard(self):
        self.assertTrue(one("headers", "ledger/base/a.h", "#pragma once\n"))
        self.assertTrue(one("headers", "ledger/base/a.h", "// a.h\n#pragma once\n"))
        self.assertTrue(one("headers", "ledger/base/a.h", "// What it is for.\n#include <vector>\n"))
        self.assertTrue(one("headers", "ledger/base/a.h", ""))

    def test_takes_the_house_form(self):
        self.assertFalse(one("headers", "ledger/base/a.h", "// Bytes, so that none\n// is lost.\n#pragma once\n"))


class Spelling(unittest.TestCase):
    def test_refuses_the_tone_on_the_last_vowel(self):
        for word, instead in [("kho\u00e1", "kh\u00f3a"), ("Ho\u00e0", "H\u00f2a"), ("xo\u00e8", "x\u00f2e"),
                              ("tu\u1ef3", "t\u00f9y"), ("thu\u1ef7", "th\u1ee7y"), ("U\u1ef7", "\u1ee6y")]:
            for path in ["wallet-cli/a.cpp", "docs/a.md", "tests/unit/cli/golden/a.txt", "stele"]:
                found = one("spelling", path, f"// 1\nm\u00e3 {word} n\u00e0y\n")
                self.assertEqual(1, len(found), word)
                self.assertIn(f"{path}:2: {word}; this house writes {instead}", found[0])

    def test_sees_decomposed_letters_too(self):
        self.assertTrue(one("spelling", "docs/a.md", "khoa\u0301\n"))

    def test_leaves_the_house_spelling_and_what_has_only_one(self):
        for word in ["kh\u00f3a", "ho\u00e0n", "kho\u1ea3ng", "qu\u00fd", "Qu\u1ef3nh", "hu\u1ef3nh", "khu\u1ef7u", "lo\u1ea1i", "ngo\u1ea1i"]:
            self.assertFalse(one("spelling", "docs/a.md", f"{word}.\n"), word)


if __name__ == "__main__":
    unittest.main()
