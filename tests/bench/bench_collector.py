# SPDX-License-Identifier: Apache-2.0
"""CPU of one collector (fetcher, nursery, readers) per page of 81 KB, gzipped, 64 at once, from a server on loopback.

Beside it, in the same run: the same pages answered with 304 (no body, no reading), so that the cost of asking shows.
Usage: bench_collector.py [PAGES]
"""
import gzip
import os
import random
import sys
import time

from kit import wire
from kit.badsite import Site, article
from scenario.test_collector import Agent, children

AT_ONCE = 64
TICKS = os.sysconf("SC_CLK_TCK")


def page_of_81_kb(number):
    """As pages are: half of it scripts, styles and navigation, the rest text; other words on each."""
    words = random.Random(number)
    sentence = lambda: " ".join(words.choice(WORDS) for _ in range(14)).capitalize() + "."
    text = "\n".join(" ".join(sentence() for _ in range(4)) for _ in range(30))
    links = "".join("<li><a href=\"/col/%d/index.html\" title=\"%s\">%s</a><span>2024-03-%02d</span></li>"
                    % (i, sentence(), sentence()[:30], i % 28 + 1) for i in range(120))
    scripts = "<script>var a=[%s];</script><style>%s</style>" % (
        ",".join("\"%s\"" % words.choice(WORDS) for _ in range(900)),
        "".join(".c%d{margin:%dpx;color:#%06x}" % (i, i, i * 991) for i in range(500)))
    page = article("Page %d" % number, text, extra="<ul class=\"more\">%s</ul>%s" % (links, scripts))
    return page + "<!-- %s -->" % ("x" * max(0, 81000 - len(page)))


WORDS = ("council market square renewal plan public hearing spring statement residents drawings month office works answers cost "
         "region meeting old hall open everybody road bridge school budget tax permit notice deadline company fund harbour").split()


def cpu_s(pids):
    total = 0
    for pid in pids:
        with open("/proc/%d/stat" % pid) as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        total += int(fields[11]) + int(fields[12])
    return total / TICKS


def run(agent, urls, targets):
    """All jobs, AT_ONCE at a time: CPU seconds of each kind of process, wall seconds, the targets afterwards."""
    family = {agent.process.pid: "fetcher", **children(agent.process.pid)}
    before = {pid: cpu_s([pid]) for pid in family}
    started = time.monotonic()
    waiting, done, under_way = list(urls), {}, {}
    while waiting or under_way:
        while waiting and len(under_way) < AT_ONCE:
            url = waiting.pop()
            under_way[url] = agent.job(url, target=targets.get(url))
        agent.pump()
        for url in [url for url, seen in under_way.items() if seen.outcome]:
            seen = under_way.pop(url)
            assert type(seen.outcome).__name__ == "Result", seen.outcome
            done[url] = seen.observation.target
    wall = time.monotonic() - started
    used = {}
    for pid, name in family.items():
        used[name] = used.get(name, 0) + cpu_s([pid]) - before[pid]
    return used, wall, done


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 400
    with Site() as site:
        for number in range(count):
            body = gzip.compress(page_of_81_kb(number).encode())
            site.zipped["/page/%d" % number] = body
        urls = [site.url("/page/%d" % number) for number in range(count)]
        agent = Agent("--slots", str(AT_ONCE))
        run(agent, urls[:AT_ONCE], {})  # connections, caches
        used, wall, targets = run(agent, urls, {})
        total = sum(used.values())
        print("collector, %d pages of 81 KB gzip, %d at once: %.2f CPU ms per page (%s), %.0f pages per second of wall time"
              % (count, AT_ONCE, total / count * 1000,
                 ", ".join("%s %.2f" % (name.replace("govwire-", ""), s / count * 1000) for name, s in sorted(used.items())),
                 count / wall))
        used, wall, _ = run(agent, urls, targets)
        print("collector, the same answered with 304: %.2f CPU ms per page" % (sum(used.values()) / count * 1000))
        print("for comparison (other machine): colly 3.8, aiohttp + lxml 6.8, Scrapy 11.1, plain C with Gumbo 4.8, C fetch only 0.34")
        agent.close()


if __name__ == "__main__":
    main()
