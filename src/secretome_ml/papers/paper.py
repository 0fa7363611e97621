"""A paper as passages with their places, from JATS XML, HTML, the text of a PDF, or plain text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from xml.parsers import expat

from secretome_ml.core.errors import InputRefused, Problem
from secretome_ml.papers.sentences import split_sentences
from secretome_ml.papers.wordings import wording

MOST_BYTES = 20_000_000
_FEWEST_LETTERS = 200
_DOI = re.compile(r"\b10\.\d{4,9}/[^\s\"<>;,]+[^\s\"<>;,.)\]]")
_RETRACTED = wording("retracted")
_HEADING = wording("heading")
_PARTS = {
    "background": ("background", "introduction", "objective", "aim", "purpose"),
    "methods": ("method", "material", "experimental"),
    "results": ("result", "finding"),
    "conclusion": ("conclusion", "interpretation", "significance", "discussion"),
    "left out": ("reference", "acknowledg", "funding", "bibliograph", "competing", "conflict"),
}
_SKIPPED = frozenset(
    (
        "script", "style", "nav", "footer", "header", "aside", "form", "noscript", "button", "svg",
        "ref-list", "back", "contrib-group", "aff", "permissions", "tex-math", "table", "math",
        "journal-meta", "pub-date", "history", "author-notes", "kwd-group", "counts",
        "funding-group", "related-article", "sub-article",
    )
)  # fmt: skip
_BLOCKS = frozenset(
    ("p", "title", "article-title", "h1", "h2", "h3", "h4", "h5", "h6", "li", "div", "section", "td", "br")
)
_ENDING = _BLOCKS | {"abstract", "body", "article-id", "other-id"}
# What tells of the publication, and holds no sentence.
_TOLD = frozenset(("contrib-group", "journal-meta", "pub-date"))
_TITLES = frozenset(("title", "h2", "h3", "h4", "h5", "h6", "label"))


@dataclass(frozen=True)
class Sentence:
    """One sentence, the part of the paper that it stands in, and where to find it."""

    text: str
    part: str
    place: str


@dataclass(frozen=True)
class Paper:
    """What a paper says of itself, and its sentences.

    Parameters
    ----------
    file : str
        Name of the file.
    title, doi : str or None
        As stated.
    year : int or None
        Year of publication.
    first_author, journal : str or None
        As stated.
    basis : str
        `abstract` or `full_text`.
    sentences : tuple of Sentence
        In reading order; references and acknowledgements are left out.
    """

    file: str
    title: str | None
    doi: str | None
    year: int | None
    first_author: str | None
    journal: str | None
    basis: str
    sentences: tuple[Sentence, ...]


def read_paper(path: Path | str) -> Paper:
    r"""Read a paper.

    Parameters
    ----------
    path : path
        JATS XML, HTML, the text of a PDF, or plain text; recognised by its content.

    Raises
    ------
    InputRefused
        If it cannot be read, is a PDF itself, holds no text (a scan), holds entities, or is retracted.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder, "paper.txt")
    ...     told = "Exosomes of MSC promoted tube formation. "
    ...     written = file.write_text("MSC heal\n\nAbstract\n" + told * 9)
    ...     read_paper(file).sentences[1].place
    'abstract, paragraph 1, sentence 1'
    """
    source = Path(path)
    try:
        if source.stat().st_size > MOST_BYTES:
            raise _refused(source.name, "The file is larger than 20 MB.", "Give the text of one paper.")
        return paper_from(source.read_bytes(), source.name)
    except OSError as error:
        what = f"The file cannot be read ({error.strerror})."
        raise _refused(source.name, what, "Give a readable file.") from None


def paper_from(raw: bytes, name: str) -> Paper:
    """Read a paper from its content; `name` is that of its file, for messages.

    Raises
    ------
    InputRefused
        As `read_paper`.
    """
    if raw[:4] == b"%PDF":
        remedy = "Save its text, for instance with `pdftotext -raw`."
        raise _refused(name, "This is a PDF, not its text.", remedy)
    try:
        content = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        what = f"The file is not text in UTF-8 ({error.reason} at byte {error.start})."
        raise _refused(name, what, "Save it as UTF-8 text, HTML or XML.") from None
    head = content[:2000].lstrip("\ufeff \r\n\t")
    if head.startswith(("<?xml", "<article", "<pmc", "<!DOCTYPE article")):
        gathered = _of_xml(content, name)
    elif re.search(r"<(?:!doctype html|html|head|body|div|p)\b", head, re.IGNORECASE):
        gathered = _of_html(content)
    else:
        gathered = _of_text(content)
    paper = gathered.paper(name)
    letters = sum(c.isalpha() for s in paper.sentences for c in s.text)
    if letters < _FEWEST_LETTERS:
        what = f"The file holds {letters} letters of text: a scan, an empty page, or a title alone."
        raise _refused(name, what, "Give the text of the abstract or paper; recognise a scan (OCR) first.")
    for sentence in ((paper.title or ""), *(s.text for s in paper.sentences[:8]), *gathered.notices):
        if _RETRACTED.search(sentence):
            raise _refused(name, f"The paper is retracted: '{sentence[:120]}'.", "Leave it out.")
    return paper


def _refused(name: str, what: str, remedy: str) -> InputRefused:
    return InputRefused([Problem(name, None, None, what, remedy)])


@dataclass
class _Gathered:
    """Blocks of text as they are met, with the section that each stands in."""

    facts: dict[str, str] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)
    blocks: list[tuple[str, str, str]] = field(default_factory=list)
    section: str = ""
    part: str = "results"
    abstract: bool = False
    body: bool = False

    def heading(self, text: str) -> None:
        self.section = " ".join(text.split())[:80]
        self.part = _part_of(self.section) or ("abstract" if self.abstract else "body")
        if self.section.casefold() in ("abstract", "summary"):
            self.part = "abstract"

    def block(self, text: str) -> None:
        """Add one block; headings that begin a sentence of an abstract, such as `Results:`, divide it."""
        text = " ".join(text.split())
        while text:
            found = _HEADING.match(text)
            if found and (found["mark"].strip() or found["name"][0].isupper()):
                self.heading(found["name"])
                text = text[found.end() :].strip()
                continue
            cut = next(
                (m.start() for m in _INNER_HEADING.finditer(text) if m.start() > 0),
                len(text),
            )
            self.blocks.append((self.section or self.part, self.part, text[:cut].strip()))
            text = text[cut:].strip()

    def paper(self, file: str) -> Paper:
        sentences = [Sentence(t, "title", "title") for t in [self.facts.get("title", "")] if t]
        numbers: dict[str, int] = {}
        for section, part, text in self.blocks:
            if part == "left out":
                continue
            numbers[section] = numbers.get(section, 0) + 1
            for number, sentence in enumerate(split_sentences(text), start=1):
                place = f"{section.lower()}, paragraph {numbers[section]}, sentence {number}"
                sentences.append(Sentence(sentence, part, place))
        year = self.facts.get("year", "")
        doi = self.facts.get("doi")
        return Paper(
            file,
            self.facts.get("title"),
            doi.lower() if doi else None,
            int(year) if re.fullmatch(r"(?:19|20)\d\d", year) else None,
            self.facts.get("author"),
            self.facts.get("journal"),
            "full_text" if self.body else "abstract",
            tuple(sentences),
        )


_INNER_HEADING = wording("inner_heading")


def _part_of(heading: str) -> str | None:
    words = heading.casefold()
    return next((part for part, marks in _PARTS.items() if any(m in words for m in marks)), None)


def _of_xml(content: str, file: str) -> _Gathered:
    walk = _Walk()
    parser = expat.ParserCreate()
    # Nothing is fetched: expat reads no external file unless a handler does. Entities are refused whole.
    parser.EntityDeclHandler = _no_entities
    parser.StartElementHandler = lambda name, attributes: walk.start(name, dict(attributes))
    parser.EndElementHandler = walk.end
    parser.CharacterDataHandler = walk.text
    try:
        parser.Parse(content.lstrip("\ufeff \r\n\t").encode(), True)
    except expat.ExpatError as error:
        what = f"The XML breaks off or is not well formed: {error}."
        raise _refused(file, what, "Give the whole JATS file, or the paper as text.") from None
    except _Entities:
        raise _refused(file, "The XML declares entities.", "Give JATS without entities.") from None
    return walk.done()


class _Entities(Exception):
    """The XML declares entities."""


def _no_entities(*_: object) -> None:
    raise _Entities


def _of_html(content: str) -> _Gathered:
    walk = _Walk()

    class Page(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            walk.start(tag, {k: v or "" for k, v in attrs})
            if tag in ("br", "meta", "link", "img", "input", "hr", "source"):
                walk.end(tag)

        def handle_endtag(self, tag: str) -> None:
            walk.end(tag)

        def handle_data(self, data: str) -> None:
            walk.text(data)

    page = Page(convert_charrefs=True)
    page.feed(content)
    page.close()
    return walk.done()


class _Walk:
    """Elements of JATS or HTML to blocks of text; what stands in a skipped element is passed over."""

    def __init__(self) -> None:
        self.gathered = _Gathered()
        self._open: list[str] = []
        self._skipped: str | None = None
        self._skip_depth = 0
        self._buffer: list[str] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        tag = tag.lower()
        if self._skipped:
            self._skip_depth += tag == self._skipped
            return
        if tag == "meta":
            self._meta(attributes)
        if tag == "related-article" and attributes.get("related-article-type", "").startswith("retract"):
            self.gathered.notices.append("This article has been retracted: it links to its retraction")
        if tag == "article" and attributes.get("article-type") in ("retraction", "retracted-article"):
            self.gathered.notices.append("This article has been retracted")
        if tag == "sup":
            self._buffer.append("^")
        if (tag in _SKIPPED or (tag == "xref" and attributes.get("ref-type") == "bibr")) and not (
            tag == "header" and "article" in self._open
        ):
            self._collect(tag, attributes)
            return
        if tag in _BLOCKS or tag in ("sec", "abstract", "body", "fig", "caption"):
            self._flush()
        self._open.append(tag)
        self.gathered.abstract = "abstract" in self._open
        if tag == "abstract":
            self.gathered.section, self.gathered.part = "abstract", "abstract"
        elif tag == "body" and "front" not in self._open and "article" in self._open:
            self.gathered.section, self.gathered.part, self.gathered.body = "text", "body", True
        elif tag == "fig":
            self.gathered.section, self.gathered.part = "figure legend", "results"
        if tag == "article-id" and attributes.get("pub-id-type") != "doi":
            self._open[-1] = "other-id"

    def _collect(self, tag: str, attributes: dict[str, str]) -> None:
        """Pass over an element, save for what tells of the publication."""
        if tag in _TOLD:
            self._open.append(tag)
        else:
            self._skipped, self._skip_depth = tag, 1

    def end(self, tag: str) -> None:
        tag = tag.lower()
        if self._skipped:
            self._skip_depth -= tag == self._skipped
            if self._skip_depth == 0:
                self._skipped = None
            return
        if tag not in self._open and tag not in ("br",):
            if not (tag == "article-id" and "other-id" in self._open):
                return
            tag = "other-id"
        if tag in _ENDING or _TOLD & set(self._open):
            self._flush()
        while self._open and self._open.pop() != tag:
            pass

    def text(self, data: str) -> None:
        if not self._skipped:
            self._buffer.append(data)

    def _meta(self, attributes: dict[str, str]) -> None:
        name, told = attributes.get("name", "").lower(), attributes.get("content", "").strip()
        wanted = {
            "citation_title": "title", "citation_doi": "doi", "citation_journal_title": "journal",
            "citation_author": "author", "dc.title": "title",
        }  # fmt: skip
        if name in wanted and told:
            family = told.split(",")[0] if "," in told else told.split()[-1]
            told = family if name == "citation_author" else told.removeprefix("doi:")
            self.gathered.facts.setdefault(wanted[name], told)
        if name in ("citation_publication_date", "citation_date", "citation_year"):
            self.gathered.facts.setdefault("year", told[:4])

    def _flush(self) -> None:
        # A raised digit is a power; what else was raised, or left out with its citation, is none.
        text = re.sub(r"\^(?!\d)", "", " ".join("".join(self._buffer).split()))
        self._buffer = []
        if not text:
            return
        inside = set(self._open)
        tag = next((t for t in reversed(self._open) if t in _BLOCKS or t in _OWN), "")
        facts = self.gathered.facts
        if tag in _OWN or inside & _TOLD:
            if tag in _OWN:
                facts.setdefault(_OWN[tag], text)
        elif tag in ("article-title", "h1") or (tag == "title" and "head" in inside):
            if tag != "title" or "h1" not in facts:
                facts["title"] = text if tag != "title" else facts.get("title", text)
        elif tag in _TITLES or (tag == "title"):
            self.gathered.heading(text)
        else:
            self.gathered.block(text)

    def done(self) -> _Gathered:
        self._flush()
        gathered = self.gathered
        found = _DOI.search(gathered.facts.get("doi", "")) or _DOI.search(
            " ".join(text for _, part, text in gathered.blocks[:20] if part != "left out")
        )
        gathered.facts.pop("doi", None)
        if found:
            gathered.facts["doi"] = found[0]
        gathered.body = gathered.body or _has_body(gathered)
        return gathered


_OWN = {
    "article-id": "doi",
    "surname": "author",
    "journal-title": "journal",
    "year": "year",
    "other-id": "other",
}


def _has_body(gathered: _Gathered) -> bool:
    return sum(len(text) for _, _, text in gathered.blocks) > 8000


def _of_text(content: str) -> _Gathered:
    gathered = _Gathered()
    blocks = list(_paragraphs(content))
    if blocks and len(blocks) > 1 and len(blocks[0]) < 300 and not _HEADING.match(blocks[0]):
        gathered.facts["title"] = blocks.pop(0)
    gathered.section, gathered.part = "abstract", "abstract"
    for block in blocks:
        gathered.block(block)
    if found := _DOI.search(content):
        gathered.facts["doi"] = found[0]
    if found := re.search(r"\b(?:19[89]\d|20[0-4]\d)\b", content[:3000]):
        gathered.facts["year"] = found[0]
    gathered.body = _has_body(gathered)
    return gathered


_DIVIDED = re.compile(r"(?P<head>[A-Za-z]+)-\n(?P<tail>[a-z]+)")
# A compound that ended its line at its own hyphen.
_COMPOUND = re.compile(
    r"derived|conditioned|treated|induced|dependent|like|based|specific|modified|mediated|free"
)


def _whole(divided: re.Match[str], content: str) -> str:
    """Return a word that was divided at the end of a line; a compound keeps its hyphen."""
    head, tail = divided["head"], divided["tail"]
    own = _COMPOUND.match(tail) or f"{head}-{tail}" in content
    return f"{head}-{tail}" if own else head + tail


def _paragraphs(content: str) -> Iterator[str]:
    """Yield paragraphs: lines joined, words divided at the end of a line made whole again."""
    content = content.replace("\r\n", "\n").replace("\f", "\n\n").replace("\u00ad", "")
    content = _DIVIDED.sub(lambda m: _whole(m, content), content)
    for block in re.split(r"\n\s*\n", content):
        lines: list[str] = []
        for line in map(str.strip, block.split("\n")):
            heading = _HEADING.fullmatch(line)
            if heading and lines:
                yield " ".join(lines)
                lines = []
            if line and not re.fullmatch(r"\d{1,4}", line):
                lines.append(f"{line}:" if heading and not line.endswith((":", ".")) else line)
        if lines:
            yield " ".join(lines)
