"""Selects cases of a suite: `--filter field=value` and `--limit`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from evals.datasets.cases import Case
from evals.datasets.sampling import spread
from evals.errors import EvalError

_FIELDS: Mapping[str, Callable[[Case], str]] = {
    "kind": lambda case: case.kind,
    "subject": lambda case: case.subject,
    "id": lambda case: case.id,
    "answerable": lambda case: str(case.answerable).lower(),
}


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """Required field values of a case, and the maximum number of cases."""

    fields: tuple[tuple[str, str], ...] = ()
    limit: int | None = None

    @classmethod
    def parse(cls, arguments: Sequence[str], limit: int | None) -> "CaseFilter":
        """Parses `field=value` arguments.

        The fields are kind, subject, id and answerable. Raises EvalError for another.
        """
        fields = []
        for argument in arguments:
            name, equals, value = argument.partition("=")
            if not equals or name not in _FIELDS:
                raise EvalError(f"--filter {argument}: write one of {', '.join(_FIELDS)}, =, and a value: kind=why")
            fields.append((name, value))
        return cls(tuple(fields), limit)

    def select(self, cases: Sequence[Case]) -> list[Case]:
        """The cases that match; at most `limit`, spread over kinds and subjects.

        Values of one field are alternatives; all fields have to match. Raises EvalError if no case matches.
        """
        accepted: dict[str, set[str]] = {}
        for name, value in self.fields:
            accepted.setdefault(name, set()).add(value.lower())
        selected = [case for case in cases if all(_FIELDS[name](case) in values for name, values in accepted.items())]
        if not selected:
            kinds = ", ".join(dict.fromkeys(case.kind for case in cases))
            raise EvalError(f"no case is left by --filter {' '.join('='.join(field) for field in self.fields)}; "
                            f"the suite has the kinds {kinds}")  # fmt: skip
        return spread(selected, self.limit, lambda case: (case.kind, case.subject))

    def __str__(self) -> str:
        limit = [f"limit {self.limit}"] if self.limit is not None else []
        return ", ".join([*("=".join(field) for field in self.fields), *limit])
