"""Reports generated from the sample corpus: other places, years and numbers, and as much prose as real reports have.

    python -m benchmarks.generate FOLDER --documents 1000 [--seed 0] [--density 65] [--jsonl]

A document is a sample report of ``corpus/``, some of its paragraphs left out, with

- its places renamed (invented names in a town, county, prefecture and province of their own) and its years moved,
- its counts and amounts multiplied by one whole number, so that sums, shares, averages and growth rates stay true,
- prose without figures (:mod:`benchmarks.prose`) between its sentences: a figure every ``density`` characters.

Document ``i`` of a seed is the same whatever the number of documents, machine or process. The place codes and the panel
of real counties are left alone: the names are invented, and what is computed from them is good for measuring only.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path

from benchmarks.prose import paragraph

ROOT = Path(__file__).resolve().parent.parent
CORPUS = ROOT / "corpus"
#: Characters from one figure to the next in real reports (five of them: 30,000 characters, 460 figures).
DENSITY = 65
#: Documents in one folder: file managers and `ls` stay usable at a hundred thousand.
FOLDER = 1000

_PLAIN = re.compile(r"(\d+)(\.\d+)?(万亿|亿|万)?")
_YEAR = re.compile(r"(?<!\d)20[0-2]\d(?=年|-\d\d|[—–～-]20[0-2]\d|〔|〕|\d{8})")
#: Measures of which there can be more in another place. Rates, concentrations and standards stay as they are.
_COUNTED = frozenset((
    "户", "人", "人次", "户次", "元", "个", "处", "座", "条", "项", "件", "名", "家", "亩", "公里", "吨", "套", "盏",
    "头", "只", "株", "口", "批", "笔", "场", "所", "辆", "棵", "台", "次",
))
_FACTORS = (1, 2, 3, 4, 5, 6, 7)
#: Place names of the sample corpus that are replaced, the longest first.
_PLACES = ("青石坳县", "临川坝县", "南屏岭县", "石桥坪镇", "枫林渡镇", "望溪县", "望溪縣", "沅坪县", "澄川市", "云岭省",
           "无为县", "无为市", "南陵县", "泾县")
_FIRST = "云松柏桐枫竹兰菊荷莲桂榆槐杉梧芦苇蓼薇萝鹤雁鹭鸥隼鲤虹霞岚雾霁晴朗澄泓漪渌沚洲渚"
_SECOND = "岭川溪坪坝屏桥渡湾垭坳冲塘畈峪洼坡岗陂浦汀滩洞泉潭峡谷原野丘陵林屯堡寨集店铺"


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One line of a sample report with the spans of its figures that may be multiplied, relative to the line."""

    text: str
    spans: tuple[tuple[int, int], ...]
    figures: int


@dataclass(frozen=True, slots=True)
class Base:
    """A sample report to generate from."""

    name: str
    paragraphs: tuple[Paragraph, ...]


@cache
def bases(corpus: Path = CORPUS) -> tuple[Base, ...]:
    """The annotated plain-text reports. Raises ``FileNotFoundError`` where the corpus is missing."""
    found = []
    for path in sorted(corpus.glob("*.txt")):
        gold_path = corpus / "gold" / f"{path.stem}.jsonl"
        with path.open(encoding="utf-8", newline="") as stream:
            text = stream.read()
        gold = [json.loads(line) for line in gold_path.read_text(encoding="utf-8").splitlines() if line.strip()]
        found.append(Base(gold_path.stem, tuple(_paragraphs(text, gold))))
    if not found:
        raise FileNotFoundError(f"{corpus} holds no annotated sample reports")
    return tuple(found)


def _paragraphs(text: str, gold: list[dict[str, object]]) -> Iterator[Paragraph]:
    position = 0
    for line in text.splitlines(keepends=True):
        inside = [figure for figure in gold if position <= int(str(figure["start"])) < position + len(line)]
        spans = []
        for figure in inside:
            start, end = int(str(figure["start"])) - position, int(str(figure["end"])) - position
            number = _PLAIN.match(line, start)
            if (number is not None and number.end() <= end and figure["unit"] in _COUNTED
                    and figure["role"] in ("level", "change", None)
                    and not figure["malformed"] and not figure["value_max"]):
                spans.append((start, number.end()))
        yield Paragraph(line.rstrip("\r\n"), tuple(spans), len(inside))
        position += len(line)


