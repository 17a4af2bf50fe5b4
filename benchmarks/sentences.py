"""Measure the sentence splitter: round trip and CPU on every installed .v file, agreement with Rocq itself.

Rocq's own sentences are the byte ranges that `coqc -time` prints while it compiles a file. A file that does
not compile on its own is compared up to where Rocq stopped, and counted as stopped.

    python benchmarks/sentences.py [--all | --sample 12] [--seed 0] [--library Coq --library mathcomp]
"""

import argparse
import json
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from holdfast.checkers.rocq.sentences import Positions, Sentence, split
from holdfast.core.documents import Source
from holdfast.core.errors import SourceError

_RANGE = re.compile(rb"^Chars (\d+) - (\d+) \[", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class File:
    """An installed file and its place in a library."""

    path: Path
    library: str
    folder: Path
    """The folder that the library's name stands for."""

    @property
    def logical(self) -> str:
        """The logical name of the module that the file is."""
        return ".".join((self.library, *self.path.relative_to(self.folder).with_suffix("").parts))


@dataclass(slots=True)
class Tally:
    """One row of the table: counts over the files of one library."""

    files: int = 0
    lines: int = 0
    sentences: int = 0
    cpu_s: float = 0.0
    unsplit: int = 0
    """Files that the splitter refused."""
    broken: int = 0
    """Files whose sentences do not add up to the text."""
    compared: int = 0
    """Files that Rocq compiled too."""
    compared_sentences: int = 0
    stopped: int = 0
    """Files where Rocq stopped at an error of its own."""
    disagreements: int = 0
    """Sentences that only one of the two sees."""


def installed(root: Path, major: int) -> Iterator[File]:
    """Yield every .v file under the folder that `coqc -where` names."""
    folders = [("Coq" if major < 9 else "Corelib", root / "theories")]
    folders += [(folder.name, folder) for folder in sorted((root / "user-contrib").iterdir())]
    for library, folder in folders:
        for path in sorted(folder.rglob("*.v")):
            yield File(path, library, folder)


def split_file(file: File, tally: Tally) -> tuple[Source, tuple[Sentence, ...]] | None:
    """Split one file and count what came of it."""
    source = Source(str(file.path), file.path.read_bytes().decode("utf-8", "surrogateescape"))
    tally.files += 1
    tally.lines += source.text.count("\n")
    before = time.process_time()
    try:
        sentences = split(source)
    except SourceError as error:
        print(f"not split: {error}", file=sys.stderr)
        tally.unsplit += 1
        return None
    tally.cpu_s += time.process_time() - before
    tally.sentences += len(sentences)
    end = sentences[-1].end if sentences else 0
    joined = "".join(source.text[sentence.lead : sentence.end] for sentence in sentences)
    tally.broken += joined + source.text[end:] != source.text
    return source, sentences


def rocq_ranges(file: File, timeout_s: float) -> tuple[list[tuple[int, int]], bool]:
    """Compile the file, throw the result away; return Rocq's byte ranges and whether it reached the end."""
    with tempfile.TemporaryDirectory() as folder:
        command = [
            "coqc",
            "-q",
            "-w",
            "none",
            "-time",
            "-top",
            file.logical,
            "-o",
            f"{folder}/{file.path.stem}.vo",
        ]
        command += ["-R", str(file.folder), file.library] if file.library not in {"Coq", "Corelib"} else []
        command += ["-noinit"] if file.logical.startswith(("Coq.Init.", "Corelib.Init.")) else []
        done = subprocess.run(
            [*command, str(file.path)], cwd=folder, capture_output=True, timeout=timeout_s, check=False
        )
    ranges = [(int(found[1]), int(found[2])) for found in _RANGE.finditer(done.stdout)]
    if done.returncode:
        print(f"Rocq stopped in {file.path}: {done.stderr.decode(errors='replace').strip()}", file=sys.stderr)
    return ranges, done.returncode == 0


def compare(
    file: File, source: Source, sentences: Sequence[Sentence], tally: Tally, timeout_s: float
) -> None:
    """Count the sentences that only one of the splitter and Rocq sees."""
    theirs, complete = rocq_ranges(file, timeout_s)
    positions = Positions(source.text)
    ours = [(positions.byte(sentence.start), positions.byte(sentence.end)) for sentence in sentences]
    if not complete:
        tally.stopped += 1
        last = theirs[-1][1] if theirs else 0
        ours = [span for span in ours if span[1] <= last]
    different = sorted(set(ours) ^ set(theirs))
    for start, end in different[:5]:
        side = "ours" if (start, end) in ours else "Rocq"
        print(f"{file.path}: bytes {start}-{end} only {side}", file=sys.stderr)
    tally.compared += 1
    tally.compared_sentences += len(theirs)
    tally.disagreements += len(different)


def print_table(tallies: dict[str, Tally]) -> None:
    """Print one row a library."""
    head = (
        "library files lines sentences cpu_s unsplit broken compared compared_sentences stopped disagreements"
    )
    print(" ".join(f"{name:>9}" for name in head.split()))
    for library, tally in tallies.items():
        cells = (round(value, 3) if isinstance(value, float) else value for value in asdict(tally).values())
        widths = (max(9, len(name)) for name in head.split())
        print(" ".join(f"{cell:>{width}}" for cell, width in zip((library, *cells), widths, strict=True)))


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--all", action="store_true", help="compare every file with Rocq (tens of minutes)")
    parser.add_argument("--sample", type=int, default=12, help="how many files to compare with Rocq")
    parser.add_argument("--seed", type=int, default=0, help="of the sample")
    parser.add_argument("--library", action="append", help="only this library; may be repeated")
    parser.add_argument("--timeout-s", type=float, default=1800.0, help="for one file")
    parser.add_argument("--output", type=Path, default=Path("benchmarks/results/sentences.json"))
    return parser.parse_args()


def main() -> None:
    """Split all, compare some, print and store."""
    args = parse_args()
    root = Path(subprocess.run(["coqc", "-where"], capture_output=True, text=True, check=True).stdout.strip())
    version = subprocess.run(
        ["coqc", "-print-version"], capture_output=True, text=True, check=True
    ).stdout.split()[0]
    files = [
        file
        for file in installed(root, int(version.split(".")[0]))
        if not args.library or file.library in args.library
    ]
    size = min(args.sample, len(files))
    chosen = set(files if args.all else random.Random(args.seed).sample(files, size))  # noqa: S311
    tallies: dict[str, Tally] = {}
    for file in files:
        tally = tallies.setdefault(file.library, Tally())
        read = split_file(file, tally)
        if read and file in chosen:
            compare(file, *read, tally, args.timeout_s)
    print_table(tallies)
    record = {
        "benchmark": "sentences",
        "rocq": version,
        "seed": args.seed,
        "all": args.all,
        "sample": len(chosen),
    }
    args.output.parent.mkdir(parents=True, exist_ok=True)
    args.output.write_text(
        json.dumps({**record, "libraries": {k: asdict(v) for k, v in tallies.items()}}, indent=1)
    )


if __name__ == "__main__":
    main()
