"""The figures of one measured window; everything else is made of these."""

from __future__ import annotations

from pgbench_drivers.results.model import Round


def queries_per_second(measured: Round) -> float:
    """Queries by the wall clock of the window."""
    return measured.queries / measured.elapsed_ns * 1e9


def rows_per_second(measured: Round) -> float:
    """Rows by the wall clock of the window."""
    return measured.rows / measured.elapsed_ns * 1e9


def latency_mean_us(measured: Round) -> float:
    """Mean latency of the window's queries, in microseconds."""
    return measured.latency.mean_ns / 1e3


def client_cpu_us(measured: Round) -> int:
    """CPU time of the client over the window, user and system, in microseconds."""
    return measured.client_cpu_user_us + measured.client_cpu_system_us


def client_cpu_us_per_query(measured: Round) -> float:
    """CPU time of the client by queries, in microseconds."""
    return client_cpu_us(measured) / measured.queries


def client_cpu_us_per_row(measured: Round) -> float | None:
    """CPU time of the client by rows, in microseconds; None where there are no rows."""
    return client_cpu_us(measured) / measured.rows if measured.rows else None
