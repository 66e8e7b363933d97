#!/usr/bin/env python3
"""Makes altered copies of a printed PDF, as other tools and forgers would. Usage: mutants.py OUT DIPLOMA TRANSCRIPT OTHER

Writes OUT/<n>.pdf and prints one line for each: "<n>.pdf<TAB>source<TAB>what was done<TAB>codes that may be told first".
The first two PDFs are altered in all ways that fit them; OTHER lends its pages, attachment and fonts.
"""
import io
import re
import sys
import zlib
from pathlib import Path

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream

out, sources, other = Path(sys.argv[1]), sys.argv[2:4], sys.argv[4]
count = 0


def write(source, what, codes, data):
    global count
    original = Path(source).read_bytes()
    if data == original:
        raise SystemExit(f"not altered: {what}")
    count += 1
    (out / f"{count}.pdf").write_bytes(data)
    print(f"{count}.pdf\t{Path(source).name}\t{what}\t{codes}")


def edited(source, what, codes, change, **save):
    with pikepdf.open(source) as pdf:
        change(pdf)
        buffer = io.BytesIO()
        pdf.save(buffer, **({"static_id": True} | save))
    write(source, what, codes, buffer.getvalue())


def streams(data):
    """(start, end, unpacked) of each Flate stream in the file's bytes."""
    for match in re.finditer(rb"stream\r?\n", data):
        if data[match.start() - 3 : match.start()] == b"end":
            continue
        end = data.find(b"endstream", match.end())
        try:
            yield match.end(), end, zlib.decompressobj().decompress(data[match.end() : end])
        except zlib.error:
            continue


def page_content(pdf, page):
    contents = pdf.pages[page].Contents
    return b"".join(s.read_bytes() for s in contents) if isinstance(contents, Array) else contents.read_bytes()


def set_content(pdf, page, data):
    pdf.pages[page].Contents = pdf.make_stream(data)


def reads_otherwise(body):
    letters = body.replace(b" ", b"")
    return len(letters) > 1 and letters != letters[::-1]


def replace_glyphs(pdf, page, which):
    """Swaps two neighbouring glyph strings of the page's text: what a text editor for PDFs does to a mark or a name."""
    data = page_content(pdf, page)
    strings = [m for m in re.finditer(rb"\(([^()\\]{2,})\)|<([0-9a-f]{8,})>", data)
               if (m[2] and len({m[2][i : i + 4] for i in range(0, len(m[2]), 4)}) > 1)
               or m[1] and reads_otherwise(m[1])]  # turned about
    m = strings[which % len(strings)]
    body = m[1] or m[2]
    changed = body[::-1] if body[::-1] != body else body[:-1] + (b"0" if body[-1:] != b"0" else b"1")
    if m[2]:  # codes of two bytes: in another order
        codes = [body[i : i + 4] for i in range(0, len(body), 4)]
        changed = b"".join(codes[1:] + codes[:1])
        if changed == body:
            changed = codes[0] * len(codes)
    start = m.start(1) if m[1] else m.start(2)
    set_content(pdf, page, data[:start] + changed + data[start + len(body) :])


def add_text(pdf, page, text, font="/Helvetica"):
    p = pdf.pages[page]
    name = Name("/Forged")
    p.Resources.Font[name] = pdf.make_indirect(Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name(font)))
    set_content(pdf, page, page_content(pdf, page) + b"\nBT /Forged 14 Tf 120 300 Td (" + text + b") Tj ET\n")


def cover(pdf, page, x, y):
    set_content(pdf, page, page_content(pdf, page) + f"\n1 1 1 rg {x} {y} 90 16 re f\n".encode())


def attachment(pdf):
    return pdf.Root.AF[0]


def set_attachment(pdf, data):
    spec = attachment(pdf)
    stream = pdf.make_stream(data)
    stream.Type = Name.EmbeddedFile
    spec.EF = Dictionary(F=stream, UF=stream)


def note(pdf, page, subtype):
    annot = Dictionary(Type=Name.Annot, Subtype=Name(subtype), Rect=Array([100, 100, 300, 140]), Contents=b"9.9", DA=b"/Helv 12 Tf")
    pdf.pages[page].Annots = Array([pdf.make_indirect(annot)])


