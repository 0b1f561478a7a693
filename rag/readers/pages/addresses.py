"""The address that stands for a web page, however it was reached.

A page's canonical address and an address without tracking parameters make one article of two visits.
"""

from urllib.parse import urljoin, urlsplit, urlunsplit

from rag.types.article import is_web_address


def canonical_address(declared: str | None, url: str | None) -> str | None:
    """The page's own canonical address, else `url`, without tracking parameters.

    `declared` is the address that the page declares. It counts only if it is on the host that the page was fetched
    from, and is not the host's front page; for a page that was not fetched any web address counts.
    """
    address = _absolute(declared.strip(), url) if declared else None
    if address and is_web_address(address) and (url is None or _is_same_article(address, url)):
        return without_tracking(address)
    return without_tracking(url) if url else None


def without_tracking(url: str) -> str:
    """Returns `url` without fragment and tracking parameters.

    Those only say how a reader came to the page.
    """
    from courlan import clean_url

    parts = urlsplit(url)
    if not parts.query and not parts.fragment:
        return url
    cleaned: str | None = clean_url(urlunsplit(parts._replace(fragment="")))
    return cleaned or url


def _absolute(address: str, base: str | None) -> str | None:
    try:
        return urljoin(base or "", address)
    except ValueError:  # not a URL
        return None


def _is_same_article(address: str, url: str) -> bool:
    there, here = urlsplit(address), urlsplit(url)
    same_host = _host(there.hostname) == _host(here.hostname)
    return same_host and (there.path.strip("/") != "" or here.path.strip("/") == "" or bool(there.query))


def _host(name: str | None) -> str:
    host = (name or "").casefold()
    for prefix in ("www.", "m.", "amp.", "mobile."):
        host = host.removeprefix(prefix)
    return host
