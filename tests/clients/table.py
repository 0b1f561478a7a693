"""The clients that are tried: what each is called, what it needs, what works with it.

docs/clients.md is written from this table and from the programs. test_clients.py runs each program and compares.
"""

import re
import sys
from dataclasses import dataclass
from pathlib import Path

PROGRAMS = Path(__file__).parent / "programs"


@dataclass(frozen=True, slots=True)
class ClientCase:
    """One client.

    `program` is a file of PROGRAMS. `install` is the command that installs `package` into `environment`, a folder of
    its own. `module` is what a program in Python imports, "" for one in another language. `streams` says whether the
    client shows an answer as it is made, `cites` whether it passes citations on. `refusal` is what it says of a wrong
    key: our words or the status, unless it has words of its own.
    """

    name: str
    program: str
    environment: str
    install: str
    module: str
    interface: str
    streams: bool = True
    cites: bool = True
    refusal: str = r"key|401"
    note: str = ""

    @property
    def how(self) -> str:
        """The lines of the program that a user needs: the imports of the client, and what is marked."""
        text = (PROGRAMS / self.program).read_text(encoding="utf-8")
        mark = "//" if self.program.endswith(".mjs") else "#"
        lines: list[str] = []
        inside = False
        for line in text.splitlines():
            if line.strip() in (f"{mark} how", f"{mark} end"):
                inside = line.strip().endswith("how")
            elif inside:
                lines.append(line)
        imports = [line for line in text.splitlines() if _is_import_of_a_package(line)]
        indent = min(len(line) - len(line.lstrip()) for line in lines if line.strip())
        blank_lines = 0 if not imports else 2 if lines[0].startswith(("class", "def")) else 1
        return "\n".join([*imports, *[""] * blank_lines, *(line[indent:] for line in lines)])


def _is_import_of_a_package(line: str) -> bool:
    """Whether a line of a program imports something that is not part of Python."""
    match = re.match(r"(?:from|import) (\w+)", line)
    return match is not None and match[1] not in sys.stdlib_module_names


CLIENTS = (
    ClientCase("openai (Python)", "openai_python.py", "openai", "pip install openai", "openai", "/v1"),
    ClientCase("openai (Node)", "openai_node.mjs", "node", "npm install openai", "", "/v1"),
    ClientCase(
        "LlamaIndex OpenAILike", "llama_index_model.py", "llama-index", "pip install llama-index-llms-openai-like",
        "llama_index.llms.openai_like", "/v1",
    ),
    ClientCase("LiteLLM", "litellm_python.py", "litellm", "pip install litellm", "litellm", "/v1"),
    ClientCase(
        "LangChain", "langchain_model.py", "langchain", "pip install langchain-openai", "langchain_openai", "/v1",
        cites=False, note="it keeps the text of a message; the sources are at its end",
    ),
    ClientCase(
        "pydantic-ai", "pydantic_ai_agent.py", "pydantic-ai", "pip install 'pydantic-ai-slim[openai]'", "pydantic_ai",
        "/v1", cites=False, note="it keeps the text of a message; the sources are at its end",
    ),
    ClientCase(
        "instructor", "instructor_client.py", "instructor", "pip install instructor", "instructor", "/v1",
        streams=False, note="the fields are those of `GET /v1/answer-schema`",
    ),
    ClientCase(
        "llm", "llm_tool.py", "llm", "pip install llm", "llm", "/v1",
        cites=False, note="a command line; the sources are at the end of the text",
    ),
    ClientCase(
        "MCP client (Python)", "mcp_client.py", "mcp", "pip install mcp", "mcp", "/mcp", note="it streams the steps",
        refusal="error response",  # the SDK keeps the status and our words to itself
    ),
    ClientCase(
        "MCP inspector", "mcp_inspector.py", "inspector", "npm install @modelcontextprotocol/inspector", "", "/mcp",
        streams=False, note="a command line and a page", refusal="auth_required",
    ),
    ClientCase(
        "gradio_client", "gradio_python.py", "gradio", "pip install gradio_client", "gradio_client", "the page",
        refusal="credentials",
    ),
)  # fmt: skip
