"""The weekly report: what somebody has to do, what was seen, and how well that was watched."""
