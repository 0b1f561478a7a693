"""Ctrl-C and SIGTERM, heard wherever the program is.

Python raises KeyboardInterrupt in whatever runs, and drops it where that is a callback that nobody called: of a weak
reference that dies, of an object that goes. Databases' libraries have such callbacks all the time.
"""

import signal
import sys
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sys import UnraisableHookArgs

# Long enough that the callback is left by then, short enough that nobody presses the keys again.
_SOON_SECONDS = 0.05


def hear_interruptions() -> None:
    """SIGTERM (a service manager, `timeout`) is a KeyboardInterrupt too, and one that is dropped is raised again."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    main_thread = threading.get_ident()  # the only one that signals are heard in, and that may set what hears them
    before = sys.unraisablehook

    def dropped(what: "UnraisableHookArgs") -> None:
        if what.exc_type is not KeyboardInterrupt:
            before(what)
            return
        # To that thread itself: a wait of its for other threads ends then.
        again = threading.Timer(_SOON_SECONDS, signal.pthread_kill, (main_thread, signal.SIGINT))
        again.daemon = True
        again.start()

    sys.unraisablehook = dropped
