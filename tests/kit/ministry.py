# SPDX-License-Identifier: Apache-2.0
"""A ministry that announces as much as a scenario wants: one list, any number of distinct plausible articles."""
import datetime

BODIES = (
    "The bureau held a working meeting on {topic} in the eastern district. Participants reviewed the results of the past"
    " quarter and agreed on the tasks of the next one.",
    "According to the plan, {count} enterprises will receive support for technical renewal before the end of the year. The"
    " district offices report their progress every month.",
    "Departments at all levels are asked to publish their measures on {topic} in time, to answer questions of enterprises"
    " within five working days, and to keep a record of each case.",
    "This notice takes effect on the day of its publication. Case number {number} of the register applies.",
)
TOPICS = ("water supply", "intelligent manufacturing", "road safety", "school meals", "small enterprises", "harbour fees",
          "energy saving", "rural broadband", "public libraries", "flood control")


def title(n):
    return f"Notice no. {n} on {TOPICS[n % len(TOPICS)]} in district {n // len(TOPICS) + 1}"


def day(n):
    return (datetime.date(2024, 1, 1) + datetime.timedelta(days=n % 300)).isoformat()


def page(head, inner):
    return (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{head}</title></head><body>'
        '<div class="nav"><a href="/">Home</a> <a href="/about.html">About</a></div>'
        f'{inner}<div class="footer">All rights reserved</div></body></html>'
    ).encode()


def listing(count, links=()):
    rows = [(f"/article/{n}.html", title(n), day(n)) for n in range(1, count + 1)]
    rows += [(href, f"Notice on a special matter, {href.strip('/')}", "2024-06-01") for href in links]
    items = "\n".join(f'<li><a href="{href}" title="{text}">{text}</a><span>{date}</span></li>' for href, text, date in rows)
    return page("Announcements", f'<div class="list"><ul>\n{items}\n</ul></div>')


def article(n):
    paragraphs = "".join(f"<p>{b.format(topic=TOPICS[n % len(TOPICS)], count=n + 20, number=n)}</p>" for b in BODIES)
    return page(
        title(n),
        f"<h1>{title(n)}</h1><div class='info'>Time: {day(n)} 09:{n % 60:02} Source: Bureau of District {n // 10 + 1}</div>"
        f"<div id='zoom'>{paragraphs}</div>",
    )


def site(count, special=None):
    """Answers for kit.run's server; `special` maps further paths, linked from the list, to their answers."""
    special = special or {}

    def answer(path):
        if path == "/index.html":
            return listing(count, special)
        if path in special:
            return special[path]
        if path.startswith("/article/"):
            return article(int(path.removeprefix("/article/").removesuffix(".html")))
        return (404, {"Content-Type": "text/plain"}, b"not found\n")

    return answer
