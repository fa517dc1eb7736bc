"""Independent readers. Each says whether it sees the payload in a file that it opens."""

import contextlib
import io
import re
import zipfile

from lxml import etree
from packages import HOST

SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
NAMED = re.compile(re.escape(HOST), re.I)


def named(text):
    from urllib.parse import unquote
    return bool(NAMED.search(text) or NAMED.search(unquote(text)))


def in_xml(data):
    """Whether an attribute or the text of an XML part has the payload's name."""
    try:
        root = etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError:
        return False
    if named("".join(root.itertext())):
        return True
    return any(named(value) for node in root.iter(etree.Element) for value in node.attrib.values())


def by_zipfile(data):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        contents = [archive.read(name) for name in archive.namelist()]
    return any(content.startswith(SIGNATURE) or in_xml(content) for content in contents)


def by_python_docx(data):
    import docx
    package = docx.Document(io.BytesIO(data)).part.package
    for part in package.iter_parts():
        if part.blob.startswith(SIGNATURE) or in_xml(part.blob):
            return True
        if any(rel.is_external and named(rel.target_ref) for rel in part.rels.values()):
            return True
    return False


def by_odfpy(data):
    from odf.opendocument import load
    document = load(io.BytesIO(data))
    return named(document.xml().decode("utf-8", "replace"))


def sees(reader, data):
    try:
        with contextlib.redirect_stdout(io.StringIO()):  # odfpy prints what it cannot parse.
            return reader(data)
    except Exception:  # A reader that does not open the file sees nothing.
        return False


FOR = {"docx": [by_zipfile, by_python_docx], "odt": [by_zipfile, by_odfpy]}
