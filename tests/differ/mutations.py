"""Mutations by family. Each takes the parts of a document, or the way in which they are packed."""

import re
import struct

from packages import HOST, PACKAGE, Writer

TEXT = (".xml", ".rels")


def each_part(change):
    def mutate(random, parts, layout):
        for name in parts:
            if name.endswith(TEXT):
                parts[name] = change(random, name, parts[name].decode()).encode()
    return mutate


def as_utf16(random, parts, layout):
    name = random.choice([name for name in parts if name.endswith(TEXT)])
    order = random.choice(["utf-16", "utf-16-le", "utf-16-be"])
    parts[name] = parts[name].decode().encode(order)


def by_number(random, name, text):
    def escape(match):
        form = random.choice(["&#%d;", "&#x%x;"])
        return "".join(form % ord(c) if random.random() < 0.4 else c for c in match.group())
    return re.sub(re.escape(HOST) + r"|DDEAUTO|External(?=\")|INCLUDEPICTURE", escape, text)


def percent(random, name, text):
    escape = lambda m: "".join("%%%02x" % ord(c) if random.random() < 0.3 else c for c in m.group())
    return re.sub(r"(?<=//)" + re.escape(HOST), escape, text)


def split_runs(random, name, text):
    cut = random.randint(1, 7)
    close = random.choice(["</w:instrText></w:r><w:r><w:instrText>", "</w:instrText><w:instrText>",
                           "<!-- -->", "<![CDATA[]]>"])
    return re.sub(r"(<w:instrText>)(.{%d})" % cut, lambda m: m[1] + m[2] + close, text)


def in_quotes(random, name, text):
    return text.replace("<w:instrText>", "<w:instrText>" + random.choice([" ", "  ", "\t", "\n"]))


def other_prefix(random, name, text):
    for prefix in ["w", "xlink", "text", "draw", "office", "m"]:
        if f"xmlns:{prefix}=" in text and random.random() < 0.7:
            new = random.choice(["q", "x1", "ns0", "W"])
            if f"xmlns:{new}=" not in text:
                text = re.sub(rf"(?<=[<\s/]){prefix}:|(?<=xmlns:){prefix}(?==)",
                              lambda m: new + (":" if m.group().endswith(":") else ""), text)
    return text


def quotes(random, name, text):
    return re.sub(r'="([^"\']*)"', r"='\1'", text)


def blanks(random, name, text):
    text = text.replace("/>", random.choice([" />", "\n/>", "\t/>"]))
    return re.sub(r'(\w)="', lambda m: m[1] + random.choice([" = ", "\n=", "= "]) + '"', text)


def comments(random, name, text):
    mark = random.choice(["<!-- > -->", "<?x > ?>", "<!--<a b='-->"])
    return text.replace("><", ">" + mark + "<", random.randint(1, 3))


def declaration(random, name, text):
    encoding = random.choice(["UTF-8", "us-ascii", "ISO-8859-1", "windows-1252"])
    return f'<?xml version="1.0" encoding="{encoding}"?>' + random.choice(["", "\n", "\n\n "]) + text


def decoy(random, name, text):
    return re.sub(r'(Target|TargetMode|[\w]+:href)="', lambda m:
                  f'xmlns:z="z" z:{m[1].split(":")[-1]}="Internal" {m[0]}', text, count=1)


def twice(random, name, text):
    return re.sub(r'(Target|TargetMode)="', r'\1="Internal" \1="', text, count=1)


def renamed(random, parts, layout):
    """Gives the main part another name, and its relations one to go with it."""
    if "word/document.xml" not in parts:
        return
    new = random.choice(["word/doc.dat", "a/b", "WORD/DOCUMENT.XML", "document.xml", "word/main.bin"])
    folder, _, name = new.rpartition("/")
    parts[new] = parts.pop("word/document.xml")
    rels = parts.pop("word/_rels/document.xml.rels")
    parts[f"{folder}/_rels/{name}.rels".lstrip("/")] = rels
    for part in ["[Content_Types].xml", "_rels/.rels"]:
        parts[part] = parts[part].replace(b"word/document.xml", new.encode())
    for other in [other for other in parts if other.startswith("word/embeddings")]:
        parts[f"{folder}/embeddings/o.bin".lstrip("/")] = parts.pop(other)


