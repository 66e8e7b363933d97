#!/usr/bin/env bash
# Draws the pictures of README's tour again: docs/tour/*.png, from what the tests of desk and page see, and from `stele print`.
# DEMO=FOLDER: as for page/run.sh. Needs pdftoppm (poppler-utils).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
out=$root/docs/tour
shots=$(mktemp -d)
trap 'rm -rf "$shots"' EXIT
# The tests go in both languages; those of the tour are taken in Vietnamese.
SCREENSHOTS=$shots bash "$here/desk/run.sh" > "$shots/desk.log" 2>&1 || { tail -n 40 "$shots/desk.log" >&2; exit 1; }
SCREENSHOTS=$shots bash "$here/page/run.sh" > "$shots/page.log" 2>&1 || { tail -n 40 "$shots/page.log" >&2; exit 1; }
node "$root/verifier-api/web/tests/e2e/run.mjs" --only "many files" --shots "$shots" > "$shots/web.log" 2>&1 ||
  { tail -n 40 "$shots/web.log" >&2; exit 1; }
mv "$shots/several-phone.png" "$shots/employer-several.png"
mkdir -p "$out"
rm -f "$out"/*.png
for picture in desk-work desk-faults desk-sign desk-missing student-print student-diploma employer-start employer-link-vi employer-mark employer-pdf \
  employer-revoked employer-forged employer-several; do
  cp "$shots/$picture.png" "$out/"
done
du -ch "$out"/*.png | tail -n 1
