"""The verdict on one quotation.

It is verbatim, altered, misattributed, cut off where the author turns, or not found.

No model is run: the words are compared, and nothing else decides.
"""

from collections.abc import Sequence
from dataclasses import replace

from rag.drafts.attribution import DraftAttribution
from rag.drafts.findings import ArticleQuote, DraftFinding, FindingVerdict, WordDifference
from rag.drafts.quoting.alteration import omission_differences, turn_after, word_differences
from rag.drafts.quoting.lookup import ExactMatch, NearMatch, QuotationLookup
from rag.drafts.quoting.quotations import Quotation
from rag.index.base import Scope
from rag.types.article import ArticleRef, short_reference
from rag.types.passage import Span

MAX_SHOWN_CHARACTERS = 240


def check_quotation(
    quotation: Quotation, attribution: DraftAttribution, lookup: QuotationLookup, scope: Scope
) -> DraftFinding:
    """Looks the quotation up and compares it."""
    exact: list[ExactMatch] = []
    if attribution.authors:
        exact = lookup.exact(quotation, _by_authors(scope, attribution.authors))
    exact = exact or lookup.exact(quotation, scope)
    if exact:
        return _exact_finding(quotation, attribution, exact)
    near = lookup.near(quotation, scope)
    if near and near.is_similar:
        return _near_finding(quotation, attribution, near)
    return _finding(quotation, "not_found", "These words are in no article of the collection.")


def _by_authors(scope: Scope, authors: Sequence[str]) -> Scope:
    """The part of `scope` that has these authors."""
    return replace(
        scope, authors=tuple(author for author in authors if scope.authors is None or author in scope.authors)
    )


def _exact_finding(quotation: Quotation, attribution: DraftAttribution, matches: Sequence[ExactMatch]) -> DraftFinding:
    attributed = [match for match in matches if attribution.admits(_ref(match))]
    match = (attributed or matches)[0]
    article = _ref(match)
    source = _source(match, match.span)
    where = short_reference(article)
    omissions = omission_differences(quotation, match)
    if omissions:
        message = f"The omission turns the sense; left out: “{omissions[0].article}” ({where})."
        return _finding(quotation, "altered", message, source, omissions, source.quote)
    if not attributed:
        message = f"Verbatim, but from {where}, not {_attributed_to(attribution, article)}."
        return _finding(quotation, "misattributed", message, source)
    turn = turn_after(quotation, match)
    if turn:
        return _finding(quotation, "cut", f"Verbatim in {where}, which goes on: “{_shortened(turn)}”", source)
    return _finding(quotation, "verbatim", f"Verbatim in {where}.", source)


def _near_finding(quotation: Quotation, attribution: DraftAttribution, match: NearMatch) -> DraftFinding:
    differences = word_differences(quotation, match)
    source = _source(match, match.span)
    where = short_reference(_ref(match))
    shown = "; ".join(_difference_in_words(difference) for difference in differences[:4])
    message = f"Altered from {where}: {shown or 'other words'}."
    if not attribution.admits(_ref(match)):
        message += f" It is not from {_attributed_to(attribution, _ref(match))}."
    return _finding(quotation, "altered", message, source, differences, source.quote)


def _finding(
    quotation: Quotation,
    verdict: FindingVerdict,
    message: str,
    source: ArticleQuote | None = None,
    differences: tuple[WordDifference, ...] = (),
    suggestion: str | None = None,
) -> DraftFinding:
    text = quotation.words.text[quotation.start : quotation.end]
    return DraftFinding(
        "quotation", verdict, quotation.start, quotation.end, text, message, source, differences, suggestion
    )


def _source(match: ExactMatch | NearMatch, span: Span) -> ArticleQuote:
    start, end = match.source.words.span(*span)
    return ArticleQuote(_ref(match), match.source.article.text[start:end], start, end)


def _ref(match: ExactMatch | NearMatch) -> ArticleRef:
    article = match.source.article
    return ArticleRef(article.id, article.title, article.author, article.source, article.published, article.url)


def _attributed_to(attribution: DraftAttribution, article: ArticleRef) -> str:
    if attribution.authors and article.author not in attribution.authors:
        return " or ".join(attribution.authors)
    cited = attribution.date
    return f"an article of {cited.year}" if cited and not cited.month else "an article of the cited month"


def _difference_in_words(difference: WordDifference) -> str:
    draft, article = _shortened(difference.draft), _shortened(difference.article)
    wording = {
        "changed": f"“{draft}” stands for “{article}”",
        "moved": f"“{draft}” stands for “{article}”",
        "added": f"“{draft}” is added",
        "dropped": f"“{article}” is dropped",
        "joined": f"“{draft}” is joined from another place",
        "omitted": f"the omission hides “{article}”",
    }[difference.kind]
    return f"{wording}, which changes the sense" if difference.is_hard else wording


def _shortened(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= MAX_SHOWN_CHARACTERS else words[:MAX_SHOWN_CHARACTERS].rsplit(" ", 1)[0] + " …"
