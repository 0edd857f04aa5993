"""What `make bench` runs: ours and the peers, in turn, in the same run."""
