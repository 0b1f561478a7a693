"""Measures the check of drafts against the labelled drafts of evals/suites/drafts.

Run: python -m evals bench drafts [--split test | dev_claims] [--home DIR] [--wrong]. Each draft is checked as
`rag check-draft` checks it, without a language model, and each label is compared with the finding at its place.
"""

import argparse
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from evals.datasets.articles import bundled_articles
from evals.datasets.cases import SPLITS
from evals.datasets.drafts import (
    EXACT_LABELS,
    MORE_CLAIMS,
    DraftSpan,
    LabelledClaim,
    LabelledDraft,
    LabelledQuotation,
    load_drafts,
)
from evals.report.tables import markdown_table
from rag import open_engine
from rag.drafts.findings import DraftFinding, DraftReport
from rag.verification.cues import find_numbers

# Claims that are false or in no article; none should be called supported.
FALSE_LABELS = ("contradicted", "misattributed", "not_covered")
# The verdicts that say that a quotation's words are an article's.
EXACT_VERDICTS = ("verbatim", "cut", "misattributed")


@dataclass(frozen=True, slots=True)
class CheckedDraft:
    """A labelled draft, the report on it, and the seconds that the check took.

    `cpu_seconds` are those of all processors together.
    """

    draft: LabelledDraft
    report: DraftReport
    seconds: float
    cpu_seconds: float


@dataclass(frozen=True, slots=True)
class Share:
    """How many of `total` labels have the wanted finding."""

    name: str
    hits: int
    total: int

    @property
    def value(self) -> float:
        """The share in [0, 1]; 0 for none."""
        return self.hits / self.total if self.total else 0.0


def score_drafts(checked: Sequence[CheckedDraft], authors: dict[str, str | None]) -> list[Share]:
    """The shares over all drafts; `authors` maps article ids to authors."""
    quotations = [
        (label, _finding_at(label, draft.report, "quotation")) for draft in checked for label in draft.draft.quotations
    ]
    claims = [(label, _finding_at(label, draft.report, "claim")) for draft in checked for label in draft.draft.claims]
    return [*_quotation_shares(quotations, authors), *_claim_shares(claims), _name_share(checked)]


def wrong_findings(checked: Iterable[CheckedDraft]) -> list[str]:
    """A line for each label whose finding has another verdict."""
    lines = []
    for draft in checked:
        labels: list[tuple[LabelledQuotation | LabelledClaim, str]] = [
            *((quotation, "quotation") for quotation in draft.draft.quotations),
            *((claim, "claim") for claim in draft.draft.claims),
        ]
        for label, kind in labels:
            finding = _finding_at(label, draft.report, kind)
            verdict = finding.verdict if finding else "no finding"
            if verdict != label.label.replace("invented", "not_found"):
                support = f" {finding.support:.2f}" if finding and finding.support is not None else ""
                lines.append(f"{draft.draft.id}: {label.label} → {verdict}{support}: {label.text}")
    return lines


def main(arguments: Sequence[str]) -> None:
    """Runs the benchmark on the command line."""
    parser = argparse.ArgumentParser(prog="rag eval bench drafts", description=__doc__)
    parser.add_argument("--split", choices=(*SPLITS, MORE_CLAIMS), default="dev")
    parser.add_argument("--home", type=Path, help="a library of the bundled articles; by default one is built")
    parser.add_argument("--wrong", action="store_true", help="list the labels that are missed; only for dev")
    options = parser.parse_args(arguments)
    if options.wrong and options.split == "test":
        parser.error("the cases of the test half are not shown; tune on dev")
    with TemporaryDirectory() as folder, open_engine(options.home or folder) as engine:
        engine.check_draft("The models are loaded before the first draft is timed.")
        checked = [_check(draft, engine.check_draft) for draft in load_drafts(options.split)]
    authors = {article.id: article.author for article in bundled_articles()}
    rows = [(share.name, str(share.total), f"{100 * share.value:.1f}") for share in score_drafts(checked, authors)]
    print(markdown_table((f"drafts, {options.split}", "labels", "%"), rows))
    for name, seconds in (
        ("seconds", sorted(draft.seconds for draft in checked)),
        ("processor seconds", sorted(draft.cpu_seconds for draft in checked)),
    ):
        print(f"\n{name} a draft: median {seconds[len(seconds) // 2]:.1f}, longest {seconds[-1]:.1f}")
    if options.wrong:
        print("\n" + "\n".join(wrong_findings(checked)))


