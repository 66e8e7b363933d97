#!/usr/bin/python3
"""spoil.py GOOD.xlsx BAD.xlsx: the mistakes that teachers make, one each: a mark above 10, a word for a mark, an id with a
digit too few, and a student of another class."""
import sys
import unicodedata

import openpyxl


def text(cell):
    return unicodedata.normalize("NFC", str(cell.value or "")).strip()


book = openpyxl.load_workbook(sys.argv[1])
for sheet in book.worksheets:
    rows = list(sheet.iter_rows())
    header = next((r for r in rows if any(text(c).startswith("Mã định danh") for c in r)), None)
    if header is None:
        continue
    column = {text(c): c.column for c in header}
    identity = next(n for name, n in column.items() if name.startswith("Mã định danh"))
    mid, final = column["ĐĐGgk"], column["ĐĐGck"]
    first = header[0].row + 1
    sheet.cell(first + 1, mid).value = 11
    sheet.cell(first + 3, final).value = "tám"
    sheet.cell(first + 5, identity).value = str(sheet.cell(first + 5, identity).value)[:-1]
    sheet.cell(first + 7, identity).value = "9900000099"
    break
else:
    sys.exit("no sheet with the headings of a grade sheet")
book.save(sys.argv[2])
