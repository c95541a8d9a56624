"""The pages: each renders and sends commands, nothing else."""
