"""Independent readers of PDFs. Each says whether it finds the action at opening, or a program inside."""

import io
import pathlib
import shutil
import subprocess
import tempfile

import pikepdf
import pymupdf
import pypdfium2
import pypdfium2.raw as pdfium

pymupdf.TOOLS.mupdf_display_errors(False)
pymupdf.TOOLS.mupdf_display_warnings(False)

PROGRAM = b"MZ\x90\0"


def by_pikepdf(data, action):
    with pikepdf.open(io.BytesIO(data)) as document:
        if action is None:
            files = (file for spec in document.attachments.values() for file in [spec.get_file()])
            return any(file.read_bytes().startswith(PROGRAM) for file in files)
        opened = document.Root.get("/OpenAction")
        return isinstance(opened, pikepdf.Dictionary) and opened.get("/S") == "/" + action


def by_mupdf(data, action):
    with pymupdf.open(stream=data, filetype="pdf") as document:
        if action is None:
            return any(document.embfile_get(name).startswith(PROGRAM) for name in document.embfile_names())
        kind, value = document.xref_get_key(document.pdf_catalog(), "OpenAction/S")
        if kind == "xref":
            value = document.xref_object(int(value.split()[0]))
        return value.strip() == "/" + action


def by_pdfium(data, action):
    """Its interface tells of files inside only."""
    if action is not None:
        return False
    document = pypdfium2.PdfDocument(data)
    try:
        count = pdfium.FPDFDoc_GetAttachmentCount(document)
        return any(bytes(pypdfium2.PdfAttachment(pdfium.FPDFDoc_GetAttachment(document, at), document).get_data())
                   .startswith(PROGRAM) for at in range(count))
    finally:
        document.close()


def by_poppler(data, action):
    """Its program tells of files inside. Nothing where it is not installed."""
    if action is not None or not shutil.which("pdfdetach"):
        return False
    with tempfile.TemporaryDirectory() as folder:
        file, files = pathlib.Path(folder, "file.pdf"), pathlib.Path(folder, "files")
        file.write_bytes(data)
        files.mkdir()
        subprocess.run(["pdfdetach", "-saveall", "-o", files, file], capture_output=True, timeout=20, check=True)
        return any(path.read_bytes().startswith(PROGRAM) for path in files.rglob("*") if path.is_file())


def sees(data, action):
    """Whether one of them finds the action of this name, or where it is none a program inside."""
    return any(opens(reader, data, action) for reader in [by_pikepdf, by_mupdf, by_pdfium, by_poppler])


def opens(reader, data, action):
    try:
        return bool(reader(data, action))
    except Exception:  # A reader that does not open the file sees nothing.
        return False
