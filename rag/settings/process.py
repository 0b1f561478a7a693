"""The process's environment variables, processors and garbage collector.

No other module reads or changes the environment; the settings leave that to pydantic-settings. Importing this
module changes nothing: the variables that switch off other libraries' telemetry are set by a process of our own, the
command or the server.
"""

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# Variables that the command or the server sets before it imports chromadb, gradio, ray or a hub client.
_NO_TELEMETRY = {
    "ANONYMIZED_TELEMETRY": "False",  # Chroma
    "GRADIO_ANALYTICS_ENABLED": "False",
    # Gradio keeps each call for a monitor that is not served here, and sorts all calls again when one fails.
    "GRADIO_ANALYTICS_MAX_EVENTS": "100",
    "RAY_USAGE_STATS_ENABLED": "0",
}
# Variables that such a process sets if the user has not set them.
_OFFLINE = {"HF_HUB_OFFLINE": "1", "DO_NOT_TRACK": "1"}


def disable_third_party_telemetry() -> None:
    """Switches off the telemetry and downloads of other libraries.

    It sets the variables that chromadb, gradio, ray and hub clients read. For a process of our own (the command, the
    server), before it imports any of them. The library passes what these accept as arguments instead.
    """
    os.environ.update(_NO_TELEMETRY)
    for name, value in _OFFLINE.items():
        os.environ.setdefault(name, value)


@contextmanager
def without_ray_usage_statistics() -> Iterator[None]:
    """Switches off Ray's usage statistics while the context is open.

    It applies to the Ray processes that are started meanwhile. Ray takes the setting from the environment of the
    process that starts them and accepts no argument for it; the variable is restored afterwards.
    """
    name = "RAY_USAGE_STATS_ENABLED"
    previous = os.environ.get(name)
    os.environ[name] = _NO_TELEMETRY[name]
    try:
        yield
    finally:
        if previous is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = previous


def cpu_count() -> int:
    """The number of processors that this process may use.

    It is the number of all processors where the system does not limit it.
    """
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def package_variables() -> list[str]:
    """The names of the set environment variables that begin as this package's do.

    Empty ones are left out: they count as not set.
    """
    return [name for name, value in os.environ.items() if name.startswith("RAG_") and value.strip()]


def available_memory() -> int | None:
    """The memory that this process may still take, in bytes.

    It is what the system has available, or what a control group (a container, a service) leaves if that is less. None
    where the system does not tell it.
    """
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        available = next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:"))
    except (OSError, ValueError, StopIteration):
        return None
    group = Path("/sys/fs/cgroup")
    try:
        limit = int((group / "memory.max").read_text(encoding="ascii"))
        used = int((group / "memory.current").read_text(encoding="ascii"))
    except (OSError, ValueError):  # there is no group, or it has no limit ("max")
        return available
    return min(available, max(0, limit - used))


@contextmanager
def collector_paused() -> Iterator[None]:
    """Pauses the garbage collector while modules are imported.

    Imported modules stay, and the collector visits all of them again and again while more are imported. That takes a
    tenth of the time until an answer.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
