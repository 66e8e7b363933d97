"""The chain of the golden vectors: a school is founded, a pupil graded, a transcript issued and corrected."""
import copy
import json

from reference import (
    REVOKED, SUPERSEDED, SUSPENDED, VALID, Chance, Claims, PrivateKey, Record, Rows, ack_digest, b64u, book_tag,
    disclosure_digest, merkle_path, sha,
)
from scenario import ASSESSMENT, DAY, OFFICE, SCHOOL, Chain, Evidence, Network, act, file_text, policy, staff_of

YEAR, CLASS, KIND = "2025", "10A1", "thpt"
PUPILS = [("2500000001", "Nguyễn Văn An", "2010-03-14", "nam"), ("2500000002", "Đỗ Thị Ánh", "2010-11-02", "nu")]
ROW_OF = [3, 11]  # where the two pupils stand in every sheet


class Story:
    def __init__(self):
        self.network = Network()
        self.chance = Chance("story")
        self.staff = staff_of(self.network, self.chance)
        self.books = [sha(f"stele test book {i + 1}".encode("ascii")) for i in range(len(PUPILS))]
        self.chain = Chain(self.network)
        self.sheets = []
        self.credentials = []
        self.found_school()
        self.grade()
        self.issue()
        self.correct()
        self.change()
        self.lapse()
        self.steal()
        self.look_into()

    # -- helpers

    def tag(self, pupil, record_type="transcript", period=YEAR):
        return b64u(book_tag(self.books[pupil], record_type, KIND, period))

    def second(self, record_type, key, org, role, targets):
        refs = sorted((t.id for t in targets))
        return self.chain.record(record_type, key, {"org": org, "role": role, "targets": [b64u(t) for t in refs]})

    def by(self, who, record_type, body):
        return self.chain.record(record_type, self.staff[who].key, body)

    def key_record(self, signer, who, **changes):
        return self.chain.record("key", signer, self.staff[who].body(**changes))

    def change_of(self, record_type, target, who="principal", reason="under-review", **more):
        return self.by(who, record_type, {"org": SCHOOL, "targets": [target.ref], "reason": reason, **more})

    def document(self, number, who="clerk", **changes):
        digest = b64u(disclosure_digest(self.chance.disclosure("file", {"sha256": b64u(sha(f"file {number}".encode()))})))
        return self.by(who, "document", {"org": SCHOOL, "kind": "minutes", "digests": [digest], **changes})

    # -- heights 1 to 8

    def found_school(self):
        chain, network, roots = self.chain, self.network, self.network.roots
        t = network.time
        chain.refuse("height 1 carries a certificate", "block_bad_qc",
                     parent_qc=chain.certify(network.checkpoint, t))
        chain.add([], t + 60)  # 1

        office = {"org": OFFICE, "kind": "department", "name": "Sở Ví Dụ", "vaults": []}
        self.office = chain.record("org", roots[0], office)
        chain.refuse_record("unknown_key", chain.record("org", PrivateKey(99), office))
        self.refuse_malformed_blocks(self.office)
        chain.add([self.office], t + 120, [(self.office, SUSPENDED)])  # 2

        chain.refuse_record("same_person", self.second("approve", roots[0], "root", "root", [self.office]))
        chain.refuse_record("already_recorded", self.office)
        self.office_approve = self.second("approve", roots[1], "root", "root", [self.office])
        chain.add([self.office_approve], t + 180, [(self.office, VALID)])  # 3

        chain.refuse_record("policy_number", chain.record("policy", roots[0], policy(2)))
        chain.refuse_record(["target_not_pending", "no_signature_needed"],
                            self.second("approve", roots[2], "root", "root", [self.office]))
        chain.refuse_record("root_org_exists", chain.record("org", roots[0], {**office, "org": "bo-vi-du"}))
        alone = [a for a in policy()["acts"] if a["act"] == "document"]
        for name, lonely in {
            "revoke by one person": act("revoke", "own", ["principal"], on="document"),
            "a diploma replaced by one person": act("diploma", "own", ["principal"], on="thpt", replaces=True),
        }.items():
            chain.refuse_record("second_person_required", chain.record("policy", roots[0], policy(acts=[*alone, lonely])),
                                name=name)
        for name, rules_from in (("from the block that takes it", chain.height_of_next), ("from a past block", 1)):
            chain.refuse_record("out_of_bounds", chain.record("policy", roots[0], policy(rules=2, rules_from=rules_from)),
                                name=f"rules raised {name}")
        self.policy = chain.record("policy", roots[0], policy())
        chain.add([self.policy], t + 240, [(self.policy, SUSPENDED)])  # 4

        self.policy_approve = self.second("approve", roots[2], "root", "root", [self.policy])
        chain.add([self.policy_approve], t + 300, [(self.policy, VALID)])  # 5

        school = {"org": SCHOOL, "kind": "school", "parent": OFFICE, "name": "Trường THPT Ví Dụ 1", "vaults": [0]}
        self.school = chain.record("org", roots[0], school)
        self.officer = self.key_record(roots[0], "officer")
        chain.refuse_record(["id_taken", "unknown_org", "bad_replaces"], chain.record("org", roots[0], {**school, "org": OFFICE}))
        chain.refuse_record("unknown_org", chain.record("org", roots[0], {**school, "parent": "so-khac"}))
        chain.refuse_record("unknown_org_kind", chain.record("org", roots[0], {**school, "kind": "ministry"}))
        chain.refuse_record("unknown_vault", chain.record("org", roots[0], {**school, "vaults": [1]}))
        chain.refuse_record("unknown_role", self.key_record(roots[0], "officer",
                                                            grants=[{"role": "king", "org": OFFICE}]))
        chain.refuse_record("bad_proof_of_possession", chain.record("key", roots[0], {
            **self.staff["officer"].body(), "proof": b64u(PrivateKey(99).sign(sha(b"another")))}))
        for name, key, org, code in (
            ("an organisation that is not there", network.validator, "so-khac", "unknown_org"),
            ("a key of an orderer", network.orderer, OFFICE, "key_taken"), ("a key of a vault", network.vault, OFFICE, "key_taken"),
            ("a key of a root", roots[2], OFFICE, "key_taken"),
        ):
            members = {"set": [{"id": "so-1", "org": org, "key": b64u(key.compressed)}]}
            chain.refuse_record(code, chain.record("validators", roots[0], members), name=f"validators: {name}")
        chain.add([self.school, self.officer], t + 360, [(self.school, SUSPENDED), (self.officer, SUSPENDED)])  # 6

        self.school_approve = self.second("approve", roots[1], "root", "root", [self.school, self.officer])
        chain.add([self.school_approve], t + 420, [(self.school, VALID), (self.officer, VALID)])  # 7

        signer = self.staff["officer"].key
        self.keys = {who: self.key_record(signer, who) for who in ("clerk", "teacher", "homeroom", "principal", "seal")}
        self.keys["officer"] = self.officer
        chain.refuse_record("key_taken", self.key_record(roots[0], "officer"))
        chain.refuse_record("grant_not_allowed", self.key_record(
            signer, "clerk", grants=[{"role": "registrar", "org": SCHOOL}]))
        chain.refuse_record("grant_not_allowed", self.key_record(
            signer, "clerk", grants=[{"role": "clerk", "org": OFFICE}]), name="grant at another organisation")
        fresh = [self.keys[who] for who in ("clerk", "teacher", "homeroom", "principal", "seal")]
        chain.add(fresh, t + 3 * DAY)  # 8

    def refuse_malformed_blocks(self, good):
        """Blocks in the place of height 2."""
        chain, network = self.chain, self.network
        qc = chain.blocks[-1].qc
        other_vote = bytearray(qc)
        other_vote[40 + 10 + 20] ^= 1  # inside the signature
        foreign = chain.record("org", network.roots[0], {**good.stele, "net": "stele/vidu/" + "0" * 32})
        unknown = chain.record("org", network.roots[0], {**good.stele, "after": b64u(sha(b"nothing"))})
        too_new = chain.record("org", network.roots[0], {**good.stele, "after": b64u(chain.hash_at(1))})
        cases = [
            ("net of another network", "block_wrong_network", {"net": "stele/vidu/" + "0" * 32}),
            ("rules that nobody raised", "block_wrong_rules", {"rules": 2}),
            ("epoch without a proof", "block_wrong_epoch", {"epoch": 1}),
            ("height skipped", "block_wrong_height", {"height": 3}),
            ("parent that is not the head", "block_wrong_parent", {"parent": network.checkpoint_hash}),
            ("no certificate of the parent", "block_bad_qc", {"parent_qc": b""}),
            ("certificate of another header", "block_bad_qc",
             {"parent_qc": chain.certify(network.checkpoint, network.time)}),
            ("certificate with a broken signature", "block_bad_qc", {"parent_qc": bytes(other_vote)}),
            ("certificate without votes", "block_bad_qc", {"parent_qc": qc[:37] + b"\0\0"}),
            ("orderer that does not exist", "block_bad_orderer", {"orderer": 1}),
        ]
        for name, code, changes in cases:
            chain.refuse(name, code, [good], **changes)
        ack = network.vault.sign(ack_digest(network.net, good.leaf, 0))
        chain.refuse("ack for a record that needs none", "block_ack_stray", [good], acks=[(good.leaf, 0, ack)])
        chain.refuse("ack for a record that is not there", "block_ack_stray", [],
                     acks=[(good.leaf, 0, ack)])
        chain.refuse("signed by another orderer", "block_bad_signature", [good], signer=PrivateKey(99))
        chain.refuse("signature of zeros", "block_bad_signature", [good], signature=b"\0" * 64)
        chain.refuse("a byte too many", "block_bad_encoding", [good], raw=lambda data: data + b"\0")
        chain.refuse("a byte too few", "block_bad_encoding", [good], raw=lambda data: data[:-1])
        chain.refuse("version 2", ["block_bad_encoding", "wrong_version"], [good], raw=lambda data: data[:4] + b"\2" + data[5:])
        chain.refuse("the same record twice", "already_recorded", [good, good], record=1)
        chain.refuse_record("wrong_network", foreign)
        chain.refuse_record("after_unknown", unknown)
        chain.refuse_record("after_unknown", too_new, name="after is the block's own parent")
        broken = Record("org", network.roots[0], good.payload)
        broken.jws = broken.jws.rsplit(".", 1)[0] + "." + b64u(network.roots[1].sign(good.id))
        chain.refuse_record("bad_signature", broken)
        broken = Record("org", network.roots[0], good.payload)
        broken.jws = broken.jws.rsplit(".", 1)[0] + "." + b64u(network.roots[0].sign(good.id, low_s=False))
        chain.refuse_record("high_s", broken)

    # -- heights 9 and 10

    def sheet_rows(self, name, record, results, details):
        rows = Rows(self.chance, {ROW_OF[i]: (results[i], details[i]) for i in range(len(results))})
        self.sheets.append({"name": name, "type": record, "rows": rows})
        return rows

    def made(self, record):
        self.sheets[-1]["record"] = record
        return record

    def grade_sheet(self, term, marks, **changes):
        """`marks`: for each pupil (average, regular, mid, final)."""
        results = [{"tag": self.tag(i), "mark": m[0]} for i, m in enumerate(marks)]
        details = [{"regular": m[1], "mid": m[2], "final": m[3]} for m in marks]
        rows = self.sheet_rows(f"grade sheet toan {term}", "grade-sheet", results, details)
        return self.made(self.by("teacher", "grade-sheet", {
            "org": SCHOOL, "kind": KIND, "class": CLASS, "subject": "toan", "term": term, "year": YEAR,
            "list": self.list.ref, "assessment": ASSESSMENT, **rows.members(), **changes}))

    def grade(self):
        chain, t = self.chain, self.network.time
        results = [{"tag": self.tag(i), "student_id": p[0], "name": p[1], "birth_date": p[2], "gender": p[3]}
                   for i, p in enumerate(PUPILS)]
        details = [{"birth_place": "Xã Ví Dụ", "ethnicity": "Kinh", "personal_id": "000000000001", "status": "dang-hoc"},
                   {}]
        rows = self.sheet_rows("class list", "class-list", results, details)
        body = {"org": SCHOOL, "kind": KIND, "class": CLASS, "year": YEAR, **rows.members()}
        self.list = self.made(self.by("clerk", "class-list", body))
        ack = chain.acks_of([self.list])[0]
        chain.refuse("class list without an ack", "block_ack_missing", [self.list], acks=[], record=0)
        chain.refuse("ack by a vault that does not exist", ["block_ack_bad", "block_ack_stray"], [self.list],
                     acks=[(ack[0], 1, ack[2])])
        chain.refuse("ack signed by another", "block_ack_bad", [self.list],
                     acks=[(ack[0], 0, PrivateKey(99).sign(ack_digest(self.network.net, self.list.leaf, 0)))])
        chain.refuse("the same ack twice", ["block_bad_encoding", "not_ascending"], [self.list], acks=[ack, ack])
        chain.refuse_record("no_authority", self.by("teacher", "class-list", body))
        chain.refuse_record("no_authority", self.by("clerk", "document", {
            "org": OFFICE, "kind": "minutes", "digests": [b64u(sha(b"x"))]}), name="document of another organisation")
        chain.add([self.list], t + 4 * DAY)  # 9

        missing = {"missing": "exempt"}
        self.hk1 = self.grade_sheet("hk1", [("8.3", ["8.0", "7.5", "9.0"], "8.0", "8.5"),
                                            ("6.1", ["5.0", missing, "6.5"], "6.0", "6.3")])
        self.hk2 = self.grade_sheet("hk2", [("9.0", ["9.5", "9.0"], "8.5", "9.2"), ("7.0", ["7.0", "7.0"], "7.0", "7.0")])
        results = [{"tag": self.tag(i), "conduct": {"t1": "tot", "t2": "tot", "year": "tot"}, "learning": "tot",
                    "title": "hoc-sinh-gioi", "promotion": "len-lop", "absences": 2} for i in range(2)]
        rows = self.sheet_rows("summary", "summary-sheet", results, [{"comment": "Chăm chỉ, tiến bộ đều."}, {}])
        self.summary = self.made(self.by("homeroom", "summary-sheet", {
            "org": SCHOOL, "kind": KIND, "class": CLASS, "term": "cn", "year": YEAR, "list": self.list.ref,
            "assessment": ASSESSMENT, **rows.members()}))
        good = self.hk1.stele
        refused = [
            ("unknown_assessment", {"assessment": {"id": "tt22-2021", "digest": b64u(sha(b"another"))}}),
            ("unknown_term", {"term": "hk9"}),
            ("list_not_valid", {"list": self.keys["clerk"].ref}),
        ]
        for codes, changes in refused:
            chain.refuse_record(codes, self.by("teacher", "grade-sheet", {**good, **changes}))
        chain.refuse_record("no_authority", self.by("teacher", "grade-sheet", {**good, "subject": "ngu-van"}),
                            name="subject outside the grant")
        chain.refuse("the same slot twice in a block", "sheet_exists", [self.hk1, self.by(
            "teacher", "grade-sheet", {**good, "rows": 32})], record=1)
        chain.add([self.hk1, self.hk2, self.summary], t + 5 * DAY)  # 10

    # -- heights 11 to 13

    def credential(self, who, record_type, claims, idx, stele, **changes):
        payload = self.network.credential(record_type, claims, idx, {**self.chain.common(), **stele}, **changes)
        return Record(record_type, self.staff[who].key, payload)

    def person_claims(self, pupil=0):
        p = PUPILS[pupil]
        return {"name": p[1], "birth_date": p[2], "birth_place": "Xã Ví Dụ", "gender": p[3], "ethnicity": "Kinh",
                "student_id": p[0], "personal_id": "000000000001", "school": "Trường THPT Ví Dụ 1",
                "signer": {"name": "Nguyễn Thị Giang", "title": "Hiệu trưởng"}, "issued": "2026-01-10"}

    def transcript_claims(self):
        def figure(sheet, mark, term):
            return {"term": term, "mark": mark, "sheet": sheet.ref, "row": ROW_OF[0]}

        return {
            **self.person_claims(), "class": CLASS, "year": YEAR,
            "subject.toan": {"name": "Toán", "terms": [figure(self.hk1, "8.3", "hk1"), figure(self.hk2, "9.0", "hk2")],
                             "year": {"mark": "8.8"}},
            "summary": {"conduct": {"t1": "tot", "t2": "tot", "year": "tot"}, "learning": "tot",
                        "title": "hoc-sinh-gioi", "promotion": "len-lop", "absences": 2, "sheet": self.summary.ref,
                        "row": ROW_OF[0]},
        }

    def issue(self):
        chain, t = self.chain, self.network.time
        chain.refuse_record("sheet_exists", self.by("teacher", "grade-sheet", {**self.hk1.stele, "rows": 32}))
        claims = Claims(self.chance, self.transcript_claims(), 64)
        stele = {"org": SCHOOL, "kind": KIND, "tag": self.tag(0), "period": YEAR, "assessment": ASSESSMENT,
                 "class": CLASS}
        self.transcript = self.credential("principal", "transcript", claims, 17, stele, cnf=PrivateKey(20))
        self.transcript_made = claims
        self.credentials.append({"record": self.transcript, "claims": claims})
        chain.refuse_record("no_authority", self.credential("clerk", "transcript", claims, 18, stele))
        chain.refuse("the same tag twice in a block", "tag_taken", [
            self.transcript, self.credential("principal", "transcript", claims, 18, stele)], record=1)
        chain.add([self.transcript], t + 5 * DAY + 60, [(self.transcript, SUSPENDED)])  # 11

        chain.refuse_record("tag_taken", self.credential("principal", "transcript", claims, 18, stele))
        chain.refuse_record("status_slot_taken", self.credential("principal", "certificate", Claims(
            self.chance, self.person_claims(), 32), 17, {
                "org": SCHOOL, "kind": KIND, "tag": self.tag(0, "certificate", "1"), "period": "1"}))
        chain.refuse_record(["no_signature_needed", "key_wrong_use"], self.second(
            "countersign", self.staff["seal"].key, SCHOOL, "school-seal", [self.transcript]), name="a need of another kind")
        chain.refuse_record("no_signature_needed", self.second(
            "countersign", self.staff["clerk"].key, SCHOOL, "clerk", [self.transcript]), name="a role that is not needed")
        self.seal = self.second("seal", self.staff["seal"].key, SCHOOL, "school-seal", [self.transcript])
        chain.add([self.seal], t + 5 * DAY + 120, [(self.transcript, VALID)])  # 12

        self.documents = [self.document(1), self.document(2)]
        third = self.document(3)
        chain.refuse("a third document on one day", "quota_exceeded", [*self.documents, third], record=2)
        chain.refuse_record("unknown_kind",
                            self.document(4, kind="novel"))
        chain.add(self.documents, t + 6 * DAY)  # 13

    # -- heights 14 and 15

    def correct(self):
        chain, t = self.chain, self.network.time
        rows = Rows(self.chance, {0: ({"tag": self.tag(0), "mark": "8.4"},
                                      {"regular": ["9.5", "7.5", "9.0"], "mid": "8.0", "final": "8.5"})})
        self.sheets.append({"name": "amend of toan hk1", "type": "amend", "rows": rows})
        body = {"org": SCHOOL, "target": self.hk1.ref, "positions": [ROW_OF[0]], **rows.members(),
                "reason": "entry-error", "supersedes": [self.transcript.ref]}
        self.amend = self.made(self.by("teacher", "amend", body))
        chain.refuse_record("position_out_of_range", self.by("teacher", "amend", {**body, "positions": [16]}))
        chain.refuse_record("unknown_reason", self.by("teacher", "amend", {**body, "reason": "whim"}))
        chain.refuse_record(["target_wrong_type", "target_not_valid", "unknown_target"], self.by(
            "teacher", "amend", {**body, "supersedes": [self.list.ref]}), name="supersedes what is no transcript")
        chain.add([self.amend], t + 6 * DAY + 60, [(self.amend, SUSPENDED)])  # 14

        chain.refuse_record(["no_signature_needed", "same_person"], self.second(
            "countersign", self.staff["teacher"].key, SCHOOL, "principal", [self.amend]), name="no grant of that role")
        self.countersign = self.second("countersign", self.staff["principal"].key, SCHOOL, "principal", [self.amend])
        chain.add([self.countersign], t + 7 * DAY, [(self.amend, VALID), (self.transcript, SUPERSEDED)])  # 15

    # -- heights 16 to 21

    def change(self):
        chain, t = self.chain, self.network.time
        officer = self.staff["officer"].key
        claims = Claims(self.chance, {**self.person_claims(), "graduation_year": "2026", "ranking": "gioi",
                                      "mode": "chinh-quy", "serial": "B00000001", "register_no": "0001/2026",
                                      "basis": [self.transcript.ref]}, 32)
        stele = {"org": SCHOOL, "kind": KIND, "tag": self.tag(0, "diploma", "once"), "period": "once"}
        numbered = {"register": {"year": "2026", "number": 1}}
        self.diploma = self.credential("principal", "diploma", claims, 19, {**stele, **numbered}, list_number=1)
        chain.refuse_record("holder_key_used", self.credential("principal", "diploma", claims, 19, {**stele, **numbered},
                                                               cnf=PrivateKey(20)), name="a holder's key of another record")
        chain.refuse_record("holder_key_used", self.credential("principal", "diploma", claims, 19, {**stele, **numbered},
                                                               cnf=self.staff["teacher"].key), name="a teacher's key as holder's")
        self.credentials.append({"record": self.diploma, "claims": claims})
        chain.refuse_record("register_number", self.credential("principal", "diploma", claims, 19, {
            **stele, "register": {"year": "2026", "number": 2}}))
        claims = Claims(self.chance, {**self.person_claims(), "title": "Chứng chỉ nghề phổ thông", "grade": "Giỏi"}, 32)
        stele = {"org": SCHOOL, "kind": KIND, "tag": self.tag(0, "certificate", "1"), "period": "1"}
        self.certificate = self.credential("principal", "certificate", claims, 20, stele)
        self.credentials.append({"record": self.certificate, "claims": claims})
        self.suspend = self.change_of("suspend", self.documents[0])
        chain.refuse_record(["target_not_valid", "target_not_pending"],
                            self.change_of("reinstate", self.documents[0], lifts=self.documents[1].ref),
                            name="reinstate of what is valid")
        chain.refuse_record("unknown_target", self.by("principal", "suspend", {
            "org": SCHOOL, "targets": [b64u(sha(b"nothing"))], "reason": "lost"}))
        chain.add([self.diploma, self.certificate, self.suspend], t + 7 * DAY + 60, [(self.suspend, SUSPENDED)])  # 16

        chain.add([self.second("countersign", officer, OFFICE, "registrar", [self.suspend])], t + 8 * DAY,
                  [(self.suspend, VALID), (self.documents[0], SUSPENDED)])  # 17
        chain.refuse_record("not_suspended_by", self.change_of("reinstate", self.documents[0], lifts=self.documents[1].ref))
        reinstate = self.change_of("reinstate", self.documents[0], lifts=self.suspend.ref)
        chain.add([reinstate], t + 8 * DAY + 60, [(reinstate, SUSPENDED)])  # 18
        chain.add([self.second("countersign", officer, OFFICE, "registrar", [reinstate])], t + 9 * DAY,
                  [(reinstate, VALID), (self.documents[0], VALID)])  # 19
        self.revoke = self.change_of("revoke", self.documents[1], reason="lost")
        self.lapsing = self.change_of("suspend", self.documents[0])
        roots = self.network.roots
        homeroom = {"org": SCHOOL, "targets": [self.keys["homeroom"].ref], "reason": "under-review"}
        self.key_suspend = chain.record("suspend", roots[0], homeroom)
        chain.add([self.revoke, self.lapsing, self.key_suspend], t + 9 * DAY + 60,
                  [(self.revoke, SUSPENDED), (self.lapsing, SUSPENDED), (self.key_suspend, SUSPENDED)])  # 20
        approve = self.second("approve", roots[1], "root", "root", [self.key_suspend])
        # Height 22 comes exactly pending_days after height 20, whose time is that of the vote for height 19.
        chain.add([self.second("countersign", officer, OFFICE, "registrar", [self.revoke]), approve], t + 39 * DAY,
                  [(self.revoke, VALID), (self.documents[1], REVOKED), (self.key_suspend, VALID),
                   (self.keys["homeroom"], SUSPENDED)])  # 21

    # -- heights 22 to 24

    def lapse(self):
        chain, t = self.chain, self.network.time
        old = Record("document", self.staff["clerk"].key, {"stele": {
            **self.network.common(self.network.checkpoint_hash), "org": SCHOOL, "kind": "minutes",
            "digests": [b64u(sha(b"late"))]}})
        chain.refuse_record(["after_too_old", "after_unknown"], old)
        chain.refuse_record("lift_not_allowed", self.change_of("reinstate", self.keys["homeroom"], lifts=self.key_suspend.ref))
        chain.add([], t + 39 * DAY + 1)  # 22: not yet lapsed
        chain.add([], t + 39 * DAY + 60, [(self.lapsing, REVOKED)])  # 23
        chain.add([], t + 39 * DAY + 120)  # 24

    # -- heights 25 to 35: keys are stolen

    def report(self, signer, whose, first, **more):
        """`first`: the first suspect record."""
        body = {"org": self.staff[whose].org, "key": b64u(self.staff[whose].key.kid), "from": self.chain.position[first.id],
                **more, "reason": "lost"}
        return self.chain.record("compromise", signer, body)

    def signed_by_principal(self, target):
        return self.second("countersign", self.staff["principal"].key, SCHOOL, "principal", [target])

    def steal(self):
        chain, t = self.chain, self.network.time
        inspector, roots = self.staff["inspector"].key, self.network.roots
        # The officer registered the school's keys: none of them may agree with what he reports.
        hired = self.keys["inspector"] = self.key_record(roots[0], "inspector")
        chain.add([hired], t + 39 * DAY + 180, [(hired, SUSPENDED)])  # 25
        chain.add([self.second("approve", roots[1], "root", "root", [hired])], t + 39 * DAY + 240, [(hired, VALID)])  # 26
        before, during, last = self.document(21), self.document(22), self.document(23)
        chain.add([before], t + 40 * DAY)  # 27
        first = before
        good = self.report(inspector, "clerk", first).stele
        for code, name, changes in (
            ("unknown_key", "a key that nobody has", {"key": b64u(sha(b"nobody"))}),
            ("no_authority", "a key of a root", {"key": b64u(roots[2].kid)}),
            ("target_wrong_org", "a key of another organisation", {"key": b64u(inspector.kid)}),
            ("unknown_reason", "a reason that is not listed", {"reason": "whim"}),
            ("too_far_back", "five weeks back", {"from": chain.position[self.hk1.id]}),
        ):
            chain.refuse_record(code, chain.record("compromise", inspector, {**good, **changes}), name=f"compromise: {name}")
        chain.refuse_record("no_authority", self.by("principal", "compromise", good), name="compromise: by the school alone")
        self.clerk_report = chain.record("compromise", inspector, good)
        chain.add([self.clerk_report, during], t + 40 * DAY + 60, [(self.clerk_report, SUSPENDED)])  # 28
        chain.add([self.signed_by_principal(self.clerk_report), last], t + 40 * DAY + 120, [
            (self.clerk_report, VALID), (self.keys["clerk"], REVOKED), (before, SUSPENDED), (during, SUSPENDED),
            (last, SUSPENDED)])  # 29
        self.suspects = [before, during, last]
        chain.refuse_record("key_not_valid", self.document(24))
        # Those who hold the roots go back to the teacher's first sheet; the pupil's transcript was superseded before.
        self.teacher_report = self.report(roots[0], "teacher", self.hk1, to=chain.position[self.amend.id])
        chain.add([self.teacher_report], t + 40 * DAY + 180, [(self.teacher_report, SUSPENDED)])  # 30
        approve = self.second("approve", roots[2], "root", "root", [self.teacher_report])
        chain.add([approve], t + 40 * DAY + 240, [
            (self.teacher_report, VALID), (self.keys["teacher"], REVOKED), (self.hk1, SUSPENDED), (self.hk2, SUSPENDED),
            (self.amend, SUSPENDED)])  # 31

    def cleared(self, targets, report, who="inspector"):
        refs = [b64u(i) for i in sorted(t.id for t in targets)]
        return self.by(who, "reinstate", {"org": SCHOOL, "targets": refs, "reason": "under-review", "lifts": report.ref})

    def look_into(self):
        chain, t = self.chain, self.network.time
        before, during, last = self.suspects
        chain.refuse_record("lift_not_allowed", self.cleared([before], self.clerk_report, "principal"),
                            name="reinstate: by the school what the office reported")
        chain.refuse_record("not_suspended_by", self.cleared([self.hk2], self.clerk_report), name="reinstate: of another report")
        chain.refuse_record("target_wrong_type", self.cleared([self.countersign], self.clerk_report),
                            name="reinstate: a second signature that nobody suspended")
        chain.refuse_record("target_wrong_type", self.cleared([self.hk1, self.hk2], self.teacher_report),
                            name="reinstate: two sheets at once")
        stele = {"org": SCHOOL, "kind": KIND, "tag": self.tag(0), "period": YEAR, "assessment": ASSESSMENT, "class": CLASS}
        chain.refuse_record("amend_pending", self.credential("principal", "transcript", self.transcript_made, 30, stele),
                            name="a transcript while an amend of its class is suspended")
        lists = [self.cleared([before, during], self.clerk_report), self.cleared([self.hk2], self.teacher_report),
                 self.cleared([self.amend], self.teacher_report)]
        fraud = self.change_of("revoke", last, reason="lost")
        chain.add([*lists, fraud], t + 41 * DAY, [(r, SUSPENDED) for r in (*lists, fraud)])  # 32
        officer = self.staff["officer"].key
        chain.add([*(self.signed_by_principal(r) for r in lists), self.second("countersign", officer, OFFICE, "registrar", [fraud])],
                  t + 41 * DAY + 60, [*((r, VALID) for r in (*lists, fraud)), (before, VALID), (during, VALID),
                                      (self.hk2, VALID), (self.amend, VALID), (last, REVOKED)])  # 33
        chain.refuse_record("tag_taken", self.credential("principal", "transcript", self.transcript_made, 30, {
            **stele, "tag": self.tag(0, "diploma", "once")}), name="a transcript after the amend was cleared, with another's tag")
        chain.add([], t + 41 * DAY + 120)  # 34
        chain.add([], t + 41 * DAY + 180)  # 35

    # -- files (section 9)

    def school_authority(self, who):
        return [self.keys[who], self.school, self.office, self.policy]

    def office_authority(self):
        return [self.officer, self.office, self.policy]

    def receipt(self, record, authority, status_height):
        evidence = Evidence(self.chain)
        evidence.record_with_authority(record, authority)
        evidence.final(status_height)
        evidence.fact(record, status_height)
        return self.file("receipt", evidence, record)

    def file(self, kind, evidence, subject, **members):
        return file_text({"stele": kind, "v": 1, "net": self.network.net, "subject": evidence.position(subject),
                          **members, "evidence": evidence.value()})

    def transcript_file(self, status_height, with_book=True):
        evidence = Evidence(self.chain)
        signed = {"transcript": (self.transcript, "principal"), "seal": (self.seal, "seal"), "hk1": (self.hk1, "teacher"),
                  "hk2": (self.hk2, "teacher"), "summary": (self.summary, "homeroom")}
        evidence.final(status_height)
        for record, who in signed.values():
            evidence.record_with_authority(record, self.school_authority(who))
            evidence.fact(record, status_height)
        subject = evidence.position(self.transcript)
        disclosures = sorted(self.transcript_made.disclosures, key=lambda d: b64u(disclosure_digest(d)))
        rows = []
        for record in sorted((self.hk1, self.hk2, self.summary), key=evidence.position):
            rows.append(self.row(evidence.position(record), next(s for s in self.sheets if s["record"] is record)["rows"]))
        persons = sorted((evidence.position(self.keys[who]), self.staff[who].disclosure)
                         for who in {who for _, who in signed.values()})
        members = {
            "disclosures": [{"record": subject, "disclosure": d} for d in disclosures],
            "rows": rows,
            "persons": [{"record": r, "disclosure": d} for r, d in persons],
        }
        if with_book:
            members["book"] = b64u(self.books[0])
        return self.file("document", evidence, self.transcript, **members)

    def row(self, position, rows, with_detail=True):
        row, p = rows.payload[ROW_OF[0]], ROW_OF[0]
        out = {"record": position, "row": p, "result": row["result"],
               "result_path": [b64u(h) for h in merkle_path(2 * p, rows.leaves)]}
        if with_detail:
            out["detail"] = row["detail"]
            out["detail_path"] = [b64u(h) for h in merkle_path(2 * p + 1, rows.leaves)]
        return out

    def files(self):
        document = self.documents[0]
        clerk = self.school_authority("clerk")
        office = [self.keys["inspector"], self.office, self.school, self.policy]
        return {
            "receipt of the first document": (self.receipt(document, clerk, 13), "valid"),
            "receipt of the first document while suspended": (self.receipt(document, clerk, 17), "suspended"),
            "receipt of the second document, revoked": (
                self.receipt(self.documents[1], clerk, 23), "revoked"),
            "receipt of a record of a genesis root": (self.receipt(self.office, [], 3), "valid"),
            "receipt of the pending organisation": (self.receipt(self.office, [], 2), "change_pending"),
            "transcript": (self.transcript_file(13), "valid"),
            "transcript without the book": (self.transcript_file(13, with_book=False), "valid"),
            "transcript after the amend": (self.transcript_file(15), "superseded"),
            "transcript at height 23": (self.transcript_file(23), "superseded"),
            "receipt of a report of a stolen key": (self.receipt(self.clerk_report, office, 29), "valid"),
            "receipt of such a report, pending": (self.receipt(self.clerk_report, office, 28), "change_pending"),
            "receipt of such a report by the roots": (self.receipt(self.teacher_report, [], 31), "valid"),
            "receipt of a suspect document": (self.receipt(self.suspects[0], clerk, 29), "suspended"),
            "receipt of a suspect document, cleared": (self.receipt(self.suspects[0], clerk, 33), "valid"),
            "receipt of a suspect document, revoked": (self.receipt(self.suspects[2], clerk, 33), "revoked"),
            "receipt of a suspect sheet": (self.receipt(self.hk1, self.school_authority("teacher"), 33), "suspended"),
        }

    def false_files(self):
        """Files of the right form that must not pass: name to (text, outcomes that the page allows; none: all but valid)."""
        document, clerk = self.documents[0], self.school_authority("clerk")
        height = 13
        unfinished = Evidence(self.chain)
        for record in clerk:
            unfinished.fact(record, height - 1)
        unfinished.fact(document, height)
        unfinished.qcs.add(height)
        good = json.loads(self.transcript_file(13))

        def edited(edit):
            value = copy.deepcopy(good)
            edit(value)
            return file_text(value)

        def swap_details(value):
            first, second = value["rows"][:2]
            first["detail"], second["detail"] = second["detail"], first["detail"]

        def foreign_disclosure(value):
            value["disclosures"][0]["disclosure"] = self.credentials[1]["claims"].disclosures[0]
            value["disclosures"].sort(key=lambda d: b64u(disclosure_digest(d["disclosure"])))

        def same_disclosure_twice(value):
            value["disclosures"].insert(1, value["disclosures"][0])

        def other_leaf(value):
            value["evidence"]["statuses"][-1]["leaf"] = b64u(b"\1" + b"\0" * 63)

        def other_person(value):
            value["persons"][0]["disclosure"] = value["persons"][1]["disclosure"]

        altered = {
            "a row's detail is another's": swap_details, "a disclosure of another credential": foreign_disclosure,
            "a disclosure twice": same_disclosure_twice, "a status leaf with another bit": other_leaf,
            "another book key": lambda v: v.update(book=b64u(self.books[1])), "another person's name": other_person,
            "a row that no claim names": lambda v: v["rows"][0].update(row=ROW_OF[1]),
            "a forged certificate": lambda v: v["evidence"]["qcs"][0].update(qc=v["evidence"]["qcs"][1]["qc"]),
            "a record at another place in the log": lambda v: v["evidence"]["records"][-1].update(
                index=v["evidence"]["records"][-1]["index"] + 1),
        }
        out = {
            "certified but not final": (self.file("receipt", unfinished, document), ["not_final"]),
            "without the policy": (self.receipt(document, clerk[:-1], 13), []),
            "without the key": (self.receipt(document, clerk[1:], 13), []),
            "without the parent organisation": (self.receipt(document, [*clerk[:2], clerk[3]], 13), []),
            "another's authority": (self.receipt(document, self.school_authority("teacher"), 13), []),
        }
        out.update({name: (edited(edit), ["altered", "unreadable"]) for name, edit in altered.items()})
        out.update(self.faults_in_order(json.loads(self.receipt(document, clerk, height + 2))))
        return out

    def faults_in_order(self, good):
        """Files with two faults each: form is judged before the network, and rules before every other item (section 9.1)."""
        def newer_rules(evidence):
            evidence["headers"][-1] = evidence["headers"][-1].replace("rules 1\n", "rules 2\n")

        def change(characters):
            return lambda e: e.update(changes=[{"header": 0, "set": "A" * characters}])

        def qc(text):
            return lambda e: e["qcs"][0].update(qc=text)

        def switched(name):
            return lambda e: e[name].insert(0, e[name].pop(1))

        far = 10**6
        foreign = {
            "nothing else": (lambda e: None, "other_network"), "newer rules": (newer_rules, "other_network"),
            "a certificate of 12,684 characters": (qc("A" * 12684), "other_network"),
            "a certificate of 12,686 characters": (qc("A" * 12686), "altered"),
            "a certificate that is no base64url": (qc("AB"), "altered"),
            "a certificate of no header": (lambda e: e["qcs"][-1].update(header=far), "altered"),
            "certificates descending": (switched("qcs"), "altered"),
            "a change of 8,192 characters": (change(8192), "other_network"),
            "a change of 8,194 characters": (change(8194), "altered"),
            "a change that is no base64url": (lambda e: e.update(changes=[{"header": 0, "recovery": "AB"}]), "altered"),
            "records descending": (switched("records"), "altered"),
            "inclusions descending": (switched("inclusions"), "altered"),
            "an inclusion of no record": (lambda e: e["inclusions"][-1].update(record=far), "altered"),
            "an inclusion under no header": (lambda e: e["inclusions"][-1].update(header=far), "altered"),
            "an inclusion whose path is no base64url": (lambda e: e["inclusions"][-1]["path"].append("A" * 42 + "B"), "altered"),
            "statuses descending": (switched("statuses"), "altered"),
            "a status of no record": (lambda e: e["statuses"][-1].update(record=far), "altered"),
            "a status leaf that is no base64url": (lambda e: e["statuses"][-1].update(leaf="A" * 85 + "B"), "altered"),
        }
        newer = {
            "a forged certificate": lambda e: e["qcs"][0].update(qc=e["qcs"][1]["qc"]),
            "a header that does not parse": lambda e: e["headers"].__setitem__(0, "x\n"),
            "a header of another network": lambda e: e["headers"].__setitem__(
                0, e["headers"][0].replace(self.network.net, "stele/vidu/" + "0" * 32)),
            "two headers of one height": lambda e: e["headers"].__setitem__(0, e["headers"][1]),
            "a record that does not decode": lambda e: e["records"][0].update(jws="x"),
        }
        out = {}
        for name, (edit, outcome) in foreign.items():
            value = copy.deepcopy(good)
            value["net"] = "stele/vidu/" + "0" * 32
            edit(value["evidence"])
            out[f"of another network: {name}"] = (file_text(value), [outcome])
        for name, edit in newer.items():
            value = copy.deepcopy(good)
            newer_rules(value["evidence"])
            edit(value["evidence"])
            out[f"newer rules: {name}"] = (file_text(value), ["unreadable"])
        return out
