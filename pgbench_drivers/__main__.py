"""`python -m pgbench_drivers` is the command `pgbench-drivers`."""

from pgbench_drivers.cli import main

main()
