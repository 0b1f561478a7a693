"""Are there published advisories against what is installed here? Exit code 1 where there are, but for those excused.

Needs `pip install '.[audit]'` and the network. Where the advisory service cannot be reached nothing is known, which is
said, and is no failure: a build must not depend on somebody else's server.
"""

import json
import subprocess
import sys

# All four are in Chroma's Python server, which is never started here (docs/security.md).
EXCUSED = ("CVE-2026-45829", "CVE-2026-45830", "CVE-2026-45831", "CVE-2026-45833")
SECONDS = 300


def verdict(report: str) -> tuple[int, str]:
    """The exit code and what to say of pip-audit's report as JSON; one that is none means that nobody answered."""
    try:
        packages = json.loads(report)["dependencies"]
    except (ValueError, KeyError, TypeError):
        return 0, "NOT AUDITED: the advisory service cannot be reached"
    found = [
        f"{one['name']} {one['version']}: {', '.join([advisory['id'], *advisory['aliases']])}"
        for one in packages
        for advisory in one.get("vulns", ())
        if not {advisory["id"], *advisory["aliases"]} & set(EXCUSED)
    ]
    if found:
        return 1, "\n".join(found)
    unknown = [one["name"] for one in packages if "skip_reason" in one]
    if len(unknown) > len(packages) / 2:
        return 0, f"NOT AUDITED: the advisory service knows {len(unknown)} of {len(packages)} packages not at all"
    left = f", not known to the service: {', '.join(unknown)}" if unknown else ""
    return 0, f"no advisory against {len(packages) - len(unknown)} packages{left}"


def main() -> int:
    command = [sys.executable, "-m", "pip_audit", "--local", "--progress-spinner", "off", "--format", "json"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)  # noqa: S603
        report = done.stdout
    except subprocess.TimeoutExpired:
        report = ""
    code, said = verdict(report)
    print(f"audit: {said}")
    return code


if __name__ == "__main__":
    raise SystemExit(main())
