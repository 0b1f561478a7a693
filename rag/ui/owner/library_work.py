"""What the owner has done with the library.

Sources are looked at, the stores checked, the installation examined, a backup written.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from rag.engine import QueryEngine
from rag.errors import RagError
from rag.maintenance.backup import write_backup
from rag.maintenance.doctor.finding import Finding
from rag.maintenance.doctor.installation import examine_installation
from rag.maintenance.doctor.library import examine_library
from rag.maintenance.doctor.servers import examine_servers
from rag.types.article import is_web_address
from rag.types.ingest import IngestProgress, SyncReport
from rag.ui.owner.jobs import Progress, Report, Result

BACKUPS = "backups"
MEGABYTE = 1_000_000
# Lines below a result; a damaged library may have as many as articles.
MAX_LINES = 30


class LibraryWork:
    """The work on one engine's library. Each method is the work of a JobRunner."""

    def __init__(self, engine: QueryEngine) -> None:
        self._engine = engine
        # Folders may be followed again after "Undo"; any other path is named at the command line alone.
        self._unfollowed: set[str] = set()

    def look(self, report: Report) -> Result:
        """Looks at every followed source now."""
        sources = self._engine.following()
        if not sources:
            raise RagError("nothing is followed yet; follow a feed below")
        total = SyncReport()
        for number, source in enumerate(sources):
            report(Progress(f"Looking at {number + 1} of {len(sources)}: {source.source}", number / len(sources)))
            total += self._engine.sync(source.source)
        return _sync_result(f"{_sources(len(sources))} looked at", total)

    def follow(self, source: str) -> Callable[[Report], Result]:
        """Follows the feed or page at an address."""
        if not is_web_address(source) and source not in self._unfollowed:
            raise RagError(
                "give the address of a feed or a page that begins with https://; a folder is followed at the command "
                "line: rag follow FOLDER"
            )

        def work(report: Report) -> Result:
            result = self._engine.follow(source, progress=lambda step: report(_progress("Reading", step)))
            if any(followed.source == source for followed in self._engine.following()):
                self._unfollowed.discard(source)
                return _sync_result(f"Followed: {source}", result)
            say, *lines = [f"{failure.what}: {failure.why}" for failure in result.failed] or [source]
            return Result(f"Not followed. {say}", tuple(lines), is_good=False)

        return work

    def unfollow(self, source: str) -> Callable[[Report], Result]:
        """Stops following a source; its articles stay."""

        def work(_: Report) -> Result:
            if self._engine.unfollow(source):
                raise RagError("this source was not followed any more")
            self._unfollowed.add(source)
            return Result(f"No longer followed: {source}. Its articles stay.")

        return work

    def check(self, _: Report) -> Result:
        """Whether library, vectors and full text agree."""
        inconsistencies = self._engine.check()
        if not inconsistencies:
            counts = self._engine.counts()
            return Result(
                f"Everything agrees: {counts.articles:,} articles and {counts.passages:,} passages in the library, the "
                "vectors and the full text."
            )
        lines = tuple(f"{inconsistency.store}: {inconsistency.problem}" for inconsistency in inconsistencies)
        return Result("Something does not agree.", lines[:MAX_LINES], is_good=False, offer="repair")

    def repair(self, report: Report) -> Result:
        """Repairs what does not agree, from the library."""
        remaining = self._engine.repair(self._engine.check(), lambda step: report(_progress("Repairing", step)))
        if not remaining:
            return Result("Repaired: everything agrees.")
        lines = tuple(f"{inconsistency.store}: {inconsistency.problem}" for inconsistency in remaining)
        return Result("Some of it cannot be repaired.", lines[:MAX_LINES], is_good=False)

    def examine(self, report: Report) -> Result:
        """What `rag doctor` finds."""
        findings: list[Finding] = []
        for finding in self._findings():
            findings.append(finding)
            report(Progress(f"Examined: {finding.subject} …"))
        bad = [finding for finding in findings if finding.level != "ok"]
        problems = sum(finding.level == "problem" for finding in bad)
        if not bad:
            return Result(f"All is well: {len(findings)} things examined.", tuple(map(_line, findings)))
        say = (
            f"{problems} of {len(findings)} have a problem" if problems else f"{len(bad)} of {len(findings)} to look at"
        )
        return Result(
            f"{say}.", tuple(map(_line, [*bad, *(each for each in findings if each not in bad)])), not problems
        )

    def back_up(self, report: Report) -> Result:
        """Writes the library to a new file in the folder of backups."""
        moment = datetime.now(UTC)
        file = self._engine.home / BACKUPS / f"library-{moment:%Y-%m-%d-%H%M%S}.sqlite"
        try:
            file.parent.mkdir(mode=self._engine.home.stat().st_mode & 0o777, exist_ok=True)
        except OSError as error:
            raise RagError(f"{file.parent} cannot be made ({error.strerror}); check its permissions") from error

        def copied(done: int, total: int) -> None:
            report(Progress("Copying and verifying the library …", done / total if total else None))

        counts = write_backup(self._engine.settings, file, progress=copied)
        size = file.stat().st_size / MEGABYTE
        say = f"{counts.articles:,} articles, {counts.passages:,} passages, {size:,.1f} MB, verified: {file}"
        return Result(say, (f"Restore it with: rag restore {file} --force",))

    def _findings(self) -> Iterator[Finding]:
        settings = self._engine.settings
        yield from examine_installation(settings)
        yield from examine_library(settings)
        yield from examine_servers(settings)


def _line(finding: Finding) -> str:
    todo = f"; {finding.todo}" if finding.todo else ""
    return (
        f"{finding.subject}: {finding.text}{todo}"
        if finding.level == "ok"
        else f"{finding.level}: {finding.subject}, {finding.text}{todo}"
    )


def _sources(number: int) -> str:
    return f"{number} source{'s' if number != 1 else ''}"


def _progress(word: str, step: IngestProgress) -> Progress:
    share = step.articles / step.total if step.total else None
    return Progress(f"{word}: {step.articles:,} articles, {step.passages:,} passages", share)


def _sync_result(say: str, report: SyncReport) -> Result:
    lines = [f"{failure.what}: {failure.why}" for failure in report.failed]
    lines += [f"{note.what}: {note.note}" for note in report.notes]
    if report.missing:
        lines.append(
            f"{len(report.missing)} articles are no longer in their folder; delete them with: rag sync --delete"
        )
    return Result(f"{say}: {report}.", tuple(lines[:MAX_LINES]), is_good=not report.failed)
