#!/usr/bin/env python3
"""The checker of histories finds what it is there for: each broken history is seen to fail."""
import copy
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import model  # noqa: E402
from model import Answer  # noqa: E402


def good():
    """a and b together, then c, which was handed in when both were final; d is refused, of e nothing is known."""
    ledger = [("h1", ["a", "b"]), ("h2", []), ("h3", ["c", "e"])]
    answers = [
        Answer("a", "n0", 0.0, 1.0, "final", 0, 1), Answer("b", "n1", 0.5, 1.5, "final", 1, 1),
        Answer("d", "n1", 0.6, 0.7, "refused", code="org_exists"), Answer("e", "n2", 0.7, None, "unknown"),
        Answer("c", "n2", 2.0, 9.0, "pending"), Answer("c", "n0", 9.0, 10.0, "final", 2, 3),
        Answer("a", "n2", 9.0, 10.0, "final", 0, 1),
    ]
    return answers, {f"n{i}": copy.deepcopy(ledger) for i in range(3)}


class Histories(unittest.TestCase):
    def setUp(self):
        self.answers, self.ledgers = good()

    def expect(self, *words):
        found = model.faults(self.answers, self.ledgers)
        for word in words:
            self.assertTrue(any(word in f for f in found), f"{word!r} is not in {found}")
        if not words:
            self.assertEqual(found, [])

    def test_a_good_one_passes(self):
        self.expect()

    def test_a_lost_record(self):
        for ledger in self.ledgers.values():
            ledger[2] = ("h3", ["e"])
        self.expect("c was called final at (2, 3) by n0, and stands at []")

    def test_a_record_lost_at_one_node(self):
        self.ledgers["n1"][0] = ("h1", ["b"])
        self.expect("n1: a was called final")

    def test_a_record_at_two_places(self):
        for ledger in self.ledgers.values():
            ledger.append(("h4", ["a"]))
        self.expect("a stands at [(0, 1), (4, 4)]")

    def test_another_index_than_was_told(self):
        for ledger in self.ledgers.values():
            ledger[0] = ("h1", ["b", "a"])
        self.expect("a was called final at (0, 1) by n0, and stands at [(1, 1)]")

    def test_a_differing_header(self):
        self.ledgers["n2"][1] = ("other", [])
        self.expect("height 2 differs")

    def test_a_ledger_that_is_short(self):
        self.ledgers["n2"].pop()
        self.expect("different heights")

    def test_a_refused_record_on_the_ledger(self):
        for ledger in self.ledgers.values():
            ledger.append(("h4", ["d"]))
        self.expect("d was refused by n1 (org_exists), and stands")

    def test_two_answers_that_contradict(self):
        self.answers.append(Answer("a", "n1", 11.0, 12.0, "final", 0, 2))
        self.expect("a: n0 said ('final', 0, 1), n1 said ('final', 0, 2)")

    def test_final_and_refused(self):
        self.answers.append(Answer("b", "n0", 11.0, 12.0, "refused", code="x"))
        self.expect("b: n1 said ('final', 1, 1), n0 said ('refused',)")

    def test_order_inverted(self):
        for ledger in self.ledgers.values():
            ledger[0], ledger[2] = ("h1", ["c", "e"]), ("h3", ["a", "b"])
        for a in self.answers:
            places = {"a": (2, 3), "b": (3, 3), "c": (0, 1)}
            if a.status == "final":
                a.index, a.height = places[a.record]
        self.expect("a was final before c was handed in, and stands behind it")

    def test_order_inverted_by_one_of_which_no_answer_came(self):
        self.answers[3].called = 1.2  # e, after a was final
        for ledger in self.ledgers.values():
            ledger[0], ledger[2] = ("h1", ["e", "a"]), ("h3", ["c", "b"])
        self.expect("a was final before e was handed in")


class Blocks(unittest.TestCase):
    def test_a_block_is_read_to_its_end(self):
        u16, u32, u64 = (lambda n, s=s: n.to_bytes(s, "big") for s in (2, 4, 8))
        block = (b"STLB\x01" + u16(3) + b"net" + u32(1) + u64(7) + u64(9) + u32(0) + bytes(32) + u32(2) + b"qc" + u32(0) +
                 u32(1) + bytes(98) + u16(0) + u32(2) + u32(3) + b"a.b" + u32(1) + b"c" + bytes(64))
        self.assertEqual(model.records_of(block), (9, 7, ["a.b", "c"]))
        self.assertEqual(model.blocks_of(b"STLS\x01" + u32(1) + u32(len(block)) + block + u32(0)), [block])
        for bad in (block[:-1], block + b"x", b"STLX" + block[4:]):
            with self.assertRaises(ValueError):
                model.records_of(bad)


if __name__ == "__main__":
    unittest.main()
