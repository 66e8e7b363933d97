#!/usr/bin/python3
"""The teachers' files of a fictional school's year: class lists, grade sheets, summaries, a diploma list.

    /usr/bin/python3 tests/demo/make_files.py --out DIR [--seed 2026] [--not-yet 1] [--students 40-45]

The same seed gives the same bytes. Python 3.11 and openpyxl of Debian 12. Every person is made up: names end in Mẫu,
Thử, Giả or Thí Dụ, ids begin with 99, a prefix that no province has. Levels, titles and averages follow from the marks
written here by TT 22/2021 in whole-number arithmetic, so that `manifest.json` can say what a reader must find.

manifest.json:
  school, year, kind, assessment   who and under which rules
  staff[]                          handle, name, title, role; teachers also subject and classes
  classes[]                        class, homeroom (handle), students[] of {id, name, birth_date, gender, ...}
  files[]                          path, kind, class, teacher, format, empty {cells: reason}, sheet?; grade sheets also
                                   subject, term (code of the rule set) and slot (t1, t2: the key in expected)
  expected{class}{id}              subjects{code}{t1, t2, year}, conduct, learning?, title?, promotion?, absences
"""
import argparse
import csv
import datetime
import io
import json
import pathlib
import random
import re
import unicodedata
import zipfile

import openpyxl
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

ROOT = pathlib.Path(__file__).resolve().parents[2]
RULES = ROOT / "ledger/rules/data/tt22-2021.json"
SCHOOL = "TRƯỜNG THPT VÍ DỤ SỐ 1"
YEAR = 2025

CLASSES = [("10A1", 2010), ("11A2", 2009), ("12A1", 2008)]  # with the year of birth
# Code and number of regular marks (Điều 6: 2 up to 35 lessons a year, 3 up to 70, 4 above); 0: comments only.
SUBJECTS = [("ngu-van", 4), ("toan", 4), ("ngoai-ngu-1", 4), ("lich-su", 3), ("gdqp-an", 2), ("vat-li", 3), ("hoa-hoc", 3),
            ("sinh-hoc", 3), ("tin-hoc", 3), ("gdtc", 0), ("hdtn-hn", 0), ("gddp", 0)]

SURNAMES = "Nguyễn Trần Lê Phạm Huỳnh Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý Đinh".split()
MIDDLES = {"nu": "Thị Ngọc Đỗ Thanh Khánh Phương Mai Thị_Ánh".split(), "nam": "Văn Hoàng Đặng Minh Gia Bảo Đức Hữu".split()}
GIVEN = {"nu": "Quỳnh Nguyệt Ỷ Hương Lan Thảo Vy Trâm Yến Uyên Diễm Hạnh".split(),
         "nam": "Khởi Nam Phúc Quân Thịnh Tuấn Việt Long Hưởng Đạt Kiên Sự".split()}
SUFFIXES = ["Mẫu", "Thử", "Giả", "Thí Dụ"]
PLACES = ["Tỉnh Ví Dụ", "Thành phố Mẫu", "Tỉnh Thí Nghiệm"]
PEOPLES = ["Kinh"] * 18 + ["Hoa", "Tày", "Khmer", "Ê Đê", "Chăm"]

LEVELS = ["tot", "kha", "dat", "chua-dat"]  # best first
WORDS = {"tot": "Tốt", "kha": "Khá", "dat": "Đạt", "chua-dat": "Chưa đạt", "nam": "Nam", "nu": "Nữ", "xuat-sac": "Học sinh Xuất sắc",
         "gioi": "Học sinh Giỏi", "len-lop": "Được lên lớp", "danh-gia-lai": "Đánh giá lại trong hè",
         "ren-luyen-he": "Rèn luyện trong hè", "o-lai-lop": "Không được lên lớp", "hoan-thanh": "Hoàn thành chương trình",
         "exempt": "Miễn", "absent": "V", "not-yet": ""}