def _check(draft: LabelledDraft, check: Callable[[str], DraftReport]) -> CheckedDraft:
    start, cpu_start = time.perf_counter(), time.process_time()
    report = check(draft.text)
    return CheckedDraft(draft, report, time.perf_counter() - start, time.process_time() - cpu_start)


def _finding_at(label: DraftSpan, report: DraftReport, kind: str) -> DraftFinding | None:
    """The finding of that kind that shares most characters with the label."""
    shared = [
        (min(finding.end, label.end) - max(finding.start, label.start), finding)
        for finding in report.findings
        if finding.kind == kind
    ]
    best = max(shared, key=lambda pair: pair[0], default=None)
    return best[1] if best and best[0] > 0 else None


def _quotation_shares(
    pairs: Sequence[tuple[LabelledQuotation, DraftFinding | None]], authors: dict[str, str | None]
) -> list[Share]:
    exact = [finding for label, finding in pairs if label.label == "verbatim"]
    wrong = [(label, finding) for label, finding in pairs if label.label in ("altered", "invented")]
    known = [(label, finding) for label, finding in pairs if label.article]
    right_author = [
        finding is not None
        and finding.source is not None
        and authors.get(finding.source.article.id) == authors[label.article or ""]
        for label, finding in known
    ]
    return [
        _share("exact quotations called verbatim", (_has(finding, ("verbatim",)) for finding in exact)),
        _share(
            "exact words recognised",
            (_has(finding, EXACT_VERDICTS) for label, finding in pairs if label.label in EXACT_LABELS),
        ),
        _share("altered or invented ones flagged", (not _has(finding, EXACT_VERDICTS) for _, finding in wrong)),
        _share("right author", right_author),
        *(
            _share(f"{name} called so", (_has(finding, (name,)) for label, finding in pairs if label.label == name))
            for name in ("misattributed", "cut", "altered")
        ),
    ]


def _claim_shares(pairs: Sequence[tuple[LabelledClaim, DraftFinding | None]]) -> list[Share]:
    def of(*labels: str) -> list[DraftFinding | None]:
        return [finding for label, finding in pairs if label.label in labels]

    numbers = [
        finding
        for label, finding in pairs
        if label.kind == "number" or (label.label == "not_covered" and find_numbers(label.text))
    ]
    return [
        _share(
            "claims called contradicted that are",
            (
                label.label in ("contradicted", "misattributed")
                for label, finding in pairs
                if _has(finding, ("contradicted",))
            ),
        ),
        _share("contradicted claims called so", (_has(finding, ("contradicted",)) for finding in of("contradicted"))),
        _share("supported claims called so", (_has(finding, ("supported",)) for finding in of("supported"))),
        _share("false claims called supported", (_has(finding, ("supported",)) for finding in of(*FALSE_LABELS))),
        _share("partly true claims called supported", (_has(finding, ("supported",)) for finding in of("partly"))),
        _share("unsupported numbers marked", (_marks_number(finding) for finding in numbers)),
        _share("views left unchecked", (_has(finding, ("opinion",)) or finding is None for finding in of("opinion"))),
    ]


def _name_share(checked: Sequence[CheckedDraft]) -> Share:
    return _share(
        "misspelt names corrected",
        (
            (finding := _finding_at(name, draft.report, "name")) is not None and finding.suggestion == name.catalogue
            for draft in checked
            for name in draft.draft.names
        ),
    )


def _marks_number(finding: DraftFinding | None) -> bool:
    return finding is not None and any(
        find_numbers(difference.draft) or difference.draft for difference in finding.differences
    )


def _has(finding: DraftFinding | None, verdicts: Sequence[str]) -> bool:
    return finding is not None and finding.verdict in verdicts


def _share(name: str, hits: Iterable[bool]) -> Share:
    outcomes = list(hits)
    return Share(name, sum(outcomes), len(outcomes))
