"""A child process does not outlive its parent, not even when that is killed."""

import ctypes
import os
import signal
import threading
import time

_PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of prctl(2)
_LOOK_EVERY = 0.5


def end_with_parent(parent: int) -> None:
    """End this process when its parent is gone: at once on Linux, else within half a second.

    Parameters
    ----------
    parent
        Process id of the parent, which may have been killed before this is called.
    """
    call = getattr(ctypes.CDLL(None), "prctl", None)
    if call is not None:
        call(_PARENT_DEATH_SIGNAL, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
    threading.Thread(target=_watch, args=(parent,), daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_LOOK_EVERY)
    os._exit(1)