COMMENTS = {"tot": ["Nắm vững kiến thức, tích cực.", "Chăm học, tiến bộ nhanh."],
            "kha": ["Có cố gắng; cần luyện thêm bài tập.", "Tiếp thu khá, chú ý trình bày."],
            "dat": ["Cần chăm chỉ hơn, “đừng nản”.", "Còn chậm, nên học nhóm."],
            "chua-dat": ["Cần phụ đạo thêm trong hè."]}


# --- Arithmetic and rules of TT 22/2021; marks are whole tenths -----------------------------------------------------

def half_up(numerator, denominator):
    return (2 * numerator + denominator) // (2 * denominator)


def term_average(detail):
    regular = [m for m in detail["regular"] if m != "exempt"]
    cells = regular + [detail["mid"], detail["final"]]
    if any(isinstance(m, str) for m in cells):
        return None
    return half_up(sum(regular) + 2 * detail["mid"] + 3 * detail["final"], len(regular) + 5)


def year_average(first, second):
    return half_up(first + 2 * second, 3)


def plain_level(averages, failed, ignored=None):
    """Điều 9.2 as a place in LEVELS; the average of the subject `ignored` hinders nothing."""
    hindering = [a for s, a in averages.items() if s != ignored]

    def reaches(count_from, all_from):
        return sum(a >= count_from for a in averages.values()) >= 6 and all(a >= all_from for a in hindering)

    if not failed and reaches(80, 65):
        return 0
    if not failed and reaches(65, 50):
        return 1
    if failed <= 1 and reaches(50, 35):
        return 2
    return 3


def learning_level(averages, failed):
    """Điều 9.3: two or more levels below Tốt or Khá because of one subject only is raised by one."""
    level = plain_level(averages, failed)
    best = min(plain_level(averages, failed, s) for s in averages)
    return LEVELS[level - 1 if best <= 1 and level - best >= 2 else level]


def conduct_of_year(first, second):
    one, two = LEVELS.index(first), LEVELS.index(second)
    if two == 0 and one <= 1:
        return "tot"
    if (two == 1 and one <= 2) or (two == 2 and one == 0) or (two == 0 and one >= 2):
        return "kha"
    if (two == 2 and one >= 1) or (two == 1 and one == 3):
        return "dat"
    return "chua-dat"


def title_of(conduct, learning, averages):
    if conduct != "tot" or learning != "tot":
        return None
    return "xuat-sac" if sum(a >= 90 for a in averages) >= 6 else "gioi"


def promotion_of(conduct, learning, absences, last_year):
    if absences > 45:
        return "o-lai-lop"
    if learning == "chua-dat":
        return "danh-gia-lai"
    if conduct == "chua-dat":
        return "ren-luyen-he"
    return "hoan-thanh" if last_year else "len-lop"


def dotted(tenths):
    return f"{tenths // 10}.{tenths % 10}"


# --- The school ------------------------------------------------------------------------------------------------------

