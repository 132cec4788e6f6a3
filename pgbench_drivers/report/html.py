"""Writes the page: one HTML file that holds its styles, its script and its data."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import re
from collections.abc import Callable, Sequence
from pathlib import Path

import jinja2
import msgspec
from markupsafe import Markup

from pgbench_drivers.analysis.load import LIMITS_US
from pgbench_drivers.analysis.per_round import client_cpu_us
from pgbench_drivers.analysis.summary import METRICS, CellSummary, summarise
from pgbench_drivers.report import formatting, load_page, notes, page, payload, uncertainty
from pgbench_drivers.report.languages import SLOTS, language_styles
from pgbench_drivers.report.limit import limit
from pgbench_drivers.report.load_page import LoadPage
from pgbench_drivers.report.load_payload import load_data
from pgbench_drivers.report.sending import sending
from pgbench_drivers.report.standings import (
    HEADLINE_METRIC,
    LATENCY_METRIC,
    Analysed,
    levels,
    supports,
)
from pgbench_drivers.report.tidy import write_tidy
from pgbench_drivers.report.verdict import verdict
from pgbench_drivers.results.model import PERCENTILES, Cell, Run
from pgbench_drivers.transports import in_words

HERE = Path(__file__).parent
STYLES = ("base.css", "controls.css", "charts.css", "tables.css", "print.css")
SCRIPTS = (
    "format.js", "data.js", "state.js", "rank.js", "svg.js", "bars.js", "strips.js", "lines.js",
    "controls.js", "ranking.js", "matrix.js", "panels.js", "curves.js", "rounds.js", "tables.js",
    "downloads.js", "theme.js", "main.js",
)  # fmt: skip
LOAD_SCRIPTS = (
    "format.js", "svg.js", "bars.js", "lines.js", "downloads.js", "theme.js", "load.js",
)  # fmt: skip
_IMPORT = re.compile(r"^import\b[^;]*;\n", re.MULTILINE)
_EXPORT = re.compile(r"^export (?=const|let|function|class|async)", re.MULTILINE)


def write_report(run: Run, path: Path) -> None:
    """Write the report of `run` to `path` as one self-contained HTML file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = render_load(LoadPage.of(run)) if run.is_open_loop else render(Analysed.of(run))
    path.write_text(text, encoding="utf-8")


def render_load(shown: LoadPage) -> str:
    """The page of an open loop."""
    run = shown.run
    views = page.driver_views(run)
    return (
        templates()
        .get_template("load.html.j2")
        .render(
            run=run,
            verdict=shown.verdict,
            cautions=shown.cautions,
            span=notes.run_span(run),
            windows=notes.windows(run),
            rates=load_page.rates_text(run),
            process=load_page.PROCESSES[run.options.arrivals or "poisson"],
            limits=LIMITS_US,
            load_percentiles=load_page.PERCENTILES,
            load_percentile=load_page.percentile,
            load_outcome=load_page.outcome,
            rate=load_page.rate,
            panels=shown.panels,
            levels=levels(run),
            slots=SLOTS,
            real=[v for v in views if not v.driver.synthetic],
            views=views,
            modes=page.modes(run),
            encryptions=page.encryptions(run),
            sending=sending(run),
            data=Markup(payload.embedded_json(load_data(shown))),  # noqa: S704
            raw_gzip=_packed(msgspec.json.encode(run)),
            csv_gzip=_packed(_csv(run, summarise)),
            **_assets(LOAD_SCRIPTS),
        )
    )


def render(analysed: Analysed) -> str:
    """The page of an analysed run."""
    run = analysed.run
    why = notes.footnotes(analysed)
    views = page.driver_views(run)
    throughput = analysed.standings(HEADLINE_METRIC)
    return (
        templates()
        .get_template("report.html.j2")
        .render(
            run=run,
            analysed=analysed,
            verdict=verdict(analysed),
            cautions=notes.cautions(analysed),
            noise=notes.noise(analysed),
            span=notes.run_span(run),
            windows=notes.windows(run),
            footnotes=why,
            metrics=METRICS,
            percentiles=[f"{p:g}" for p in PERCENTILES],
            levels=levels(run),
            languages=list(language_styles(run).values()),
            slots=SLOTS,
            real=[v for v in views if not v.driver.synthetic],
            usages=page.usages(run),
            synthetic=[v for v in views if v.driver.client == "synthetic"],
            by_name={v.driver.name: v for v in views},
            views=views,
            throughput=throughput,
            unranked=notes.why_unranked(analysed, why, throughput),
            latency=analysed.standings(LATENCY_METRIC),
            matrix=page.matrix(analysed, why),
            panels=page.panels(analysed, why),
            rounds=page.rounds_in_order(run),
            server_cpu_known=any(
                c.figures and c.figures.server_cpu_us_per_query for c in analysed.cells.values()
            ),
            modes=page.modes(run),
            encryptions=page.encryptions(run),
            limit=limit(analysed),
            sending=sending(run),
            data=Markup(payload.embedded_json(payload.page_data(analysed, why))),  # noqa: S704
            raw_gzip=_packed(msgspec.json.encode(analysed.measured)),
            csv_gzip=_packed(_csv(analysed.measured, analysed.summary)),
            **_assets(SCRIPTS),
        )
    )


def templates() -> jinja2.Environment:
    """The templates, with the filters and functions that they use."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(
        count=formatting.count,
        us=formatting.microseconds,
        bytes=formatting.byte_size,
        ratio=formatting.ratio,
        percent=formatting.percent,
        transport=in_words,
        client_cpu_us=client_cpu_us,
    )
    environment.globals.update(
        figure=formatting.figure,
        spread=formatting.spread,
        supports=supports,
        interval_text=uncertainty.interval_text,
        outlier_text=uncertainty.outlier_text,
        trend_text=notes.trend_text,
    )
    return environment


def _csv(run: Run, summary: Callable[[Cell], CellSummary]) -> bytes:
    stream = io.StringIO(newline="")
    write_tidy(run, summary, stream)
    return stream.getvalue().encode("utf-8")


def _assets(scripts: Sequence[str]) -> dict[str, object]:
    """Styles and scripts, and the scripts' hashes, by which the page admits no others."""
    script, boot = _script(scripts), asset("boot.js")
    return {
        "style": Markup(style()),  # noqa: S704 - our own files
        "boot": Markup(boot),  # noqa: S704
        "script": Markup(script),  # noqa: S704
        "script_hashes": [_hash(boot), _hash(script)],
    }


def _packed(content: bytes) -> str:
    packed = gzip.compress(content, compresslevel=9, mtime=0)
    return base64.b64encode(packed).decode("ascii")


def style() -> str:
    """All style sheets."""
    return "\n".join(asset(name) for name in STYLES)


def _script(names: Sequence[str] = SCRIPTS) -> str:
    """The modules as one: each may import only from those before it, so imports can go."""
    return "\n".join(_EXPORT.sub("", _IMPORT.sub("", asset(f"js/{name}"))) for name in names)


def asset(name: str) -> str:
    """A file of the page's, as text."""
    return (HERE / "assets" / name).read_text(encoding="utf-8")


def _hash(script: str) -> str:
    digest = hashlib.sha256(script.encode("utf-8")).digest()
    return f"sha256-{base64.b64encode(digest).decode('ascii')}"