def incremental(data, objects, info=None):
    """Appends changed objects as an incremental update does."""
    size = int(re.findall(rb"/Size (\d+)", data)[-1])
    root = re.findall(rb"/Root (\d+ 0 R)", data)[-1]
    start = int(re.findall(rb"startxref\s+(\d+)", data)[-1])
    out_, offsets = data, []
    for number, body in objects:
        offsets.append((number, len(out_)))
        out_ += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    xref = len(out_)
    out_ += b"xref\n" + b"".join(f"{n} 1\n{o:010d} 00000 n \n".encode() for n, o in offsets)
    return out_ + b"trailer << /Size %d /Root %s /Prev %d >>\nstartxref\n%d\n%%%%EOF\n" % (size, root, start, xref)


TEXT = "text_changed,text_added,text_removed"
with pikepdf.open(other) as lender:
    other_document = attachment(lender).EF.F.read_bytes()

for source in sources:
    original = Path(source).read_bytes()
    with pikepdf.open(source) as pdf:
        pages = len(pdf.pages)
        document = attachment(pdf).EF.F.read_bytes()
    last = pages - 1

    # text
    for i in range(16):
        edited(source, f"text {i} replaced", TEXT, lambda p, i=i: replace_glyphs(p, i % pages, 5 * i + 3))
    for i, text in enumerate([b"9.9", b"Xuat sac", b"Da xac nhan"]):
        edited(source, f"text {text} put on top", "text_added", lambda p, t=text, i=i: add_text(p, i % pages, t))
    edited(source, "all text of the last page dropped", TEXT,
           lambda p: set_content(p, last, re.sub(rb"BT.*?ET", b"", page_content(p, last), flags=re.S)))

    def form(p):
        font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name("/Times-Roman"))
        drawn = p.make_stream(b"BT /F 14 Tf 100 200 Td (Ban chinh) Tj ET", Type=Name.XObject, Subtype=Name.Form,
                              BBox=Array([0, 0, 600, 900]), Resources=Dictionary(Font=Dictionary(F=font)))
        resources = p.pages[0].Resources
        if "/XObject" not in resources:
            resources.XObject = Dictionary()
        resources.XObject["/Forged"] = drawn
        set_content(p, 0, page_content(p, 0) + b"\n/Forged Do\n")
    edited(source, "text in a form laid over the page", "text_added", form)

    # looks
    for x, y in [(200, 300), (300, 500), (90, 400)]:
        edited(source, f"white box at {x},{y}", "drawing_changed", lambda p, x=x, y=y: cover(p, 0, x, y))
    edited(source, "colours changed", "drawing_changed",
           lambda p: set_content(p, 0, page_content(p, 0).replace(b" rg", b" RG", 1)))
    edited(source, "page cropped", "page_cut", lambda p: p.pages[0].__setattr__("MediaBox", Array([0, 0, 400, 400])))
    for kind in ["/FreeText", "/Stamp", "/Square"]:
        edited(source, f"annotation {kind}", "note_added", lambda p, k=kind: note(p, 0, k))

    # pages
    def blank(p):
        p.add_blank_page(page_size=(595, 842))
    edited(source, "blank page added", "page_added", blank)
    edited(source, "blank page in front", "page_added", lambda p: (blank(p), p.pages.insert(0, p.pages[-1]), p.pages.__delitem__(-1)))
    edited(source, "first page doubled", "page_added", lambda p: p.pages.append(p.pages[0]))

    def borrow(p):
        with pikepdf.open(other) as l:
            p.pages.extend(l.pages)
    edited(source, "pages of another document added", "page_added", borrow)
    if pages > 1:
        edited(source, "last page removed", "page_removed", lambda p: p.pages.__delitem__(-1))
        edited(source, "first page removed", "page_removed", lambda p: p.pages.__delitem__(0))
        edited(source, "pages in another order", TEXT, lambda p: p.pages.reverse())

    # attachment
    edited(source, "attachment dropped", "attachment_missing",
           lambda p: (p.Root.__delattr__("AF"), p.Root.Names.__delattr__("EmbeddedFiles")))
    edited(source, "attachment of another document", "attachment_swapped", lambda p: set_attachment(p, other_document))

    def both(p):
        set_attachment(p, other_document)
        import hashlib
        p.docinfo["/SteleDocument"] = hashlib.sha256(other_document).hexdigest()
    edited(source, "attachment of another document, and its name too", TEXT + ",page_added,page_removed", both)

    def second(p, data, name):
        p.attachments[name] = pikepdf.AttachedFileSpec(p, data, filename=name)
    edited(source, "a second attachment", "attachment_several", lambda p: second(p, other_document, "document2.stele.json"))
    edited(source, "a note attached", "attachment_several", lambda p: second(p, b"hello", "note.txt"))

    def hidden(p):
        stream = p.make_stream(other_document)
        p.pages[0].Annots = Array([p.make_indirect(Dictionary(
            Type=Name.Annot, Subtype=Name.FileAttachment, Rect=Array([0, 0, 9, 9]),
            FS=p.make_indirect(Dictionary(Type=Name.Filespec, F=b"x", EF=Dictionary(F=stream)))))])
    edited(source, "a second attachment on the page", "attachment_several", hidden)
    edited(source, "attachment altered", "document", lambda p: set_attachment(p, document.replace(b"0", b"1", 1)))
    edited(source, "attachment cut off", "document", lambda p: set_attachment(p, document[: len(document) // 2]))
    edited(source, "attachment empty", "document", lambda p: set_attachment(p, b""))

    # properties
    for key, value in [("/Title", "Giấy khác"), ("/Author", "Ai đó"), ("/SteleForm", "copy2"), ("/SteleLink", "https://evil.example/v#x"),
                       ("/Keywords", "x"), ("/CreationDate", "D:20200101000000Z")]:
        edited(source, f"property {key}", "metadata_changed", lambda p, k=key, v=value: p.docinfo.__setitem__(k, v))
    edited(source, "language", "metadata_changed", lambda p: p.Root.__setattr__("Lang", pikepdf.String("en")))
    edited(source, "runs on opening", "active",
           lambda p: p.Root.__setattr__("OpenAction", Dictionary(S=Name.JavaScript, JS=b"app.alert(1)")))

    # fonts
    def font(p):
        for o in p.objects:
            if isinstance(o, Dictionary) and o.get("/Type") == Name.FontDescriptor and "/FontFile2" in o:
                o.FontFile2 = p.make_stream(o.FontFile2.read_bytes()[:-64] + b"\0" * 64)
                return
    edited(source, "a font's program changed", "fonts_changed", font)

    def no_font(p):
        for o in p.objects:
            if isinstance(o, Dictionary) and o.get("/Type") == Name.FontDescriptor and "/FontFile2" in o:
                del o["/FontFile2"]
                return
    edited(source, "a font no longer embedded", "fonts_changed", no_font)

    # saved again
    edited(source, "saved again", "resaved", lambda p: None)
    edited(source, "saved with object streams", "resaved", lambda p: None, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    edited(source, "saved for the web", "resaved", lambda p: None, linearize=True)
    edited(source, "saved unpacked", "resaved", lambda p: None, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.generalized)

    # bytes
    write(source, "bytes appended", "appended", original + b"% nothing\n")
    write(source, "incremental update: properties", "metadata_changed,appended",
          incremental(original, [(int(re.findall(rb"/Info (\d+) 0 R", original)[-1]), b"<< /Title (Khac) >>")]) )
    with pikepdf.open(source) as pdf:
        number = pdf.pages[0].Contents.objgen[0] if not isinstance(pdf.pages[0].Contents, Array) else pdf.pages[0].Contents[0].objgen[0]
        body = page_content(pdf, 0) + b"\nBT ET 1 1 1 rg 100 300 200 30 re f"
    write(source, "incremental update: page", "drawing_changed,metadata_changed,appended",
          incremental(original, [(number, b"<< /Length %d >>\nstream\n" % len(body) + body + b"\nendstream")]))
    write(source, "one bit in a stream", "*", original[:3000] + bytes([original[3000] ^ 1]) + original[3001:])
    write(source, "a bit in the first line", "*", original[:7] + b"6" + original[8:])
    write(source, "cut in the middle", "*", original[: len(original) // 2])
    write(source, "locked by a password", "pdf_locked", (lambda b: (pikepdf.open(source).save(
        b, encryption=pikepdf.Encryption(owner="a", user="b")), b.getvalue())[1])(io.BytesIO()))
    start, end, content = max(streams(original), key=lambda s: len(s[2]))
    squeezed = zlib.compress(content[:-1] + bytes([content[-1] ^ 1]), 9)
    if len(squeezed) <= end - start:
        write(source, "stream packed again with one byte changed", "*",
              original[:start] + squeezed + b"\0" * (end - start - len(squeezed)) + original[end:])
