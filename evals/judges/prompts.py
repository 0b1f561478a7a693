"""The judge's prompts: one Markdown file each in prompts/, with the parts `## System` and `## User`."""

import re
from dataclasses import dataclass
from string import Template

from evals.errors import EvalError
from rag.settings import bundled

_PARTS = re.compile(r"^## System\n(?P<system>.+?)^## User\n(?P<user>.+)\Z", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a model is told and asked; `user` holds `$names` that are filled in."""

    system: str
    user: str

    def filled(self, **texts: str) -> list[dict[str, str]]:
        """The messages of one call. What is filled in is data: it cannot close the element that it stands in."""
        safe = {name: text.replace("</", "<\u2060/") for name, text in texts.items()}
        user = Template(self.user).substitute(safe)
        return [{"role": "system", "content": self.system}, {"role": "user", "content": user}]


def prompt(name: str) -> Prompt:
    """The prompt of prompts/<name>.md. Raises EvalError when it is not there or has not both parts."""
    path = bundled("prompts") / f"{name}.md"
    try:
        found = _PARTS.search(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise EvalError(f"{path} cannot be read ({error.strerror}); install the package again") from error
    if found is None:
        raise EvalError(f"{path} has not the parts `## System` and `## User`")
    return Prompt(found["system"].strip(), found["user"].strip())
