"""What measures. Each bench prints its figure beside pgbench's on the same server, same run."""