class School:
    def __init__(self, seed, students, not_yet):
        self.rng = random.Random(seed)
        self.rules = json.loads(RULES.read_text(encoding="utf-8"))
        self.names = {s["code"]: s["name"] for s in self.rules["subjects"]}
        self.make_staff()
        self.classes = {}
        for number, (name, born) in enumerate(CLASSES, 1):
            self.classes[name] = [self.make_student(number, name, born) for _ in range(self.rng.randint(*students))]
            self.number_and_sort(number, name, born)
        for name, pupils in self.classes.items():
            for pupil in pupils:
                self.make_year(name, pupil)
        for pupil in self.classes["11A2"][-not_yet:] if not_yet else []:
            pupil["subjects"]["tin-hoc"]["t2"]["final"] = "not-yet"
        self.make_specials()
        for name, pupils in self.classes.items():
            for pupil in pupils:
                self.judge(name, pupil)

    def person(self, gender):
        r = self.rng
        return f"{r.choice(SURNAMES)} {r.choice(MIDDLES[gender]).replace('_', ' ')} {r.choice(GIVEN[gender])} {r.choice(SUFFIXES)}"

    def make_staff(self):
        self.staff = [{"handle": "hieu-truong", "title": "Hiệu trưởng", "role": "principal"},
                      {"handle": "van-thu", "title": "Văn thư", "role": "clerk"}]
        self.teacher = {}
        for code, _ in SUBJECTS:
            for number, classes in ((1, ["10A1", "11A2"]), (2, ["12A1"])):
                handle = f"gv-{code}-{number}"
                self.staff.append({"handle": handle, "title": "Giáo viên", "role": "teacher", "subject": code, "classes": classes})
                for name in classes:
                    self.teacher[code, name] = handle
        for member in self.staff:
            member["name"] = self.person(self.rng.choice(["nam", "nu"]))
        self.homeroom = {"10A1": self.teacher["toan", "10A1"], "11A2": self.teacher["ngu-van", "11A2"], "12A1": self.teacher["vat-li", "12A1"]}

    def make_student(self, number, name, born):
        r = self.rng
        gender = r.choice(["nam", "nu"])
        date = datetime.date(born, 1, 1) + datetime.timedelta(days=r.randrange(365))
        return {"class": name, "name": self.person(gender), "gender": gender, "birth_date": date.isoformat(), "birth_place": r.choice(PLACES),
                "ethnicity": r.choice(PEOPLES), "ability": r.gauss(72, 11)}

    def number_and_sort(self, number, name, born):
        """Lists go by given name; ids do not."""
        pupils = self.classes[name]
        for n, pupil in enumerate(pupils, 1):
            pupil["id"] = f"99{number:02d}{n:06d}"
            century = 2 if pupil["gender"] == "nam" else 3
            pupil["personal_id"] = f"999{century}{born % 100:02d}{number * 1000 + n:06d}"
        pupils.sort(key=lambda p: (p["name"].split()[2:], p["name"], p["id"]))

    def mark(self, centre):
        value = int(self.rng.gauss(centre, 8))
        value = max(20, min(100, value))
        ending = self.rng.choice([0, 0, 0, 5, 5, 3, 8])
        return min(100, value // 10 * 10 + ending)

    def make_year(self, name, pupil):
        r = self.rng
        pupil["subjects"] = {}
        for code, regular in SUBJECTS:
            lean = r.gauss(0, 5)
            terms = {}
            for term in ("t1", "t2"):
                centre = pupil["ability"] + lean + (2 if term == "t2" else 0)
                if regular:
                    terms[term] = {"regular": [self.mark(centre + 4) for _ in range(regular)], "mid": self.mark(centre), "final": self.mark(centre)}
                else:
                    terms[term] = {"level": "chua-dat" if r.random() < 0.004 else "dat"}
            pupil["subjects"][code] = terms
        steps = r.choices([0, 1, 2, 3], [80, 15, 4, 1], k=2)
        pupil["conduct"] = {"t1": LEVELS[steps[0]], "t2": LEVELS[steps[1]]}
        pupil["absences"] = r.choice([0, 0, 0, 1, 1, 2, 3, 5, 8, 12])

    def make_specials(self):
        """Rare cases that every year has, at places that any seed gives."""
        for pupils in self.classes.values():
            for term in ("t1", "t2"):
                pupils[3]["subjects"]["gdtc"][term] = {"level": "exempt"}
            pupils[5]["subjects"]["gdqp-an"]["t1"]["regular"][0] = "exempt"
        raised = self.classes["10A1"][7]  # seven of 8.5 and one of 4.0: Đạt, raised to Khá
        for code, regular in SUBJECTS:
            for term in ("t1", "t2"):
                value = 40 if code == "hoa-hoc" else 85
                raised["subjects"][code][term] = {"regular": [value] * regular, "mid": value, "final": value} if regular else {"level": "dat"}
        weak = self.classes["10A1"][9]
        for code in ("toan", "vat-li", "hoa-hoc"):
            for term in ("t1", "t2"):
                weak["subjects"][code][term] = {"regular": [25] * len(weak["subjects"][code][term]["regular"]), "mid": 30, "final": 28}
        self.classes["11A2"][11]["absences"] = 46
        self.classes["11A2"][12]["conduct"] = {"t1": "chua-dat", "t2": "chua-dat"}

    def judge(self, name, pupil):
        averages, failed, complete = {}, 0, True
        for code, regular in SUBJECTS:
            terms = pupil["subjects"][code]
            if regular:
                for term in ("t1", "t2"):
                    terms[term]["figure"] = term_average(terms[term])
                if terms["t1"]["figure"] is None or terms["t2"]["figure"] is None:
                    terms["year"] = "not-yet"
                    complete = False
                else:
                    terms["year"] = averages[code] = year_average(terms["t1"]["figure"], terms["t2"]["figure"])
            else:
                terms["year"] = terms["t2"]["level"]  # Điều 9: the year's is the second term's
                failed += terms["year"] == "chua-dat"
        conduct = pupil["conduct"]
        conduct["year"] = conduct_of_year(conduct["t1"], conduct["t2"])
        pupil["learning"] = learning_level(averages, failed) if complete else None
        pupil["title"] = title_of(conduct["year"], pupil["learning"], averages.values()) if complete else None
        pupil["promotion"] = promotion_of(conduct["year"], pupil["learning"], pupil["absences"], name == "12A1") if complete else None

    def expected(self, pupil):
        def entry(value):
            if isinstance(value, int):
                return {"mark": dotted(value)}
            return {"missing": value} if value in ("exempt", "absent", "not-yet") else {"level": value}

        subjects = {}
        for code, regular in SUBJECTS:
            subjects[code] = {"year": entry(pupil["subjects"][code]["year"])}
            for term in ("t1", "t2"):
                detail = pupil["subjects"][code][term]
                if not regular:
                    subjects[code][term] = {"figure": entry(detail["level"])}
                    continue
                figure = "not-yet" if detail["figure"] is None else detail["figure"]
                subjects[code][term] = {"regular": [entry(m) for m in detail["regular"]], "mid": entry(detail["mid"]),
                                        "final": entry(detail["final"]), "figure": entry(figure)}
        out = {"subjects": subjects, "conduct": pupil["conduct"], "absences": pupil["absences"]}
        out.update({k: pupil[k] for k in ("learning", "title", "promotion") if pupil[k]})
        return out


# --- Writing files as people do ---------------------------------------------------------------------------------------

class Writer:
    """One sheet in the habits of one teacher, drawn from a generator of its own so that files do not depend on order."""

    def __init__(self, out, seed, path_stem):
        self.rng = random.Random(f"{seed}/{path_stem}")
        self.out, self.stem = out, path_stem
        self.format = self.rng.choice(["xlsx", "xlsx", "xlsx", "csv-semicolon", "csv-comma", "csv-tab-utf16"])
        self.decomposed = self.rng.random() < 0.3  # NFD, as files that passed through a Mac have it
        self.mark_style = self.rng.choice(["number", "comma", "dot"])
        self.sheet = ""

    def text(self, value):
        return unicodedata.normalize("NFD", value) if self.decomposed else value

    def mark(self, value):
        if isinstance(value, str):
            return {"exempt": self.rng.choice(["M", "Miễn"]), "absent": "V", "not-yet": ""}[value]
        if self.mark_style == "number" and self.format == "xlsx":
            return value // 10 if value % 10 == 0 else value / 10
        shown = str(value // 10) if value % 10 == 0 and self.rng.random() < 0.5 else dotted(value)
        return shown if self.mark_style == "dot" else shown.replace(".", ",")

    def heading(self, value):
        habit = self.rng.random()
        if habit < 0.1:
            return self.text(value.upper())
        if habit < 0.2:
            return self.text(value.replace(" ", "\n", 1))
        if habit < 0.25:
            return self.text(value + " ")
        return self.text(value)

    def write(self, titles, headings, rows, dates=()):
        headings = [self.heading(h) for h in headings]
        rows = [[self.text(v) if isinstance(v, str) else v for v in row] for row in rows]
        titles = [self.text(t) for t in titles][:self.rng.randint(1, len(titles))]
        path = self.out / (self.stem + (".xlsx" if self.format == "xlsx" else ".csv"))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(self.workbook(titles, headings, rows, dates) if self.format == "xlsx" else self.csv_bytes(titles, headings, rows, dates))
        return path.relative_to(self.out).as_posix()

    def csv_bytes(self, titles, headings, rows, dates):
        buffer = io.StringIO()
        separator = {"csv-semicolon": ";", "csv-comma": ",", "csv-tab-utf16": "\t"}[self.format]
        writer = csv.writer(buffer, delimiter=separator, lineterminator="\r\n")
        width = len(headings)
        for title in titles:
            writer.writerow([title] + [""] * (width - 1))
        writer.writerow([""] * width)
        writer.writerow(headings)
        for row in rows:
            writer.writerow([self.day(v) if i in dates else v for i, v in enumerate(row)])
        if self.rng.random() < 0.5:
            writer.writerow(["", "", "", self.text(f"Tổng số: {len(rows)} học sinh")] + [""] * (width - 4))
        text = buffer.getvalue()
        if self.format == "csv-tab-utf16":
            return b"\xff\xfe" + text.encode("utf-16-le")
        return (b"\xef\xbb\xbf" if self.rng.random() < 0.7 else b"") + text.encode("utf-8")

    def day(self, value):
        return value.strftime("%d/%m/%Y") if isinstance(value, datetime.date) else value

    def workbook(self, titles, headings, rows, dates):
        book = openpyxl.Workbook()
        sheet = book.active
        sheet.title = self.sheet = self.rng.choice(["Sheet1", "Bảng điểm", "Nhập liệu"])
        for title in titles:
            sheet.append([title])
            sheet.merge_cells(start_row=sheet.max_row, end_row=sheet.max_row, start_column=1, end_column=len(headings))
            sheet.cell(sheet.max_row, 1).font = Font(bold=True)
        # A row set empty by hand: append() would put the headings right below the titles.
        header_row = len(titles) + 2
        for column, heading in enumerate(headings, 1):
            cell = sheet.cell(header_row, column, heading)
            cell.alignment = Alignment(wrap_text=True)
            sheet.column_dimensions[get_column_letter(column)].width = 14
        dates_as_text = self.rng.random() < 0.4
        for number, row in enumerate(rows, header_row + 1):
            for column, value in enumerate(row, 1):
                if value == "":
                    continue
                if column - 1 in dates and dates_as_text:
                    value = self.day(value)
                cell = sheet.cell(number, column, value)
                if column - 1 in dates and not dates_as_text:
                    cell.number_format = "dd/mm/yyyy"
        last = header_row + len(rows)
        if self.rng.random() < 0.5:
            sheet.cell(last + 2, 4, self.text(f"Tổng số: {len(rows)} học sinh"))
            sheet.cell(last + 4, len(headings) - 1, self.text("Người lập bảng"))
        if self.rng.random() < 0.3:
            guide = book.create_sheet("Hướng dẫn")
            guide["A1"] = "Nhập điểm vào trang đầu, không sửa dòng tiêu đề"
            guide.sheet_state = self.rng.choice(["visible", "hidden"])
        raw = io.BytesIO()
        book.save(raw)
        return same_bytes_each_time(raw.getvalue())


def same_bytes_each_time(workbook):
    """openpyxl writes the clock into the zip and into docProps."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", b"2026-05-31T00:00:00Z", content)
            info = zipfile.ZipInfo(name, (2026, 5, 31, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(info, content)
    return out.getvalue()


IDENTITY = ["STT", "Lớp", "Mã định danh Bộ GD&ĐT", "Họ và tên", "Ngày sinh"]


def identity(number, pupil):
    return [number, pupil["class"], pupil["id"], pupil["name"], datetime.date.fromisoformat(pupil["birth_date"])]


def comment_for(writer, level):
    return "" if writer.rng.random() < 0.3 else writer.rng.choice(COMMENTS[level])


def level_of_mark(figure):
    if figure is None:
        return "dat"
    return LEVELS[0 if figure >= 80 else 1 if figure >= 65 else 2 if figure >= 35 else 3]


def titles_for(what):
    return [SCHOOL, what, f"Năm học {YEAR}–{YEAR + 1}", "SỞ GIÁO DỤC VÀ ĐÀO TẠO VÍ DỤ"]


def write_marks(school, writer, name, code, term, what):
    """Returns the path and the meaning of empty cells, if there are any."""
    n = dict(SUBJECTS)[code]
    listed = writer.rng.random() < 0.25  # all regular marks in one cell, and the average beside
    columns = 5 if writer.rng.random() < 0.6 else n  # the template's five, or only those that are needed
    rows, empty = [], {}
    for number, pupil in enumerate(school.classes[name], 1):
        detail = pupil["subjects"][code][term]
        regular = [writer.mark(m) for m in detail["regular"]]
        row = identity(number, pupil)
        row += [" ".join(str(m) for m in regular)] if listed else regular + [""] * (columns - n)
        row += [writer.mark(detail["mid"]), writer.mark(detail["final"])]
        if listed:
            row += ["" if detail["figure"] is None else writer.mark(detail["figure"]), ""]
        rows.append(row + [comment_for(writer, level_of_mark(detail["figure"]))])
        for column in ("mid", "final"):
            if detail[column] == "not-yet":
                empty[column] = "not-yet"
                if listed:
                    empty["average"] = "not-yet"
    if listed:
        headings = IDENTITY + ["ĐĐGtx", "ĐĐGgk", "ĐĐGck", "ĐTBmhk", "Mã nhận xét", "Nội dung nhận xét"]
    else:
        headings = IDENTITY + [f"ĐĐGtx{i}" for i in range(1, columns + 1)] + ["ĐĐGgk", "ĐĐGck", "Nhận xét"]
    return writer.write(titles_for(what), headings, rows, dates=[4]), empty


def write_comments(school, writer, name, code, term, what):
    rows = []
    for number, pupil in enumerate(school.classes[name], 1):
        level = pupil["subjects"][code][term]["level"]
        comment = "" if level == "exempt" else comment_for(writer, "tot" if level == "dat" else "chua-dat")
        rows.append(identity(number, pupil) + [writer.mark(level) if level == "exempt" else WORDS[level], comment])
    heading = writer.rng.choice(["Đánh giá", "Đánh giá (Đạt/Chưa đạt)"])
    return writer.write(titles_for(what), IDENTITY + [heading, "Nội dung nhận xét"], rows, dates=[4]), {}


def write_class_list(school, writer, name):
    rows = [identity(n, p) + [WORDS[p["gender"]], p["ethnicity"], "Đang học", p["birth_place"], p["personal_id"]]
            for n, p in enumerate(school.classes[name], 1)]
    headings = IDENTITY + ["Giới tính", "Dân tộc", "Trạng thái", "Nơi sinh", "Số định danh cá nhân"]
    return writer.write(titles_for(f"DANH SÁCH HỌC SINH LỚP {name}"), headings, rows, dates=[4])


def write_summary(school, writer, name):
    rows, empty = [], {}
    for number, pupil in enumerate(school.classes[name], 1):
        conduct = [WORDS[pupil["conduct"][t]] for t in ("t1", "t2", "year")]
        result = [WORDS[pupil[k]] if pupil[k] else "" for k in ("learning", "title", "promotion")]
        if not pupil["learning"]:
            empty = {"level": "not-yet"}
        rows.append(identity(number, pupil) + conduct + [pupil["absences"]] + result + [comment_for(writer, pupil["conduct"]["year"])])
    headings = IDENTITY + ["Rèn luyện HK I", "Rèn luyện HK II", "Rèn luyện cả năm", "Số buổi nghỉ", "Học tập", "Danh hiệu", "Kết quả", "Nhận xét"]
    return writer.write(titles_for(f"BẢNG TỔNG KẾT CẢ NĂM LỚP {name}"), headings, rows, dates=[4]), empty


def write_diplomas(school, writer, name):
    rows = []
    graduates = [p for p in school.classes[name] if p["promotion"] == "hoan-thanh"]
    for number, p in enumerate(graduates, 1):
        p["serial"] = f"Z{100 + number:08d}"
        grade = {"tot": "Giỏi", "kha": "Khá", "dat": "Trung bình"}[p["learning"]]
        p["grade"] = grade
        rows.append([number, p["id"], p["name"], datetime.date.fromisoformat(p["birth_date"]), p["birth_place"], WORDS[p["gender"]],
                     p["ethnicity"], grade, "Chính quy", p["serial"]])
    headings = ["STT", "Mã định danh", "Họ và tên", "Ngày sinh", "Nơi sinh", "Giới tính", "Dân tộc", "Xếp loại", "Hình thức đào tạo", "Số hiệu"]
    return writer.write(titles_for(f"DANH SÁCH CẤP BẰNG TỐT NGHIỆP THPT LỚP {name}"), headings, rows, dates=[3])


def write_all(school, out, seed):
    files = []

    def add(kind, stem, name, teacher, write, **more):
        writer = Writer(out, seed, stem)
        result = write(writer)
        path, empty = result if isinstance(result, tuple) else (result, {})
        entry = {"path": path, "kind": kind, "class": name, "teacher": teacher, "format": writer.format, "empty": empty, **more}
        if writer.sheet:
            entry["sheet"] = writer.sheet
        files.append(entry)

    terms = school.rules["terms"]
    for name in school.classes:
        add("class-list", f"danh-sach/{name}", name, "van-thu", lambda w: write_class_list(school, w, name))
    for term, code_of_term, roman in (("t1", terms["first"], "I"), ("t2", terms["second"], "II")):
        for name in school.classes:
            for code, regular in SUBJECTS:
                what = f"BẢNG ĐIỂM MÔN {school.names[code].upper()}, LỚP {name}, HK {roman}"
                write = write_marks if regular else write_comments
                add("marks" if regular else "comments", f"diem/{name}/{code}-hk{len(roman)}", name, school.teacher[code, name],
                    lambda w: write(school, w, name, code, term, what), subject=code, term=code_of_term, slot=term)
    for name in school.classes:
        add("summary", f"tong-ket/{name}", name, school.homeroom[name], lambda w: write_summary(school, w, name), term=terms["year"])
    add("diploma-list", "bang/12A1", "12A1", "hieu-truong", lambda w: write_diplomas(school, w, "12A1"))
    return files


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--out", type=pathlib.Path, required=True)
    arguments.add_argument("--seed", type=int, default=2026)
    arguments.add_argument("--not-yet", type=int, default=1, help="students of 11A2 whose last test is still to come")
    arguments.add_argument("--students", default="40-45", help="of a class, at least 15-15")
    options = arguments.parse_args()
    low, high = (int(n) for n in options.students.split("-"))
    if low < 15 or high < low:
        arguments.error("--students: at least 15, lower bound first")
    school = School(options.seed, (low, high), options.not_yet)
    options.out.mkdir(parents=True, exist_ok=True)
    files = write_all(school, options.out, options.seed)
    kept = ("id", "name", "birth_date", "gender", "birth_place", "ethnicity", "personal_id", "serial", "grade")
    manifest = {"school": SCHOOL, "year": str(YEAR), "kind": "thpt", "assessment": school.rules["id"], "seed": options.seed, "staff": school.staff,
                "classes": [{"class": name, "homeroom": school.homeroom[name], "students": [{k: p[k] for k in kept if k in p} for p in pupils]}
                            for name, pupils in school.classes.items()],
                "subjects": [{"code": code, "name": school.names[code], "regular": regular} for code, regular in SUBJECTS],
                "files": files,
                "expected": {name: {p["id"]: school.expected(p) for p in pupils} for name, pupils in school.classes.items()}}
    (options.out / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(f"{len(files)} files, {sum(len(p) for p in school.classes.values())} students: {options.out}")


if __name__ == "__main__":
    main()
