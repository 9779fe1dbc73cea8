"""Runs a Milvus server of one process: serve.py DATA_FOLDER PORT [authorise]. Says "ready" once it answers.

It lives as long as standard input is open, so that whoever started it leaves no server behind, however that one ends.
"""

import os
import signal
import sys
import threading

from milvus import default_server


def end_with_parent():
    sys.stdin.read()
    os.killpg(os.getpgrp(), signal.SIGKILL)


threading.Thread(target=end_with_parent, daemon=True).start()
folder, port, *options = sys.argv[1:]
default_server.set_base_dir(folder)
default_server.listen_port = int(port)
if "authorise" in options:
    default_server.config.set("common.security.authorizationEnabled", "true")
default_server.start()
print("ready", flush=True)
sys.exit(default_server.server_proc.wait())
