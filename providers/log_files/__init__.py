"""Audit-log files on a disk, whatever cloud they come from."""
