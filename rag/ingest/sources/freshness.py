"""How new a library is, and what of it is stale."""

from datetime import datetime, timedelta

from rag.storage.library import Library
from rag.types.catalogue import Freshness


def library_freshness(library: Library, stale_days: int, now: datetime) -> Freshness:
    """The newest article, the last look at each followed source, and warnings.

    A source is stale that was not looked at for `stale_days` days. The newest article is stale after as many days if
    anything is followed; a collection that nothing is added to does not age. 0 warns of nothing. `now` has a time zone.
    """
    days = library.publication_days()
    newest, sources = days[1] if days else None, tuple(library.sources.followed())
    warnings = []
    if stale_days and sources and newest and newest < now.date() - timedelta(days=stale_days):
        warnings.append(f"the newest article is {(now.date() - newest).days} days old")
    for source in sources if stale_days else ():
        if source.looked is None or source.looked < now - timedelta(days=stale_days):
            reason = f" ({source.failure})" if source.failure else ""
            age = f"for {(now - source.looked).days} days" if source.looked else "yet"
            warnings.append(f"{source.source} was not looked at {age}{reason}")
    return Freshness(newest, sources, tuple(warnings))
