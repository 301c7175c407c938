#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Is the arithmetic behind the verdicts right?"""

import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))
sys.dont_write_bytecode = True

from report import judge, ratio, read_goals, spread, values  # noqa: E402

GOALS = os.path.join(os.path.dirname(os.path.realpath(__file__)), "goals.tsv")


def runs(contender, **metrics):
    return [{"rep": rep, "wire": "gso", "contender": contender, "errors": {},
             **{k: v[rep] for k, v in metrics.items() if v[rep] is not None}}
            for rep in range(3)]


def goal(**more):
    return {"subject": "own", "against": "base", "wire": "gso", "metric": "one", "first": 0.9,
            "goal": 1.1, "cores": 2, **more}


class Report(unittest.TestCase):
    def test_spread(self):
        self.assertEqual(spread([3, 1, 2]), {"median": 2, "min": 1, "max": 3, "runs": 3})
        self.assertIsNone(spread([]))

    def test_a_ratio_is_taken_within_a_repetition(self):
        # the ratio of the medians would be 2: 20 / 10
        found = ratio(runs("own", one=[30, 20, 10]) + runs("base", one=[10, 20, 10]),
                      "gso", "own", "base", "one")
        self.assertEqual(found, {"median": 1, "min": 1, "max": 3, "runs": 3})

    def test_a_failed_run_has_no_ratio(self):
        found = ratio(runs("own", one=[30, None, 10]) + runs("base", one=[10, 20, None]),
                      "gso", "own", "base", "one")
        self.assertEqual(found["runs"], 1)
        self.assertIsNone(ratio(runs("own", one=[1, 1, 1]), "gso", "own", "base", "one"))

    def test_another_wire_is_another_figure(self):
        self.assertEqual(values(runs("own", one=[1, 2, 3]), "plain", "own", "one"), {})

    def verdict(self, own, cores=4, **more):
        measured = runs("own", one=own, rss=own) + runs("base", one=[10, 10, 10])
        return judge([goal(**more)], measured, cores)[0]["verdict"]

    def test_verdicts(self):
        self.assertEqual(self.verdict([8, 8, 8]), "MISSED")
        self.assertEqual(self.verdict([9, 9, 9]), "first figure reached")
        self.assertEqual(self.verdict([11, 11, 11]), "goal reached")
        self.assertEqual(self.verdict([None, None, None]), "not measured")
        self.assertIn("not judged", self.verdict([8, 8, 8], cores=1))

    def test_memory_is_better_small(self):
        at_most = {"against": "-", "metric": "rss", "first": 16, "goal": 10}
        self.assertEqual(self.verdict([17, 17, 17], **at_most), "MISSED")
        self.assertEqual(self.verdict([12, 12, 12], **at_most), "first figure reached")
        self.assertEqual(self.verdict([9, 9, 9], **at_most), "goal reached")

    def test_the_goals_can_be_read(self):
        for g in read_goals(GOALS):
            self.assertIn(g["wire"], ("gso", "plain"))
            self.assertIn(g["metric"], ("one", "four", "kpps", "rss"))


if __name__ == "__main__":
    unittest.main()
