"""A gate's judgement as JUnit XML: a suite per driver, a test per cell."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree as ET

from pgbench_drivers.analysis.gating import Judged, Judgement
from pgbench_drivers.export.judgement import headline, sentence

NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 does not know, which a driver's error message may hold."""


def write_junit(judgement: Judgement, path: Path) -> None:
    """Write the report; a cell that could not be measured is an error, a slower one a failure."""
    root = ET.Element("testsuites", name="pgbench-drivers gate")
    drivers = list(dict.fromkeys(cell.driver for cell in judgement.cells))
    for driver in drivers:
        _add_suite(root, driver, [c for c in judgement.cells if c.driver == driver])
    if not judgement.cells:
        suite = ET.SubElement(root, "testsuite", name="gate", tests="1", errors="1")
        case = ET.SubElement(suite, "testcase", classname="gate", name="measured")
        why = "; ".join((headline(judgement), *judgement.notes))
        ET.SubElement(case, "error", message=_clean(why))
    tree = ET.ElementTree(root)
    ET.indent(tree)
    tree.write(path, encoding="utf-8", xml_declaration=True)


def _add_suite(root: ET.Element, driver: str, cells: Sequence[Judged]) -> None:
    outcomes = [cell.outcome for cell in cells]
    suite = ET.SubElement(
        root,
        "testsuite",
        name=driver,
        tests=str(len(cells)),
        failures=str(outcomes.count("regression")),
        errors=str(outcomes.count("unmeasured")),
    )
    for cell in cells:
        name = f"{cell.query}, {cell.concurrency} connections, {cell.metric.key}"
        case = ET.SubElement(suite, "testcase", classname=driver, name=name)
        if cell.outcome == "regression":
            ET.SubElement(case, "failure", message=_clean(sentence(cell)))
        elif cell.outcome == "unmeasured":
            ET.SubElement(case, "error", message=_clean(sentence(cell)))
        else:
            ET.SubElement(case, "system-out").text = _clean(sentence(cell))


def _clean(value: str) -> str:
    return NOT_XML.sub("\N{REPLACEMENT CHARACTER}", value)
