"""Compares what independent readers see in mutated documents with what `documents` says of them.

usage: differ.py LOOK FOLDER [--mutants N] [--office N] [--seed N]

LOOK is the program of `cargo xtask corpus`; mutants are written below FOLDER. Exits with 1 where a
reader sees a payload in a file of which nothing is said.
"""

import argparse
import collections
import json
import multiprocessing
import pathlib
import random
import shutil
import subprocess
import sys

import mutations
import packages
import readers


# Files that LibreOffice opens at once. One that ends it loses the rest of its batch.
BATCH = 10


def make(number, seed, harmless=False):
    """One mutant: its family, the kind of document, and its bytes. A harmless one carries
    nothing, and is mutated by its family alone."""
    dice = random.Random(f"{seed}/{number}")
    kind, build, payloads = dice.choice(
        [("docx", packages.docx, packages.DOCX), ("odt", packages.odt, packages.ODF)])
    payload = dice.choice([name for name in payloads if name != "none"])
    parts, layout = build("none" if harmless else payload), {}
    families = list(mutations.FAMILIES)
    family = families[number % len(families)]
    dice.choice(mutations.FAMILIES[family])(dice, parts, layout)
    for other in [] if harmless else dice.sample(families, dice.randint(0, 2)):
        try:
            dice.choice(mutations.FAMILIES[other])(dice, parts, layout)
        except UnicodeDecodeError:  # A part that another mutation has already encoded.
            pass
    return family, kind, mutations.pack(dice, parts, layout, build("none"))


def write(task):
    number, seed, folder = task
    family, kind, data = make(number, seed)
    name = f"{number:06}.{kind}"
    (folder / name).write_bytes(data)
    (folder.parent / "harmless" / name).write_bytes(make(number, seed, harmless=True)[2])
    return name, family, any(readers.sees(reader, data) for reader in readers.FOR[kind])


def looked_at(program, folder):
    """What our own program says of each file: whether it tells of something or refuses."""
    lines = subprocess.run([program, "--json", folder], stdout=subprocess.PIPE, check=True).stdout
    files = map(json.loads, lines.splitlines())
    return {file["path"]: bool(file["codes"] or file["remarks"] or file["active"]) for file in files}


def by_libreoffice(folder, names):
    """The names of the files in which LibreOffice sees the payload, by its flat format."""
    program = shutil.which("soffice")
    if not program:
        sys.exit("error: LibreOffice is not installed (package libreoffice-writer)")
    out = folder / "flat"
    profile = f"-env:UserInstallation={(folder / 'profile').absolute().as_uri()}"
    for start in range(0, len(names), BATCH):
        files = [folder / "mutants" / name for name in names[start:start + BATCH]]
        command = [program, profile, "--headless", "--convert-to", "fodt", "--outdir", out, *files]
        try:
            subprocess.run(command, capture_output=True, timeout=300, check=False)
        except subprocess.TimeoutExpired:
            print("LibreOffice took too long on", names[start], "and after", file=sys.stderr)
    opened = {name: out / (name.split(".")[0] + ".fodt") for name in names}
    opened = {name: path for name, path in opened.items() if path.exists()}
    seen = {name for name, path in opened.items() if readers.named(path.read_text("utf-8", "replace"))}
    return len(opened), seen


def main():
    options = argparse.ArgumentParser()
    options.add_argument("program")
    options.add_argument("folder", type=pathlib.Path)
    options.add_argument("--mutants", type=int, default=20_000)
    options.add_argument("--office", type=int, default=500)
    options.add_argument("--seed", default="1")
    given = options.parse_args()
    shutil.rmtree(given.folder, ignore_errors=True)
    mutants = given.folder / "mutants"
    for below in [mutants, given.folder / "harmless"]:
        below.mkdir(parents=True)
    with multiprocessing.Pool() as pool:
        tasks = ((number, given.seed, mutants) for number in range(given.mutants))
        found = pool.map(write, tasks, chunksize=200)
    ours = looked_at(given.program, mutants)
    alarms = looked_at(given.program, given.folder / "harmless")
    names = [name for name, _, _ in found]
    sample = random.Random(given.seed).sample(names, min(given.office, len(names)))
    opened, office = by_libreoffice(given.folder, sample) if sample else (0, set())

    rows = collections.defaultdict(lambda: [0] * 5)
    missed = []
    for name, family, seen in found:
        seen = seen or name in office
        row = rows[family]
        row[0] += 1
        row[1] += seen
        row[2] += ours[name]
        row[4] += alarms[name]
        if seen and not ours[name]:
            row[3] += 1
            missed.append(name)
    print("| family | mutants | seen by others | seen by us | missed | alarms without a payload |\n|---|---|---|---|---|---|")
    for family, row in [*rows.items(), ("**in all**", [sum(column) for column in zip(*rows.values())])]:
        print(f"| {family} | " + " | ".join(f"{number:,}" for number in row) + " |")
    print(f"\nLibreOffice opened {opened} of a sample of {len(sample)}, and saw it in {len(office)}.")
    for name in missed[:20]:
        print("missed:", mutants / name)
    sys.exit(bool(missed))


if __name__ == "__main__":
    main()
