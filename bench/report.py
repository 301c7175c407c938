# SPDX-License-Identifier: Apache-2.0
"""From the runs to medians, spreads, ratios and the verdict on each goal."""

import csv
import os
import statistics

from measure import METRICS

BASES = ("bare", "kernel-vxlan", "probe")
RATIO_METRICS = ("one", "four", "kpps")
SMALLER_IS_BETTER = ("rss", "ping")


def spread(values):
    """Median, minimum and maximum, or None of nothing."""
    if not values:
        return None
    return {"median": statistics.median(values), "min": min(values), "max": max(values),
            "runs": len(values)}


def values(runs, wire, key, metric):
    """{repetition: value} of a contender; failed runs have none."""
    return {r["rep"]: r[metric] for r in runs
            if r["wire"] == wire and r["contender"] == key and metric in r}


def ratio(runs, wire, key, against, metric):
    """The spread of the ratio, taken within each repetition: machines drift between them."""
    own, base = values(runs, wire, key, metric), values(runs, wire, against, metric)
    return spread([own[rep] / base[rep] for rep in own if base.get(rep)])


def read_goals(path):
    fields = ("subject", "against", "wire", "metric", "first", "goal", "cores", "why")
    with open(path, encoding="utf-8", newline="") as f:
        lines = [line for line in f if line.strip() and not line.startswith("#")]
    goals = []
    for row in csv.DictReader(lines, fieldnames=fields, delimiter="\t"):
        row["first"], row["goal"] = float(row["first"]), float(row["goal"])
        row["cores"] = int(row["cores"])
        goals.append(row)
    return goals


def measured(goal, runs):
    """The ratio that a goal speaks of; against nothing, the figure itself."""
    if goal["against"] == "-":
        return spread(list(values(runs, goal["wire"], goal["subject"], goal["metric"]).values()))
    return ratio(runs, goal["wire"], goal["subject"], goal["against"], goal["metric"])


def reached(goal, level, value):
    if goal["metric"] in SMALLER_IS_BETTER:
        return value <= goal[level]
    return value >= goal[level]


def judge(goals, runs, cores):
    """Each goal with what was measured and a verdict."""
    judged = []
    for goal in goals:
        r = measured(goal, runs)
        if cores < goal["cores"]:
            verdict = f"not judged: needs {goal['cores']} cores, this machine has {cores}"
        elif r is None:
            verdict = "not measured"
        elif reached(goal, "goal", r["median"]):
            verdict = "goal reached"
        elif reached(goal, "first", r["median"]):
            verdict = "first figure reached"
        else:
            verdict = "MISSED"
        judged.append({**goal, "ratio": r, "verdict": verdict})
    return judged


def summarise(runs, contenders, wires):
    rows = []
    for wire in wires:
        for c in contenders:
            mine = [r for r in runs if r["wire"] == wire and r["contender"] == c.key]
            row = {"wire": wire, "contender": c.key, "title": c.title, "metrics": {}, "ratios": {},
                   "errors": sorted({f"{k}: {v}" for r in mine for k, v in r["errors"].items()})}
            for key, _, _ in METRICS:
                s = spread(list(values(runs, wire, c.key, key).values()))
                if s:
                    row["metrics"][key] = s
            for base in BASES:
                found = {m: ratio(runs, wire, c.key, base, m) for m in RATIO_METRICS}
                row["ratios"][base] = {m: r for m, r in found.items() if r}
            rows.append(row)
    return rows


def cell(s, form):
    if not s:
        return "-"
    middle = form.format(s["median"])
    if s["runs"] < 2:
        return middle
    return f"{middle} ({form.format(s['min'])}..{form.format(s['max'])})"


def table(heading, body):
    widths = [max(len(row[i]) for row in [heading, *body]) for i in range(len(heading))]
    lines = ["  ".join(v.ljust(w) if i == 0 else v.rjust(w)
                       for i, (v, w) in enumerate(zip(row, widths))) for row in [heading, *body]]
    lines.insert(1, "-" * len(lines[0]))
    return [line.rstrip() for line in lines]


def print_wire(rows, wire):
    mine = [r for r in rows if r["wire"] == wire]
    kind = "every packet crosses alone" if wire == "plain" else "super-packets cross whole"
    print(f"\n{wire} wire ({kind}): median (min..max)")
    body = [[r["title"]] + [cell(r["metrics"].get(k), form) for k, _, form in METRICS]
            for r in mine if r["metrics"]]
    print("\n".join(table(["contender"] + [heading for _, heading, _ in METRICS], body)))
    print("\nratios in the same run: one / four / kpps")
    body = [[r["title"]] + [" / ".join(cell(r["ratios"][b].get(m), "{:.2f}")
                                       for m in RATIO_METRICS) for b in BASES]
            for r in mine if r["metrics"]]
    print("\n".join(table(["contender"] + [f"against {b}" for b in BASES], body)))
    for r in mine:
        for error in r["errors"]:
            print(f"FAILED  {r['title']}: {error}")


def print_goals(judged):
    print("\ngoals (ratios in the same run; against - the figure itself)")
    body = [[f"{g['subject']} / {g['against']}", g["wire"], g["metric"],
             cell(g["ratio"], "{:.2f}"), f"{g['first']:g}", f"{g['goal']:g}", g["verdict"]]
            for g in judged]
    print("\n".join(table(["contenders", "wire", "metric", "measured", "first", "goal", "verdict"],
                          body)))


def print_machine(machine, judged):
    print(f"\n{machine['cores']} cores, {machine['model']}, Linux {machine['kernel']}, "
          f"load {machine['load']:.1f} at the start; {machine['reps']} interleaved runs of "
          f"{machine['secs']} s, {machine['cc']}")
    if machine["load"] > 0.5:
        print("The machine was not idle: these figures show that the bench works, and no more.")
    needy = sorted({f"{g['subject']} {g['metric']} ({g['wire']})" for g in judged if g["cores"] > 2})
    print(f"A 2-core machine cannot judge: {', '.join(needy)}.")
    if machine["cores"] < 4:
        print(f"This machine has {machine['cores']} cores: these rows are not judged.")


def machine_facts(options):
    model = "unknown processor"
    with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as f:
        for line in f:
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
    return {"cores": len(os.sched_getaffinity(0)), "model": model, "kernel": os.uname().release,
            "load": os.getloadavg()[0], "reps": options.reps, "secs": options.secs,
            "cc": options.cc}