def object_renamed(random, parts, layout):
    old = next((name for name in parts if name.endswith("o.bin")), None)
    if old:
        new = random.choice(["word/x.dat", "word/media/a.png", "word/o.xml", "word/a"])
        parts[new] = parts.pop(old)
        rels = "word/_rels/document.xml.rels"
        if rels in parts:
            parts[rels] = parts[rels].replace(b"embeddings/o.bin", new.removeprefix("word/").encode())
            parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace(
                b"<Override", b'<Override PartName="/%s" ContentType="a/b"/><Override' % new.encode(), 1)


def more_entries(random, parts, layout):
    names = ["META-INF/manifest.xml", "content.xml", "mimetype", "xl/workbook.xml", "word/z.xml",
             "docProps/core.xml", "a.txt", "ppt/presentation.xml"]
    parts.setdefault(random.choice(names), b"<x/>")


def strict(random, parts, layout):
    for name in parts:
        if name.endswith(".rels") and name.startswith("word"):
            parts[name] = parts[name].replace(b"http://schemas.openxmlformats.org/officeDocument/2006/",
                                              b"http://purl.oclc.org/ooxml/officeDocument/")


def set_layout(key, *values):
    def mutate(random, parts, layout):
        layout[key] = random.choice(values)
    return mutate


def wide_extra(random, parts, layout):
    layout["extra"] = random.choice([struct.pack("<HH", 0xCAFE, 0), struct.pack("<HHQQ", 1, 16, 0, 0),
                                     struct.pack("<HHBI", 0x7075, 9, 1, 0) + b"evil"])


FAMILIES = {
    "encodings": [as_utf16, each_part(declaration)],
    "escapes": [each_part(by_number), each_part(percent)],
    "split fields": [each_part(split_runs), each_part(in_quotes)],
    "XML spelling": [each_part(other_prefix), each_part(quotes), each_part(blanks), each_part(comments)],
    "decoy attributes": [each_part(decoy), each_part(twice)],
    "renamed parts": [renamed, object_renamed, strict],
    "more entries": [more_entries],
    "packing": [set_layout("packed", True), set_layout("streamed", True), wide_extra,
                set_layout("shuffled", True), set_layout("backslash", True)],
    "moved directories": [set_layout("gap", b"g", bytes(4), b"PK\1\2"), set_layout("shift", 1, -1, 40),
                          set_layout("second", True), set_layout("count", -1, 1)],
    "hidden entries": [set_layout("hidden", "word/document.xml", "content.xml", "word/_rels/document.xml.rels")],
    "prefixes": [set_layout("prefix", b"\0", b"junk", b"%PDF-1.4\n", bytes(600), b"PK\3\4")],
    "suffixes": [set_layout("suffix", b"\0", b"junk", bytes(5000), b"PK\5\6" + bytes(18)),
                 set_layout("comment", b"hello", b"PK\5\6" + bytes(18))],
}


def pack(random, parts, layout, harmless):
    """Packs the parts. `harmless` is the same document without its payload, of which a second
    directory or a hidden entry is made."""
    writer = Writer(layout.get("prefix", b""))
    names = list(parts)
    if layout.get("shuffled"):
        random.shuffle(names)
    options = {key: layout[key] for key in ["packed", "streamed", "extra"] if key in layout}
    second = {}
    if layout.get("second"):
        for name, data in harmless.items():
            writer.add(name, data)
        second = {"directory": bytes(writer.directory), "count": writer.count}
        writer.directory.clear()
        writer.count = 0
    if layout.get("hidden") in harmless:
        writer.add(layout["hidden"], harmless[layout["hidden"]], listed=False)
    for name in names:
        spelled = name.replace("/", "\\") if layout.get("backslash") and not name.startswith("_") else name
        writer.add(spelled, parts[name], **options)
    gap = layout.get("gap", b"")
    if second and random.random() < 0.5:
        writer.directory, gap = bytearray(second["directory"]), bytes(writer.directory)
        writer.count = second["count"]
    elif second:
        gap = second["directory"]
    count = writer.count + layout["count"] if "count" in layout else None
    return writer.finish(gap, layout.get("shift", 0), layout.get("comment", b""), layout.get("suffix", b""), count)
