"""Context of all figures of one document: the rules of this room applied in order.

Role before status before period before subject: each rule may ask what the ones before it found.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter
from typing import Final

from extractor.context.cues import Cue, load_cues
from extractor.context.frames import Frame, frames
from extractor.context.periods import PeriodReader
from extractor.context.phrases import Phrases, load_phrases
from extractor.context.places import Gazetteer, PlaceFinder
from extractor.context.reportyears import DocumentPeriods, document_periods
from extractor.context.roles import RoleReader
from extractor.context.status import StatusReader, plan_of
from extractor.context.subjects import set_subjects
from extractor.context.tablecells import CellFigure, cell_period, read_cells
from extractor.library import Library
from extractor.library.neighbours import Cut, Neighbours, Words
from extractor.model import Document, Figure, Role
from extractor.numbers.scan import Mention
from extractor.reading.fold import fold
from extractor.reading.layout import Layout
from extractor.reading.tables import Grid
from extractor.records import changer, maker

_figure = maker(Figure)
_changed = changer(Figure)
_START: Final = attrgetter("start")
#: What only later stages, or tables, give to a figure.
_NO_FLAGS: Final = ()
_NO_REPAIR: Final = ()
_NOT_CONFIRMED: Final = ()
_NO_CELL: Final = None


def _cues(library: Library) -> dict[str, Cue]:
    return load_cues(library.file("context.yaml"))


def _roles(library: Library) -> RoleReader:
    return RoleReader(library.compiled(_cues))


def _phrases(library: Library) -> Phrases:
    return load_phrases(library.file("phrases.yaml"))


def _finder(library: Library) -> PlaceFinder:
    return PlaceFinder(Gazetteer.load())


def _claims_nothing(role: Role, period: str | None) -> bool:
    """Whether no indicator can claim a figure: a change is no level, growth over several years is none over one."""
    return role == "change" or (role == "growth" and period is not None and len(period) == 9 and period[4] == "/")


class Context:
    """Reads the figures of one document; made for it and dropped with it."""

    def __init__(self, document: Document, view: str, layout: Layout, library: Library) -> None:
        self.view = view
        self.layout = layout
        self.library = library
        self.matcher = library.matcher
        self.title = fold(document.title or "")
        self.cues = library.compiled(_cues)
        self.roles = library.compiled(_roles)
        self.phrases = library.compiled(_phrases)
        plans = plan_of((self.title,), self.cues)
        self.periods: DocumentPeriods = document_periods(document, view, self.title, plans)
        self.status = StatusReader(self.title, view, self.cues, self.periods.report, self.periods.plan)
        self.places = library.compiled(_finder).find(document, view)
        self.place = self.places.place
        self.place_code = self.places.code
        self.document = document
        self.labels: set[int] = set()

    def read(self, mentions: Sequence[Mention], tables: Sequence[Grid], damaged: dict[int, str]) -> list[Figure]:
        """Figures in text order; ``labels`` then holds the starts of the mentions that are labels of tables.

        ``damaged`` maps the start of a damaged date to the date it most likely said.
        """
        cells, used, self.labels = read_cells(mentions, tables, self.library.units)
        dates: list[Mention] = []
        quantities: list[Mention] = []
        for mention in mentions:
            if mention.kind == "figure":
                if mention.start not in used and mention.start not in self.labels:
                    quantities.append(mention)
            elif mention.kind == "date" and mention.start not in used:
                dates.append(mention)
        found = frames(self.view, self.layout, quantities)
        periods = PeriodReader(self.periods, self.title, self.view, self.layout, dates, damaged)
        roles, status = self.roles, self.status
        path: tuple[str, ...] | None = None
        planned = False
        for frame in found:
            own = frame.section.path if frame.section is not None else ()
            if own is not path:
                path = own
                planned = status.plans(own)
                periods.enter(own, planned)
            roles.set_role(frame)
            status.set_status(frame, planned)
            periods.set_period(frame)
            status.revise(frame)
        set_subjects(found, self.view, dates, self.phrases)
        figures = [self._figure(frame) for frame in found]
        figures += [self._cell(cell, periods) for cell in cells]
        figures.sort(key=_START)
        return figures

    def claim(self, figure: Figure) -> str | None:
        """The indicator that claims a figure, or the reading of a damaged one."""
        return self._claim_of(figure)[0]

    def _claim_of(self, figure: Figure) -> tuple[str | None, str]:
        if _claims_nothing(figure.role, figure.period):
            return None, ""
        words: Words
        if figure.cell is not None:
            words = Neighbours(figure.subject, "", figure.subject, figure.heading, self.title)
        else:
            words = Cut(self.view, figure.start, figure.end, figure.sentence, figure.heading, self.title)
        claim = self.matcher.claim(
            figure.subject, figure.unit, figure.role, figure.status, words, figure.direction
        )
        return (claim.indicator, claim.rule) if claim is not None else (None, "")

    def _figure(self, frame: Frame) -> Figure:
        mention, start, end, heading = frame.mention, frame.start, frame.end, ""
        unit, role, period = frame.unit, frame.role, frame.period
        region = self.places.region(start, frame.clause[0], frame.sentence[0])
        if frame.section is not None:
            heading = frame.section.title
        indicator, rule = None, ""
        claims = self.matcher.claims(unit, role, frame.status)
        if claims is not None and region.rule != "scope" and not _claims_nothing(role, period):
            words = Cut(self.view, start, end, frame.sentence, heading, self.title)
            claim = self.matcher.choose(claims, frame.subject, words, frame.direction, words.part)
            if claim is not None:
                indicator, rule = claim.indicator, claim.rule
        assert frame.value is not None
        document = self.document
        # In the order of the fields: to name them takes four times as long as to make the record.
        return _figure(
            document.id, f"{document.id}:{start}", start, end, document.text[start:end],
            frame.value, mention.value_max, unit, frame.modifier,
            role, frame.status, frame.direction, frame.subject, indicator, period, region.name, region.code,
            _NO_FLAGS, _NO_REPAIR, mention.number_end, frame.clause, frame.sentence, heading, _NO_CELL, _NOT_CONFIRMED,
            (mention.rule, frame.why_role, frame.why_status, frame.why_period, region.rule, frame.why_subject, rule),
        )

    def _cell(self, cell: CellFigure, periods: PeriodReader) -> Figure:
        start, end = cell.start, cell.end
        section = self.layout.section(start)
        planned = self.status.plans(section.path if section else ())
        region = None
        for label in (*cell.cell.row_labels, *cell.cell.column_labels):
            region = region or self.places.region_of_label(label)
        name, code, why = region if region is not None else (self.place, self.place_code, "document")
        default, year = periods.section(section.path if section else (), planned)
        period = cell_period(cell, default, year)
        figure = _figure(
            doc=self.document.id,
            id=f"{self.document.id}:{start}",
            start=start,
            end=end,
            quote=self.document.text[start:end],
            value=cell.value,
            value_max=None,
            unit=cell.unit,
            modifier=cell.mention.modifier,
            role=cell.role,
            status="target" if planned else "actual",
            direction=cell.direction,
            subject=cell.subject,
            period=period,
            region=name,
            region_code=code,
            number_end=cell.mention.number_end,
            clause=(start, end),
            sentence=(start, end),
            heading=section.title if section else "",
            cell=(cell.grid.table, cell.cell.row, cell.cell.column),
            why=("number.cell", "role.cell", "status.heading", "period.cell", why, "subject.labels", ""),
        )
        indicator, rule = self._claim_of(figure)
        return _changed(figure, indicator=indicator, why=(*figure.why[:-1], rule))
