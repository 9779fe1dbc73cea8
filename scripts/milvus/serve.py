"""Runs a Milvus server of one process: serve.py DATA_FOLDER PORT [authorise]. Says "ready PID" once it answers.

It lives as long as standard input is open: whoever started it leaves neither server nor data behind, however that one ends.
"""

import contextlib
import os
import shutil
import signal
import socket
import sys
import threading

from milvus import default_server

folder, port, *options = sys.argv[1:]


parent_gone = threading.Event()


def end_with_parent():
    sys.stdin.read()
    parent_gone.set()
    server = default_server.server_proc
    if server is not None:
        server.kill()
        server.wait()
        forget(server.pid)
    shutil.rmtree(folder, ignore_errors=True)
    os.killpg(os.getpgrp(), signal.SIGKILL)


def forget(pid):
    """An empty file whose place is written into Milvus' program, and its folder once it is empty."""
    ids = os.path.join("/", "tmp", "milvus")
    with contextlib.suppress(OSError):
        os.remove(os.path.join(ids, f"server_id_{pid}"))
        os.rmdir(ids)


def free_ports(count):
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


def give_etcd_ports_of_its_own():
    """Milvus' own etcd takes 2379 and 2380 whatever it is told; a second server would use the first one's, or wait for ever."""
    ports = free_ports(2)
    clients, peers = (f"http://127.0.0.1:{number}" for number in ports)
    file_name = os.path.join(folder, "configs", "etcd.yaml")
    with open(file_name, "w", encoding="utf-8") as file:
        file.write(f"listen-client-urls: {clients}\nadvertise-client-urls: {clients}\n")
        file.write(f"listen-peer-urls: {peers}\ninitial-advertise-peer-urls: {peers}\ninitial-cluster: default={peers}\n")
    config = default_server.config
    config.update(etcd_port=ports[0])
    config.template_text = config.template_text.replace("  use:\n    embed:", f"  config:\n    path: {file_name}\n  use:\n    embed:")


def try_bind_port(number):
    """As servers do: a port on which connections have just ended is free. Milvus' own test of it says no, for a minute."""
    try:
        return socket.create_server(("127.0.0.1", number))
    except OSError:
        return None


watcher = threading.Thread(target=end_with_parent, daemon=True)
watcher.start()
default_server.set_base_dir(folder)
default_server.config.try_bind_port = try_bind_port
default_server.config.update(proxy_port=int(port))
give_etcd_ports_of_its_own()
# After a kill the next server waits until the leases of the one before have run out; 30 s is meant for clusters.
default_server.config.set("common.session.ttl", 10)
if "authorise" in options:
    default_server.config.set("common.security.authorizationEnabled", "true")
default_server.start()
print("ready", default_server.server_proc.pid, flush=True)
code = default_server.server_proc.wait()
if parent_gone.is_set():
    watcher.join()
sys.exit(code)
