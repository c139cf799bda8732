"""Asks over HTTPS from several threads until standard input ends; prints what it counted.

Usage: https_load.py HOST PORT CA-FILE
"""

import http.client
import ssl
import sys
import threading

host, port, ca = sys.argv[1], int(sys.argv[2]), sys.argv[3]
context = ssl.create_default_context(cafile=ca)
stop = threading.Event()
answers, failures = [], []


def ask(keep: bool) -> None:
    connection = None
    while not stop.is_set():
        try:
            if connection is None or not keep:
                if connection is not None:
                    connection.close()
                connection = http.client.HTTPSConnection(host, port, context=context, timeout=20)
            connection.request("GET", "/log/checkpoint")
            reply = connection.getresponse()
            reply.read()
            if reply.status != 200:
                raise RuntimeError(f"status {reply.status}")
            answers.append(1)
        except Exception as error:  # every kind of failure counts
            failures.append(repr(error))
            connection = None


threads = [threading.Thread(target=ask, args=(number % 2 == 0,)) for number in range(4)]
for thread in threads:
    thread.start()
sys.stdin.read()
stop.set()
for thread in threads:
    thread.join()
print(f"answers {len(answers)} failures {len(failures)} {failures[:3]}")
sys.exit(1 if failures else 0)
