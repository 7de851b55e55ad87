"""The same report gives the same figures as a PDF: every report of the corpus, typeset, against its plain text."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from support_formats import agreement, all_fields, same_figures
from support_pdf import report

from extractor import extract
from extractor.ingest import load

ROOT = Path(__file__).resolve().parent.parent
CORPUS = ROOT / "corpus"
SHARED = ROOT.parent / "shared"
TEXTS = sorted(path.name for path in CORPUS.glob("*.txt"))


@pytest.mark.parametrize("name", TEXTS)
def test_a_report_as_pdf_gives_the_figures_of_its_text(name: str) -> None:
    path = CORPUS / name
    data = report(path.read_bytes().decode("utf-8"), head="云岭县人民政府公报", numbers="— {} —")
    plain, typeset = extract(load(path)), extract(load(data, name=f"{path.stem}.pdf"))
    assert same_figures(plain, typeset) == []
    assert (plain.document.title, plain.place, plain.period) == (
        typeset.document.title, typeset.place, typeset.period)
    differing = [one.quote for one, two in zip(plain.figures, typeset.figures, strict=True)
                 if all_fields(one) != all_fields(two)]
    # Sections of a hard-wrapped text file begin elsewhere than those of its print.
    assert differing == [] or name.startswith("gazetteer")


@pytest.mark.parametrize("name", ["county-summary-2023.txt", "province-gwr-2025.txt"])
@pytest.mark.parametrize(("size", "right"), [(10.5, 540), (16, 500), (14, 300)])
def test_the_width_of_the_column_does_not_matter(name: str, size: float, right: float) -> None:
    """Other lines, other breaks: each number falls on a line end in one setting or another."""
    path = CORPUS / name
    data = report(path.read_bytes().decode("utf-8"), size=size, right=right, numbers="- {} -")
    assert same_figures(extract(load(path)), load(data, name=f"{path.stem}.pdf")) == []


@pytest.mark.parametrize("path", sorted((SHARED / "seeds").glob("*.txt")), ids=lambda path: path.stem)
def test_real_reports_too(path: Path) -> None:
    data = report(path.read_bytes().decode("utf-8"), head="云岭县人民政府公报", numbers="— {} —")
    assert agreement(extract(load(path)), load(data, name="seed.pdf")) >= 0.99


@pytest.mark.skipif(not list((SHARED / "seeds").glob("*.txt")), reason="the shared reports are not here")
def test_the_shared_reports_are_there() -> None:
    assert len(list((SHARED / "seeds").glob("*.txt"))) >= 5


@pytest.mark.parametrize("name", ["county-summary-2023.txt", "department-civil-2023.txt"])
def test_a_report_printed_by_an_office_program(name: str, tmp_path: Path) -> None:
    """LibreOffice's own lines, fonts and spacing: justified text, embedded subsets."""
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if office is None:
        pytest.skip("LibreOffice is not installed")
    import docx
    from docx.shared import Pt

    path = CORPUS / name
    document = docx.Document()
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines()):
        if line.strip():
            paragraph = document.add_paragraph(line.strip())
            if number:
                paragraph.paragraph_format.first_line_indent = Pt(28)
            for run in paragraph.runs:
                run.font.size = Pt(14)
    source = tmp_path / "report.docx"
    document.save(str(source))
    done = subprocess.run(
        [office, f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", "pdf",
         "--outdir", str(tmp_path), str(source)],
        capture_output=True, timeout=240, check=False)
    made = tmp_path / "report.pdf"
    if not made.exists():
        pytest.skip(f"LibreOffice cannot print here: {done.stderr.decode(errors='replace')[-200:]}")
    assert same_figures(extract(load(path)), load(made)) == []


@pytest.mark.parametrize("name", ["page-bulletin.html", "page-county-summary.html"])
def test_a_page_printed_by_a_browser_gives_the_figures_of_the_page(name: str, tmp_path: Path) -> None:
    """Chromium's own lines, Type 3 fonts, tables drawn as rectangles, its date and address as running heads."""
    browser = shutil.which("chromium")
    if browser is None:
        pytest.skip("chromium is not installed")
    made = tmp_path / "page.pdf"
    subprocess.run(
        [browser, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path}/profile",
         f"--print-to-pdf={made}", (CORPUS / name).as_uri()],
        capture_output=True, timeout=240, check=False)
    if not made.exists():
        pytest.skip("chromium cannot print here")
    assert same_figures(extract(load(CORPUS / name)), load(made)) == []
