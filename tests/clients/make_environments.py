"""Makes the environments of the clients: python tests/clients/make_environments.py FOLDER [NAME…]

Each client has an environment of its own, because their requirements exclude each other. What is there already stays.
"""

import shlex
import shutil
import subprocess
import sys
import venv
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.clients.table import CLIENTS


def main(folder: Path, names: list[str]) -> None:
    for case in CLIENTS:
        environment = folder / case.environment
        if (names and case.environment not in names) or environment.exists():
            continue
        words = shlex.split(case.install)
        print(f"{case.name}: {case.install}", flush=True)
        try:
            if words[0] == "npm":
                environment.mkdir(parents=True)
                subprocess.run([*words, "--prefix", str(environment)], check=True)
            else:
                venv.create(environment, with_pip=True)
                python = next(path for path in environment.glob("*/python*") if path.stem == "python")
                subprocess.run([python, "-m", *words, "--quiet"], check=True)
        except (subprocess.CalledProcessError, OSError) as error:
            shutil.rmtree(environment, ignore_errors=True)
            print(f"{case.name} was not installed: {error}", file=sys.stderr)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
