"""What every room stands on: errors, logs, paths, and files that are written whole or not at all."""
