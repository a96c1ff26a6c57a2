#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Each third-party header is included in one place: the rest of the tree sees our nouns."""
import os
import re
import sys

SRC = os.path.join(os.environ.get("EXTRACT_SRCDIR", "."), "src")
LIBC = re.compile(
    r"^(assert|ctype|dirent|endian|errno|fcntl|fnmatch|getopt|grp|inttypes|libgen|limits|linux/\w+|locale|"
    r"math|netdb|netinet/\w+|arpa/inet|poll|pthread|pwd|sched|semaphore|setjmp|signal|stdarg|"
    r"stdatomic|stdbool|stddef|stdint|stdio|stdlib|stdnoreturn|string|strings|sys/\w+|syslog|"
    r"termios|time|unistd|emmintrin|immintrin|x86intrin)\.h$")

places = {}
for root, _, files in os.walk(SRC):
    for name in files:
        if not name.endswith((".c", ".h")):
            continue
        path = os.path.join(root, name)
        for line in open(path, encoding="utf-8"):
            found = re.match(r"\s*#\s*include\s+<([^>]+)>", line)
            if found and not LIBC.match(found.group(1)):
                place = os.path.relpath(path, SRC)
                if place.startswith("crypto/"):
                    place = "crypto/"  # one place by design
                places.setdefault(found.group(1), set()).add(place)

faults = [f"<{header}> is included in {', '.join(sorted(where))}"
          for header, where in sorted(places.items()) if len(where) > 1]
print("\n".join(faults))
sys.exit(1 if faults else 0)
