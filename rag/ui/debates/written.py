"""How much was written, by month, with a lane an author where there are few."""

from collections import Counter
from collections.abc import Sequence

from rag.debate.debate import month_counts
from rag.types.article import ArticleRef
from rag.ui.debates.timeline import TimelinePoint, timeline_html

# With more authors or articles than these a timeline has no lanes: nobody could tell its points apart.
MAX_LANES = 12
MAX_POINTS = 400


def written_html(articles: Sequence[ArticleRef]) -> str:
    """The timeline of the articles that have a date."""
    dated = [(article, article.published) for article in articles if article.published]
    if not dated:
        return '<p class="meta">None of these articles has a date.</p>'
    counts = Counter(article.author for article, _ in dated if article.author)
    lanes = [author for author, _ in counts.most_common()]
    if len(lanes) > MAX_LANES or len(dated) > MAX_POINTS:
        lanes = []
    numbers = {author: number for number, author in enumerate(lanes)}
    points = [
        TimelinePoint(numbers[article.author], day, article.title)
        for article, day in dated
        if article.author in numbers
    ]
    return timeline_html(month_counts(day for _, day in dated), lanes, points)
