"""`rag show`: an article, as it is or as it was."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from rag.cli.options import HomeOption, JsonOption, open_library
from rag.cli.output import print_json, print_text
from rag.errors import RagError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.types.article import Article, ArticleVersion


def show(
    context: typer.Context,
    article_id: Annotated[str, typer.Argument(metavar="ARTICLE_ID")],
    version: Annotated[
        int | None, typer.Option("--version", min=1, metavar="N", help="An earlier text.", show_default=False)
    ] = None,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Shows an article with its text, and which earlier texts the library has."""
    with open_library(context, home) as engine:
        article = engine.article(article_id, version)
        if article is None and version is not None and engine.article(article_id):
            numbers = [str(kept.article.version) for kept in engine.versions(article_id)]
            raise RagError(f"{article_id} has no version {version}; it has {', '.join([*numbers, 'the present one'])}")
        if article is None:
            raise RagError(f"no article with the id {article_id}; see the ids with: rag articles")
        earlier = engine.versions(article_id)
    if as_json:
        print_json(_to_dict(article, earlier))
    else:
        print_text("\n\n".join(_paragraphs(article, earlier)))


def _paragraphs(article: "Article", earlier: "Sequence[ArticleVersion]") -> list[str]:
    from rag.types.article import day_in_words, dotted_byline, reference_to

    head = [article.title, dotted_byline(reference_to(article)), article.url or ""]
    notes = [article.correction or ""]

    def is_shown(version: "ArticleVersion") -> bool:
        return version.article.version == article.version

    if earlier:
        replaced = [f"{version.replaced:%Y-%m-%d %H:%M} UTC" for version in earlier if is_shown(version)]
        since = f", taken on {day_in_words(article.updated)}" if article.updated else ""
        until = f", an earlier text, until {replaced[0]}" if replaced else since
        kept = "; ".join(
            f"version {version.article.version} until {version.replaced:%Y-%m-%d %H:%M} UTC"
            for version in earlier
            if not is_shown(version)
        )
        others = f" {'Other e' if replaced else 'E'}arlier texts: {kept}." if kept else ""
        notes.append(f"This is version {article.version}{until}.{others}")
    return ["\n".join(filter(None, head)), *filter(None, notes), article.text]


def _to_dict(article: "Article", earlier: "Sequence[ArticleVersion]") -> dict[str, Any]:
    return {
        **article.to_dict(),
        "earlier_versions": [
            {"version": version.article.version, "replaced": version.replaced.isoformat()} for version in earlier
        ],
    }
