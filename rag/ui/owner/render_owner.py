"""The owner's tab as HTML.

Every text is escaped: names of models and sources are anyone's.
"""

import shlex
from collections.abc import Sequence
from html import escape

from rag.types.article import day_in_words
from rag.types.catalogue import Freshness
from rag.types.ingest import FollowedSource
from rag.ui.owner.jobs import Result
from rag.ui.owner.writers import WriterChoice


def writers_html(choices: Sequence[WriterChoice], chosen_id: str, started_id: str) -> str:
    """The writers, each with what may be done with it.

    Below them stands how to keep a choice that is not the settings'.
    """
    items = "".join(_writer(choice, choice.id == chosen_id) for choice in choices)
    chosen = next((choice for choice in choices if choice.id == chosen_id), None)
    return f'<ul class="owner-list">{items}</ul>' + (_how_to_keep(chosen) if chosen and chosen_id != started_id else "")


def _writer(choice: WriterChoice, is_chosen: bool) -> str:
    if choice.why_not:
        acts = f'<span class="meta">{escape(choice.why_not)}</span>'
    else:
        test = _button("test", "Test", choice.id, choice.name) if choice.is_model else ""
        acts = test + (
            '<strong class="now">writes now</strong>' if is_chosen else _button("use", "Use", choice.id, choice.name)
        )
    return (
        f'<li{" class=chosen-writer" if is_chosen else ""}><span class="owner-name">{escape(choice.name)}</span> '
        f'<span class="meta">{escape(choice.detail)}</span><span class="owner-acts">{acts}</span></li>'
    )


def _how_to_keep(choice: WriterChoice) -> str:
    lines = "\n".join(f"{name}={shlex.quote(value)}" for name, value in choice.settings.items())
    return (
        '<div class="keep-choice"><p>This choice lasts until the server ends. To keep it, put these lines into '
        "<code>.env</code> in the folder in which <code>rag serve</code> is started, in place of earlier lines of the "
        f'same names:</p><pre tabindex="0" aria-label="Lines for .env">{escape(lines)}</pre>'
        '<button type="button" class="quiet copy-lines">Copy the lines</button></div>'
    )


def sources_html(freshness: Freshness) -> str:
    """The newest article, warnings, and the followed sources with their looks."""
    newest = day_in_words(freshness.newest)
    lines = [f"Newest article: {newest}." if newest else "No article has a date."]
    warnings = "".join(
        f'<p class="notice" role="note">{escape(f"{line[:1].upper()}{line[1:]}.")}</p>' for line in freshness.warnings
    )
    if not freshness.sources:
        lines.append("Nothing is followed.")
    items = "".join(_source(source) for source in freshness.sources)
    look = _button("look", "Look now", "", "")
    listed = f'<ul class="owner-list">{items}</ul><p class="owner-buttons">{look}</p>' if items else ""
    return f"<p>{escape(' '.join(lines))}</p>{warnings}{listed}"


def _source(source: FollowedSource) -> str:
    failure = f'<span class="owner-failure">{escape(source.failure)}</span>' if source.failure else ""
    return (
        f'<li><span class="owner-name">{escape(source.source)}</span> <span class="meta">last look: '
        f"{escape(source.look)}</span>{failure}"
        f'<span class="owner-acts">{_button("unfollow", "Unfollow", source.source, source.source)}</span></li>'
    )


def result_html(result: Result) -> str:
    """The result of an act: a line, and those below it."""
    mark, word = ("✓", "good") if result.is_good else ("✗", "bad")
    lines = "".join(f"<li>{escape(line)}</li>" for line in result.lines)
    offer = _button("repair", "Repair it", "", "") if result.offer == "repair" else ""
    return (
        f'<p class="{word}"><span aria-hidden="true">{mark}</span> {escape(result.say)}</p>'
        f"{f'<ul class=owner-lines>{lines}</ul>' if lines else ''}{offer}"
    )


def _button(act: str, text: str, value: str, name: str) -> str:
    label = f' aria-label="{escape(f"{text}: {name}")}"' if name else ""
    return (
        f'<button type="button" class="owner-act" data-act="{act}" data-value="{escape(value)}"{label}>{text}</button>'
    )
