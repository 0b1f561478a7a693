"""Checks the installed packages for published advisories.

The exit code is 1 if an advisory is not excused. Needs `pip install '.[audit]'` and the network. If the advisory
service cannot be reached, the script says so and exits with 0, because a build must not depend on another party's
server.
"""

import json
import subprocess
import sys

# All four are in Chroma's Python server, which is never started here (docs/security.md).
EXCUSED = ("CVE-2026-45829", "CVE-2026-45830", "CVE-2026-45831", "CVE-2026-45833")
TIMEOUT_SECONDS = 300


def verdict(report: str) -> tuple[int, str]:
    """The exit code and the message for pip-audit's report as JSON.

    If the text is no report, the service could not be reached.
    """
    try:
        packages = json.loads(report)["dependencies"]
    except (ValueError, KeyError, TypeError):
        return 0, "NOT AUDITED: the advisory service cannot be reached"
    advisories = [
        f"{package['name']} {package['version']}: {', '.join([advisory['id'], *advisory['aliases']])}"
        for package in packages
        for advisory in package.get("vulns", ())
        if not {advisory["id"], *advisory["aliases"]} & set(EXCUSED)
    ]
    if advisories:
        return 1, "\n".join(advisories)
    unknown = [package["name"] for package in packages if "skip_reason" in package]
    if len(unknown) > len(packages) / 2:
        return 0, f"NOT AUDITED: the advisory service does not know {len(unknown)} of {len(packages)} packages"
    skipped = f", not known to the service: {', '.join(unknown)}" if unknown else ""
    return 0, f"no advisory against {len(packages) - len(unknown)} packages{skipped}"


def main() -> int:
    """Runs pip-audit and prints the verdict."""
    command = [sys.executable, "-m", "pip_audit", "--local", "--progress-spinner", "off", "--format", "json"]
    try:
        audit = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=False)  # noqa: S603
        report = audit.stdout
    except subprocess.TimeoutExpired:
        report = ""
    code, message = verdict(report)
    print(f"audit: {message}")
    return code


if __name__ == "__main__":
    raise SystemExit(main())
