"""The addresses of the review server: pages as HTML, everything that changes while one works as JSON.

Nothing in an address or a body is ever a path: documents are asked for by their id, files of ours by their name in a
list that is read once.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import quote, urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from extractor.errors import ExtractorError, InputError
from extractor.review import browse, render
from extractor.review.answers import Answers, Malformed
from extractor.review.session import Gone, Session
from extractor.review.source import PageImages
from extractor.review.strings import LANGUAGES, negotiate, words

_TYPES = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
_LISTS = ("figures", "flagged", "unplaced", "unexplained", "ledger")

Endpoint = Callable[[Request], Awaitable[Response]]


@cache
def static_files() -> dict[str, tuple[bytes, str]]:
    """Our own style sheet, scripts and icon, by name."""
    found = {}
    for file in (files("extractor.review") / "static").iterdir():
        kind = _TYPES.get(file.name.rpartition(".")[2])
        if kind:
            found[file.name] = (file.read_bytes(), kind)
    return found


class Routes:
    """All routes, with what they share: the session, the templates, the language asked for on the command line."""

    def __init__(self, session: Session, base: str, lang: str = "") -> None:
        """``base`` is what every address begins with: a slash and the token. ``lang`` '' follows the browser."""
        self.session = session
        self.base = base
        self.lang = lang
        self.images = PageImages(session)
        self.templates = Environment(
            loader=PackageLoader("extractor.review"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
            lstrip_blocks=True,
        )

    def app(self) -> Starlette:
        """The application behind the guard."""
        answers = Answers(self.session)
        pages: dict[str, Callable[[Request, str], Response]] = {
            "/": self.review, "/documents": self.documents, "/document/{doc}": self.document,
            "/numbers/{name}": self.numbers, "/flags": self.flags, "/results": self.results,
        }
        app = Starlette(
            routes=[
                Route("/", self.start),
                Route("/static/{name}", self.static),
                Route("/page/{doc}/{number:int}.png", self.page_image),
                *(Route(f"/api/{name}", _json(get)) for name, get in answers.gets().items()),
                *(Route(f"/api/{name}", _json(post), methods=["POST"]) for name, post in answers.posts().items()),
                *(Route("/{lang}" + path, self._page(page)) for path, page in pages.items()),
            ],
            exception_handlers={HTTPException: _plain, Exception: _broken},
        )
        app.router.redirect_slashes = False  # it would redirect to an address without the token
        return app

    # --- pages ---------------------------------------------------------------------------------------------------

    def _page(self, page: Callable[[Request, str], Response]) -> Endpoint:
        async def endpoint(request: Request) -> Response:
            lang = request.path_params["lang"]
            if lang not in LANGUAGES:
                raise HTTPException(404)
            try:
                return await run_in_threadpool(page, request, lang)
            except ExtractorError as error:
                gone = isinstance(error, Gone)
                message = words(lang)["not_there"] if gone else str(error)
                return self._html("message.html", request, lang, status=404 if gone else 422, message=message)

        return endpoint

    def _html(self, template: str, request: Request, lang: str, *, status: int = 200, **values: Any) -> Response:
        other = next(name for name in LANGUAGES if name != lang)
        rest = request.url.path[len(f"/{lang}") :]
        query = f"?{request.url.query}" if request.url.query else ""
        shared = {
            "t": words(lang), "lang": lang, "base": self.base, "here": f"{self.base}/{lang}",
            "other": other, "other_href": f"{self.base}/{other}{quote(rest)}{query}",
            "reviewer": self.session.reviewer, "run": self.session.run.folder.name, "quote": quote,
        }
        return HTMLResponse(self.templates.get_template(template).render(shared | values), status)

    async def start(self, request: Request) -> Response:
        """To the page in the language of the command line or of the browser."""
        lang = self.lang or negotiate(request.headers.get("accept-language", ""))
        return RedirectResponse(f"{self.base}/{lang}/", 302)

    def review(self, request: Request, lang: str) -> Response:
        """The page where items are judged; its script asks for the rest."""
        samples = self.session.samples()
        config = {"base": self.base, "lang": lang, "reviewer": self.session.reviewer, "words": words(lang)["js"],
                  "samples": [known["name"] for known in samples]}
        return self._html("review.html", request, lang, samples=samples, config=json.dumps(config, ensure_ascii=False),
                          methods=("simple", "stratified", "risk"))

    def documents(self, request: Request, lang: str) -> Response:
        """All documents, the unread ones too."""
        return self._list(request, lang, "documents", "documents.html")

    def flags(self, request: Request, lang: str) -> Response:
        """All reasons to doubt a number."""
        return self._list(request, lang, "flags", "flags.html")

    def numbers(self, request: Request, lang: str) -> Response:
        """All numbers: figures, doubted, unplaced, unexplained, set aside."""
        name = request.path_params["name"]
        if name not in _LISTS:
            raise Gone("there is no such list")
        return self._list(request, lang, name, "numbers.html", lists=_LISTS)

    def _list(self, request: Request, lang: str, name: str, template: str, **values: Any) -> Response:
        self.session.check_fresh()
        run = self.session.run
        wanted = {key: request.query_params.get(key, "") for key in ("q", *browse.filters(name))}
        listing = browse.listing(run, name, wanted, _whole(request.query_params.get("page", "0")))
        kept = {key: value for key, value in wanted.items() if value}

        def turned(page: int) -> str:
            return "?" + urlencode({**kept, "page": page})

        return self._html(template, request, lang, name=name, listing=listing, wanted=wanted, turned=turned,
                          choices=browse.choices(run, name), filters=browse.filters(name), **values)

    def document(self, request: Request, lang: str) -> Response:
        """The text of a document with every number coloured by what became of it."""
        self.session.check_fresh()
        run, doc = self.session.run, request.path_params["doc"]
        row = run.document(doc)
        if row is None:
            raise Gone("the run holds no such document")
        marks = render.marks_of(run.figures(doc), run.ledger(doc))
        at = _whole(request.query_params.get("at", "0"))
        shown = render.view(run.text(doc), marks, at)
        config = {"base": self.base, "lang": lang, "doc": doc, "words": words(lang)["js"], "at": at}
        return self._html("document.html", request, lang, row=row, view=shown, counts=render.counts(marks),
                          config=json.dumps(config, ensure_ascii=False))

    def results(self, request: Request, lang: str) -> Response:
        """What the decisions on a sample say."""
        samples = self.session.samples()
        chosen = request.query_params.get("sample") or (samples[0]["name"] if samples else "")
        everybody = request.query_params.get("all") != "0"
        found = self.session.rates(chosen, everybody) if chosen else None
        return self._html("results.html", request, lang, samples=samples, chosen=chosen, everybody=everybody,
                          rates=found)

    # --- files ---------------------------------------------------------------------------------------------------

    async def static(self, request: Request) -> Response:
        """A file of ours."""
        found = static_files().get(request.path_params["name"])
        if found is None:
            raise HTTPException(404)
        return Response(found[0], media_type=found[1])

    async def page_image(self, request: Request) -> Response:
        """A page of the source of a document, if the source is what was read."""
        doc, number = request.path_params["doc"], request.path_params["number"]
        try:
            image = await run_in_threadpool(self.images.png, doc, number)
        except (Gone, InputError) as error:
            return JSONResponse({"code": error.code, "reason": error.reason}, 404)
        return Response(image, media_type="image/png")


def _json(answer: Callable[[Mapping[str, Any]], Any]) -> Endpoint:
    """An address that answers with JSON: what was asked for, or code, place and reason of the error."""

    async def endpoint(request: Request) -> Response:
        try:
            given = _object(await request.body()) if request.method == "POST" else dict(request.query_params)
            return JSONResponse(await run_in_threadpool(answer, given))
        except ExtractorError as error:
            return JSONResponse(*Answers.refusal(error))

    return endpoint


def _object(body: bytes) -> dict[str, Any]:
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        raise Malformed("is no JSON", where="body") from None
    if not isinstance(data, dict):
        raise Malformed("must be an object", where="body")
    return data


def _whole(text: str) -> int:
    """A whole number from an address; 0 for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else 0


async def _plain(_: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    return Response("Not found.\n" if status == 404 else "Not allowed.\n", status, media_type="text/plain")


async def _broken(_: Request, error: Exception) -> Response:
    """The last line of defence: no traceback leaves the server."""
    return JSONResponse({"code": "internal", "where": "", "reason": type(error).__name__, "hint": ""}, 500)