def document(index: int, seed: int = 0, density: float = DENSITY, corpus: Path = CORPUS) -> tuple[str, str]:
    """(name, text) of generated document ``index``."""
    generator = random.Random(f"{seed}/{index}")
    found = bases(corpus)
    base = found[index % len(found)]
    factor = 1 if base.name.startswith("province") else generator.choice(_FACTORS)
    shift = generator.randint(-8, 2)
    names = {place: _name(generator) + place[-1] for place in _PLACES}
    lines: list[str] = []
    characters = figures = 0
    for at, item in enumerate(base.paragraphs):
        # The head stays: title, metadata, first sentence. Of the rest, every sixth paragraph is left out.
        if at >= 3 and item.figures and generator.random() < 1 / 6:
            continue
        line = _years(_renamed(_multiplied(item, factor), names), shift)
        lines.append(line)
        characters += len(line) + 1
        figures += item.figures
        # Prose only in running text, never inside a flattened table.
        if item.text.endswith("。") and figures * density > characters:
            lines[-1] = _thinned(line, generator, int(figures * density - characters))
            characters += len(lines[-1]) - len(line)
    return f"{base.name}-{index:06d}", "\n".join(lines) + "\n"


def documents(count: int, seed: int = 0, density: float = DENSITY, corpus: Path = CORPUS) -> Iterator[tuple[str, str]]:
    """The first ``count`` generated documents of a seed, (name, text) each."""
    for index in range(count):
        yield document(index, seed, density, corpus)


def write(folder: Path, count: int, seed: int = 0, density: float = DENSITY) -> int:
    """Write documents as ``FOLDER/000/NAME.txt``, a thousand to a folder; returns their bytes."""
    written = 0
    for index, (name, text) in enumerate(documents(count, seed, density)):
        place = folder / f"{index // FOLDER:03d}"
        if index % FOLDER == 0:
            place.mkdir(parents=True, exist_ok=True)
        data = text.encode()
        (place / f"{name}.txt").write_bytes(data)
        written += len(data)
    return written


def _name(generator: random.Random) -> str:
    return generator.choice(_FIRST) + generator.choice(_SECOND)


def _multiplied(item: Paragraph, factor: int) -> str:
    pieces, position = [], 0
    for start, end in item.spans:
        number = _PLAIN.match(item.text, start)
        if number is None:
            continue
        decimals = len(number[2] or ".") - 1
        value = Decimal(number[1] + (number[2] or "")) * factor
        pieces += [item.text[position:start], f"{value:.{decimals}f}", number[3] or ""]
        position = end
    return "".join(pieces) + item.text[position:]


def _thinned(line: str, generator: random.Random, characters: int) -> str:
    """The paragraph with prose of at least so many characters spread behind its sentences."""
    sentences = line.split("。")[:-1]
    pieces = []
    written = 0
    for at, piece in enumerate(sentences, 1):
        prose = paragraph(generator, characters * at // len(sentences) - written)
        written += len(prose)
        pieces += [piece, "。", prose]
    return "".join(pieces)


def _renamed(line: str, names: dict[str, str]) -> str:
    for old, new in names.items():
        line = line.replace(old, new)
    return line


def _years(line: str, shift: int) -> str:
    return _YEAR.sub(lambda match: str(int(match[0]) + shift), line)


def main() -> None:
    parser = argparse.ArgumentParser(description="Generate reports from the sample corpus.")
    parser.add_argument("output", type=Path, help="folder to write into, or with --jsonl a file")
    parser.add_argument("--documents", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--density", type=float, default=DENSITY, help="characters a figure; 0 adds no prose")
    parser.add_argument("--jsonl", action="store_true", help='one JSON line {"name", "text"} a document in one file')
    options = parser.parse_args()
    if not options.jsonl:
        print(f"{write(options.output, options.documents, options.seed, options.density):,} bytes")
        return
    with options.output.open("w", encoding="utf-8") as stream:
        for name, text in documents(options.documents, options.seed, options.density):
            stream.write(json.dumps({"name": name, "text": text}, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
