"""Compares what independent readers see in mutated PDFs with what `documents` refuses.

usage: pdf.py LOOK FOLDER [--mutants N] [--seed N] [--clean FOLDER]

LOOK is the program of `cargo xtask corpus`. Readers are pikepdf (qpdf), PyMuPDF (mupdf) and pypdfium2
(Chromium's). Exits with 1 where one of them sees a payload in a file that is not refused.
"""

import argparse
import collections
import json
import multiprocessing
import pathlib
import random
import re
import shutil
import subprocess
import sys
import zlib

import pdf_readers

HARMLESS = b"<</S/GoTo/D[3 0 R/Fit]>>"
SERVER = rb"\\\\\\\\guichet\\s\\a.pdf"
PROGRAM = b"MZ\x90\0 a program"

# What runs without a click, by the name of its action.
ACTIONS = {
    "JavaScript": b"<</S/JavaScript/JS(evil\\(\\))>>",
    "Launch": b"<</S/Launch/F(calc.exe)>>",
    "SubmitForm": b"<</S/SubmitForm/F<</FS/URL/F(http://guichet.example)>>>>",
    "GoToR": b"<</S/GoToR/F(" + SERVER + b")/D[0/Fit]>>",
    "URI": b"<</S/URI/URI(http://guichet.example)>>",
}

JUNK = [b"]", b">", b")", b"}", b"stray", b"endobj", b"stream", b"obj", b"9 0 obj", b"/X", b"(x)", b"<61>",
        b"null", b"1 0 R", b"<<>>", b"[]", b"%c\n", b"\0", b"true", b"-", b"R", b"<<", b"[", b">>", b"trailer",
        b"xref", b"(", b"<", b"/"]


