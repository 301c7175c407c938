# SPDX-License-Identifier: Apache-2.0
"""Print "PASSED FAILED" of a JUnit report; what was skipped was not shown, so it failed."""
import sys
import xml.etree.ElementTree as ElementTree

passed = failed = 0
for case in ElementTree.parse(sys.argv[1]).getroot().iter("testcase"):
    bad = any(case.find(kind) is not None for kind in ("failure", "error", "skipped"))
    failed += bad
    passed += not bad
print(passed, failed)
