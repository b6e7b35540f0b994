"""What a month was: its emergencies looked back at, and what the sample of it showed."""
