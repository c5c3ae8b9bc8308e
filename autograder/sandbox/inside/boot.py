"""Starts the warm process: `python -s -S -P boot.py CONTROL walls|open UID FOLDER...`.

The folders are all there is on the path besides Python's own library: site-packages is bound
under another name inside, so Python cannot find it by itself.
"""

import gc
import sys

if __name__ == "__main__":
    control, kind, uid, *folders = sys.argv[1:]
    sys.argv[:] = [""]
    sys.path += folders
    gc.disable()  # loading libraries makes little garbage, and looking for it takes long
    from inside.fork_server import main

    main(int(control), kind == "walls", int(uid))
