// Everything that a page or a test needs of the verdict. Makes no request and reads no clock.
export { Refused, forget_signatures, signatures_checked } from "./bytes.js";
export * as bytes from "./bytes.js";
export { checkpoint_hash, check_certificate } from "./checkpoint.js";
export { Facts } from "./evidence.js";
export { final_checkpoint } from "./final.js";
export { read_file, parse_file } from "./file.js";
export { read_genesis } from "./genesis.js";
export { conflicts_with, hear_file, judge_file, status_age_default_s, tag_of } from "./judge.js";
export { parse, print } from "./json.js";
export { read_record } from "./records.js";
export { read_rule_set, term_average, year_average } from "./rule_set.js";
export * as disclosures from "./disclosures.js";
export * as merkle from "./merkle.js";
export { merge_evidence } from "./merge.js";
export { sift } from "./sift.js";
export { signers_of, read_recovery } from "./validators.js";
export { verdict_json } from "./verdict_json.js";
export { outcome_text, outcomes, part_names } from "./words.js";