def objects(action):
    return {1: b"<</Type/Catalog/Pages 2 0 R/OpenAction 4 0 R>>", 2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>", 4: action}


def with_file(name=b"a.dat"):
    """A document with a program inside."""
    made = objects(HARMLESS)
    made[1] = b"<</Type/Catalog/Pages 2 0 R/Names<</EmbeddedFiles<</Names[(a)5 0 R]>>>>>>"
    made[5] = b"<</Type/Filespec/F(%s)/UF(%s)/EF<</F 6 0 R>>>>" % (name, name)
    made[6] = stream(b"/Type/EmbeddedFile", PROGRAM)
    return made


def stream(entries, data):
    return b"<<%s/Length %d>>stream\n" % (entries, len(data)) + data + b"\nendstream"


def build(made, order=None):
    """A PDF with a table."""
    file, places = b"%PDF-1.5\n", {}
    for number in order or list(made):
        places[number] = len(file)
        file += b"%d 0 obj\n" % number + made[number] + b"\nendobj\n"
    table, size = len(file), max(made) + 1
    rows = (b"%010d 00000 n \n" % places[number] if number in places else b"0000000000 65535 f \n"
            for number in range(size))
    file += b"xref\n0 %d\n" % size + b"".join(rows)
    return file + b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (size, table)


def packed(made):
    """The same with the objects in a stream, and a table in another."""
    streams = {number: body for number, body in made.items() if body.endswith(b"endstream")}
    plain = [number for number in made if number not in streams]
    pairs, bodies = b"", b""
    for number in plain:
        pairs += b"%d %d " % (number, len(bodies))
        bodies += made[number] + b" "
    entries = b"/Type/ObjStm/N %d/First %d/Filter/FlateDecode" % (len(plain), len(pairs))
    streams[50] = stream(entries, zlib.compress(pairs + bodies))
    file, places = b"%PDF-1.5\n", {}
    for number, body in streams.items():
        places[number] = len(file)
        file += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    places[51] = len(file)
    row = lambda kind, field, last: bytes([kind]) + field.to_bytes(3, "big") + bytes([last])
    rows = b"".join(row(1, places[number], 0) if number in places
                    else row(2, 50, plain.index(number)) if number in plain else bytes(5)
                    for number in range(52))
    table = stream(b"/Type/XRef/Size 52/W[1 3 1]/Root 1 0 R", rows)
    return file + b"51 0 obj\n" + table + b"\nendobj\nstartxref\n%d\n%%%%EOF\n" % places[51]


def tokens(dice, action, _):
    parts = re.findall(rb"<<|>>|\[|\]|/[^\s<>\[\]()/]*|\((?:\\.|[^\\)])*\)|[^\s<>\[\]()/]+", action)
    for _ in range(dice.choice([1, 1, 2])):
        parts.insert(dice.randrange(len(parts) + 1), dice.choice(JUNK + parts))
        if dice.random() < 0.3:
            parts.pop(dice.randrange(len(parts)))
    return dice.choice([build, packed])(objects(dice.choice([b" ", b"\n", b"  "]).join(parts)))


def escapes(dice, action, _):
    def escaped(match):
        letters = (b"#%02x" % byte if dice.random() < 0.5 else bytes([byte]) for byte in match[1])
        return b"/" + b"".join(letters)
    action = re.sub(rb"/(\w+)", escaped, action)
    wide = lambda match: b"<FEFF" + match[1].decode("latin-1").encode("utf-16be").hex().encode() + b">"
    if dice.random() < 0.5:
        action = re.sub(rb"\(((?:[^\\()])*)\)", wide, action)
    return dice.choice([build, packed])(objects(action))


def indirect(dice, action, _):
    made = objects(action)
    name = re.search(rb"/S(/\w+)", action)[1]
    made[4], made[5] = action.replace(b"/S" + name, b"/S 5 0 R"), dice.choice([name, b"7 0 R"])
    made[7] = name
    if dice.random() < 0.5:
        made[4], made[8] = b"8 0 R", made[4]
    return build(made, dice.sample(list(made), len(made))) if dice.random() < 0.6 else packed(made)


def duplicate_keys(dice, action, _):
    name = re.search(rb"/S/\w+", action)[0]
    action = action.replace(name, dice.choice([name + b"/S/GoTo", b"/S/GoTo" + name]))
    made = objects(action)
    if dice.random() < 0.3:
        made[1] = made[1].replace(b"/OpenAction", dice.choice([b"/OpenAction null", b"/OpenAction 5 0 R"]) + b"/OpenAction")
        made[5] = HARMLESS
    return dice.choice([build, packed])(made)


def two_files(dice, action, harmless):
    one, two = dice.choice([build, packed])(objects(action)), dice.choice([build, packed])(objects(harmless))
    gap = b" " * dice.randrange(3000)
    return dice.choice([one + two, two + one, one + gap + two, two + gap + one,
                        one[:dice.randrange(len(one))] + two, two[:dice.randrange(len(two))] + one])


def unlisted(dice, action, harmless):
    file = build(objects(harmless))
    head = dice.choice([b"4 0 obj\n", b"4 1 obj ", b"4 0 %x\nobj ", b"004 0 obj", b"4 0 obj%x\n", b"\n4\n0\nobj\n"])
    place = dice.choice([file.find(b"1 0 obj"), file.rfind(b"xref\n0"), file.rfind(b"startxref"), len(file)])
    file = file[:place] + head + action + dice.choice([b"\nendobj\n", b" ", b"endobj"]) + file[place:]
    if dice.random() < 0.5:
        start = dice.choice([0, 5, 9**6, file.rfind(b"xref\n0")])
        file = re.sub(rb"startxref\n\d+", b"startxref\n%d" % start, file)
    return file


def around(dice, action, harmless):
    before = dice.choice([b"banner\n", b"\n", b" " * dice.randrange(900), b"GPL Ghostscript\nx\n", b"\xef\xbb\xbf", b""])
    after = dice.choice([b"", b"\0" * dice.randrange(20_000), b"%%EOF\n" * 3, b"\nstartxref\n9\n%%EOF\n", build(objects(harmless))])
    return before + dice.choice([build, packed])(objects(action)) + after


def damaged(dice, action, _):
    file = bytearray(dice.choice([build, packed])(objects(action)))
    for _ in range(dice.choice([1, 1, 2, 4])):
        file[dice.randrange(len(file))] = dice.choice(b" \n[]<>()/%0123R")
    start = dice.randrange(len(file))
    stop = min(len(file), start + dice.randrange(60))
    return bytes(dice.choice([file, file[:start] + file[stop:], file[:stop] + file[start:]]))


def object_streams(dice, action, harmless):
    made = objects(harmless)
    pairs = dice.choice([b"4 0 ", b"4 %d 4 0 " % (len(action) + 1), b"4 0 4 %d " % (len(action) + 1)])
    entries = b"/Type/ObjStm/N %d/First %d" % (pairs.count(b"4 "), len(pairs))
    made[9] = stream(entries, pairs + action + b" " + harmless)
    file = build(made)
    return re.sub(rb"startxref\n\d+", b"startxref\n7", file) if dice.random() < 0.7 else file


def revisions(dice, action, harmless):
    first, second = dice.choice([(action, harmless), (harmless, action)])
    file = build(objects(first))
    table, place = file.rfind(b"xref\n0"), len(file) + dice.choice([0, 0, 1, -1, 5])
    body = b"4 0 obj\n" + second + b"\nendobj\n"
    previous = dice.choice([b"", b"/Prev %d" % table, b"/Prev 7"])
    start = len(file) + len(body) + dice.choice([0, 0, 0, 1, -3])
    return (file + body + b"xref\n4 1\n%010d 00000 n \ntrailer\n<</Size 5/Root 1 0 R%s>>\n" % (place, previous)
            + b"startxref\n%d\n%%%%EOF\n" % start)


def programs(dice, _, harmless):
    made = with_file()
    data = dice.choice([(b"", PROGRAM), (b"/Filter/FlateDecode", zlib.compress(PROGRAM)),
                        (b"/Filter/ASCIIHexDecode", PROGRAM.hex().encode() + b">"),
                        (b"/Filter[/AHx/Fl]", zlib.compress(PROGRAM).hex().encode() + b">")])
    made[6] = stream(dice.choice([b"", b"/Type/EmbeddedFile"]) + data[0], data[1])
    made[5] = dice.choice([made[5], made[5].replace(b"/F 6", b"/UF 6"), made[5].replace(b"/EF", b"/E#46")])
    file = dice.choice([build, packed])(made)
    return dice.choice([file, file + build(objects(harmless)), b"banner\n" + file])


FAMILIES = [tokens, escapes, indirect, duplicate_keys, two_files, unlisted, around, damaged, object_streams,
            revisions, programs]


def revised(clean, action):
    """A clean file with one revision more, whose catalogue acts; none where its table is no plain one."""
    root, start = re.findall(rb"/Root\s+(\d+)\s+0\s+R", clean), re.findall(rb"startxref\s+(\d+)", clean)
    pages = re.findall(rb"/Pages\s+(\d+)\s+0\s+R", clean)
    if not (root and start and pages) or b"/Encrypt" in clean or b"/XRef" in clean:
        return None
    body = b"\n%s 0 obj\n<</Type/Catalog/Pages %s 0 R/OpenAction %s>>\nendobj\n" % (root[-1], pages[-1], action)
    table = b"xref\n%s 1\n%010d 00000 n \n" % (root[-1], len(clean) + 1)
    end = b"trailer\n<</Size 99999/Root %s 0 R/Prev %s>>\nstartxref\n%d\n%%%%EOF\n"
    return clean + body + table + end % (root[-1], start[-1], len(clean) + len(body))


def write(task):
    number, seed, folder, clean = task
    dice = random.Random(f"{seed}/{number}")
    name, action = dice.choice(list(ACTIONS.items()))
    choice = number % (len(FAMILIES) + bool(clean))
    if choice < len(FAMILIES):
        family = FAMILIES[choice]
        file, title = family(dice, action, HARMLESS), family.__name__.replace("_", " ")
        action_name = None if family is programs else name
    else:
        title, action_name = "revisions of clean files", name
        file = revised(dice.choice(clean).read_bytes(), action)
        if file is None:
            return None
    path = folder / f"{number:06}.pdf"
    path.write_bytes(file)
    return path.name, title, pdf_readers.sees(file, action_name)


def refused(program, folder):
    lines = subprocess.run([program, "--json", folder], stdout=subprocess.PIPE, check=True).stdout
    return {file["path"]: bool(file["codes"]) for file in map(json.loads, lines.splitlines())}


def main():
    options = argparse.ArgumentParser()
    options.add_argument("program")
    options.add_argument("folder", type=pathlib.Path)
    options.add_argument("--mutants", type=int, default=20_000)
    options.add_argument("--seed", default="1")
    options.add_argument("--clean", type=pathlib.Path)
    given = options.parse_args()
    shutil.rmtree(given.folder, ignore_errors=True)
    given.folder.mkdir(parents=True)
    clean = sorted(given.clean.rglob("*.pdf")) if given.clean and given.clean.is_dir() else []
    small = [path for path in clean if path.stat().st_size < 100_000]
    with multiprocessing.Pool() as pool:
        tasks = ((number, given.seed, given.folder, small) for number in range(given.mutants))
        found = [row for row in pool.imap(write, tasks, chunksize=100) if row]
    ours = refused(given.program, given.folder)
    rows, missed = collections.defaultdict(lambda: [0] * 4), []
    for name, family, seen in found:
        row = rows[family]
        row[0] += 1
        row[1] += seen
        row[2] += ours[name]
        if seen and not ours[name]:
            row[3] += 1
            missed.append(name)
    print("| family | mutants | seen by others | refused by us | missed |\n|---|---|---|---|---|")
    for family, row in [*rows.items(), ("**in all**", [sum(column) for column in zip(*rows.values())])]:
        print(f"| {family} | " + " | ".join(f"{number:,}" for number in row) + " |")
    for name in missed[:20]:
        print("missed:", given.folder / name)
    sys.exit(bool(missed))


if __name__ == "__main__":
    main()
