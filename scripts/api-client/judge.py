"""Whether the generated client has met every operation's success: a run of refusals alone proves little. Arguments: the
notes of `hooks.py`, the address."""

import json
import sys
import urllib.request
from collections import Counter, defaultdict

seen, base = sys.argv[1:]
# It would end the run's own token; its tests are in tests/web/api.
LEFT_OUT = {"deleteToken"}

answers = defaultdict(Counter)
for line in open(seen, encoding="utf-8"):
    operation, status = line.split()
    answers[operation][int(status)] += 1
paths = json.load(urllib.request.urlopen(f"{base}/api/v1/openapi.json", timeout=30))["paths"]
known = {operation["operationId"] for item in paths.values() for operation in item.values()} - LEFT_OUT
never = []
for operation in sorted(known):
    counts = answers[operation]
    print(f"{operation:22}", "  ".join(f"{status}: {count}" for status, count in sorted(counts.items())))
    if not any(200 <= status < 300 for status in counts):
        never.append(operation)
if never:
    sys.exit(f"never answered with success: {', '.join(never)}")
